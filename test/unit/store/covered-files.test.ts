import { describe, expect, it } from 'vitest';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { resolveAll, resolveConflict } from '../../../src/main/conflicts/resolve-conflict.ts';
import { isLive } from '../../../src/main/merge/record-state.ts';
import { ENTRY, fileEntry } from '../../../src/main/record/file-entry.ts';
import type { RecordId } from '../../../src/main/record/ids.ts';
import { STAYS } from '../../../src/main/store/problem-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const DIRECTORY = new Map([[ENTRY, { type: 'directory' }]]);
function make(device: GroupDevice, record: string, what: string | typeof DIRECTORY | null): void {
  device.group.tick();
  const fields = typeof what === 'string' ? new Map([[ENTRY, device.file(what)]]) : what;
  const change = device.edit(record, fields as Parameters<GroupDevice['edit']>[1]);
  if (change !== null) device.write([change]);
}
const PATHS = ['x', 'x/a', 'x/b', 'x/b/c', 'x/b/c/d', 'y', 'y/a', 'xb', 'x.d/a'] as RecordId[];

/** Which records are covered, by looking at all of them. */
function coveredOf(device: GroupDevice): readonly string[] {
  const { records } = device.collection;
  const live = PATHS.filter((id) => isLive(records.find(id)?.state ?? { fields: new Map(), superseded: new Map() }));
  return live.filter((id) => {
    const types = (records.find(id)?.state.fields.get(ENTRY) ?? []).map(({ value }) => fileEntry(value)?.type);
    return !types.includes('directory') && live.some((other) => other.startsWith(`${id}/`));
  });
}
const flagged = (device: GroupDevice): readonly string[] =>
  PATHS.filter((id) => {
    const row = device.collection.records.find(id)?.row;
    return row !== undefined && device.collection.records.isCovered(row);
  });

describe('covered files', () => {
  it('are found on every device whatever order changes come in, and are conflicts while they are', () => {
    for (let seed = 0; seed < 120; seed++) {
      const random = new SeededRandom(`covered ${seed}`);
      const group = new CollectionGroup(3, `covered ${seed}`);
      for (let step = 0; step < 25; step++) {
        const device = random.pick(group.devices);
        const kind = random.int(10);
        make(device, random.pick(PATHS), kind < 5 ? `text ${step}` : kind < 8 ? DIRECTORY : null);
        if (random.chance(0.3)) random.pick(group.devices).receiveFrom(random.pick(group.devices));
        if (random.chance(0.1)) device.collection.records.forgetCaches();
        for (const each of group.devices) expect(flagged(each), `seed ${seed} step ${step}`).toEqual(coveredOf(each));
      }
      group.exchange();
      const [first, ...others] = group.devices.map((device) => listConflicts(device.port));
      for (const other of others)
        expect(new Set(other.map(({ id }) => id))).toEqual(new Set(first?.map(({ id }) => id)));
      for (const device of group.devices) {
        const records = new Set(listConflicts(device.port).map(({ record }) => record));
        for (const id of flagged(device)) expect(records.has(id)).toBe(true);
        expect(device.collection.records.conflicts).toBe(records.size);
        expect(device.collection.records.choices).toBe(listConflicts(device.port).length);
      }
    }
  });

  it('are due anew where they become so, and where they are it no more, once', () => {
    const [device] = new CollectionGroup(1, 'due').devices as [GroupDevice];
    const due = () => device.collection.takeDue();
    make(device, 'x', 'the file');
    expect(due()).toEqual({ anew: [], gone: [] });
    make(device, 'x/b/c', 'below');
    expect([due(), due()]).toEqual([
      { anew: ['x'], gone: [] },
      { anew: [], gone: [] },
    ]);
    make(device, 'x/b/d', 'below as well');
    expect(due()).toEqual({ anew: [], gone: [] });
    make(device, 'x/b/c', null);
    make(device, 'x/b/d', null);
    expect([due(), due()]).toEqual([
      { anew: ['x'], gone: ['x/b/c', 'x/b/d'] },
      { anew: [], gone: [] },
    ]);
  });

  it('are no others that are deleted or become folders: these make way for what is below them', () => {
    const [device] = new CollectionGroup(1, 'make way').devices as [GroupDevice];
    const gone = () => device.collection.takeDue().gone;
    for (const id of ['x', 'y', 'z']) make(device, id, id);
    make(device, 'z', 'edited');
    expect(gone()).toEqual([]);
    make(device, 'x', null);
    make(device, 'y', DIRECTORY);
    expect(gone()).toEqual(['x', 'y']);
    make(device, 'y', null);
    expect(gone()).toEqual([]);
  });

  it('are nothing any more once their transaction is rolled back', () => {
    const [device] = new CollectionGroup(1, 'rolled back').devices as [GroupDevice];
    for (const id of ['x', 'y']) make(device, id, 'the file');
    const { collection } = device;
    expect(() =>
      collection.transact(() => {
        collection.write([device.edit('x/a', new Map([[ENTRY, device.file('below')]]))!, device.edit('y', null)!]);
        expect(flagged(device)).toEqual(['x']);
        throw new Error('full');
      }),
    ).toThrow('full');
    expect([flagged(device), collection.records.conflicts, collection.takeDue()]).toEqual([
      [],
      0,
      { anew: [], gone: [] },
    ]);
  });

  it('are found though what covers them now was not in their way in a transaction that was rolled back', () => {
    const [device] = new CollectionGroup(1, 'rolled back before').devices as [GroupDevice];
    make(device, 'x', 'the file');
    const { collection } = device;
    const below = (id: string) => device.edit(id, new Map([[ENTRY, device.file('below')]]))!;
    expect(() =>
      collection.transact(() => {
        collection.write([device.edit('x', null)!]);
        collection.write([below('x/a')]);
        throw new Error('full');
      }),
    ).toThrow('full');
    make(device, 'x/b', 'below');
    expect(flagged(device)).toEqual(['x']);
  });

  it('are due in sources that show a folder in their place once nothing is in it, after a restart too', () => {
    const databases = new GroupDatabases();
    const [device] = new CollectionGroup(1, 'restart', 'files', databases).devices as [GroupDevice];
    const shows = device.addSource(databases).row;
    const { records, problems } = device.collection;
    make(device, 'x', DIRECTORY);
    const { row } = records.find('x' as RecordId)!;
    records.putSnapshot(shows, row, Uint8Array.of(0, 1), device.held('x' as RecordId));
    make(device, 'x', 'the file');
    make(device, 'x/a', 'below');
    expect(problems.count(shows)).toBe(0);
    make(device, 'x/a', null);
    expect(problems.find(shows, 'x' as RecordId)?.code).toBe(STAYS);
    databases.close();
  });

  it('one settlement deletes what is below, or makes a folder of it; settling all does neither where something would go', async () => {
    const [one, other] = new CollectionGroup(2, 'settled').devices as [GroupDevice, GroupDevice];
    make(one, 'x', DIRECTORY);
    make(one, 'x/b', DIRECTORY);
    one.group.exchange();
    make(other, 'x/b/c', 'below');
    make(one, 'x/b', null);
    make(one, 'x', 'the file');
    one.group.exchange();
    const [conflict] = listConflicts(one.port);
    expect(conflict).toMatchObject({
      record: 'x',
      title: 'x: a file on Laptop, a folder on Phone',
      base: { type: 'directory' },
    });
    expect(conflict?.values.map(({ value }) => (value as { type: string }).type)).toEqual(['file', 'directory']);
    expect(resolveAll(one.port, 'newest')).toMatchObject({ records: 0, conflicts: [conflict?.id] });
    const before = one.commits;
    await resolveConflict(one.port, conflict?.id ?? '', { take: conflict?.values[0]?.id ?? '' });
    expect(one.commits).toBe(before + 1);
    one.group.exchange();
    for (const device of [one, other]) {
      expect(listConflicts(device.port)).toEqual([]);
      expect([device.isThere('x'), device.isThere('x/b/c')]).toEqual([true, false]);
    }
    make(other, 'x/b/c', 'below again');
    one.group.exchange();
    expect(resolveAll(other.port, 'newest')).toMatchObject({ records: 1, conflicts: [] });
    one.group.exchange();
    expect(one.shown('x')).toEqual({ type: 'directory' });
    expect(listConflicts(one.port)).toEqual([]);
  });
});
