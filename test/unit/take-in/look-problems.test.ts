import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../src/main/record/ids.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { CompareListing } from '../../../src/main/take-in/compare-listing.ts';
import { HeldItems } from '../../../src/main/take-in/held-items.ts';
import { LookProblems } from '../../../src/main/take-in/look-problems.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

let databases: GroupDatabases;
let device: GroupDevice;
let source: number;
let problems: LookProblems;
let again: string[];
let due: number[];
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'problems', 'files', databases).devices[0] as GroupDevice;
  source = device.addSource(databases).row;
  again = [];
  due = [];
  const held = new HeldItems(device.collection, source, {});
  problems = new LookProblems(device.collection, held, device.clock, {
    wasChanging: (group) => again.push(group),
    due: (row) => due.push(row),
  });
});
afterEach(() => databases.close());

const [letter, twin] = [recordId('docs/letter.txt'), recordId('docs/twin.txt')];
const note = (id: RecordId, code: 'unreadable' | 'changing' = 'unreadable') =>
  problems.note({ id, code, detail: 'no' });
const named = () => device.collection.problems.of(source).map(({ record }) => record);
/** What was known before this look. */
const knownBefore = (id: RecordId) => device.collection.problems.put(source, id, 'unreadable', 'no', 0);
/** A look that listed all of `docs`. */
const looked = (more: Partial<CompareListing> = {}): CompareListing =>
  ({
    asKnown: [],
    hasListed: (group: string) => group === 'docs',
    couldNotList: () => false,
    wentWithGroup: () => false,
    ...more,
  }) as unknown as CompareListing;
const forget = (listing = looked(), complete = false) => problems.forget(listing, complete, () => false);

describe('a look that halts', () => {
  it('names nothing of what is gone that could not be read as it went', () => {
    knownBefore(letter);
    knownBefore(twin);
    problems.forgetGone((id) => id === letter);
    expect(named()).toEqual(['docs/twin.txt']);
  });
});

describe('what a look names', () => {
  it('is named until it can be read, and looked at again soon where it was only changing', () => {
    note(letter, 'changing');
    expect([named(), again]).toEqual([[letter], ['docs']]);
  });
  it('stays named where another name of the same record can be read', () => {
    note(letter);
    problems.resolved(letter);
    expect(named()).toEqual([letter]);
  });
  it('is over once it can be read, is as it was, or never became a record and is not there', () => {
    for (const id of [letter, twin, recordId('docs/none.txt')]) knownBefore(id);
    for (const id of [letter, twin]) device.save(id, id);
    problems.resolved(letter);
    forget(looked({ asKnown: [twin] }));
    expect(named()).toEqual([]);
  });
  it('leaves due what came meanwhile, once it is over: said in the transaction in which it ends', () => {
    const { records, problems: store } = device.collection;
    for (const id of [letter, twin]) {
      knownBefore(id);
      device.save(id, id);
    }
    const rowOf = (id: RecordId) => records.find(id)?.row as number;
    // The source holds one of them just as it is shown, and not the other.
    records.putSnapshot(source, rowOf(twin), storedRevision(new Uint8Array([1]), false), null);
    store.drop(source, recordId('docs/none.txt'));
    const before = () => store.has(source, letter);
    device.collection.transact(() => {
      problems.resolved(letter);
      expect([before(), due]).toEqual([false, []]);
      problems.noteDue();
      expect(due).toEqual([rowOf(letter)]);
    });
    forget(looked({ asKnown: [twin] }));
    expect([named(), due]).toEqual([[], [rowOf(letter)]]);
  });
  it('is not over where nobody looked, or nobody could', () => {
    for (const id of [letter, recordId('elsewhere/a')]) knownBefore(id);
    forget(looked({ couldNotList: (id) => id === letter }));
    expect(named()).toEqual([letter, 'elsewhere/a']);
    forget(looked(), true);
    expect(named()).toEqual([]);
  });
  it('is not over while nothing is known of the item for sure', () => {
    knownBefore(letter);
    problems.forget(looked(), true, () => true);
    expect(named()).toEqual([letter]);
  });
});
