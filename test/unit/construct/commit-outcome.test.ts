import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { type Attempt, CommitOutcome } from '../../../src/main/construct/commit-outcome.ts';
import { ConstructionQueue, type Job } from '../../../src/main/construct/construction-queue.ts';
import { PrepareItem } from '../../../src/main/construct/prepare-item.ts';
import { ENTRY, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { digest, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import { revisionIn, vouches } from '../../../src/main/snapshot/stored-revision.ts';
import type {
  ConstructOutcome,
  ProblemCode,
  Revision,
  SourceAdapter,
} from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { STAYS } from '../../../src/main/store/problem-store.ts';
import type { StoredSource } from '../../../src/main/store/registry-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';
import { directory } from '../../fakes/tiny-records.ts';

const REVISION = Uint8Array.of(1, 2, 3) as Revision;
const letter = recordId('docs/letter.txt');
const docs = recordId('docs');

let databases: GroupDatabases;
let device: GroupDevice;
let source: StoredSource;
let contents: ContentStore;
let items: PrepareItem;
let outcomes: CommitOutcome;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'outcomes', 'files', databases).devices[0] as GroupDevice;
  const { collection, clock } = device;
  source = device.addSource(databases);
  contents = new ContentStore(databases.of(0).database);
  items = new PrepareItem(collection, source, { outside: () => false } as unknown as SourceAdapter, () => false);
  outcomes = new CommitOutcome(collection, source, contents, clock);
});
afterEach(() => databases.close());

/** The record is due in the source. */
function due(id: RecordId): Attempt {
  const queue = new ConstructionQueue();
  queue.enqueue(device.collection.records.find(id)?.row ?? -1, []);
  const [job] = [...queue.take()] as [Job];
  const item = items.prepare(job);
  if (item === null) throw new Error(`nothing is to be done about ${id}`);
  return { ...item, job, content: null, attachments: new Map(), chunkList: null };
}
const written = (id: RecordId, more: object = {}): ConstructOutcome => ({
  id,
  done: 'written',
  revision: REVISION,
  kept: null,
  ...more,
});
const refused = (id: RecordId, reason: ProblemCode): ConstructOutcome => ({
  id,
  done: 'refused',
  reason,
  detail: 'no',
});
const snapshot = (id: RecordId) =>
  device.collection.records.snapshot(source.row, device.collection.records.find(id)?.row ?? -1);
const problem = (id: RecordId) => device.collection.problems.find(source.row, id);

describe('what became of an item', () => {
  it('moves the snapshot to what was written, and ends the problem of it', () => {
    device.save(letter, 'hello');
    outcomes.problem(letter, 'io', 'the disk was away');
    outcomes.outcome(due(letter), written(letter));
    expect([...revisionIn(snapshot(letter)?.revision as Uint8Array)]).toEqual([...REVISION]);
    expect(problem(letter)).toBeNull();
    expect(contents.holders(device.file('hello').digest, null)).toEqual([
      { source: source.row, record: rowOf(letter) },
    ]);
  });

  it('remembers what was written where the record has moved on since', () => {
    device.save(letter, 'hello');
    const item = due(letter);
    item.job.touched = true;
    outcomes.outcome(item, written(letter));
    expect(snapshot(letter)?.held?.get(ENTRY)?.value).toEqual(device.file('hello'));
    outcomes.outcome(due(letter), written(letter));
    expect(snapshot(letter)?.held).toBeNull();
    const again = due(letter);
    again.job.touched = true;
    outcomes.agreed(again);
    expect(snapshot(letter)?.held?.get(ENTRY)?.value).toEqual(device.file('hello'));
  });

  it('does not vouch for what somebody may have written to at that very moment', () => {
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), written(letter, { fresh: true }));
    expect(vouches(snapshot(letter)?.revision as Uint8Array)).toBe(false);
    outcomes.outcome(due(letter), written(letter));
    expect(vouches(snapshot(letter)?.revision as Uint8Array)).toBe(true);
  });

  it('remembers what the source made of it, and goes on doing so where nothing is to be written', () => {
    device.save(letter, 'hello');
    const [shown, made] = [new Map([[MODIFIED, 1]]), new Map([[MODIFIED, 2]])];
    outcomes.outcome({ ...due(letter), shown, target: shown }, written(letter, { holds: made }));
    expect(snapshot(letter)?.native).toEqual(made);
    outcomes.agreed(due(letter));
    expect(snapshot(letter)?.native).toEqual(made);
    outcomes.outcome({ ...due(letter), shown, target: shown }, written(letter, { holds: new Map(shown) }));
    expect(snapshot(letter)?.native).toBeNull();
  });

  it('holds the new content and the old one no more', () => {
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), written(letter));
    device.save(letter, 'goodbye');
    outcomes.outcome(due(letter), written(letter, { kept: device.file('hello').digest }));
    const holders = (text: string) => contents.holders(device.file(text).digest, null).map(({ record }) => record);
    expect([holders('hello'), holders('goodbye')]).toEqual([[], [rowOf(letter)]]);
  });

  it('keeps the chunk list a content was put together by, where there was one', () => {
    const chunks = digest('ab'.repeat(32));
    const entry = { ...device.file('hello'), chunks };
    device.write([device.edit(letter, new Map([[ENTRY, entry]])) as Change]);
    outcomes.outcome(due(letter), written(letter));
    expect(contents.chunkList(chunks)).toBeNull();
    outcomes.outcome({ ...due(letter), chunkList: Uint8Array.of(7) }, written(letter));
    expect([...(contents.chunkList(chunks) ?? [])]).toEqual([7]);
  });

  it('keeps no snapshot of what is gone for all', () => {
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), written(letter));
    device.save(letter, null);
    outcomes.outcome(due(letter), written(letter, { revision: null, kept: device.file('hello').digest }));
    expect(snapshot(letter)).toBeUndefined();
    expect(contents.isKept(device.file('hello').digest)).toBe(true);
    expect(contents.holders(device.file('hello').digest, null)).toEqual([]);
  });

  it('nor of what is gone for all and was found gone here', () => {
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), written(letter));
    device.save(letter, null);
    device.collection.records.putSnapshot(source.row, rowOf(letter), null, null);
    expect([outcomes.agreed(due(letter)), snapshot(letter)]).toEqual([true, undefined]);
  });

  it('moves no snapshot where it was refused, and names why', () => {
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), refused(letter, 'no-permission'));
    expect(snapshot(letter)).toBeUndefined();
    expect(problem(letter)).toMatchObject({ code: 'no-permission', detail: 'no' });
  });

  it('names what stands there only after it was found the same again and again', () => {
    device.save(letter, 'hello');
    const item = due(letter);
    for (let times = 1; times < 5; times++) {
      expect(outcomes.outcome(item, refused(letter, 'changed-underneath'))).toBe(letter);
      expect(problem(letter)).toBeNull();
    }
    expect(outcomes.outcome(item, refused(letter, 'changed-underneath'))).toBeNull();
    expect(problem(letter)).toMatchObject({ code: 'changed-underneath' });
    expect(outcomes.outcome(item, refused(letter, 'changed-underneath'))).toBeNull();
  });

  it('begins to count anew where something else is found to stand there', () => {
    device.save(letter, 'hello');
    const item = due(letter);
    for (let times = 0; times < 8; times++) {
      const expected = Uint8Array.of(times % 2) as Revision;
      expect(outcomes.outcome({ ...item, expected }, refused(letter, 'changed-underneath'))).toBe(letter);
    }
    expect(problem(letter)).toBeNull();
  });

  it('leaves the name of what stands there and cannot be taken in', () => {
    device.save(letter, 'hello');
    outcomes.problem(letter, 'malformed', 'not read');
    expect(outcomes.outcome(due(letter), refused(letter, 'changed-underneath'))).toBeNull();
    expect(problem(letter)?.code).toBe('malformed');
  });

  it('has the item looked at whose content it was to have, and names it only where that is in vain again and again', () => {
    device.save(letter, 'hello');
    const content = { from: 'item', id: docs, revision: REVISION, take: false } as const;
    const item = { ...due(letter), content };
    for (let times = 1; times < 5; times++) {
      expect(outcomes.outcome(item, refused(letter, 'content-unavailable'))).toBe(docs);
      expect(problem(letter)).toBeNull();
    }
    expect(outcomes.outcome(item, refused(letter, 'content-unavailable'))).toBeNull();
    expect(problem(letter)).toMatchObject({ code: 'content-unavailable' });
  });

  it('says of a directory that is deleted, and in which other items are, that it stays; once one of them is gone it is due', () => {
    device.write([device.edit(docs, new Map([[ENTRY, directory]])) as never]);
    device.save(letter, 'hello');
    outcomes.outcome(due(docs), written(docs));
    device.write([device.edit(docs, null) as never]);
    outcomes.outcome(due(docs), refused(docs, 'not-empty'));
    expect(problem(docs)?.code).toBe(STAYS);
    expect(outcomes.freedBy([recordId('elsewhere/letter.txt')])).toEqual([]);
    expect(outcomes.freedBy([letter])).toEqual([rowOf(docs)]);
  });

  it('has a file due that is to be where a folder is once what lay in that is gone', () => {
    device.save(docs, 'a file');
    outcomes.outcome(due(docs), refused(docs, 'not-empty'));
    expect(problem(docs)?.code).toBe('not-empty');
    expect([outcomes.freedBy([recordId('docs.txt')]), outcomes.freedBy([letter])]).toEqual([[], [rowOf(docs)]]);
  });

  it('says which file is in the way of a folder', () => {
    device.save(docs, 'a file');
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), refused(letter, 'parent-is-file'));
    expect(problem(letter)?.detail).toMatch(/^docs is a file here and a folder on another device/);
    expect(outcomes.freedBy([docs])).toEqual([rowOf(letter)]);
  });

  it('once a name is gone that the disk does not tell from its own, it is due', () => {
    device.save(letter, 'hello');
    outcomes.outcome(due(letter), refused(letter, 'names-collide'));
    expect(outcomes.freedBy([recordId('DOC'), recordId('Docs/letter.txt/x')])).toEqual([]);
    for (const other of ['Docs', 'Docs/letter.txt', 'docs/Letter.txt'])
      expect(outcomes.freedBy([recordId(other)]), other).toEqual([rowOf(letter)]);
  });

  it('leaves what only reading tells where nothing was to be written', () => {
    device.save(letter, 'hello');
    const item = due(letter);
    outcomes.problem(letter, 'malformed', 'not read');
    outcomes.agreed(item);
    expect(problem(letter)?.code).toBe('malformed');
    outcomes.problem(letter, 'io', 'not written');
    outcomes.agreed(item);
    expect(problem(letter)).toBeNull();
  });

  it('leaves what could not be written and may be torn, though nothing was to be written', () => {
    const { collection, clock } = device;
    const doubting = new CommitOutcome(collection, source, contents, clock, (id) => id === letter);
    device.save(letter, 'hello');
    outcomes.problem(letter, 'io', 'not written');
    doubting.agreed(due(letter));
    expect(problem(letter)?.code).toBe('io');
  });

  it('knows which records the contents are of that their values refer to', () => {
    device.save(letter, 'hello');
    const [digest, bytes] = [device.file('a photo').digest, Uint8Array.of(1)];
    outcomes.outcome({ ...due(letter), attachments: new Map([[digest, bytes]]) }, written(letter));
    expect(contents.referrers(digest)).toEqual([rowOf(letter)]);
  });
});

const rowOf = (id: RecordId): number => device.collection.records.find(id)?.row ?? -1;
