import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALIAS_OF } from '../../../src/main/record/alias.ts';
import { fieldName, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { ListedItem, Reading, Revision, SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { DELETED_ELSEWHERE } from '../../../src/main/store/problem-store.ts';
import type { StoredSource } from '../../../src/main/store/registry-store.ts';
import { questionOf } from '../../../src/main/take-in/deleted-elsewhere.ts';
import { LaterLooks } from '../../../src/main/take-in/later-looks/later-looks.ts';
import { type TakeInRequest, takeIn } from '../../../src/main/take-in/take-in.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

type Said = { readonly [field: string]: Value };

let databases: GroupDatabases;
let device: GroupDevice;
let source: StoredSource;
/** What stands in the book, by the id of each item. */
let there: Map<string, Said>;
/** Items that state no UID. */
let nameless: Set<string>;
/** Contacts that no item of the book can be taken for. */
let unknown: Set<string>;
/** Items that were read, in that order. */
let read: RecordId[];
/** What happens elsewhere while they are read. */
let meanwhile: (ids: readonly RecordId[]) => void;
let stop: AbortController;

beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'meets', 'contacts', databases).devices[0] as GroupDevice;
  source = device.addSource(databases);
  [there, nameless, unknown, read, stop] = [new Map(), new Set(), new Set(), [], new AbortController()];
  meanwhile = () => undefined;
});
afterEach(() => databases.close());

const person = (name: string, more: Said = {}): Said => ({ name: { full: name }, ...more });
const phone = (number: string): Said => ({ 'phones/p': { number } });
const fieldsOf = (said: Said): Fields => new Map(Object.entries(said).map(([name, value]) => [fieldName(name), value]));
/** Others told of a contact. */
function told(id: string, said: Said | null): void {
  const change = device.edit(id, said === null ? null : fieldsOf(said));
  if (change !== null) device.write([change]);
}
/** The contacts that are there. */
const everybody = () =>
  [...device.collection.records.all()]
    .map(({ id }) => id)
    .filter((id) => device.isThere(id))
    .sort((a, b) => (a < b ? -1 : 1));
const inBook = (id: string): boolean => {
  const row = device.collection.records.find(recordId(id))?.row;
  return row !== undefined && device.collection.records.snapshot(source.row, row)?.revision instanceof Uint8Array;
};
/** The book has these since it was last in step, as they are known. */
function holds(people: { readonly [id: string]: Said }): void {
  source = { ...source, adopting: false };
  for (const [id, said] of Object.entries(people)) {
    told(id, said);
    there.set(id, said);
    const row = device.collection.records.find(recordId(id))?.row as number;
    device.collection.records.putSnapshot(source.row, row, storedRevision(revisionOf(id), false), null);
  }
}
/** It says what it says. */
const revisionOf = (id: string): Revision => Buffer.from(JSON.stringify(there.get(id))) as Uint8Array as Revision;

function book(): SourceAdapter {
  /** Items that were found to be another record, by that. */
  const recognized = new Map<string, string>();
  const itemOf = (record: string): string => recognized.get(record) ?? record;
  const scripted: Partial<SourceAdapter> = {
    condition: async () => ({ is: 'ready' }),
    outside: () => false,
    project: (full) => full,
    async list(_since, _within, tell) {
      const items = [...there.keys()].map(
        (id): ListedItem => ({
          id: recordId(id),
          revision: revisionOf(id),
          fresh: false,
          size: 1,
          isNameless: nameless.has(id),
        }),
      );
      await tell({ is: 'groups', groups: [{ group: '', items, problems: [] }] });
      return { token: 7, items: there.size, complete: true };
    },
    async read(ids) {
      read.push(...ids);
      await new Promise<void>((resolve) => setImmediate(resolve));
      meanwhile(ids);
      return ids.map((id): Reading => {
        const item = itemOf(id);
        return { id, revision: revisionOf(item), fresh: false, fields: fieldsOf(there.get(item)!), attachments: [] };
      });
    },
    recognize(item, record) {
      if (unknown.has(record)) return null;
      recognized.set(record, item);
      return revisionOf(item);
    },
  };
  return scripted as SourceAdapter;
}

async function look(request: Partial<TakeInRequest> = {}) {
  const clock = {
    now: () => 0,
    after(_: number, call: () => void) {
      setImmediate(call);
      return () => undefined;
    },
  };
  const asked: TakeInRequest = {
    scope: new LaterLooks(clock, true, () => undefined).next(null, true),
    holdsNameless: false,
    confirmed: null,
    limits: { deleteShare: 0.5, deleteCount: 10, rewriteShare: 0.5 },
    readOnly: false,
    belongs: true,
    heldBack: () => false,
    dry: false,
    signal: stop.signal,
  };
  return takeIn(
    {
      batchRecords: 2,
      collection: device.collection,
      source,
      adapter: book(),
      contents: new ContentStore(databases.of(0).database),
      clock,
      written: (packages) => void device.sent.push(...packages),
      lately: () => undefined,
      settled: () => undefined,
      due: () => undefined,
      leavesOut: async () => undefined,
      keepContents: async () => undefined,
      readsLong: () => undefined,
      progress: () => undefined,
    },
    // What is asked anew each time stays so.
    Object.defineProperties(asked, Object.getOwnPropertyDescriptors(request)),
  );
}

describe('a book that meets a collection', () => {
  const ann = person('Ann Lee', phone('+43 1 2345678'));
  beforeEach(() => {
    told('u1', ann);
    told('u2', person('Bo'));
    told('u3', person('Cy'));
  });

  it('has nobody twice whom it has under another id, and each of them is read once', async () => {
    for (const [at, said] of [ann, person('Bo'), person('Cy'), person('Di')].entries()) there.set(`own${at}`, said);
    expect((await look()).is).toBe('done');
    expect(everybody()).toEqual(['own3', 'u1', 'u2', 'u3']);
    expect(['u1', 'u2', 'u3', 'own3'].map(inBook)).toEqual([true, true, true, true]);
    expect(read.toSorted()).toEqual(['own0', 'own1', 'own2', 'own3']);
  });
  it('keeps of whom it has under another id how they came, so that it can be undone', async () => {
    there.set('own1', ann);
    device.collection.problems.put(source.row, recordId('own1'), 'unreadable', 'It cannot be read.', 0);
    await look();
    expect([device.isThere('own1'), device.values('own1', fieldName('name'))]).toEqual([false, [ann.name]]);
    expect([device.values('own1', ALIAS_OF), device.collection.problems.count(source.row)]).toEqual([['u1'], 0]);
  });
  it.each([false, true])(
    'has a group of whom it has, wherever that stands in it (before them: %s)',
    async (isFirst) => {
      const group = { name: { full: 'Friends' }, kind: 'group', 'members/own1': true, 'members/own2': true };
      if (isFirst) there.set('g', group);
      there.set('own1', ann);
      there.set('own2', person('Di'));
      there.set('own3', person('Ed'));
      if (!isFirst) there.set('g', group);
      await look();
      expect(
        Object.keys(Object.fromEntries(device.held(recordId('g')) ?? [])).filter((field) => /^members/.test(field)),
      ).toEqual(['members/u1', 'members/own2']);
    },
  );
  it('has a group of other people beside one that is called the same, though that has as many', async () => {
    told('f', { name: { full: 'Friends' }, kind: 'group', 'members/u2': true, 'members/u3': true });
    there.set('g', { name: { full: 'Friends' }, kind: 'group', 'members/own1': true, 'members/own2': true });
    there.set('own1', ann);
    there.set('own2', person('Di'));
    await look();
    const membersOf = (id: string) =>
      Object.keys(Object.fromEntries(device.held(recordId(id)) ?? [])).filter((field) => /^members/.test(field));
    expect([everybody(), membersOf('g')]).toEqual([
      ['f', 'g', 'own2', 'u1', 'u2', 'u3'],
      ['members/u1', 'members/own2'],
    ]);
  });
  it('is told beforehand whom it would meet', async () => {
    there.set('own1', ann);
    there.set('own2', person('Di'));
    expect(await look({ dry: true })).toEqual({
      is: 'planned',
      local: [
        { record: 'u1', action: 'modify' },
        { record: 'own2', action: 'add' },
      ],
    });
    expect(everybody()).toEqual(['u1', 'u2', 'u3']);
  });
  it('adds to whom it surely has what was not known of them', async () => {
    there.set('own1', { ...person('Lee, Ann', phone('0043 1 2345678')), 'titles/t': { name: 'Dr' } });
    await look();
    expect([everybody(), device.values('u1', fieldName('titles/t'))]).toEqual([['u1', 'u2', 'u3'], [{ name: 'Dr' }]]);
  });
  it('has two of one name where it has the one of the collection itself', async () => {
    there.set('u1', ann);
    there.set('own1', ann);
    await look();
    expect([everybody(), inBook('u1'), inBook('own1')]).toEqual([['own1', 'u1', 'u2', 'u3'], true, true]);
  });
  it('has each of two who say the same, one of them under another id', async () => {
    told('u4', ann);
    there.set('u1', ann);
    there.set('own1', ann);
    await look();
    expect([everybody(), inBook('u1'), inBook('u4')]).toEqual([['u1', 'u2', 'u3', 'u4'], true, true]);
  });
  it('has whom it says the same of, though somebody stands before them who surely is that one too', async () => {
    there.set('own1', { ...ann, 'titles/t': { name: 'Dr' } });
    there.set('own2', ann);
    await look();
    expect([everybody(), device.values('u1', fieldName('titles/t'))]).toEqual([['own1', 'u1', 'u2', 'u3'], []]);
  });
  it('has who surely is there once those are told apart who say just the same', async () => {
    told('u4', { ...ann, 'titles/t': { name: 'Dr' } });
    there.set('own1', ann);
    there.set('own2', { ...ann, 'notes/n': { text: 'plays chess' } });
    await look();
    expect([everybody(), inBook('u1'), inBook('u4')]).toEqual([['u1', 'u2', 'u3', 'u4'], true, true]);
  });
  it('has whom it has under another id though somebody was deleted who said the same', async () => {
    told('u0', ann);
    told('u0', null);
    there.set('own1', ann);
    await look();
    expect([everybody(), inBook('u1')]).toEqual([['u1', 'u2', 'u3'], true]);
  });
  it('shows who was deleted elsewhere as somebody new', async () => {
    told('u1', null);
    there.set('own1', ann);
    await look();
    expect(everybody()).toEqual(['own1', 'u2', 'u3']);
  });
  it('has somebody new where what it has of them is not at hand', async () => {
    unknown.add('u1');
    there.set('own1', ann);
    await look();
    expect([everybody(), inBook('own1'), inBook('u1')]).toEqual([['own1', 'u1', 'u2', 'u3'], true, false]);
  });
  it('does not bring back who is deleted elsewhere while it is read', async () => {
    there.set('own1', ann);
    there.set('u2', person('Bo'));
    // Those who are known are read once the others were compared.
    meanwhile = (ids) => (ids.includes(recordId('u2')) ? told('u1', null) : undefined);
    await look();
    expect([everybody(), device.isThere('u1')]).toEqual([['own1', 'u2', 'u3'], false]);
  });
  it('takes nobody away who comes from elsewhere under the same id while it is read', async () => {
    there.set('own1', ann);
    meanwhile = () => told('own1', ann);
    await look();
    expect([everybody(), inBook('own1')]).toEqual([['own1', 'u1', 'u2', 'u3'], true]);
  });
  it('has somebody new where nobody could use what it would add to whom it has', async () => {
    const { collection } = device;
    collection.whyInvalid = ({ record }) => (record === 'u1' ? 'nobody can' : null);
    there.set('own1', { ...ann, 'titles/t': { name: 'Dr' } });
    await look();
    expect([everybody(), device.values('u1', fieldName('titles/t'))]).toEqual([['own1', 'u1', 'u2', 'u3'], []]);
  });
  it('keeps who stands under another id since it was compared before', async () => {
    holds({ u1: ann });
    source = { ...source, adopting: true };
    there.delete('u1');
    there.set('own1', ann);
    await look();
    expect([everybody(), inBook('own1')]).toEqual([['own1', 'u2', 'u3'], true]);
  });
  it('says nothing of anybody where this device may only read by the time it was read', async () => {
    there.set('own1', ann);
    const request = {
      get readOnly() {
        return read.length > 0;
      },
    };
    expect(await look(request)).toMatchObject({ changes: 0 });
    expect([everybody(), inBook('u1')]).toEqual([['u1', 'u2', 'u3'], false]);
  });
  it('is not taken in by halves where the look is stopped as it compares', async () => {
    for (const [at, said] of [person('Di'), person('Ed'), ann].entries()) there.set(`own${at}`, said);
    const stopped = look();
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
    expect(everybody()).toEqual(['u1', 'u2', 'u3']);
  });

  describe('where this device may only read', () => {
    it('shows those who say just the same, and all others stay its own', async () => {
      there.set('own1', ann);
      there.set('own2', person('Bo', phone('+43 1 1111111')));
      there.set('own3', person('Di'));
      expect(await look({ readOnly: true })).toMatchObject({ is: 'done', changes: 0 });
      expect([everybody(), ['u1', 'u2', 'u3'].map(inBook)]).toEqual([
        ['u1', 'u2', 'u3'],
        [true, false, false],
      ]);
      expect(device.collection.problems.of(source.row).map(({ record }) => record)).toEqual(['own2', 'own3']);
    });
    it('has a group of whom it shows, which says no more than the one that is there', async () => {
      told('g', { name: { full: 'Friends' }, kind: 'group', 'members/u1': true });
      there.set('g', { name: { full: 'Friends' }, kind: 'group', 'members/own1': true });
      there.set('own1', ann);
      await look({ readOnly: true });
      expect(device.collection.problems.of(source.row)).toEqual([]);
    });
    it('surely has nobody who says anything else', async () => {
      there.set('own1', { ...ann, 'titles/t': { name: 'Dr' } });
      await look({ readOnly: true });
      expect([inBook('u1'), device.collection.problems.has(source.row, recordId('own1'))]).toEqual([false, true]);
    });
  });
});

describe('a book that was compared', () => {
  beforeEach(() => holds({ u1: person('Ann'), u2: person('Bo') }));

  it('may have two who say the same', async () => {
    there.set('own1', person('Ann'));
    await look();
    expect([everybody(), inBook('own1')]).toEqual([['own1', 'u1', 'u2'], true]);
  });
  it('has nobody twice to whom another program gave another UID', async () => {
    there.delete('u1');
    there.set('own1', person('Ann'));
    expect(await look()).toMatchObject({ is: 'done', changes: 0 });
    expect([everybody(), inBook('u1')]).toEqual([['u1', 'u2'], true]);
  });

  describe('has entries that nobody knows, and peers may tell of', () => {
    beforeEach(() => {
      there.set('made-up', person('Di'));
      nameless.add('made-up');
    });

    it('which are left for later, and nothing is gone meanwhile: it may be in other words what is there', async () => {
      there.delete('u1');
      expect(await look({ holdsNameless: true })).toMatchObject({ is: 'done', changes: 0, waits: true, token: 7 });
      expect(everybody()).toEqual(['u1', 'u2']);
    });
    it('which are taken in once nobody is waited for', async () => {
      there.delete('u1');
      expect(await look()).toMatchObject({ is: 'done', changes: 2, waits: false });
      expect(everybody()).toEqual(['made-up', 'u2']);
    });
    it('while all else is taken in', async () => {
      there.set('u2', person('Bob'));
      nameless.add('u2');
      there.set('named', person('Ed'));
      expect(await look({ holdsNameless: true })).toMatchObject({ is: 'done', changes: 2, waits: true });
      expect(everybody()).toEqual(['named', 'u1', 'u2']);
    });
  });

  it('is told as changed where it changed, and as new where it is', async () => {
    there.set('u2', person('Bob'));
    there.set('u4', person('Di'));
    expect(await look({ dry: true })).toEqual({
      is: 'planned',
      local: [
        { record: 'u2', action: 'modify' },
        { record: 'u4', action: 'add' },
      ],
    });
  });
  it('is halted, and named nothing by what went of it meanwhile', async () => {
    device.collection.problems.put(source.row, recordId('u1'), 'unreadable', 'It cannot be read.', 0);
    there.clear();
    expect(await look()).toMatchObject({ is: 'halted', reason: 'emptied' });
    expect(device.collection.problems.count(source.row)).toBe(0);
  });
});

describe('what others deleted, and the book has of before', () => {
  /** So that it is asked about: it had them already as it is compared. */
  beforeEach(async () => {
    for (const id of ['u1', 'u2']) told(id, person(id));
    told('u3', person('Cy'));
    for (const id of ['u1', 'u2']) told(id, null);
    for (const id of ['u1', 'u2']) there.set(id, person(id));
    await look();
  });
  const asked = () => questionOf(device.collection, source.row);

  it('stays until a person says that it goes, by that plan and no other', async () => {
    expect(asked()?.records).toEqual(['u1', 'u2']);
    await look({ confirmed: 'another' });
    expect([everybody(), asked()?.records]).toEqual([['u3'], ['u1', 'u2']]);
    const { problems } = device.collection;
    expect(problems.find(source.row, recordId('u1'))?.code).toBe(DELETED_ELSEWHERE);
    await look({ confirmed: asked()!.plan });
    expect([asked(), inBook('u1'), inBook('u2')]).toEqual([null, true, true]);
  });
});
