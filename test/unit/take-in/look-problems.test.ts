import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { fileFields } from '../../../src/main/record/file-entry.ts';
import { type RecordId, recordId } from '../../../src/main/record/ids.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { ProblemCode } from '../../../src/main/sources/source-adapter.ts';
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
const knownBefore = (id: RecordId, code: ProblemCode = 'unreadable') =>
  device.collection.problems.put(source, id, code, 'no', 0);
/** The source holds it just as it is shown, or (`instead`) shows another value of it. */
function holds(id: RecordId, instead: Held | null = null): void {
  const { row } = device.collection.records.find(id) ?? { row: -1 };
  device.collection.records.putSnapshot(source, row, storedRevision(new Uint8Array([1]), false), instead);
}
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
  it('still names of what is gone what was no passing trouble, and what it found itself', () => {
    knownBefore(letter, 'malformed');
    note(twin);
    problems.forgetGone(() => true);
    expect(named()).toEqual([letter, twin]);
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
  it('leaves due what the source shows otherwise than it is to be, though that is as it was', () => {
    const { records } = device.collection;
    for (const id of [letter, twin]) {
      device.save(id, id);
      const other = device.held(id);
      device.save(id, `${id}, edited elsewhere`);
      knownBefore(id);
      holds(id, other);
    }
    device.collection.transact(() => {
      problems.resolved(letter);
      problems.noteDue();
    });
    expect(due).toEqual([records.find(letter)?.row]);
    forget(looked({ asKnown: [twin] }));
    expect([named(), due]).toEqual([[], [letter, twin].map((id) => records.find(id)?.row)]);
  });
  it('stays named though it is as it was, where it was met with again or is refused for what stands there', () => {
    for (const id of [letter, twin]) {
      device.save(id, id);
      holds(id);
    }
    note(letter);
    knownBefore(twin, 'changed-underneath');
    const folder = recordId('docs');
    device.write([device.edit(folder, fileFields({ type: 'directory' })) as Change]);
    holds(folder);
    knownBefore(folder, 'changed-underneath');
    forget(looked({ asKnown: [letter, twin, folder] }), true);
    expect(new Set(named())).toEqual(new Set([letter, twin, folder]));
  });
  it('is over of a folder once it was listed, and not where only what is beside it was', () => {
    const folder = recordId('docs');
    device.write([device.edit(folder, fileFields({ type: 'directory' })) as Change]);
    holds(folder);
    knownBefore(folder);
    const asKnown = [folder];
    forget(looked({ asKnown, hasListed: (group) => group === '' }));
    expect(named()).toEqual([folder]);
    forget(looked({ asKnown }));
    expect(named()).toEqual([]);
  });
  it('is over where the whole folder it was in is gone', () => {
    const lost = recordId('gone/lost.txt');
    knownBefore(lost);
    forget(looked({ wentWithGroup: (id) => id === lost }));
    expect(named()).toEqual([]);
  });
  it('is over of what a reader made where others have one too, once it is gone, and of nothing else that is not there', () => {
    for (const id of [letter, twin]) device.save(id, id);
    knownBefore(letter, 'read-only');
    // It is still to be written there.
    knownBefore(twin, 'unreadable');
    forget();
    expect(named()).toEqual([twin]);
  });
  it('is over of what others deleted once nothing is there, but not what was met with in writing', () => {
    for (const id of [letter, twin, recordId('docs/third.txt')]) {
      device.save(id, id);
      if (id !== twin) device.save(id, null);
    }
    holds(twin);
    device.save(twin, null);
    knownBefore(letter);
    knownBefore(twin);
    knownBefore(recordId('docs/third.txt'), 'disk-full');
    forget();
    expect(named()).toEqual(['docs/third.txt', twin]);
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
