import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunConstruction } from '../../../src/main/construct/run-construction.ts';
import type { FoundContent, WantedContent } from '../../../src/main/content-exchange/contents.ts';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { ENTRY, EXISTS } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { ConstructItem, ConstructOutcome, SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import type { StoredRecord } from '../../../src/main/store/record-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';
import { flush } from '../../fakes/flush.ts';

const BATCH = 500;
const away = new Error('away');

/** Answers a batch when a test says so. */
class WaitingAdapter {
  readonly begun: { readonly ids: readonly string[]; answer(): void; fail(error: Error): void }[] = [];
  construct(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> {
    return new Promise((resolve, reject) => {
      const written = items.map(({ id }) => ({ id, done: 'written', revision: [1, 2, 3], kept: null }) as never);
      this.begun.push({ ids: items.map(({ id }) => id), answer: () => resolve(written), fail: reject });
    });
  }
  outside(): boolean {
    return false;
  }
}

let databases: GroupDatabases;
let device: GroupDevice;
let adapter: WaitingAdapter;
let construction: RunConstruction;
let isThere: boolean;
let gone: ReadonlySet<string>;
let locks: number;
let isLocked: boolean;
let source: number;
let find: (wanted: readonly WantedContent[]) => Promise<readonly FoundContent[]>;
let mayCome: boolean;
let epoch: number;
beforeEach(() => {
  find = () => Promise.resolve([]);
  mayCome = true;
  epoch = 0;
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'construction', 'files', databases).devices[0] as GroupDevice;
  adapter = new WaitingAdapter();
  isThere = true;
  gone = new Set();
  locks = 0;
  isLocked = false;
  const { collection, clock } = device;
  const stored = device.addSource(databases);
  source = stored.row;
  construction = new RunConstruction(
    {
      collection,
      source: stored,
      adapter: adapter as unknown as SourceAdapter,
      contentStore: new ContentStore(databases.of(0).database),
      clock,
    },
    {
      batchFiles: 500,
      findContents: (wanted) => find(wanted),
      readContent: () => Promise.resolve(null),
      keepContents: () => Promise.resolve(),
      mayCome: () => mayCome,
      peersEpoch: () => epoch,
      locked: async (work) => {
        locks++;
        isLocked = true;
        try {
          return await work();
        } finally {
          isLocked = false;
        }
      },
      stillThere: () => (isThere ? Promise.resolve() : Promise.reject(away)),
      lookAgain: () => undefined,
      heldBack: () => false,
      isGone: (id) => gone.has(id),
      writing: () => undefined,
      due: () => undefined,
      contentsBack: () => {},
      done: () => undefined,
      progress: () => undefined,
    },
  );
});
afterEach(() => databases.close());

/** Directories that are to be written. */
function comes(count: number): void {
  const changes = Array.from({ length: count }, (_, at) => {
    const change = device.edit(`d${String(at).padStart(5, '0')}`, new Map([[ENTRY, { type: 'directory' }]]));
    if (change === null) throw new Error('no change');
    return change;
  });
  for (const { applied } of device.write(changes)) for (const each of applied) construction.enqueue(each.row, [], each);
}
const held = (): number => device.collection.records.countHeld(source);

describe('RunConstruction', () => {
  it('writes a batch while the one before it is committed, and commits each with what became of it', async () => {
    comes(3 * BATCH);
    const ended = construction.run(new AbortController().signal);
    await flush();
    expect(adapter.begun.length).toBe(1);
    const heldThen: number[] = [];
    const construct = adapter.construct.bind(adapter);
    adapter.construct = (items) => {
      heldThen.push(held());
      return construct(items);
    };
    adapter.begun[0]?.answer();
    await flush();
    expect(adapter.begun.length).toBe(2);
    expect(heldThen).toEqual([0]);
    expect(held()).toBe(BATCH);
    adapter.begun[1]?.answer();
    await flush();
    adapter.begun[2]?.answer();
    await ended;
    expect(held()).toBe(3 * BATCH);
    expect(construction.open).toBe(0);
    expect(locks).toBe(1);
  });

  it('lets a look have its turn after some batches', async () => {
    comes(6 * BATCH);
    const ended = construction.run(new AbortController().signal);
    for (let at = 0; at < 6; at++) {
      await flush();
      adapter.begun[at]?.answer();
    }
    await ended;
    expect(held()).toBe(6 * BATCH);
    expect(locks).toBe(2);
  });

  it('commits what was written before the source went away, and begins nothing more', async () => {
    comes(2 * BATCH);
    const ended = construction.run(new AbortController().signal);
    await flush();
    isThere = false;
    adapter.begun[0]?.answer();
    await expect(ended).rejects.toBe(away);
    expect(held()).toBe(BATCH);
    expect(adapter.begun.length).toBe(1);
    expect(construction.open).toBe(BATCH);
  });

  it('keeps the source until nothing is written any more where a commit fails, and does all of it again', async () => {
    comes(2 * BATCH);
    const ended = construction.run(new AbortController().signal);
    await flush();
    const broken = new Error('the disk is full');
    const { records } = device.collection;
    const put = records.putSnapshot.bind(records);
    records.putSnapshot = () => {
      throw broken;
    };
    adapter.begun[0]?.answer();
    const failed = expect(ended).rejects.toBe(broken);
    await flush();
    expect(adapter.begun.length).toBe(2);
    expect(isLocked).toBe(true);
    adapter.begun[1]?.answer();
    await failed;
    expect(held()).toBe(0);
    expect(construction.open).toBe(2 * BATCH);
    records.putSnapshot = put;
    const again = construction.run(new AbortController().signal);
    await flush();
    adapter.begun[2]?.answer();
    await flush();
    adapter.begun[3]?.answer();
    await again;
    expect(held()).toBe(2 * BATCH);
  });

  it('writes nothing of a record that moved on before its batch is begun', async () => {
    comes(2 * BATCH);
    const ended = construction.run(new AbortController().signal);
    await flush();
    const moved = recordId('d00600');
    const change = device.edit(moved, null);
    if (change === null) throw new Error('no change');
    for (const { applied } of device.write([change]))
      for (const each of applied) construction.enqueue(each.row, [], each);
    adapter.begun[0]?.answer();
    await flush();
    expect(adapter.begun[1]?.ids).not.toContain(moved);
    adapter.begun[1]?.answer();
    await flush();
    for (const { answer } of adapter.begun.slice(2)) answer();
    await ended;
    expect(adapter.begun.flatMap(({ ids }) => ids)).not.toContain(moved);
    expect(held()).toBe(2 * BATCH - 1);
  });

  it('of what a look found gone, and did not take for deleted yet, the snapshot says what it was until a look has', async () => {
    comes(1);
    construction.forgetNew();
    const { records } = device.collection;
    const { id, row, state } = records.find(recordId('d00000')) as StoredRecord;
    const before: Held = new Map([...state.fields].map(([field, [only]]) => [field, { value: only!.value, dots: [] }]));
    records.putSnapshot(source, row, storedRevision(new Uint8Array([1]), false), before);
    const held = () => records.snapshot(source, row)?.held;
    gone = new Set([id]);
    await construction.run(new AbortController().signal);
    expect([held(), construction.open, construction.waiting]).toEqual([before, 1, 1]);
    gone = new Set();
    construction.retryWhere(() => true);
    await construction.run(new AbortController().signal);
    expect([held(), construction.open]).toEqual([null, 0]);
  });

  it('compares anew what was found to be something else after it was found to be as it shall be', async () => {
    comes(2);
    construction.forgetNew();
    const { records } = device.collection;
    const { row } = records.find(recordId('d00000')) as StoredRecord;
    records.putSnapshot(source, row, storedRevision(new Uint8Array([1]), false), null);
    const ended = construction.run(new AbortController().signal);
    await flush();
    expect(adapter.begun.map(({ ids }) => ids)).toEqual([['d00001']]);
    // As of a file that the power tore.
    const other: Held = new Map([
      [EXISTS, { value: true, dots: [] }],
      [ENTRY, { value: { type: 'symlink', target: 'x' }, dots: [] }],
    ]);
    records.putSnapshot(source, row, storedRevision(new Uint8Array([2]), false), other);
    adapter.begun[0]?.answer();
    await flush();
    expect(adapter.begun.map(({ ids }) => ids)).toEqual([['d00001'], ['d00000']]);
    adapter.begun[1]?.answer();
    await ended;
    expect(construction.open).toBe(0);
  });

  it('has one plan at a time of a record that moves on and on while its batches wait', async () => {
    comes(3 * BATCH);
    const moved = recordId('d01100');
    const moves = (to: Fields | null): void => {
      const change = device.edit(moved, to);
      if (change === null) throw new Error('no change');
      for (const { applied } of device.write([change]))
        for (const each of applied) construction.enqueue(each.row, [], each);
    };
    const ended = construction.run(new AbortController().signal);
    await flush();
    moves(new Map([[ENTRY, { type: 'symlink', target: 'nowhere' }]]));
    for (const at of [0, 1]) {
      adapter.begun[at]?.answer();
      await flush();
    }
    moves(null);
    for (let at = 2; at < 6; at++) {
      adapter.begun[at]?.answer();
      await flush();
    }
    await ended;
    expect(adapter.begun.flatMap(({ ids }) => ids)).not.toContain(moved);
    expect(held()).toBe(3 * BATCH - 1);
    expect(construction.open).toBe(0);
  });
});

describe('a content that nobody who was asked has', () => {
  const missing = (wanted: readonly WantedContent[]) =>
    Promise.resolve(wanted.map(() => ({ from: 'missing' }) as const));
  const run = () => construction.run(new AbortController().signal);
  const problems = (): readonly string[] => device.collection.problems.of(source).map(({ code }) => code);
  beforeEach(async () => {
    mayCome = false;
    find = missing;
    for (const each of device.save('a', 'only there')?.applied ?? []) construction.enqueue(each.row, [], each);
    await run();
    device.clock.time += 61_000;
    construction.retryWaiting();
  });

  it('is a problem after a minute, where nobody else may have it', async () => {
    await run();
    expect(problems()).toEqual(['content-gone']);
  });
  it('is none where somebody linked while the others were asked: that one is asked first', async () => {
    let asked = 0;
    find = (wanted) => {
      asked++;
      epoch = 1;
      return asked === 1
        ? missing(wanted)
        : Promise.resolve(wanted.map(() => ({ from: 'bytes', bytes: Buffer.from('only there') })));
    };
    const ended = run();
    await flush();
    adapter.begun[0]?.answer();
    await ended;
    expect([asked, adapter.begun.length, problems()]).toEqual([2, 1, []]);
  });
});
