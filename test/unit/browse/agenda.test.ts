import { expect, it } from 'vitest';
import { BrowsedCollections } from '../../../src/main/browse/browsed-collections.ts';
import type { Collection } from '../../../src/main/collection.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import { seriesOf } from '../../../src/main/record/series.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const DAY = 86_400_000;
const MONTH = Date.UTC(2026, 10, 1);

function calendar(...events: readonly { readonly [field: string]: Value }[]): Collection {
  const [device] = new CollectionGroup(1, 'agenda', 'calendar').devices as [GroupDevice];
  for (const [at, said] of events.entries()) {
    const fields = new Map(Object.entries(said).map(([field, value]): [FieldName, Value] => [fieldName(field), value]));
    const change = difference('calendar', recordId(`e${at}`), null, fields);
    if (change !== null) device.write([change]);
  }
  return device.collection;
}
const event = (title: string, start: string, rule: Value = null) => ({
  '@type': 'Event',
  title,
  'when': { start, timeZone: 'Etc/UTC', duration: 'PT1M' },
  ...(rule === null ? {} : { recurrenceRule: rule }),
});
const choir = event('Choir', '2026-11-20T19:00:00');
const ticks = event('Tick', '2026-10-01T00:00:00', { frequency: 'minutely', interval: 4 });
const agendaOf = (calendar: Collection, from: number, to: number, timeZone: string) =>
  new BrowsedCollections(new FakeClock()).agenda(calendar, from, to, timeZone);
const titles = ({ list }: Awaited<ReturnType<typeof agendaOf>>) => [...new Set(list.map(({ title }) => title))];

it('tells all of a month, and says nothing of an end', async () => {
  const agenda = await agendaOf(calendar(choir), MONTH, MONTH + 30 * DAY, 'Etc/UTC');
  expect([titles(agenda), agenda.until]).toEqual([['Choir'], undefined]);
});

it('says up to when it tells all, where so much takes place that the rest is left out; a single day is told', async () => {
  const replica = calendar(choir, ticks);
  const { list, until } = await agendaOf(replica, MONTH, MONTH + 30 * DAY, 'Etc/UTC');
  expect(list.length).toBeGreaterThan(1000);
  // Every four minutes.
  expect(until).toBeLessThan(MONTH + 7 * DAY);
  expect(until).toBeGreaterThan(MONTH + 5 * DAY);
  expect(list.filter(({ start }) => start > (until ?? 0)).map(({ title }) => title)).toEqual(['Choir']);
  const on = Date.UTC(2026, 10, 20);
  const day = await agendaOf(replica, on, on + DAY, 'Etc/UTC');
  expect([titles(day), day.until, day.list.length]).toEqual([['Tick', 'Choir'], undefined, 361]);
});

it('tells what comes next, where nothing takes place: also what begins just as the time is over', async () => {
  const later = event('Concert', '2026-11-28T19:00:00');
  const next = async (to: number) => (await agendaOf(calendar(later, choir), MONTH, to, 'Etc/UTC')).next?.title;
  expect(await next(MONTH + 10 * DAY)).toBe('Choir');
  expect(await next(Date.UTC(2026, 10, 20, 19))).toBe('Choir');
  expect(await next(Date.UTC(2026, 10, 20, 19) + 1)).toBeUndefined();
});

it('tells the first two thousand, and where the next one begins', async () => {
  const hourly = (title: string, count: number) =>
    event(title, '2026-11-01T00:00:00', { frequency: 'hourly', interval: 2, count });
  const agenda = (last: number) =>
    agendaOf(calendar(hourly('One', 1000), hourly('Other', last)), MONTH, MONTH + 100 * DAY, 'Etc/UTC');
  const [all, more] = [await agenda(1000), await agenda(1001)];
  expect([all.list.length, all.until]).toEqual([2000, undefined]);
  expect([more.list.length, more.until]).toEqual([2000, MONTH + 2000 * 3_600_000]);
});

it('what was said of a day of a series that was moved since takes place nowhere until somebody decides', async () => {
  const weekly = event('Standup', '2026-11-02T10:00:00', { frequency: 'weekly', count: 2 });
  const said = { title: 'Retro', start: '2026-11-09T14:00:00' };
  const edited = (series: string) => ({ ...weekly, 'recurrenceOverrides/2026-11-09T10:00:00': { ...said, series } });
  const now = seriesOf(new Map(Object.entries(weekly) as [FieldName, Value][]));
  const until = MONTH + 30 * DAY;
  expect(titles(await agendaOf(calendar(edited(now)), MONTH, until, 'Etc/UTC'))).toEqual(['Standup', 'Retro']);
  expect(titles(await agendaOf(calendar(edited('as it was')), MONTH, until, 'Etc/UTC'))).toEqual(['Standup']);
});
