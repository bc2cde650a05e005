import { listConflicts } from '../../src/main/conflicts/conflict-view.ts';
import { settlePair } from '../../src/main/conflicts/duplicates.ts';
import { meetContact } from '../../src/main/conflicts/meet-contact.ts';
import { resolveConflict } from '../../src/main/conflicts/resolve-conflict.ts';
import { isLive } from '../../src/main/merge/record-state.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import { ALIAS_OF } from '../../src/main/record/alias.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import { type FieldName, fieldName, recordId } from '../../src/main/record/ids.ts';
import { memberField } from '../../src/main/record/record-uid.ts';
import { isOverride, seriesOf } from '../../src/main/record/series.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import type { GroupDevice } from './collection-group.ts';
import type { SeededRandom } from './seeded-random.ts';

export type ItemKind = 'contacts' | 'calendar';

const CONTACTS = ['ann', 'bo', 'cy'];
const GROUP = 'group';
const EVENTS = ['meeting', 'trip'];
const NUMBERS = ['+43 1 111', '+43 1 222', '+43 1 333'];

/** What a person may do to a contact, a group, an event or a series at one device, by its name. Whatever is not possible there is not done. */
type Act = (device: GroupDevice, random: SeededRandom) => void | Promise<void>;
const ACTS: { readonly [kind in ItemKind]: readonly (readonly [weight: number, act: Act])[] } = {
  contacts: [
    [8, editContact],
    [3, editGroup],
    [2, (device, random) => remove(device, random.pick([...CONTACTS, GROUP]))],
    [2, (device, random) => judge(device, random, true)],
    [1, (device, random) => judge(device, random, false)],
    [3, settle],
  ],
  calendar: [
    [5, editEvent],
    [3, moveSeries],
    [4, editOccurrence],
    [2, (device, random) => remove(device, random.pick(EVENTS))],
    [3, settle],
  ],
};

/** One act of a person at a device, or (`books`) of a book that meets the collection there; true: something was written. */
export async function actOnItems(
  device: GroupDevice,
  kind: ItemKind,
  random: SeededRandom,
  books: boolean,
): Promise<boolean> {
  const acts: (typeof ACTS)[ItemKind] = kind === 'contacts' && books ? [...ACTS[kind], [2, meet]] : ACTS[kind];
  let left = random.int(acts.reduce((sum, [weight]) => sum + weight, 0));
  const [, act] = acts.find(([weight]) => (left -= weight) < 0) as (typeof acts)[number];
  const before = device.sent.length;
  await act(device, random);
  return device.sent.length > before;
}

/** All a record says as it is shown, or said when it went; `null`: nobody knew it. */
function saidNow(device: GroupDevice, record: string): Map<FieldName, Value> {
  const fields = new Map<FieldName, Value>();
  const isThere = device.isThere(record);
  device.held(recordId(record))?.forEach(({ value }, field) => {
    if (field !== EXISTS && value !== null && isThere) fields.set(field, value);
  });
  return fields;
}

/** Writes a record as it is from now on. One that became another contact is not there to be written. */
function save(device: GroupDevice, record: string, fields: Fields): void {
  if (!device.isThere(record) && device.values(record, ALIAS_OF).some((value) => value !== null)) return;
  const change = device.edit(record, fields);
  if (change !== null) device.write([change]);
}

function remove(device: GroupDevice, record: string): void {
  const change = device.edit(record, null);
  if (change !== null) device.write([change]);
}

/** Puts one of these in its place, or takes it out. */
function vary(
  fields: Map<FieldName, Value>,
  field: FieldName,
  values: readonly (Value | undefined)[],
  at: number,
): void {
  const value = values[at];
  if (value === undefined) fields.delete(field);
  else fields.set(field, value);
}

function editContact(device: GroupDevice, random: SeededRandom): void {
  const record = random.pick(CONTACTS);
  const fields = saidNow(device, record);
  if (fields.size === 0) fields.set(fieldName('name'), { full: random.pick(['Ann', 'Bo']) });
  for (let times = random.between(1, 2); times > 0; times--) {
    const [field, ...values] = random.pick<readonly [string, ...(Value | undefined)[]]>([
      ['name', { full: 'Ann' }, { full: 'Bo' }, { full: 'Ann Lee' }],
      ['phones/p1', ...NUMBERS.map((number) => ({ number })), undefined],
      [`phones/${record}`, ...NUMBERS.map((number) => ({ number })), undefined],
      ['emails/e1', { address: 'a@example.com' }, { address: 'b@example.com' }, undefined],
      ['notes/n1', { note: 'one' }, { note: 'two' }, undefined],
      ['updated', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ]);
    vary(fields, fieldName(field), values, random.int(values.length));
  }
  save(device, record, fields);
}

function editGroup(device: GroupDevice, random: SeededRandom): void {
  const fields = saidNow(device, GROUP);
  fields.set(fieldName('kind'), 'group');
  vary(fields, memberField(random.pick(CONTACTS)), [true, true, undefined], random.int(3));
  save(device, GROUP, fields);
}

function judge(device: GroupDevice, random: SeededRandom, isOnePerson: boolean): void {
  const [one, other] = random.shuffle(CONTACTS.filter((each) => device.isThere(each)));
  if (one !== undefined && other !== undefined) settlePair(device.port, [one, other], isOnePerson, [recordId(GROUP)]);
}

/** A contact that nobody knows is found to be one of those that are there. */
function meet(device: GroupDevice, random: SeededRandom): void {
  const found = random.pick(CONTACTS.filter((each) => device.isThere(each)).concat(''));
  const record = found === '' ? null : device.collection.records.find(recordId(found));
  const id = recordId(`came-${device.index}-${device.commits}`);
  if (record === null || !isLive(record.state) || device.collection.records.find(id) !== null) return;
  const fields = new Map<FieldName, Value>([
    [fieldName('name'), { full: random.pick(['Ann', 'Ann Lee']) }],
    [fieldName('phones/q1'), { number: random.pick(NUMBERS) }],
  ]);
  if (random.chance(0.5)) fields.set(fieldName('notes/n1'), { note: 'came' });
  const { order } = device.collection.log;
  const met = meetContact(record, { id, fields }, ['a name'], { project: null, order, earlier: () => [] });
  device.write([met.came, met.change]);
}

async function settle(device: GroupDevice, random: SeededRandom): Promise<void> {
  const conflicts = listConflicts(device.port);
  if (conflicts.length === 0) return;
  const { id, values } = random.pick(conflicts);
  const take = { take: random.pick(values).id };
  if (!random.chance(0.3)) await resolveConflict(device.port, id, take);
  else
    try {
      await resolveConflict(device.port, id, { keepBoth: true });
    } catch (error) {
      if (!(error instanceof LockstepError && error.code === 'cannot-keep-both')) throw error;
      await resolveConflict(device.port, id, take);
    }
}

const DAYS = ['2026-03-02T09:00:00', '2026-03-09T09:00:00'];
const override = (time: string): FieldName => fieldName(`recurrenceOverrides/${time}`);
const WHEN = fieldName('when');
const RULE = fieldName('recurrenceRule');
const when = (hour: string): Value => ({ start: `2026-03-02T${hour}:00:00`, timeZone: null, duration: 'PT1H' });

function eventNow(device: GroupDevice, record: string): Map<FieldName, Value> {
  const fields = saidNow(device, record);
  if (!fields.has(WHEN)) fields.set(WHEN, when('09'));
  if (!fields.has(RULE)) fields.set(RULE, { frequency: 'weekly' });
  return fields;
}

function editEvent(device: GroupDevice, random: SeededRandom): void {
  const record = random.pick(EVENTS);
  const fields = eventNow(device, record);
  const [field, ...values] = random.pick<readonly [string, ...(Value | undefined)[]]>([
    ['title', 'Meeting', 'Trip', undefined],
    ['description', 'one', 'two', undefined],
    ['alerts/a', { trigger: { offset: '-PT5M' } }, { trigger: { offset: '-PT9M' } }, undefined],
    ['participants/p', { calendarAddress: 'mailto:a@example.com', participationStatus: 'accepted' }, undefined],
    ['sequence', 1, 2, 3],
  ]);
  vary(fields, fieldName(field), values, random.int(values.length));
  save(device, record, fields);
}

/** Whoever moves a series, or changes its rule, says all there is of its occurrences anew of the series as it is then; or nothing more of them. */
function moveSeries(device: GroupDevice, random: SeededRandom): void {
  const record = random.pick(EVENTS);
  const fields = eventNow(device, record);
  if (random.chance(0.6)) fields.set(WHEN, when(random.pick(['09', '10'])));
  else fields.set(RULE, random.pick<Value>([{ frequency: 'weekly' }, { frequency: 'daily' }]));
  const keeps = random.chance(0.5);
  for (const [field, value] of [...fields])
    if (isOverride(field)) {
      if (keeps) fields.set(field, { ...(value as object), series: seriesOf(fields) });
      else fields.delete(field);
    }
  save(device, record, fields);
}

function editOccurrence(device: GroupDevice, random: SeededRandom): void {
  const record = random.pick(EVENTS);
  const fields = eventNow(device, record);
  const series = seriesOf(fields);
  const said: readonly Value[] = [
    { title: 'other', series, says: 's1' },
    { description: 'other', series, says: 's1' },
    { excluded: true, series },
  ];
  vary(fields, override(random.pick(DAYS)), [...said, undefined], random.int(4));
  save(device, record, fields);
}
