import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RecordId } from '../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { looksLikeIcalendar } from '../../../../src/main/sources/calendars/icalendar/looks-like-icalendar.ts';
import { guardedFetch } from '../../../../src/main/sources/dav/guarded-fetch.ts';
import { SubscriptionPlace } from '../../../../src/main/sources/dav/subscription-place.ts';
import type { Revision } from '../../../../src/main/sources/source-adapter.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
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
    fetch: guardedFetch({ account, timeout: 240_000, most: 1 << 20 }) as never,
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
  expect(await place.write()).toMatchObject({ done: 'refused', reason: 'not-writable' });
});

it('tells a person who waits what it says now, however lately it was asked, and whatever it said then', async () => {
  server.answer = () => ({ status: 200, body: FEED });
  await place.condition();
  await clock.advance(5000);
  await place.condition();
  expect(server.asked).toHaveLength(1);
  const says = async (answer: Answer): Promise<string> => {
    server.answer = () => answer;
    return (await place.condition(true)).is;
  };
  const revision = async (): Promise<Uint8Array | undefined> => (await place.list()).documents[0]?.revision;
  const before = await revision();
  expect(await says({ status: 200, body: FEED.replace('UID:1', 'UID:2') })).toBe('ready');
  expect(await revision()).not.toEqual(before);
  expect(await says({ status: 410 })).toBe('unavailable');
  expect(await says({ status: 404 })).toBe('unavailable');
  expect(await says({ status: 200, body: FEED })).toBe('ready');
  expect(await revision()).toEqual(before);
});

it.each<[string, Answer]>([
  ['a page to log in', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' }],
  ['a page that shows one', { status: 200, body: `<html><p>For those who cannot log in:\n<pre>${FEED}` }],
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

const holiday = (uid: string, date: string, title: string, note = ''): string =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART;VALUE=DATE:${date}\r\nSUMMARY:${title}\r\n${note}END:VEVENT\r\n`;
const feed = (...events: string[]): string => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`;

it('knows events again that have another UID at each download, by title and time', async () => {
  const known = new Map<RecordId, { revision: Revision; vouches: boolean; native: Fields }>();
  const snapshot = {
    revisions: () => new Map(known),
    native: (id: RecordId) => known.get(id)?.native ?? null,
    shown: () => null,
    isOneWith: () => null,
    isNamed: () => false,
    awaited: () => [],
  };
  const adapter = new TextAdapter(icalendarFormat, place, snapshot);
  const download = async (...events: string[]): Promise<Record<string, string>> => {
    server.answer = () => ({ status: 200, body: feed(...events) });
    await clock.advance(60_000);
    await adapter.condition();
    const ids: RecordId[] = [];
    const tell = (event: { is: string; groups?: readonly { items: readonly { id: RecordId }[] }[] }): void => {
      for (const { items } of event.groups ?? []) ids.push(...items.map(({ id }) => id));
    };
    await adapter.list(null, null, tell, new AbortController().signal);
    known.clear();
    for (const reading of await adapter.read(ids))
      if ('fields' in reading)
        known.set(reading.id, { revision: reading.revision, vouches: true, native: reading.fields });
    return Object.fromEntries([...known].map(([id, { native }]) => [id, String(native.get('title' as never))]));
  };
  const first = await download(holiday('a1', '20260101', 'New Year'), holiday('b1', '20261225', 'Christmas'));
  expect(first).toEqual({ a1: 'New Year', b1: 'Christmas' });
  for (const time of ['2', '3']) {
    const again = await download(
      holiday(`b${time}`, '20261225', 'Christmas', `DESCRIPTION:${time}\r\n`),
      holiday(`a${time}`, '20260101', 'New Year'),
    );
    expect(again).toEqual(first);
  }
  // One UID of the last time stays, whatever record it stands for: the other is another event.
  expect(await download(holiday('a3', '20260101', 'Neujahr'), holiday('x3', '20261225', 'Christmas'))).toEqual({
    a1: 'Neujahr',
    x3: 'Christmas',
  });
  expect(await download(holiday('a3', '20260101', 'New Year'))).toEqual({ a1: 'New Year' });
  expect(await download(holiday('a4', '20260101', 'New Year'), holiday('c4', '20260501', 'May Day'))).toEqual({
    a1: 'New Year',
    c4: 'May Day',
  });
  // One UID that stays: the others are other events, whatever they are called.
  expect(await download(holiday('c4', '20260501', 'May Day'), holiday('d5', '20260101', 'New Year'))).toEqual({
    c4: 'May Day',
    d5: 'New Year',
  });
});

it('says to come again later: it is left alone until then', async () => {
  server.answer = () => ({ status: 503, headers: { 'retry-after': '600' } });
  expect(await place.condition()).toMatchObject({
    is: 'unavailable',
    detail: expect.stringContaining('it wants to be left alone for 10 minutes'),
  });
  server.answer = () => ({ status: 200, body: FEED });
  await clock.advance(599_000);
  expect(await place.condition()).toMatchObject({ is: 'unavailable' });
  await clock.advance(1000);
  expect(await place.condition()).toEqual({ is: 'ready' });
});
