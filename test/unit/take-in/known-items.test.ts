import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALIAS_OF } from '../../../src/main/record/alias.ts';
import { fieldName, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { Revision } from '../../../src/main/sources/source-adapter.ts';
import type { KnownItems } from '../../../src/main/sources/text/known-revisions.ts';
import { knownItems } from '../../../src/main/take-in/known-items.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const [ANN, BO] = [recordId('ann'), recordId('bo')];
let databases: GroupDatabases;
let device: GroupDevice;
let source: number;
let isAdopting: boolean;
let known: KnownItems;

beforeEach(() => open('contacts'));
afterEach(() => databases.close());
function open(kind: 'contacts' | 'calendar'): void {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, `known ${kind}`, kind, databases).devices[0] as GroupDevice;
  source = device.addSource(databases).row;
  isAdopting = false;
  known = knownItems(device.collection, source, withoutNotes, () => isAdopting);
}

const fields = (said: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(said).map(([name, value]) => [fieldName(name), value]));
/** Notes have no place there. */
const withoutNotes = (full: Fields): Fields => new Map([...full].filter(([field]) => field !== 'notes/n'));
function say(id: RecordId, said: { readonly [field: string]: Value } | null): void {
  const change = device.edit(id, said === null ? null : fields(said));
  if (change !== null) device.write([change]);
}
const rowOf = (id: RecordId): number => device.collection.records.find(id)?.row as number;
/** It stands there as of this revision, as the record is shown; `native`: in these words. */
function stands(id: RecordId, revision = 1, { fresh = false, native = null as Fields | null } = {}): void {
  const stored = storedRevision(Uint8Array.of(revision) as Revision, fresh);
  device.collection.records.putSnapshot(source, rowOf(id), stored, null, native);
}
const full = { 'name': 'Ann', 'notes/n': 'met in Oslo' };

describe('what a source holds', () => {
  beforeEach(() => {
    for (const id of [ANN, BO]) say(id, full);
  });

  it('is known by revisions, of which those of what was changing do not vouch', () => {
    stands(ANN, 5);
    stands(BO, 6, { fresh: true });
    const of = (id: RecordId) => known.revisions().get(id);
    expect([...known.revisions().keys()]).toEqual([ANN, BO]);
    expect([of(ANN)?.revision, of(ANN)?.vouches]).toEqual([Buffer.of(5), true]);
    expect([of(BO)?.revision, of(BO)?.vouches]).toEqual([Buffer.of(6), false]);
  });
  it('is nothing that it held no more, or never', () => {
    stands(ANN);
    expect([...known.revisions().keys()]).toEqual([ANN]);
    device.collection.records.putSnapshot(source, rowOf(ANN), null, null);
    expect([known.revisions().size, known.native(ANN), known.native(BO), known.native(recordId('cy'))]).toEqual([
      0,
      null,
      null,
      null,
    ]);
  });
  it('is told by the same map as long as nothing changes, and where something does all else is the same', () => {
    for (const id of [ANN, BO]) stands(id);
    const before = known.revisions();
    expect(known.revisions()).toBe(before);
    const bo = before.get(BO);
    stands(ANN, 2);
    const after = known.revisions();
    expect([after === before, after.get(ANN)?.revision, after.get(BO) === bo]).toEqual([false, Buffer.of(2), true]);
    device.collection.records.dropSnapshot(source, rowOf(ANN));
    expect([...known.revisions().keys()]).toEqual([BO]);
  });
  it('is what it can hold of the record, or stands there in words of its own', () => {
    stands(ANN);
    expect(known.native(ANN)).toEqual(fields({ name: 'Ann' }));
    const native = fields({ name: 'ANN' });
    stands(ANN, 1, { native });
    expect(known.native(ANN)).toEqual(native);
  });
});

it('a record would be shown as far as the source can hold it', () => {
  say(ANN, full);
  expect([known.shown(ANN), known.shown(BO)]).toEqual([fields({ name: 'Ann' }), null]);
});

it('records are awaited that are not there, or not as they are to be, and none before the two were compared', () => {
  const cy = recordId('cy');
  for (const id of [ANN, BO, cy]) say(id, full);
  const held = device.held(BO);
  say(BO, { name: 'Bo' });
  device.collection.records.putSnapshot(source, rowOf(BO), storedRevision(Uint8Array.of(1) as Revision, false), held);
  stands(cy);
  expect(known.awaited()).toEqual([ANN, BO]);
  isAdopting = true;
  expect(known.awaited()).toEqual([]);
});

it('an item is named where it is a problem of this source', () => {
  say(ANN, full);
  device.collection.problems.put(source, ANN, 'changed-underneath', 'It is refused.', 0);
  device.collection.problems.put(source + 1, BO, 'changed-underneath', 'It is refused.', 0);
  expect([known.isNamed(ANN), known.isNamed(BO)]).toEqual([true, false]);
});

it.each([
  ['contacts', ANN],
  ['calendar', null],
] as const)('of %s a record that became another one is %s', (kind, one) => {
  databases.close();
  open(kind);
  say(BO, { [ALIAS_OF]: ANN });
  say(BO, null);
  say(ANN, { name: 'Ann' });
  expect([known.isOneWith(BO), known.isOneWith(ANN)]).toEqual([one, null]);
});
