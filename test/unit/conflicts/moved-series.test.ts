import { expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { resolveConflict } from '../../../src/main/conflicts/resolve-conflict.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { explainRecord } from '../../../src/main/history/explain.ts';
import { conflictFields } from '../../../src/main/merge/record-state.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import { seriesOf, strayOverrides } from '../../../src/main/record/series.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { fieldsOf } from '../../../src/main/snapshot/lens.ts';
import { occurrencesOf } from '../../../src/main/sources/calendars/occurrences.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

const ID = recordId('standup');
const AT = fieldName('recurrenceOverrides/2024-01-10T09:00:00');
const at = (hour: string): Value => ({
  start: `2024-01-01T${hour}:00:00`,
  timeZone: 'Europe/Vienna',
  duration: 'PT1H',
});
const series = (hour: string): Fields =>
  new Map<FieldName, Value>([
    [fieldName('when'), at(hour)],
    [fieldName('title'), 'Standup'],
    [fieldName('recurrenceRule'), { frequency: 'daily' }],
  ]);
const edited: Fields = new Map([...series('09'), [AT, { title: 'Retro', series: seriesOf(series('09')) }]]);

const make = (device: GroupDevice, now: Fields) =>
  device.write([difference('calendar', ID, device.held(ID), now) as Change]);
const open = (device: GroupDevice) => conflictFields('calendar', device.collection.records.find(ID)!.state);

function met() {
  const group = new CollectionGroup(2, 'moved series', 'calendar');
  const [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
  make(laptop, series('09'));
  group.exchange();
  make(laptop, series('10'));
  group.tick();
  make(phone, edited);
  expect([...open(laptop), ...open(phone)]).toEqual([]);
  group.exchange();
  return { group, laptop, phone };
}

it('a moved series beside an edited occurrence is one conflict, the same on both devices', () => {
  const { laptop, phone } = met();
  for (const device of [laptop, phone]) {
    expect(open(device)).toEqual([AT]);
    expect(device.collection.records.conflicts).toBe(1);
  }
  const [conflict] = listConflicts(laptop.port);
  expect(listConflicts(phone.port)).toEqual([conflict]);
  expect(conflict?.values.map(({ kind, device }) => [kind, device])).toEqual([
    ['value', phone.id],
    ['delete', laptop.id],
  ]);
  expect(conflict?.shown).toBe(conflict?.values[1]?.id);
  expect(conflict?.title).toMatch(/: edited on \w+, as its series says on \w+$/);
  // Explained, it waits as well: nobody takes it for merged.
  const told = explainRecord(laptop.port, laptop.collection.records.find(ID)!);
  expect(told.fields.find(({ path }) => path === AT)?.rule).toBe('waits beside the others until a person decides');
});

const LATER = fieldName('recurrenceOverrides/2024-01-10T10:00:00');

it.each([
  ['keeps the edit, of the occurrence that day', 0, { title: 'Retro', series: seriesOf(series('10')) }],
  ['lets it go with the series', 1, undefined],
] as const)('settling it %s', async (_, which, value) => {
  const { group, laptop, phone } = met();
  const [conflict] = listConflicts(laptop.port);
  await resolveConflict(laptop.port, conflict!.id, { take: conflict!.values[which]!.id });
  group.exchange();
  for (const device of [laptop, phone]) {
    expect(open(device)).toEqual([]);
    expect(device.collection.records.conflicts).toBe(0);
    expect(device.values(ID, AT)).toEqual([null]);
    expect(device.values(ID, LATER)).toEqual(value === undefined ? [] : [value]);
    expect(strayOverrides(fieldsOf(device.held(ID)))).toEqual([]);
  }
});

/** A series that was moved beside a day that is left out, both kept: when it takes place on that day and around it. */
async function leftOut(moved: Fields, day: string, from: Fields = series('09')) {
  const group = new CollectionGroup(2, `left out ${day}`, 'calendar');
  const [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
  make(laptop, from);
  group.exchange();
  make(laptop, moved);
  group.tick();
  const field = fieldName(`recurrenceOverrides/${day}`);
  make(phone, new Map([...from, [field, { excluded: true, series: seriesOf(from) }]]));
  group.exchange();
  const [conflict] = listConflicts(laptop.port);
  const { id } = conflict!.values.find(({ kind }) => kind === 'value')!;
  await resolveConflict(laptop.port, conflict!.id, { take: id });
  group.exchange();
  expect([...open(laptop), ...open(phone)]).toEqual([]);
  const shown = fieldsOf(phone.held(ID));
  expect(shown).toEqual(fieldsOf(laptop.held(ID)));
  const period = { from: Date.UTC(2024, 0, 8), to: Date.UTC(2024, 0, 11, 22), timeZone: 'Europe/Vienna' };
  return occurrencesOf(shown, period).list.map(({ local }) => local);
}

it('a day that is left out stays that in the series as it was moved', async () => {
  const days = (hour: string) => ['08', '09', '11'].map((day) => `2024-01-${day}T${hour}:00:00`);
  expect(await leftOut(series('10'), '2024-01-10T09:00:00')).toEqual(days('10'));
  expect(await leftOut(series('10'), '2024-01-10')).toEqual(days('10'));
  const dates = new Map([...series('09'), [fieldName('when'), WHOLE_DAY]]);
  expect(await leftOut(dates, '2024-01-10T09:00:00')).toEqual(days('00'));
  expect(await leftOut(series('09'), '2024-01-10T00:00:00', dates)).toEqual(days('09'));
});
const WHOLE_DAY: Value = { start: '2024-01-01T00:00:00', timeZone: null, duration: 'P1D', showWithoutTime: true };

it('of several a day, or of none, none is left out in its place', async () => {
  const often = new Map([
    ...series('10'),
    [fieldName('recurrenceRule'), { frequency: 'daily', byHour: [10, 15] } as Value] as const,
  ]);
  expect(await leftOut(often, '2024-01-10T09:00:00')).toHaveLength(8);
  const weekly = new Map([...series('10'), [fieldName('recurrenceRule'), { frequency: 'weekly' } as Value] as const]);
  expect(await leftOut(weekly, '2024-01-10T09:00:00')).toEqual(['2024-01-08T10:00:00']);
});

it('what is said of one day stays beside what was said of it in the moved series, until somebody leaves it out', async () => {
  const moved = new Map([
    ...series('10'),
    [LATER, { title: 'Demo', series: seriesOf(series('10')) } as Value] as const,
  ]);
  expect(await leftOut(moved, '2024-01-10T09:00:00')).not.toContain('2024-01-10T10:00:00');
});

it('an edit stays that of its occurrence where only the end of the series is another one by now', async () => {
  const group = new CollectionGroup(2, 'ends elsewhere', 'calendar');
  const [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
  make(laptop, series('09'));
  group.exchange();
  const shorter = new Map([...series('09'), [fieldName('recurrenceRule'), { frequency: 'daily', count: 30 } as Value]]);
  make(laptop, shorter as Fields);
  group.tick();
  make(phone, edited);
  group.exchange();
  const [conflict] = listConflicts(laptop.port);
  const { id } = conflict!.values.find(({ kind }) => kind === 'value')!;
  await resolveConflict(laptop.port, conflict!.id, { take: id });
  group.exchange();
  for (const device of [laptop, phone]) {
    expect(open(device)).toEqual([]);
    expect(device.values(ID, AT)).toEqual([{ title: 'Retro', series: seriesOf(shorter as Fields) }]);
  }
});

it('one who moved the series with its occurrences beside one who edited one of them is asked once', async () => {
  const group = new CollectionGroup(2, 'moved with its occurrences', 'calendar');
  const [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
  make(laptop, edited);
  group.exchange();
  const later = fieldName('recurrenceOverrides/2024-01-10T10:00:00');
  make(laptop, new Map([...series('10'), [later, { title: 'Retro', series: seriesOf(series('10')) }]]));
  group.tick();
  make(phone, new Map([...edited, [AT, { title: 'Demo', series: seriesOf(series('09')) }]]));
  group.exchange();
  const [conflict] = listConflicts(laptop.port);
  const demo = conflict!.values.find(({ kind }) => kind === 'value')!;
  const settled = await resolveConflict(laptop.port, conflict!.id, { take: demo.id });
  expect(settled!.conflicts).toEqual([]);
  group.exchange();
  for (const device of [laptop, phone]) {
    expect(open(device)).toEqual([]);
    expect(device.values(ID, AT)).toEqual([{ title: 'Demo', added: true, series: seriesOf(series('10')) }]);
  }
});

it('moving the series back ends it', () => {
  const { group, laptop, phone } = met();
  make(laptop, new Map([...fieldsOf(laptop.held(ID)), [fieldName('when'), at('09')]]));
  group.exchange();
  expect([...open(laptop), ...open(phone)]).toEqual([]);
});

it('two who moved it differently are asked about that first', () => {
  const { group, laptop, phone } = met();
  make(laptop, new Map([...fieldsOf(laptop.held(ID)), [fieldName('when'), at('11')]]));
  make(phone, new Map([...fieldsOf(phone.held(ID)), [fieldName('when'), at('12')]]));
  group.exchange();
  expect(open(laptop)).toEqual(['when']);
});
