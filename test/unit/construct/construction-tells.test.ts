import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppliedChange } from '../../../src/main/collection.ts';
import { NO_TICKETS, type Ticket } from '../../../src/main/construct/pending.ts';
import { type ConstructionPort, RunConstruction } from '../../../src/main/construct/run-construction.ts';
import type { FoundContent } from '../../../src/main/content-exchange/contents.ts';
import type { Clock } from '../../../src/main/platform/clock.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { fieldName, type LogId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { ConstructItem, ConstructOutcome, SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';
import { flush } from '../../fakes/flush.ts';

const FOLDER: Fields = new Map([[ENTRY, { type: 'directory' }]]);
const REVISION = new Uint8Array([1, 2, 3]);
const written = ({ id }: ConstructItem): ConstructOutcome => ({ id, done: 'written', revision: REVISION, kept: null });

let databases: GroupDatabases;
beforeEach(() => {
  databases = new GroupDatabases();
});
afterEach(() => databases.close());

/** A source whose adapter says of each item what a test says, and what is told of it, in order. */
function room(kind: 'files' | 'contacts', outcome: (item: ConstructItem) => ConstructOutcome, batch?: number) {
  const device = new CollectionGroup(1, 'told', kind, databases).devices[0] as GroupDevice;
  const source = device.addSource(databases);
  const { collection } = device;
  const told: string[] = [];
  let found: FoundContent = { from: 'missing' };
  let mayCome = true;
  const clock: Clock = {
    now: () => device.clock.now(),
    after: (_, call) => {
      queueMicrotask(call);
      return () => {};
    },
  };
  const adapter = {
    batch,
    outside: () => false,
    project: (full: Fields) => full,
    construct: async (items: readonly ConstructItem[]) => {
      told.push(`construct ${items.map(({ id }) => id).join(' ')}`);
      await flush();
      return items.map(outcome);
    },
    committed: () => void told.push('committed'),
  } as unknown as SourceAdapter;
  const port: ConstructionPort = {
    batchFiles: 500,
    findContents: (wanted) => Promise.resolve(wanted.map(() => found)),
    readContent: () => Promise.resolve(null),
    keepContents: () => Promise.resolve(),
    mayCome: () => mayCome,
    peersEpoch: () => 0,
    locked: (work) => work(),
    stillThere: () => Promise.resolve(),
    lookAgain: (id) => void told.push(`look ${id}`),
    heldBack: () => false,
    isGone: () => false,
    writing: (rows) => void told.push(`writing ${rows.map((row) => collection.records.at(row)?.id).join(' ')}`),
    due: () => undefined,
    contentsBack: () => void told.push('contents back'),
    done: (tickets) => void told.push(`done ${tickets.map(({ number }) => number).join(' ')}`),
    progress: () => undefined,
  };
  const parts = { collection, source, adapter, contentStore: new ContentStore(databases.of(0).database), clock };
  const construction = new RunConstruction(parts, port);
  const changes = (id: string, fields: Fields): AppliedChange => {
    const change = device.edit(id, fields);
    return device.write(change === null ? [] : [change])[0]?.applied[0] as AppliedChange;
  };
  return {
    told,
    collection,
    construction,
    source: source.row,
    clock: device.clock,
    /** This is what is found of each content from now on. */
    finds: (content: FoundContent, others = true): void => {
      found = content;
      mayCome = others;
    },
    changes,
    /** Somebody wrote it. Returns its row. */
    comes: (id: string, fields: Fields): number => changes(id, fields).row,
    run: () => construction.run(new AbortController().signal),
  };
}
const ticket = (number: number): Ticket => ({ log: 'a' as LogId, number, open: 1 });

describe('what is told of a batch', () => {
  it('is what no package asks for before it is written, and all of it as its snapshot moves', async () => {
    const { told, construction, comes, run } = room('files', written);
    construction.enqueue(comes('asked', FOLDER), [ticket(1)]);
    construction.enqueue(comes('found', FOLDER));
    await run();
    expect(told).toEqual(['writing found', 'construct asked found', 'writing asked found', 'committed', 'done 1']);
  });

  it('is where somebody may have written at the very moment', async () => {
    const { told, construction, comes, run } = room('files', (item) => ({
      ...written(item),
      ...(item.id === 'b' ? { fresh: true } : {}),
    }));
    for (const id of ['a', 'b']) construction.enqueue(comes(id, FOLDER), [ticket(1)]);
    await run();
    expect(told.filter((each) => each.startsWith('look'))).toEqual(['look b']);
  });

  it('is that a package is applied once what it made way for was tried', async () => {
    const { told, collection, construction, comes, run, source } = room('files', written);
    comes('a/below', FOLDER);
    collection.problems.put(source, recordId('a/below'), 'parent-is-file', 'a file is in the way', 0);
    construction.enqueue(comes('a', FOLDER), [ticket(1)]);
    await run();
    expect(told.filter((each) => /^(construct|done)/.test(each))).toEqual([
      'construct a',
      'construct a/below',
      'done 1',
    ]);
  });

  it('is that it is applied at once where what stood in the way was refused, and stands there still', async () => {
    const { told, collection, construction, comes, run, source } = room('files', ({ id }) => ({
      id,
      done: 'refused',
      reason: 'no-permission',
      detail: 'no',
    }));
    comes('a/below', FOLDER);
    collection.problems.put(source, recordId('a/below'), 'parent-is-file', 'a file is in the way', 0);
    construction.enqueue(comes('a', FOLDER), [ticket(1)]);
    await run();
    expect(told.filter((each) => /^(construct|done)/.test(each))).toEqual(['construct a', 'done 1']);
  });
});

describe('a source into which nothing is written', () => {
  it('is done with what it holds as it is shown; the rest waits', () => {
    const { told, collection, construction, comes, source } = room('files', written);
    const rows = ['held', 'other'].map((id) => comes(id, FOLDER));
    rows.forEach((row, at) => {
      construction.enqueue(row, [ticket(at + 1)]);
    });
    construction.forgetNew();
    collection.records.putSnapshot(source, rows[0] as number, storedRevision(REVISION, false), null);
    construction.sift();
    expect([told, construction.rows(), construction.waiting]).toEqual([['done 1'], [rows[1]], 1]);
  });
});

describe('a text of many items', () => {
  it('is written by one batch after the other, each once the one before it is committed', async () => {
    const { told, construction, comes, run } = room('contacts', written, 1);
    for (const id of ['ana', 'ben', 'eve'])
      construction.enqueue(comes(id, new Map([[fieldName('name'), { full: id }]])), NO_TICKETS);
    await run();
    expect(told.filter((each) => !each.startsWith('writing'))).toEqual(
      ['ana', 'ben', 'eve'].flatMap((id) => [`construct ${id}`, 'committed']),
    );
  });
});

describe('a run', () => {
  it('is one at a time, whoever asks for it', async () => {
    const { told, construction, comes, run } = room('files', written);
    construction.enqueue(comes('a', FOLDER));
    const first = run();
    expect(run()).toBe(first);
    await first;
    expect(told.filter((each) => each.startsWith('construct'))).toEqual(['construct a']);
    expect(run()).not.toBe(first);
  });
});

describe('a content', () => {
  const fileOf = (digit: string): Fields =>
    new Map([[ENTRY, { type: 'file', digest: digit.repeat(64), size: 5 << 20, chunks: 'c'.repeat(64) }]]);
  const STAGED: FoundContent = { from: 'staged', path: '/staged', list: null };

  it('that two files want is put together once: the second has its turn when the first is in its place', async () => {
    const { told, construction, comes, run, finds } = room('files', written);
    finds(STAGED);
    for (const id of ['a', 'b']) construction.enqueue(comes(id, fileOf('1')));
    await run();
    expect(told.filter((each) => each.startsWith('construct'))).toEqual(['construct a', 'construct b']);
    expect(construction.open).toBe(0);
  });

  it('that was waited for is told of once it came; one that nobody waited for is not', async () => {
    const { told, construction, comes, run, finds } = room('files', written);
    construction.enqueue(comes('a', fileOf('1')));
    await run();
    expect([told.filter((each) => /^con/.test(each)), construction.lacking]).toEqual([[], 1]);
    finds(STAGED);
    construction.retryLacking();
    await run();
    construction.enqueue(comes('b', fileOf('2')));
    await run();
    expect(told.filter((each) => /^con/.test(each))).toEqual(['construct a', 'contents back', 'construct b']);
  });

  it('of another version is waited for as long as that of the first was', async () => {
    const { collection, clock, construction, comes, changes, run, source, finds } = room('files', written);
    finds({ from: 'missing' }, false);
    const problems = () => collection.problems.of(source).map(({ code }) => code);
    construction.enqueue(comes('a', fileOf('1')));
    await run();
    clock.time += 61_000;
    const applied = changes('a', fileOf('2'));
    construction.enqueue(applied.row, NO_TICKETS, applied);
    await run();
    expect(problems()).toEqual([]);
    clock.time += 61_000;
    construction.retryLacking();
    await run();
    expect(problems()).toEqual(['content-gone']);
  });
});
