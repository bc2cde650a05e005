import { expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { resolveConflict } from '../../../src/main/conflicts/resolve-conflict.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { conflictFields } from '../../../src/main/merge/record-state.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import { seriesOf, strayOverrides } from '../../../src/main/record/series.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { fieldsOf } from '../../../src/main/snapshot/lens.ts';
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
});

it.each([
  ['keeps the edit, at its time beside the rule', 0, { title: 'Retro', added: true, series: seriesOf(series('10')) }],
  ['lets it go with the series', 1, null],
] as const)('settling it %s', async (_, which, value) => {
  const { group, laptop, phone } = met();
  const [conflict] = listConflicts(laptop.port);
  await resolveConflict(laptop.port, conflict!.id, { take: conflict!.values[which]!.id });
  group.exchange();
  for (const device of [laptop, phone]) {
    expect(open(device)).toEqual([]);
    expect(device.collection.records.conflicts).toBe(0);
    expect(device.values(ID, AT)).toEqual([value]);
    expect(strayOverrides(fieldsOf(device.held(ID)))).toEqual([]);
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
