import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConstructionQueue, type Job } from '../../../src/main/construct/construction-queue.ts';
import { giveBack } from '../../../src/main/construct/give-back.ts';
import { type PreparedItem, PrepareItem } from '../../../src/main/construct/prepare-item.ts';
import { RunConstruction } from '../../../src/main/construct/run-construction.ts';
import { ALIAS_OF } from '../../../src/main/record/alias.ts';
import { type FieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { revisionIn, storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type {
  ConstructItem,
  ConstructOutcome,
  Revision,
  SourceAdapter,
} from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import type { StoredSource } from '../../../src/main/store/registry-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const [mine, theirs] = [recordId('a-mine'), recordId('b-theirs')];
const NAME = 'name/full' as FieldName;
const REVISION = new TextEncoder().encode('a-mine') as Revision;

let databases: GroupDatabases;
let device: GroupDevice;
let source: StoredSource;
/** An item is shown as the contact its revision names. */
const adapter = {
  outside: () => false,
  shownAs: (revision: Revision) => recordId(new TextDecoder().decode(revision)),
} as unknown as SourceAdapter;

beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'give back', 'contacts', databases).devices[0] as GroupDevice;
  source = device.addSource(databases);
});
afterEach(() => databases.close());

function say(id: string, fields: Readonly<Record<string, Value>>): void {
  const before = new Map([...(device.held(recordId(id)) ?? [])].map(([field, { value }]) => [field, value]));
  before.delete('exists' as FieldName);
  const now = new Map([...before, ...Object.entries(fields)] as [FieldName, Value][]);
  for (const [field, value] of now) if (value === null) now.delete(field);
  device.write([device.edit(id, now) as never]);
}
const rowOf = (id: string): number => device.collection.records.find(recordId(id))?.row ?? -1;
const snapshot = (id: string) => device.collection.records.snapshot(source.row, rowOf(id));
/** What is to be done about a contact whose item shows another one, or none. */
function attempt(id: string) {
  const queue = new ConstructionQueue();
  queue.enqueue(rowOf(id), []);
  const job = [...queue.take()][0] as Job;
  const item = new PrepareItem(device.collection, source, adapter, () => false).prepare(job) as PreparedItem;
  return { ...item, job, attachments: new Map(), content: null, chunkList: null };
}
const nobody = (): void => undefined;
/** The item of `mine` shows `theirs`, which it was found to be; then that is taken back. */
function takenBack(): void {
  say(mine, { [NAME]: 'Ann' });
  say(theirs, { [NAME]: 'Ann Lee' });
  say(mine, { [ALIAS_OF]: theirs });
  device.collection.records.putSnapshot(source.row, rowOf(theirs), storedRevision(REVISION, false), null);
  say(mine, { [ALIAS_OF]: null });
}

describe('a contact that comes into being again, and whose item shows another one', () => {
  it('has its item back, and the other one comes into being anew', () => {
    takenBack();
    let due = 0;
    expect(giveBack(device.collection, source, adapter, attempt(mine), () => due++)).toBe(rowOf(theirs));
    // No package asks for the other one.
    expect(due).toBe(1);
    expect(snapshot(theirs)).toBeUndefined();
    expect([...revisionIn(snapshot(mine)?.revision as never)]).toEqual([...REVISION]);
  });

  it('is not said to have been seen in it: an edit of the item stands beside what others wrote of it', () => {
    takenBack();
    giveBack(device.collection, source, adapter, attempt(mine), nobody);
    const held = snapshot(mine)?.held;
    expect(held?.get(NAME)?.value).toBe('Ann Lee');
    for (const [, { dots }] of held ?? []) expect(dots).toEqual([]);
  });

  it('is written to its item, and the other one beside it once others had their turn', async () => {
    takenBack();
    let turns = 0;
    const after = (_: number, call: () => void): (() => void) => {
      turns++;
      queueMicrotask(call);
      return () => undefined;
    };
    const items: ConstructItem[] = [];
    const construct = (asked: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> => {
      items.push(...asked);
      return Promise.resolve(asked.map(({ id }) => ({ id, done: 'written', revision: REVISION, kept: null }) as never));
    };
    const construction = new RunConstruction(
      {
        collection: device.collection,
        source,
        adapter: { ...adapter, batch: 10, construct },
        contentStore: new ContentStore(databases.of(0).database),
        clock: { now: () => device.clock.now(), after },
      },
      {
        batchFiles: 10,
        findContents: () => Promise.resolve([]),
        readContent: () => Promise.resolve(null),
        keepContents: () => Promise.resolve(),
        mayCome: () => true,
        peersEpoch: () => 0,
        locked: (work) => work(),
        stillThere: () => Promise.resolve(),
        lookAgain: () => undefined,
        heldBack: () => false,
        isGone: () => false,
        writing: () => undefined,
        due: () => undefined,
        contentsBack: () => {},
        done: () => undefined,
        progress: () => undefined,
      },
    );
    construction.enqueue(rowOf(mine));
    await construction.run(new AbortController().signal);
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set([mine, theirs]));
    expect(turns).toBe(1);
    expect(items.find(({ id }) => id === theirs)?.expected).toBeNull();
    expect([...(items.find(({ id }) => id === mine)?.expected ?? [])]).toEqual([...REVISION]);
  });

  it('has no item of another to be given where none shows it, or its own is there', () => {
    say(mine, { [NAME]: 'Ann' });
    say(theirs, { [NAME]: 'Ann Lee' });
    say(mine, { [ALIAS_OF]: theirs });
    say(mine, { [ALIAS_OF]: null });
    expect(giveBack(device.collection, source, adapter, attempt(mine), nobody)).toBeNull();
    const other = storedRevision(new TextEncoder().encode('c-else') as Revision, false);
    device.collection.records.putSnapshot(source.row, rowOf(theirs), other, null);
    expect(giveBack(device.collection, source, adapter, attempt(mine), nobody)).toBeNull();
    device.collection.records.putSnapshot(source.row, rowOf(theirs), storedRevision(REVISION, false), null);
    expect(giveBack(device.collection, source, adapter, { ...attempt(mine), expected: REVISION }, nobody)).toBeNull();
    expect(snapshot(theirs)).toBeDefined();
  });
});
