import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { Clock } from '../../../src/main/platform/clock.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileFields, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { type Digest, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { storedRevision, vouchesFor } from '../../../src/main/snapshot/stored-revision.ts';
import type { ItemProblem, Reading, Revision } from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { CommitLook, type CommitPort } from '../../../src/main/take-in/commit-look.ts';
import { DraftChange } from '../../../src/main/take-in/draft-change.ts';
import { GoneItems, NO_MOVES } from '../../../src/main/take-in/gone-items.ts';
import { HeldItems } from '../../../src/main/take-in/held-items.ts';
import type { LookProblems } from '../../../src/main/take-in/look-problems.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

/** Whatever is to wait is done as soon as who asks has ended. */
const atOnce: Clock = {
  now: () => 0,
  after(_, call) {
    queueMicrotask(call);
    return () => undefined;
  },
};
const [OLD, NEW] = [Uint8Array.of(1), Uint8Array.of(2)] as [Revision, Revision];

let databases: GroupDatabases;
let device: GroupDevice;
let other: GroupDevice;
let source: number;
let contents: ContentStore;
let gone: GoneItems;
let noted: ItemProblem[];
let lately: number[];
let settled: number[];
let due: number[];
let changed: RecordId[];
let fresh: (readonly [RecordId, number])[];
let isReader: boolean;
beforeEach(() => {
  databases = new GroupDatabases();
  [device, other] = new CollectionGroup(2, 'commits', 'files', databases).devices as [GroupDevice, GroupDevice];
  source = device.addSource(databases).row;
  contents = new ContentStore(databases.of(0).database);
  [noted, lately, settled, due, changed, fresh, isReader] = [[], [], [], [], [], [], false];
  gone = new GoneItems(device.collection, new HeldItems(device.collection, source, {}));
});
afterEach(() => databases.close());

function commit(more: Partial<CommitPort> = {}): CommitLook {
  const { collection } = device;
  const held = new HeldItems(collection, source, {});
  const problems = {
    note: (problem: ItemProblem) => noted.push(problem),
    resolved: () => undefined,
    noteDue: () => undefined,
  };
  return new CommitLook(collection, held, {
    batchRecords: 2,
    contents,
    clock: atOnce,
    scope: { changed: (id) => void changed.push(id), readFresh: (id, size) => void fresh.push([id, size]) },
    drafts: new DraftChange(collection, held, false),
    problems: problems as unknown as LookProblems,
    meets: null,
    isFirst: false,
    confirmed: new Set(),
    readOnly: () => isReader,
    belongs: () => true,
    written: (packages) => void device.sent.push(...packages),
    lately: (rows) => void lately.push(...rows),
    due: (each) => void due.push(each),
    settled: (rows) => void settled.push(...rows),
    ...more,
  });
}
const row = (id: string): number => device.collection.records.find(recordId(id))?.row ?? -1;
const snapshot = (id: string) => device.collection.records.snapshot(source, row(id));
const fileOf = (text: string): Fields => fileFields(device.file(text));
const reading = (id: string, fields: Fields, more: Partial<Reading> = {}): Reading => ({
  id: recordId(id),
  revision: NEW,
  fresh: false,
  fields,
  attachments: [],
  ...more,
});
const take = (...readings: readonly Reading[]): CommitLook => {
  const look = commit();
  look.readings(readings, NO_MOVES);
  return look;
};
/** The source was in step with a file of this text. */
function holds(id: string, text: string): void {
  device.save(id, text);
  device.collection.records.putSnapshot(source, row(id), storedRevision(OLD, false), null);
  contents.noteHolder(digestOf(text), source, row(id));
}
function went(...ids: readonly string[]): Promise<void> {
  for (const id of ids) gone.add(recordId(id), row(id));
  return commit().gone(gone, NO_MOVES);
}
const digestOf = (text: string): Digest => device.file(text).digest;
const holders = (text: string): readonly number[] => contents.holders(digestOf(text), null).map(({ record }) => record);

describe('what a source holds of a content', () => {
  it('is a new file, and an edited one instead of what it was', () => {
    holds('a', 'old');
    take(reading('a', fileOf('edited')), reading('b', fileOf('new')));
    expect([holders('old'), holders('edited'), holders('new')]).toEqual([[], [row('a')], [row('b')]]);
  });
  it('is the same where only something else of the file is another', () => {
    holds('a', 'text');
    take(reading('a', fileFields(device.file('text'), { executable: true, modified: 5 })));
    expect([holders('text'), device.values('a', EXECUTABLE)]).toEqual([[row('a')], [true]]);
  });
  it('is a file that others told of and that was there already', () => {
    device.save('a', 'text');
    take(reading('a', fileOf('text')));
    expect(holders('text')).toEqual([row('a')]);
  });
  it('says how a large one is cut', () => {
    const list = Uint8Array.of(1, 2, 3);
    const attachments = [{ digest: digestOf('list'), bytes: list }];
    take(reading('a', fileOf('text'), { attachments }));
    expect([contents.chunkList(digestOf('list')), holders('text')]).toEqual([Buffer.from(list), [row('a')]]);
  });
  it('is nothing of a file that is gone, nor of an empty one', async () => {
    holds('a', 'text');
    await went('a');
    take(reading('empty', fileOf('')));
    expect([holders('text'), holders('')]).toEqual([[], []]);
  });
});

it('a change of what was there counts as one more of it, a new file as none', () => {
  holds('a', 'old');
  const same = reading('a', fileOf('edited'));
  take(same, reading('b', fileOf('new')));
  take(same);
  expect(changed).toEqual(['a']);
});

describe('what is gone', () => {
  it('is deleted, batch by batch, to the last of it', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) holds(id, id);
    const rows = ids.map(row);
    await went(...ids);
    expect(ids.filter((id) => device.isThere(id))).toEqual([]);
    expect([new Set(lately), gone.size]).toEqual([new Set(rows), 0]);
    expect(ids.map(snapshot)).toEqual(ids.map(() => undefined));
  });
  it('is remembered as gone from here where somebody edited it meanwhile', async () => {
    holds('a', 'old');
    other.receiveFrom(device);
    other.save('a', 'edited elsewhere');
    device.receiveFrom(other);
    await went('a');
    expect(device.existsValues('a').toSorted()).toEqual([false, true]);
    const stored = snapshot('a');
    expect([stored?.revision, stored?.held?.get(EXISTS)?.value]).toEqual([null, false]);
  });
  it('is remembered of each as what it was, of several in one batch', async () => {
    const ids = ['a', 'b'];
    for (const id of ids) holds(id, id);
    other.receiveFrom(device);
    for (const id of ids) other.save(id, `${id} edited elsewhere`);
    device.receiveFrom(other);
    await went(...ids);
    expect(ids.map((id) => snapshot(id)?.held?.get(ENTRY)?.value)).toEqual(ids.map((id) => device.file(id)));
  });
  it('is no problem any more, whatever was the matter with it', async () => {
    const { problems } = device.collection;
    for (const id of ['a', 'b']) {
      holds(id, id);
      problems.put(source, recordId(id), 'unreadable', 'It cannot be read.', 0);
    }
    await went('a');
    expect([problems.has(source, recordId('a')), problems.has(source, recordId('b'))]).toEqual([false, true]);
  });
});

describe('what somebody wrote', () => {
  it('is told, so that what a power loss leaves of it is no edit', () => {
    holds('same', 'same');
    holds('old', 'old');
    take(reading('old', fileOf('edited')), reading('new', fileOf('new')), reading('same', fileOf('same')));
    expect(new Set(lately)).toEqual(new Set([row('old'), row('new')]));
  });
  it('is told though it says what it said, where the disk may not have it yet', () => {
    holds('same', 'same');
    take(reading('same', fileOf('same'), { unsynced: true }));
    expect(lately).toEqual([row('same')]);
  });
  it('is told of a first look only where the disk may not have it yet', () => {
    const look = commit({ isFirst: true });
    look.readings([reading('old', fileOf('old')), reading('just now', fileOf('new'), { unsynced: true })], NO_MOVES);
    expect(lately).toEqual([row('just now')]);
  });
  it('is told where it was written a moment ago, and how large a file that is', () => {
    const folder = reading('d', fileFields({ type: 'directory' }), { fresh: true });
    take(folder, reading('d/note', fileOf('note'), { fresh: true }), reading('e/note', fileOf('old note')));
    expect(fresh).toEqual([
      ['d', 0],
      ['d/note', 4],
    ]);
  });
});

describe('the snapshot', () => {
  it('does not vouch for what was written a moment ago: it may be written to again within a tick of the clock', () => {
    take(reading('a', fileOf('text'), { fresh: true }), reading('b', fileOf('text')));
    expect(['a', 'b'].map((id) => vouchesFor(snapshot(id)?.revision as Uint8Array, NEW))).toEqual([false, true]);
  });
  it('of what is as it is shown says no more than that', () => {
    holds('a', 'old');
    take(reading('a', fileOf('edited')), reading('new', fileOf('new')));
    expect([snapshot('a')?.held, snapshot('new')?.held, due]).toEqual([null, null, []]);
  });
  it('of what stands beside another value says which one is here', () => {
    holds('a', 'old');
    other.receiveFrom(device);
    other.save('a', 'edited elsewhere');
    device.receiveFrom(other);
    take(reading('a', fileOf('edited here')));
    expect(device.values('a')).toHaveLength(2);
    expect(snapshot('a')?.held?.get(ENTRY)?.value).toEqual(device.file('edited here'));
    // Another field of it may be there by now, and no package will bring that.
    expect(due).toEqual([row('a')]);
  });
});

describe('a directory that is there for what lies in it', () => {
  const directory = reading('d', fileFields({ type: 'directory' }));
  const problems = () => device.collection.problems.of(source).map(({ record, code }) => [record, code]);
  beforeEach(() => {
    device.save('d', 'a file');
    device.save('d/a', 'below');
  });

  it('is named where it was deleted, and goes once nothing lies in it', () => {
    device.save('d', null);
    take(directory);
    expect(problems()).toEqual([['d', 'stays']]);
    expect(snapshot('d')?.held?.get(EXISTS)).toEqual({
      value: true,
      dots: device.held(recordId('d'))?.get(EXISTS)?.dots,
    });
    expect(snapshot('d')?.held?.get(ENTRY)?.value).toEqual({ type: 'directory' });
    expect(device.isThere('d')).toBe(false);
  });
  it('is nothing to be named where a file is to be in its place: that is in conflict', () => {
    take(directory);
    expect([problems(), snapshot('d')]).toEqual([[], undefined]);
  });
});

describe('what is found just as it is shown', () => {
  const found = (id: string, text: string): readonly number[] => {
    take(reading(id, fileOf(text)));
    return settled;
  };
  it('need not be written', () => {
    holds('a', 'text');
    expect(found('a', 'text')).toEqual([row('a')]);
  });
  it('is not what stands beside another value', () => {
    holds('a', 'old');
    other.receiveFrom(device);
    other.save('a', 'edited elsewhere');
    device.receiveFrom(other);
    expect(found('a', 'old')).toEqual([]);
  });
  it('is no file in the place of which there is to be a folder', () => {
    holds('a', 'text');
    device.save('a/b', 'below');
    expect(found('a', 'text')).toEqual([]);
  });
});

describe('what is not taken in', () => {
  it('is a change nobody could use, and it is named', () => {
    const { collection } = device;
    collection.whyInvalid = () => 'nobody can';
    take(reading('a', fileOf('text')));
    expect([device.isThere('a'), noted.map(({ id, code }) => [id, code])]).toEqual([false, [['a', 'invalid-change']]]);
  });
  it('is what a reader changes, and it is named', () => {
    holds('a', 'old');
    isReader = true;
    take(reading('a', fileOf('edited')), reading('new', fileOf('new')));
    expect([device.shown('a'), device.isThere('new')]).toEqual([device.file('old'), false]);
    expect(noted.map(({ id, code }) => [id, code])).toEqual([
      ['a', 'read-only'],
      ['new', 'read-only'],
    ]);
  });
  it('says of a reader’s what to do, and where the device is no member any more', () => {
    holds('a', 'old');
    isReader = true;
    for (const belongs of [true, false])
      commit({ belongs: () => belongs }).readings([reading('a', fileOf('edited'))], NO_MOVES);
    expect(noted.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/may only read .* ask an admin/),
      expect.stringMatching(/does not belong to the collection any more.* leave the collection here, and join/),
    ]);
  });
  it('is nothing of a reader’s that says what it said, with another time: it gets its time back, once', () => {
    const at = (modified: number): Fields => fileFields(device.file('old'), { executable: false, modified });
    device.write([device.edit('a', at(1_000_000)) as Change]);
    device.collection.records.putSnapshot(source, row('a'), storedRevision(OLD, false), null);
    isReader = true;
    expect([take(reading('a', at(5_000_000))).behind, noted, due]).toEqual([[row('a')], [], [row('a')]]);
    const { held, revision } = snapshot('a') ?? {};
    expect([held?.get(MODIFIED)?.value, vouchesFor(revision as Uint8Array, NEW)]).toEqual([5_000_000, true]);
    expect([take(reading('a', at(5_000_000))).behind, noted]).toEqual([[], []]);
  });
  it('is nothing at all: nobody is told', () => {
    holds('a', 'text');
    let told = 0;
    const look = commit({ written: () => void told++ });
    look.readings([reading('a', fileOf('text'))], NO_MOVES);
    expect([look.changes, told]).toEqual([0, 0]);
  });
  it('is nothing of a text that was deleted elsewhere and is gone: nobody is asked to put it back', () => {
    gone = new GoneItems(device.collection, new HeldItems(device.collection, source, { project: (full) => full }));
    for (const id of ['a', 'b']) holds(id, id);
    device.save('a', null);
    for (const id of ['a', 'b']) gone.add(recordId(id), row(id));
    const look = commit();
    look.goneIsNotPassedOn(gone);
    expect(noted.map(({ id, code }) => [id, code])).toEqual([['b', 'read-only']]);
    expect([snapshot('a'), look.behind]).toEqual([undefined, [row('a')]]);
  });
});
