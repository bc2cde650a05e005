import { afterEach, beforeEach, expect, it } from 'vitest';
import { looksLikeIcalendar } from '../../../../src/main/sources/calendars/icalendar/looks-like-icalendar.ts';
import { guardedFetch } from '../../../../src/main/sources/dav/guarded-fetch.ts';
import { SubscriptionPlace } from '../../../../src/main/sources/dav/subscription-place.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { type Answer, FakeServer } from './fake-server.ts';

const FEED = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
const LONGEST_MS = 5 * 60_000;
let server: FakeServer;
let clock: FakeClock;
let place: SubscriptionPlace;
beforeEach(async () => {
  server = await FakeServer.start();
  clock = new FakeClock();
  const account = { origin: server.origin, user: null, password: null };
  place = new SubscriptionPlace({
    url: `${server.origin}/feed.ics`,
    clock,
    random: { bytes: (count) => new Uint8Array(count) },
    fetch: guardedFetch({ account, timeout: 10_000, most: 1 << 20 }) as never,
    doubt: () => Promise.resolve(null),
    isCalendar: looksLikeIcalendar,
  });
});
afterEach(() => server.end());

it('is asked only whether it changed, and is what it was where it did not', async () => {
  server.answer = ({ headers }) =>
    headers['if-none-match'] === '"1"'
      ? { status: 304 }
      : { status: 200, headers: { etag: '"1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }, body: FEED };
  expect(await place.condition()).toEqual({ is: 'ready' });
  const before = (await place.list()).documents;
  await clock.advance(60_000);
  expect(await place.condition()).toEqual({ is: 'ready' });
  expect(server.asked[1]?.headers).toMatchObject({
    'if-none-match': '"1"',
    'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
  });
  expect((await place.list()).documents).toEqual(before);
  expect(await place.write()).toMatchObject({ done: 'refused', reason: 'no-permission' });
});

it.each<[string, Answer]>([
  ['a page to log in', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' }],
  ['nothing', { status: 200, body: '' }],
  ['a calendar that breaks off', { status: 200, body: FEED.slice(0, -20) }],
  ['410, gone', { status: 410 }],
  ['500', { status: 500 }],
  ['a way to another host', { status: 302, headers: { location: 'http://elsewhere.example/' } }],
])('that answers with %s is unavailable and keeps what it had', async (_what, answer) => {
  server.answer = () => ({ status: 200, body: FEED });
  await place.condition();
  const before = (await place.list()).documents;
  await clock.advance(60_000);
  server.answer = () => answer;
  expect(await place.condition()).toMatchObject({ is: 'unavailable' });
  expect((await place.list()).documents).toEqual(before);
  server.answer = () => ({ status: 200, body: FEED.replace('UID:1', 'UID:2') });
  await clock.advance(LONGEST_MS);
  expect(await place.condition()).toEqual({ is: 'ready' });
  expect((await place.list()).documents).not.toEqual(before);
});
