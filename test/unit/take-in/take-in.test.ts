import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { Clock } from '../../../src/main/platform/clock.ts';
import { fileFields } from '../../../src/main/record/file-entry.ts';
import { type Digest, digest, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { ListEvent, Reading, Revision, SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import type { StoredSource } from '../../../src/main/store/registry-store.ts';
import { groupOf } from '../../../src/main/take-in/item-group.ts';
import { LaterLooks } from '../../../src/main/take-in/later-looks/later-looks.ts';
import { type TakeInPort, type TakeInRequest, type TakeInResult, takeIn } from '../../../src/main/take-in/take-in.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const REVISION = Uint8Array.of(1) as Revision;
const atOnce: Clock = {
  now: () => 0,
  after(_, call) {
    queueMicrotask(call);
    return () => undefined;
  },
};

let databases: GroupDatabases;
let device: GroupDevice;
let source: StoredSource;
/** What lies in the folder, by its id. */
let there: Map<string, Fields>;
let outside: Set<string>;
let heldBack: Set<string>;
/** What was asked, in the order in which it was. */
let asked: string[];
let complete: boolean;
let later: LaterLooks;
/** What reading a batch waits for. */
let reading: (ids: readonly RecordId[]) => Promise<void>;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'takes in', 'files', databases).devices[0] as GroupDevice;
  source = device.addSource(databases);
  [there, outside, heldBack, asked, complete] = [new Map(), new Set(), new Set(), [], true];
  reading = () => Promise.resolve();
  later = new LaterLooks(atOnce, false, () => undefined);
});
afterEach(() => databases.close());

const put = (id: string, text: string): void => void there.set(id, fileFields(device.file(text)));
const row = (id: string): number => device.collection.records.find(recordId(id))?.row ?? -1;
const snapshot = (id: string) => device.collection.records.snapshot(source.row, row(id));
/** The source holds these since it was last in step. */
function holds(...ids: readonly string[]): void {
  for (const id of ids) {
    device.save(id, id);
    device.collection.records.putSnapshot(source.row, row(id), storedRevision(REVISION, false), null);
    put(id, id);
  }
}

function adapter(more: Partial<SourceAdapter> = {}): SourceAdapter {
  const scripted: Partial<SourceAdapter> = {
    condition: async () => ({ is: 'ready' }),
    outside: (id) => outside.has(id),
    async list(_since, _within, tell) {
      for (const [group, ids] of Map.groupBy(
        [...there.keys()].filter((id) => !outside.has(id)),
        (id) => groupOf(recordId(id)),
      )) {
        const items = ids.map((id) => ({ id: recordId(id), revision: REVISION, fresh: false, size: 1 }));
        const event: ListEvent = { is: 'groups', groups: [{ group, items, problems: [] }] };
        await tell(event);
      }
      return { token: 1, items: there.size, complete };
    },
    async read(ids) {
      await reading(ids);
      return ids.map((id): Reading => {
        return { id, revision: REVISION, fresh: false, fields: there.get(id) as Fields, attachments: [] };
      });
    },
    ...more,
  };
  return scripted as SourceAdapter;
}
function look(request: Partial<TakeInRequest> = {}, port: Partial<TakeInPort> = {}) {
  const { collection } = device;
  return takeIn(
    {
      batchRecords: 2,
      collection,
      source,
      adapter: adapter(),
      contents: new ContentStore(databases.of(0).database),
      clock: atOnce,
      written: (packages) => void device.sent.push(...packages),
      lately: () => undefined,
      settled: () => undefined,
      due: () => undefined,
      leavesOut: async () => void asked.push('leaves out'),
      keepContents: async () => undefined,
      readsLong: () => undefined,
      progress: () => undefined,
      ...port,
    },
    {
      scope: later.next(null, false),
      holdsNameless: false,
      confirmed: null,
      limits: { deleteShare: 0.5, deleteCount: 10, rewriteShare: 0.5 },
      readOnly: false,
      belongs: true,
      heldBack: (id) => heldBack.has(id),
      dry: false,
      signal: new AbortController().signal,
      ...request,
    },
  );
}

describe('a look at everything', () => {
  it('misses a whole folder that nobody told had gone', async () => {
    holds('a', 'd/b');
    there.delete('d/b');
    expect(await look()).toMatchObject({ is: 'done', changes: 1 });
    expect([device.isThere('a'), device.isThere('d/b')]).toEqual([true, false]);
  });
  it('that was not at everything misses nothing where it was not', async () => {
    holds('a', 'd/b');
    there.delete('d/b');
    complete = false;
    expect(await look()).toMatchObject({ is: 'done', changes: 0 });
    expect(device.isThere('d/b')).toBe(true);
  });
});

describe('a file that changes again and again', () => {
  it('is read once it has rested, or where somebody asks; until then its folder is named', async () => {
    for (let at = 0; at < 200; at++) later.restless?.changed(recordId('d/log'));
    holds('a', 'd/log');
    for (const id of ['a', 'd/log']) {
      put(id, 'more');
      device.collection.records.putSnapshot(source.row, row(id), storedRevision(Uint8Array.of(9), false), null);
    }
    const scope = later.next(null, false);
    expect(await look({ scope })).toMatchObject({ changes: 1 });
    expect(scope.resting).toEqual(new Map([['d', 10_000]]));
    expect(await look({ scope: later.next(null, true) })).toMatchObject({ changes: 1 });
  });
});

/** However little is gone, it waits until no more goes. */
const NONE_AT_ONCE = { deleteShare: 0.5, deleteCount: 0, rewriteShare: 0.5 };

describe('what is gone', () => {
  beforeEach(() => {
    holds('a', 'b', 'c', 'd');
    for (const id of ['a', 'b']) there.delete(id);
    put('e', 'a');
  });

  it('is deleted, and counts but for what moved', async () => {
    const scope = later.next(null, false);
    await look({ scope });
    expect([scope.deleted, scope.going]).toEqual([1, new Set()]);
    expect(['a', 'b', 'e'].map((id) => device.isThere(id))).toEqual([false, false, true]);
  });
  it('is put off where it may not be taken yet, while what moved has moved', async () => {
    const scope = later.next(null, false);
    await look({ scope, limits: NONE_AT_ONCE });
    expect([scope.deleted, scope.going, scope.goingItems]).toEqual([0, new Set(['']), new Set(['b'])]);
    expect(['a', 'b', 'e'].map((id) => device.isThere(id))).toEqual([false, true, true]);
  });
  it('is only told in a trial, all of it', async () => {
    expect(await look({ dry: true, limits: NONE_AT_ONCE })).toEqual({
      is: 'planned',
      local: [
        { record: 'e', action: 'move' },
        { record: 'b', action: 'delete' },
      ],
    });
    expect(['a', 'b', 'e'].map((id) => device.isThere(id))).toEqual([true, true, false]);
  });
  it('stays with the others where this device may only read', async () => {
    const scope = later.next(null, false);
    expect(await look({ scope, readOnly: true })).toMatchObject({ changes: 0 });
    expect(scope.deleted).toBe(0);
    expect(['a', 'b'].map((id) => device.isThere(id))).toEqual([true, true]);
    expect(device.collection.problems.of(source.row).map(({ record, code }) => [record, code])).toEqual(
      ['a', 'b', 'e'].map((id) => [id, 'read-only']),
    );
  });
});

describe('what rules leave out', () => {
  beforeEach(() => {
    holds('a', 'b');
    outside = new Set(['a', 'b']);
  });

  it('is kept elsewhere before it is let go of, and is deleted nowhere', async () => {
    const leavesOut = async (): Promise<void> => {
      asked.push(`held: ${snapshot('a') !== undefined}`);
    };
    await look({}, { leavesOut });
    expect([asked, snapshot('a'), snapshot('b'), device.isThere('a')]).toEqual([
      ['held: true'],
      undefined,
      undefined,
      true,
    ]);
  });
  it('is let go of later where it is found then that it may be torn', async () => {
    await look({}, { leavesOut: async () => void heldBack.add('a') });
    expect([snapshot('a') === undefined, snapshot('b') === undefined]).toEqual([false, true]);
  });
  it('is let go of by no trial', async () => {
    await look({ dry: true });
    expect([asked, snapshot('a') === undefined]).toEqual([[], false]);
  });
});

describe('a first look', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  beforeEach(() => {
    for (const id of ids) put(id, id);
  });

  it.each([1, ids.length])('has committed all it read when it ends, of %i files', async (count) => {
    for (const id of ids.slice(count)) there.delete(id);
    reading = () => new Promise((resolve) => setImmediate(resolve));
    expect(await look()).toMatchObject({ is: 'done', changes: count });
    expect(ids.filter((id) => device.isThere(id))).toEqual(ids.slice(0, count));
  });
  it('commits in the order in which it listed, whichever was read first', async () => {
    let first = true;
    reading = async () => {
      const turns = first ? 5 : 0;
      first = false;
      for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    };
    await look();
    expect(device.sent.flatMap(({ applied }) => applied.map(({ change }) => change.record))).toEqual(ids);
  });
  it.each([
    ['that the database failed', Object.assign(new Error('no room'), { code: 'SQLITE_FULL' }), 'no room'],
    ['how the listing ended, of any other trouble', new Error('not read'), 'stopped'],
  ])('that was stopped tells %s', async (_, failure, told) => {
    reading = () => Promise.reject(failure);
    const stops: SourceAdapter['list'] = async (_since, _within, tell) => {
      const items = ids.map((id) => ({ id: recordId(id), revision: REVISION, fresh: false, size: 1 }));
      const told = tell({ is: 'groups', groups: [{ group: groupOf(recordId('a')), items, problems: [] }] });
      await Promise.resolve(told).catch(() => undefined);
      throw new Error('stopped');
    };
    await expect(look({}, { adapter: adapter({ list: stops }) })).rejects.toThrow(told);
  });
  it('is no more than a trial where only that is asked', async () => {
    expect(await look({ dry: true })).toMatchObject({
      is: 'planned',
      local: ids.map((record) => ({ record, action: 'add' })),
    });
    expect([device.sent, ids.filter((id) => device.isThere(id))]).toEqual([[], []]);
  });
});

describe('a look halts', () => {
  const limits = { deleteShare: 0.5, deleteCount: 2, rewriteShare: 0.5 };
  const ids = ['a', 'b', 'c', 'd', 'e'];
  /** A look that leaves nothing that is gone for a later one. */
  const judged = (request: Partial<TakeInRequest>, port: Partial<TakeInPort> = {}) =>
    look({ scope: later.next(null, true), ...request }, port);
  const planOf = (result: TakeInResult): string => (result.is === 'halted' ? result.plan : result.is);
  beforeEach(() => holds(...ids));

  it('where more is gone than may, before anything of it is taken in, until a person lets go on just that', async () => {
    for (const id of ['a', 'b', 'c']) there.delete(id);
    const halted = await judged({ limits });
    expect(halted).toMatchObject({ is: 'halted', reason: 'mass-delete' });
    expect([device.isThere('a'), (await judged({ limits, confirmed: 'another' })).is]).toEqual([true, 'halted']);
    there.delete('d');
    expect((await judged({ limits, confirmed: planOf(halted) })).is).toBe('halted');
    put('d', 'd');
    expect(await judged({ limits, confirmed: planOf(halted) })).toMatchObject({ is: 'done', changes: 3 });
  });
  it('where more is rewritten than may, each time for the same reason by the same name', async () => {
    for (const id of ['c', 'a', 'b']) {
      there.delete(id);
      put(id, `another ${id}`);
    }
    const revision = Uint8Array.of(2) as Revision;
    const read = async (wanted: readonly RecordId[]): Promise<Reading[]> =>
      wanted.map((id) => ({ id, revision, fresh: false, fields: there.get(id) as Fields, attachments: [] }));
    const listed = (order: readonly string[]) =>
      adapter({
        read,
        async list(_since, _within, tell) {
          const items = order.map((id) => ({ id: recordId(id), revision, fresh: false, size: 1 }));
          await tell({ is: 'groups', groups: [{ group: '', items, problems: [] }] });
          return { token: 1, items: order.length, complete };
        },
      });
    const first = await judged({ limits }, { adapter: listed(ids) });
    const again = await judged({ limits }, { adapter: listed(ids.toReversed()) });
    expect([first, planOf(again)]).toMatchObject([{ is: 'halted', reason: 'mass-rewrite' }, planOf(first)]);
    put('c', 'c');
    expect(
      planOf(await judged({ limits: { ...limits, rewriteShare: 0.3, deleteCount: 1 } }, { adapter: listed(ids) })),
    ).not.toBe(planOf(first));
  });
  it('where nothing is left, however little it was, and not where other files came', async () => {
    for (const id of ids) there.delete(id);
    const none = { ...limits, deleteCount: 10 };
    expect(await judged({ limits: none })).toMatchObject({ is: 'halted', reason: 'emptied' });
    put('new', 'new');
    expect(await judged({ limits: none })).toMatchObject({ is: 'done', changes: 6 });
  });
  it('for no folders, and for nothing that moved', async () => {
    for (const id of ['d1', 'd2', 'd3']) {
      device.write([device.edit(id, fileFields({ type: 'directory' })) as Change]);
      device.collection.records.putSnapshot(source.row, row(id), storedRevision(REVISION, false), null);
    }
    for (const id of ['a', 'b', 'c']) {
      there.delete(id);
      put(`moved ${id}`, id);
    }
    expect((await judged({ limits: { ...limits, deleteShare: 0 } })).is).toBe('done');
  });
  it('for no objects of a repository that went into a pack, unless that went as well', async () => {
    const objects = ['00', '01', '02', '03'].map((each) => `x/.git/objects/${each}/${'a'.repeat(38)}`);
    const pack = `x/.git/objects/pack/pack-${'b'.repeat(40)}.pack`;
    holds(...objects, pack);
    for (const each of objects) there.delete(each);
    there.delete(pack);
    const strict = { ...limits, deleteShare: 0 };
    expect((await judged({ limits: strict })).is).toBe('halted');
    put(pack, pack);
    expect(await judged({ limits: strict })).toMatchObject({ is: 'done', changes: 4 });
  });
});

it('keeps contents that only a text holds before anything names them', async () => {
  databases.close();
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'a book', 'contacts', databases).devices[0] as GroupDevice;
  source = device.addSource(databases);
  const name: Digest = digest('ab'.repeat(32));
  const attachment = { digest: name, bytes: Uint8Array.of(1, 2) };
  there.set('ada', new Map());
  const book = adapter({
    project: (full) => full,
    read: async (ids) =>
      ids.map((id) => ({ id, revision: REVISION, fresh: false, fields: new Map(), attachments: [attachment] })),
  });
  const keepContents: TakeInPort['keepContents'] = async (contents) => {
    asked.push(...contents.map((each) => `${each.digest} before ${device.isThere('ada') ? 'and after' : 'it'}`));
  };
  await look({}, { adapter: book, keepContents });
  expect([asked, device.isThere('ada')]).toEqual([[`${name} before it`], true]);
});
