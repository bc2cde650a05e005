import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { ConstructionQueue, type Job } from '../../../src/main/construct/construction-queue.ts';
import { constructItemOf, type PreparedItem, PrepareItem } from '../../../src/main/construct/prepare-item.ts';
import { fileFields } from '../../../src/main/record/file-entry.ts';
import { digest, dotOf, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { Revision, SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import type { StoredSource } from '../../../src/main/store/registry-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const REVISION = Uint8Array.of(1, 2, 3) as Revision;
const letter = recordId('letter.txt');

let databases: GroupDatabases;
let device: GroupDevice;
let source: StoredSource;
let items: PrepareItem;
let isOutside: boolean;
let isHeldBack: boolean;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'items', 'files', databases).devices[0] as GroupDevice;
  source = device.addSource(databases);
  isOutside = false;
  isHeldBack = false;
  const adapter = { outside: () => isOutside, onlyLeads: () => true } as unknown as SourceAdapter;
  items = new PrepareItem(device.collection, source, adapter, () => isHeldBack);
});
afterEach(() => databases.close());

const row = (): number => device.collection.records.find(letter)?.row ?? -1;
function prepared(): PreparedItem | null {
  const queue = new ConstructionQueue();
  queue.enqueue(row(), []);
  return items.prepare([...queue.take()][0] as Job);
}
/** The source holds the record as it is now. */
const holds = (): void =>
  device.collection.records.putSnapshot(source.row, row(), storedRevision(REVISION, false), null);
/** The next state is due where the source holds the one before. */
function saveBeside(text: string | null): void {
  const before = device.held(letter);
  device.save(letter, text);
  device.collection.records.putSnapshot(source.row, row(), storedRevision(REVISION, false), before);
}

describe('what one source is to do about a record', () => {
  it('is to write what it does not have, where nothing stands', () => {
    device.save(letter, 'hello');
    const item = prepared() as PreparedItem;
    expect(item).toMatchObject({ id: letter, expected: null, asShown: true, planned: { write: true } });
    expect(items.wanted(item)).toMatchObject({ id: letter, digest: device.file('hello').digest, base: null });
    expect(constructItemOf(item, null, new Map()).replaces).toBeNull();
  });

  it('is to take nobody’s word for a content that came as something else before', () => {
    device.save(letter, 'hello');
    expect(items.wanted(prepared() as PreparedItem)).not.toHaveProperty('doubted');
    device.collection.problems.put(source.row, letter, 'content-wrong', 'not the bytes announced', 0);
    expect(items.wanted(prepared() as PreparedItem)).toMatchObject({ doubted: true });
  });

  it('is to replace the revision it has, whose content is told so that it can be kept', () => {
    device.save(letter, 'hello');
    saveBeside('hello again');
    const item = prepared() as PreparedItem;
    expect([...(item.expected as Revision)]).toEqual([...REVISION]);
    expect(items.wanted(item)).toMatchObject({ base: { digest: device.file('hello').digest } });
    expect(constructItemOf(item, null, new Map()).replaces).toBe(device.file('hello').digest);
  });

  it('is told by which chunk list its content, and the one it has, are put together', () => {
    const chunked = (text: string) => ({ ...device.file(text), chunks: digest(text.repeat(64)) });
    const write = (text: string) => device.write([device.edit(letter, fileFields(chunked(text))) as Change]);
    write('a');
    expect(items.wanted(prepared() as PreparedItem)).toMatchObject({ chunks: digest('a'.repeat(64)), base: null });
    const before = device.held(letter);
    write('b');
    device.collection.records.putSnapshot(source.row, row(), storedRevision(REVISION, false), before);
    expect(items.wanted(prepared() as PreparedItem)).toMatchObject({
      chunks: digest('b'.repeat(64)),
      base: { digest: device.file('a').digest, chunks: digest('a'.repeat(64)) },
    });
  });

  it('is found out anew where it is asked for once more, by the record as it is then', () => {
    const { collection } = device;
    device.save(letter, 'hello');
    const queue = new ConstructionQueue();
    const state = collection.records.find(letter)!.state;
    const change = device.edit(letter, fileFields(device.file('unused'))) as Change;
    queue.enqueue(row(), [], { dot: dotOf(1, 0), change, before: null, row: row(), state });
    const job = [...queue.take()][0] as Job;
    expect(job.isNew).toBe(true);
    expect(items.prepare(job)).toMatchObject({ expected: null });
    holds();
    device.save(letter, 'hello again');
    job.touched = true;
    const item = items.prepare(job) as PreparedItem;
    expect(job.touched).toBe(false);
    expect(items.wanted(item)).toMatchObject({ digest: device.file('hello again').digest });
    expect([...(item.expected as Revision)]).toEqual([...REVISION]);
  });

  it('is to find no content where only the time is another', () => {
    device.save(letter, 'hello');
    const before = device.held(letter);
    device.write([device.edit(letter, fileFields(device.file('hello'), { executable: false, modified: 5 })) as never]);
    device.collection.records.putSnapshot(source.row, row(), storedRevision(REVISION, false), before);
    const item = prepared() as PreparedItem;
    expect(item.planned.write).toBe(true);
    expect(items.wanted(item)).toBeNull();
  });

  it('is not to make a directory in which something selected may lie before there is something', () => {
    device.write([device.edit(letter, fileFields({ type: 'directory' })) as never]);
    expect(prepared()).toBeNull();
  });

  it('is to write nothing where it holds the record as it is', () => {
    device.save(letter, 'hello');
    holds();
    expect(prepared()).toMatchObject({ asShown: true, planned: { write: false } });
  });

  it('is found out with one projection of the record as it was, and one of the record as it is', () => {
    let projected = 0;
    const adapter = {
      outside: () => false,
      project: (full: Fields) => {
        projected++;
        return full;
      },
    } as unknown as SourceAdapter;
    items = new PrepareItem(device.collection, source, adapter, () => isHeldBack);
    device.save(letter, 'hello');
    saveBeside('hello again');
    expect(prepared()).toMatchObject({ planned: { write: true } });
    expect(projected).toBe(2);
  });

  it('is nothing where the rules of the source keep the record out, or it is gone before it came', () => {
    device.save(letter, 'hello');
    isOutside = true;
    expect(prepared()).toBeNull();
    isOutside = false;
    device.save(letter, null);
    expect(prepared()).toBeNull();
  });

  it('is nothing where the rules keep out what stands here and may be torn: who lets go of it has it found out anew', () => {
    device.save(letter, 'hello');
    holds();
    isHeldBack = true;
    expect(prepared()).not.toBeNull();
    isOutside = true;
    expect(prepared()).toBeNull();
    isHeldBack = false;
    expect(prepared()).not.toBeNull();
  });

  it.each([
    ['of a text that is too long for the place', 'name-too-long', true, true],
    ['of what a person is asked', 'deleted-elsewhere', true, false],
    ['of a place that may only be read', 'read-only', true, false],
    ['of reading', 'read-failed', true, true],
    ['of reading, of what is gone before it came', 'read-failed', false, false],
  ])('a problem %s is over where the item is kept out, or not: %s, %s: %s', (_what, code, kept, isOver) => {
    const { problems } = device.collection;
    device.save(letter, 'hello');
    if (!kept) device.save(letter, null);
    problems.put(source.row, letter, code, 'why', 0);
    isOutside = kept;
    expect(prepared()).toBeNull();
    expect(problems.has(source.row, letter)).toBe(!isOver);
  });

  it('is nothing to what only may be read, nor to what is asked about and is to go; else it is done', () => {
    const { problems } = device.collection;
    const because = (code: string): PreparedItem | null => {
      problems.put(source.row, letter, code, 'why', 0);
      return prepared();
    };
    device.save(letter, 'hello');
    saveBeside('hello again');
    expect([because('read-only'), because('deleted-elsewhere') === null]).toEqual([null, false]);
    saveBeside(null);
    expect([because('deleted-elsewhere'), because('io') === null]).toEqual([null, false]);
  });

  it('starts from what the source said of it, where that cannot hold all of a record; a row that is none is passed over', () => {
    const adapter = { outside: () => false, project: (full: Fields) => full } as unknown as SourceAdapter;
    items = new PrepareItem(device.collection, source, adapter, () => false);
    device.save(letter, 'hello');
    const native: Fields = new Map([[fieldName('said'), 'here']]);
    const before = device.held(letter);
    device.save(letter, 'hello again');
    device.collection.records.putSnapshot(source.row, row(), storedRevision(REVISION, false), before, native);
    expect(prepared()?.native).toEqual(native);
    const queue = new ConstructionQueue();
    queue.enqueue(4711, []);
    expect(items.prepare([...queue.take()][0] as Job)).toBeNull();
  });

  it('is nothing where its format has no item for it, unless it is there', () => {
    let hasNone = true;
    const project = (full: Fields): Fields => full;
    const adapter = { outside: () => false, project, hasNoItemFor: () => hasNone } as unknown as SourceAdapter;
    items = new PrepareItem(device.collection, source, adapter, () => false);
    device.save(letter, 'hello');
    expect(prepared()).toBeNull();
    hasNone = false;
    expect(prepared()).not.toBeNull();
    hasNone = true;
    saveBeside('hello again');
    expect(prepared()).toMatchObject({ planned: { write: true } });
    saveBeside(null);
    expect(prepared()).toMatchObject({ planned: { fields: null } });
  });

  it('is nothing while a person has to decide about the item', () => {
    device.save(letter, 'hello');
    device.save(letter, null);
    device.collection.problems.put(source.row, letter, 'deleted-elsewhere', 'asked', 0);
    expect(prepared()).toBeNull();
    expect(device.collection.problems.has(source.row, letter)).toBe(true);
    // It is there again: what stands here is told by a look, which a try to write it calls for.
    device.save(letter, 'again');
    expect(prepared()).not.toBeNull();
    device.collection.problems.put(source.row, letter, 'io', 'the disk was away', 0);
    expect(prepared()).not.toBeNull();
  });
});
