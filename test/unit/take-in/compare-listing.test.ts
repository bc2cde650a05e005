import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type {
  ItemProblem,
  ListedGroup,
  ListedItem,
  Revision,
  SourceAdapter,
} from '../../../src/main/sources/source-adapter.ts';
import { CompareListing } from '../../../src/main/take-in/compare-listing.ts';
import { DirtyItems } from '../../../src/main/take-in/dirty-items.ts';
import { GoneItems } from '../../../src/main/take-in/gone-items.ts';
import { HeldItems } from '../../../src/main/take-in/held-items.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const [OLD, NEW] = [Uint8Array.of(1), Uint8Array.of(2)] as [Revision, Revision];

let databases: GroupDatabases;
let device: GroupDevice;
let source: number;
let dirty: DirtyItems;
let gone: GoneItems;
let listing: CompareListing;
let outside: Set<string>;
let heldBack: Set<string>;
/** What is left for a later look: as it was, and changed. */
let settling: Set<string>;
let restless: Set<string>;
let noted: ItemProblem[];
let adapter: SourceAdapter & { project?: (full: Fields) => Fields };
let saw: number;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'listing', 'files', databases).devices[0] as GroupDevice;
  source = device.addSource(databases).row;
  [outside, heldBack, settling, restless, noted, saw] = [new Set(), new Set(), new Set(), new Set(), [], 0];
  dirty = new DirtyItems(1000);
  adapter = { outside: (id: string) => outside.has(id) } as unknown as typeof adapter;
  gone = new GoneItems(device.collection, new HeldItems(device.collection, source, adapter));
  const port = {
    heldBack: (id: RecordId) => heldBack.has(id),
    leaves: (id: RecordId, isSame: boolean) => (isSame ? settling : restless).has(id),
    holdsNameless: false,
    saw: () => void saw++,
    note: (problem: ItemProblem) => noted.push(problem),
  };
  listing = new CompareListing(device.collection, source, adapter, { dirty, gone }, port);
});
afterEach(() => databases.close());

const row = (id: string): number => device.collection.records.find(recordId(id))?.row ?? -1;
/** The source holds these since it was last in step. */
function holds(...ids: readonly string[]): void {
  for (const id of ids) {
    device.save(id, id);
    device.collection.records.putSnapshot(source, row(id), storedRevision(OLD, false), null);
  }
}
const group = (path: string, ids: readonly string[], revision = OLD, more: Partial<ListedGroup> = {}): ListedGroup => ({
  group: path,
  items: ids.map((id) => ({ id: recordId(id), revision, fresh: false, size: 1 })),
  problems: [],
  ...more,
});
const compare = (...groups: readonly ListedGroup[]): void => listing.compare({ is: 'groups', groups });
const read = (): readonly string[] => dirty.all().map(({ id }) => id);
const missing = (): readonly string[] => [...gone.ids()];

describe('a listing beside the snapshot', () => {
  it('leaves what has the revision it had', () => {
    holds('a', 'd/b');
    compare(group('', ['a']), group('d', ['d/b']));
    listing.sweep();
    expect([read(), missing()]).toEqual([[], []]);
  });

  it('has what is new or has another revision read', () => {
    holds('a');
    compare(group('', ['a'], NEW), group('d', ['d/new']));
    expect(read()).toEqual(['a', 'd/new']);
  });

  it('has what the snapshot does not vouch for read again, but not while it settles', () => {
    holds('a', 'b');
    for (const id of ['a', 'b'])
      device.collection.records.putSnapshot(source, row(id), storedRevision(OLD, true), null);
    settling.add('b');
    compare(group('', ['a', 'b']));
    expect(read()).toEqual(['a']);
  });

  it('does not have read what changes again and again and rests by now, but whatever is new', () => {
    holds('log', 'note');
    for (const id of ['log', 'new']) restless.add(id);
    compare(group('', ['log', 'note', 'new'], NEW));
    expect([read(), missing()]).toEqual([['note', 'new'], []]);
  });

  it('takes what is not listed in its group for gone', () => {
    holds('a', 'b', 'd/c');
    compare(group('', ['a']));
    expect(missing()).toEqual(['b']);
  });

  it('takes what a look at everything did not meet for gone, but not where it could not look', () => {
    holds('a', 'd/b', 'locked/c', 'locked/deep/e');
    compare(group('', ['a']));
    listing.compare({
      is: 'unlisted',
      group: 'locked',
      problem: { id: recordId('locked'), code: 'unreadable', detail: 'no' },
    });
    listing.sweep();
    expect(missing()).toEqual(['d/b']);
    expect(noted.map(({ id }) => id)).toEqual(['locked']);
    expect([listing.couldNotList(recordId('locked/deep/e')), listing.couldNotList(recordId('d/b'))]).toEqual([
      true,
      false,
    ]);
  });

  it('names nothing of a group that went while it was listed, and does not take it for gone yet', () => {
    holds('a', 'd/b', 'went/c');
    compare(group('', ['a']));
    listing.compare({ is: 'unlisted', group: 'went', problem: null });
    listing.sweep();
    expect([missing(), noted]).toEqual([['d/b'], []]);
  });

  it('takes all of a group that is gone for gone', () => {
    holds('d/a', 'd/deep/b', 'other');
    listing.compare({ is: 'group-gone', group: 'd' });
    expect(missing().toSorted()).toEqual(['d/a', 'd/deep/b']);
    expect(listing.wentWithGroup(recordId('d/deep/b'))).toBe(true);
  });

  it('takes nothing for gone that has a problem, is held back or was never there', () => {
    holds('a', 'b');
    device.save('elsewhere', 'elsewhere');
    heldBack.add('b');
    compare(group('', [], OLD, { problems: [{ id: recordId('a'), code: 'unreadable', detail: 'no' }] }));
    expect([missing(), noted.map(({ id }) => id)]).toEqual([[], ['a']]);
  });

  it('reads nothing that is held back', () => {
    holds('a', 'b');
    heldBack.add('b');
    compare(group('', ['a', 'b', 'new'], NEW));
    expect(read()).toEqual(['a', 'new']);
  });

  it('takes nothing for gone that it held no more', () => {
    holds('a', 'd/b');
    for (const id of ['a', 'd/b']) device.collection.records.putSnapshot(source, row(id), null, new Map());
    compare(group('', []));
    listing.compare({ is: 'group-gone', group: 'd' });
    listing.sweep();
    expect(missing()).toEqual([]);
  });

  it('tells what rules put outside, which is no deletion', () => {
    holds('a');
    outside.add('a');
    compare(group('', []));
    expect([missing(), [...listing.leftOut]]).toEqual([[], [row('a')]]);
  });

  it('remembers which items with a problem are as they were', () => {
    holds('a', 'b');
    device.collection.problems.put(source, recordId('a'), 'io', 'no', 0);
    compare(group('', ['a', 'b']));
    expect(listing.asKnown).toEqual(['a']);
  });

  describe('of very many items of a text', () => {
    const ids = Array.from({ length: 600 }, (_, at) => `i${at}`);
    let looked: Set<string>;
    /** Tells whether its revision is looked at. */
    const counted = (item: ListedItem): ListedItem => ({
      ...item,
      get revision() {
        looked.add(item.id);
        return item.revision;
      },
    });
    /** The same objects each time. */
    const items = group('', ids).items.map(counted);
    const told = (which: readonly ListedItem[]): number => {
      [saw, looked] = [0, new Set()];
      compare({ group: '', items: which, problems: [] });
      expect(saw).toBe(which.length);
      return looked.size;
    };
    const taken = () => [...dirty.take()].flatMap((batch) => batch.map(({ id }) => id));
    beforeEach(() => {
      adapter.project = (full) => full;
      holds(...ids);
      expect(told(items)).toBe(ids.length);
      expect([read(), missing()]).toEqual([[], []]);
    });

    it('compares none again that is the same in both', () => {
      expect([told(items), told([...items])]).toEqual([0, 0]);
    });

    it('compares what is another in the listing, wherever it stands', () => {
      const item = { ...(items[7] as ListedItem), revision: NEW };
      expect(told([...items.slice(0, 7), ...items.slice(8), item])).toBe(0);
      expect(taken()).toEqual(['i7']);
      expect(told([...items.slice(0, 7), item, ...items.slice(8)])).toBe(0);
      expect(taken()).toEqual(['i7']);
      expect(told(items)).toBe(1);
      expect(taken()).toEqual([]);
    });

    it('compares what is another in the snapshot', () => {
      device.collection.records.putSnapshot(source, row('i9'), storedRevision(OLD, true), null);
      for (let times = 0; times < 2; times++) expect([told(items), taken()]).toEqual([1, ['i9']]);
      device.collection.records.putSnapshot(source, row('i9'), storedRevision(OLD, false), null);
      expect([told(items), told(items), taken()]).toEqual([1, 0, []]);
      device.collection.records.dropSnapshot(source, row('i7'));
      told(items);
      expect(taken()).toEqual(['i7']);
    });

    it('misses what is in one of both alone, each time', () => {
      told(items.slice(0, -1));
      expect(missing()).toEqual(['i599']);
      gone.drop(recordId('i599'));
      told(items);
      told(items.slice(1));
      expect(missing()).toEqual(['i0']);
      gone.drop(recordId('i0'));
      told(items.slice(1));
      expect(missing()).toEqual(['i0']);
      gone.drop(recordId('i0'));
      expect([told(items), missing()]).toEqual([1, []]);
      holds('one more');
      told(items);
      expect(missing()).toEqual(['one more']);
    });

    it('misses what had a problem once it has none, and is not there', () => {
      compare({
        group: '',
        items: items.slice(1),
        problems: [{ id: recordId('i0'), code: 'unreadable', detail: 'no' }],
      });
      expect(missing()).toEqual([]);
      told(items.slice(1));
      expect(missing()).toEqual(['i0']);
    });

    it('compares all where an item has a problem, or very many are others', () => {
      device.collection.problems.put(source, recordId('i3'), 'io', 'no', 0);
      expect(told(items)).toBe(ids.length);
      expect(listing.asKnown).toEqual(['i3']);
      device.collection.problems.drop(source, recordId('i3'));
      expect(told(items)).toBe(0);
      expect(told(group('', ids).items.map(counted))).toBe(ids.length);
    });
  });

  it('says that somebody is writing just now', () => {
    compare(group('', []));
    expect(listing.unsettled).toBe(false);
    compare(group('', [], OLD, { unsettled: true }), group('d', []));
    expect(listing.unsettled).toBe(true);
  });
});
