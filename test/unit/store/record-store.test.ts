import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_STATE, type RecordState } from '../../../src/main/merge/record-state.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { dotOf, recordId } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RecordStore } from '../../../src/main/store/record-store.ts';

const live = (index: number): RecordState => ({
  ...EMPTY_STATE,
  fields: new Map([[EXISTS, [{ value: true, dots: [dotOf(1, index)] }]]]),
});

let database: ReturnType<typeof openDatabase>;
let records: RecordStore;
beforeEach(() => {
  database = openDatabase(':memory:');
  records = new RecordStore(database, 1, 'files');
});
afterEach(() => database.close());

describe('RecordStore', () => {
  it('finds what was looked for before its directory was there', () => {
    expect(records.find(recordId('new/a'))).toBeNull();
    expect(records.hasDirectory('new')).toBe(false);
    const row = records.put(recordId('new/a'), null, live(0));
    expect(records.find(recordId('new/a'))?.row).toBe(row);
    expect(records.find(recordId('new/b'))).toBeNull();
    expect(new RecordStore(database, 1, 'files').find(recordId('new/a'))?.row).toBe(row);
  });

  it('tells revisions of a group out of memory that many share, also that there is none', () => {
    for (const [at, name] of ['a', 'b', 'c', 'd'].entries()) {
      const row = records.put(recordId(`d/${name}`), null, live(at));
      if (name !== 'd') records.putSnapshot(1, row, name === 'c' ? null : Uint8Array.of(0, 255, at), null);
    }
    const [a, b, c, d] = records.group(1, 'd').map(({ revision }) => revision);
    expect([c, d]).toEqual([null, undefined]);
    expect([a, b].map((revision) => [...(revision as Uint8Array)])).toEqual([
      [0, 255, 0],
      [0, 255, 1],
    ]);
    expect((a as Uint8Array).buffer).toBe((b as Uint8Array).buffer);
  });

  it('tells a group as it is after each change of a record or a snapshot in it', () => {
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)];
    const told = (source: number) =>
      records.group(source, 'd').map(({ name, revision }) => [name, revision && [...revision]]);
    const a = records.put(recordId('d/a'), null, live(0));
    expect(told(1)).toEqual([['a', undefined]]);
    records.putSnapshot(1, a, one, null);
    expect(told(1)).toEqual([['a', [1]]]);
    expect(told(2)).toEqual([['a', undefined]]);
    const b = records.put(recordId('d/b'), null, live(1));
    expect(told(2)).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
    records.putSnapshot(1, b, two, null);
    expect(told(1)).toEqual([
      ['a', [1]],
      ['b', [2]],
    ]);
    records.dropSnapshot(1, a);
    records.putSnapshot(1, b, one, null);
    expect(told(1)).toEqual([
      ['a', undefined],
      ['b', [1]],
    ]);
    records.dropSnapshots(1);
    expect(told(1)).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
  });

  it('tells a group as it is in each of its sources, and the same array as long as nothing in it changed', () => {
    const [a, b] = ['d/a', 'd/b'].map((id, at) => records.put(recordId(id), null, live(at))) as [number, number];
    for (const source of [1, 2]) records.putSnapshot(source, a, Uint8Array.of(source), null);
    const before = [records.group(1, 'd'), records.group(2, 'd')];
    records.put(recordId('other/c'), null, live(2));
    expect([records.group(1, 'd'), records.group(2, 'd')].map((group, at) => group === before[at])).toEqual([
      true,
      true,
    ]);
    records.putSnapshot(2, b, Uint8Array.of(3), null);
    expect(records.group(1, 'd')).toBe(before[0]);
    const [first, second] = records.group(2, 'd');
    expect(first).toBe(before[1]?.[0]);
    expect(second).toEqual({ row: b, name: 'b', revision: Buffer.of(3) });
  });

  it('forgets a directory that was rolled back', () => {
    expect(records.find(recordId('new/a'))).toBeNull();
    const rolledBack = new Error('rolled back');
    expect(() =>
      database.transaction(() => {
        const row = records.put(recordId('new/a'), null, live(0));
        expect(records.at(row)?.id).toBe('new/a');
        throw rolledBack;
      })(),
    ).toThrow(rolledBack);
    records.forgetCaches();
    expect(records.find(recordId('new/a'))).toBeNull();
    const other = records.put(recordId('other/b'), null, live(1));
    const row = records.put(recordId('new/a'), null, live(2));
    for (const each of [records, new RecordStore(database, 1, 'files')])
      expect([each.find(recordId('new/a'))?.row, each.at(row)?.id, each.at(other)?.id]).toEqual([
        row,
        'new/a',
        'other/b',
      ]);
  });

  it('forgets a snapshot that was rolled back, also where its group was asked for meanwhile', () => {
    const row = records.put(recordId('d/a'), null, live(0));
    const revision = () => records.group(1, 'd')[0]?.revision;
    expect(revision()).toBeUndefined();
    const rolledBack = new Error('rolled back');
    expect(() =>
      database.transaction(() => {
        records.putSnapshot(1, row, Uint8Array.of(1), null);
        expect(revision()).toEqual(Buffer.of(1));
        throw rolledBack;
      })(),
    ).toThrow(rolledBack);
    records.forgetCaches();
    expect(revision()).toBeUndefined();
  });

  it('gives every record by directory and name, however many a page has', () => {
    const ids = ['b', 'c', 'd/a', 'd/b', 'd/deep/a', 'e/a'].map((id) => recordId(id));
    for (const [at, id] of [...ids].reverse().entries()) records.put(id, null, live(at));
    for (const pageSize of [1, 2, 3, 4, 6, 7])
      expect(
        [...records.all(pageSize)].map(({ id }) => id),
        `${pageSize} a page`,
      ).toEqual(ids);
  });

  it('gives a record that is at hand until it changes, and never one that was rolled back', () => {
    const id = recordId('a');
    const row = records.put(id, null, live(0));
    const kept = records.at(row);
    if (kept === null) throw new Error('not stored');
    records.keepAtHand(kept);
    expect(records.find(id)).toBe(kept);
    records.put(id, kept, live(1));
    expect(records.find(id)?.state).toEqual(live(1));
    const now = records.at(row);
    if (now === null) throw new Error('not stored');
    records.keepAtHand(now);
    records.forgetCaches();
    expect(records.find(id)).not.toBe(now);
    expect(records.find(id)?.state).toEqual(live(1));
  });
});
