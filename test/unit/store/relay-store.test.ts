import type Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { type LogId, logId, type MemberKey, memberKey } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { type RelayedPiece, RelayStore, UNTOLD } from '../../../src/main/store/relay-store.ts';

const [log, other] = ['a', 'b'].map((letter) => logId(letter.repeat(16))) as [LogId, LogId];
const [alice, bob] = ['a', 'b'].map((letter) => memberKey(letter.repeat(64))) as [MemberKey, MemberKey];
const NOWHERE: ReadonlyMap<LogId, number> = new Map();
const [photo, film] = ['photo', 'film'].map((text) => digestOf(Buffer.from(text)));
const key = (byte: number) => new Uint8Array(32).fill(byte);
const piece = (digest = photo, kind: RelayedPiece['kind'] = 'content', offset = 0, length = 10): RelayedPiece =>
  ({ digest, kind, offset, length }) as RelayedPiece;

let database: Database.Database;
let store: RelayStore;
/** Of another collection on the same device. */
let beside: RelayStore;

beforeEach(() => {
  database = openDatabase(':memory:');
  store = new RelayStore(database, 1);
  beside = new RelayStore(database, 2);
  for (const each of [store, beside]) each.moveTo('https://relay.example', 100);
});

describe('a relay', () => {
  it('is none, and nothing was read of it, before there is one', () => {
    const none = new RelayStore(database, 3);
    expect([none.url, none.cursor, none.newest, none.born]).toEqual(['', 0, 0, 0]);
  });

  it('is known by its address, and by when the group was registered there', () => {
    store.born = 200;
    expect([store.url, store.born]).toEqual(['https://relay.example', 200]);
    expect(beside.born).toBe(100);
  });

  it('that is another one, or lost what it had, has nothing of what lay at the former, and the one of another collection has it still', () => {
    for (const each of [store, beside]) {
      each.cursor = 5;
      each.noteItem(log, 1, 6);
      each.noteOperation('hash');
      each.noteMember(alice, 1, 2);
      each.notePack({ name: 'pack', key: key(1), sid: 7 }, NOWHERE, [piece()]);
    }
    const known = (of: RelayStore) => [
      [of.cursor, of.newest, of.sidOf(log, 1)],
      [...of.knownOperations()],
      of.member(alice)?.time,
      of.content(photo!, 'content')?.pack,
      of.ownPacks().map(({ name }) => name),
    ];
    store.moveTo('https://relay.example');
    expect([store.url, store.born]).toEqual(['https://relay.example', 0]);
    expect(known(store)).toEqual([[0, 0, 0], [], undefined, undefined, []]);
    expect(known(beside)).toEqual([[5, 7, 6], ['hash'], 1, 'pack', ['pack']]);
  });

  it('was read as far as it was, whatever is known to lie behind that', () => {
    store.noteItem(log, 1, 9);
    store.cursor = 4;
    expect([store.cursor, store.newest, beside.newest]).toEqual([4, 9, 0]);
    store.cursor = 12;
    expect([store.cursor, store.newest]).toEqual([12, 12]);
  });
});

describe('packages at it', () => {
  it('lie where they were put last: what lay there before may be collected', () => {
    store.noteItem(log, 1, 8);
    store.noteItem(log, 1, 3);
    expect([store.sidOf(log, 1), store.sidOf(log, 2), store.sidOf(other, 1), beside.sidOf(log, 1)]).toEqual([
      8, 0, 0, 0,
    ]);
  });

  it('of a log after a number are those and no others', () => {
    for (const number of [1, 2, 3]) store.noteItem(log, number, 10 + number);
    store.noteItem(other, 4, 20);
    beside.noteItem(log, 5, 30);
    expect(store.sidsAfter(log, 1)).toEqual(
      new Map([
        [2, 12],
        [3, 13],
      ]),
    );
  });
});

it('operations that lie there are not put there once more', () => {
  for (const hash of ['one', 'two', 'one']) store.noteOperation(hash);
  expect(store.knownOperations()).toEqual(new Set(['one', 'two']));
  expect(beside.knownOperations()).toEqual(new Set());
});

it('a member is known as it said last', () => {
  store.noteMember(alice, 5, 6);
  store.noteMember(alice, 7, 8);
  beside.noteMember(bob, 1, 1);
  expect([store.member(alice), store.member(bob)]).toEqual([{ time: 7, cursor: 8 }, null]);
});

describe('a pack', () => {
  it('says of each content in it where that lies, by what it is asked for as', () => {
    const pieces = [piece(), piece(film, 'chunk', 10, 20), piece(photo, 'chunk-list', 30, 5)];
    store.notePack({ name: 'pack', key: key(1), sid: 7 }, null, pieces);
    const at = { pack: 'pack', sid: 7, key: Buffer.from(key(1)) };
    expect(store.content(film!, 'chunk')).toEqual({ ...at, place: 1, offset: 10, length: 20 });
    expect(store.content(photo!, 'chunk-list')).toEqual({ ...at, place: 2, offset: 30, length: 5 });
    expect([store.content(film!, 'content'), beside.content(film!, 'chunk')]).toEqual([null, null]);
    expect(store.pack('pack')).toEqual({ key: Buffer.from(key(1)), pieces });
    expect([store.pack('other'), beside.pack('pack'), store.newest]).toEqual([null, null, 7]);
  });

  it('that was told of last is the one a content is taken from: the others go first', () => {
    store.notePack({ name: 'newer', key: key(1), sid: 9 }, null, [piece()]);
    store.notePack({ name: 'older', key: key(2), sid: 4 }, null, [piece()]);
    expect(store.content(photo!, 'content')?.pack).toBe('newer');
  });

  it('of another device counts as none of this one', () => {
    store.notePack({ name: 'others', key: key(1), sid: 9 }, null, [piece()]);
    store.notePack({ name: 'own', key: key(2), sid: 4 }, NOWHERE, [piece()]);
    expect(store.content(photo!, 'content')?.pack).toBe('others');
    expect(store.ownContent(photo!, 'content')?.pack).toBe('own');
    expect(store.ownPacks()).toEqual([{ name: 'own', covers: new Map() }]);
  });

  it('that is told of by another one, with other contents, has those', () => {
    store.notePack({ name: 'pack', key: key(1), sid: 4 }, null, [piece()]);
    store.notePack({ name: 'pack', key: key(2), sid: 6 }, null, [piece(film)]);
    expect([store.content(photo!, 'content'), store.content(film!, 'content')?.sid]).toEqual([null, 6]);
  });

  it('of this device is what this device put into it, whatever others tell of it', () => {
    store.notePack({ name: 'own', key: key(1), sid: 4 }, new Map([[log, 3]]), [piece()]);
    store.notePack({ name: 'own', key: key(1), sid: 9 }, null, [piece(film)]);
    expect([store.content(photo!, 'content')?.sid, store.content(film!, 'content')]).toEqual([4, null]);
    expect(store.ownPacks()).toEqual([{ name: 'own', covers: new Map([[log, 3]]) }]);
  });

  it('that this device puts there again is of what it is for by then', () => {
    store.notePack({ name: 'own', key: key(1), sid: 4 }, new Map([[log, 3]]), [piece()]);
    store.notePack({ name: 'own', key: key(1), sid: UNTOLD }, new Map([[log, 5]]), [piece()]);
    expect([store.ownPacks(), store.untoldPacks()]).toEqual([[{ name: 'own', covers: new Map([[log, 5]]) }], ['own']]);
  });

  it('that was put there as this program was killed is told of once that is read, by its key', () => {
    store.notePack({ name: 'own', key: key(1), sid: UNTOLD }, NOWHERE, [piece()]);
    store.notePack({ name: 'told', key: key(1), sid: 2 }, NOWHERE, [piece()]);
    store.notePack({ name: 'others', key: key(1), sid: UNTOLD }, null, [piece()]);
    expect([store.untoldPacks(), beside.untoldPacks()]).toEqual([['own'], []]);
    // Whoever says so does not know what is in it.
    store.notePack({ name: 'own', key: key(2), sid: 5 }, null, [piece()]);
    expect(store.untoldPacks()).toEqual(['own']);
    store.notePack({ name: 'own', key: key(1), sid: 6 }, null, [piece()]);
    expect([store.untoldPacks(), store.ownContent(photo!, 'content')?.sid]).toEqual([[], 6]);
  });

  it('that is told of once more is of what it was of, and of more', () => {
    store.notePack({ name: 'own', key: key(1), sid: UNTOLD }, new Map([[log, 3]]), [piece()]);
    beside.notePack({ name: 'own', key: key(1), sid: UNTOLD }, new Map([[log, 3]]), [piece()]);
    store.told('own', 8, new Map([[other, 2]]));
    expect(store.ownPacks()).toEqual([
      {
        name: 'own',
        covers: new Map([
          [log, 3],
          [other, 2],
        ]),
      },
    ]);
    store.told('own', 9, new Map([[log, 5]]));
    expect(store.ownPacks()[0]?.covers.get(log)).toBe(5);
    expect([store.untoldPacks(), store.ownContent(photo!, 'content')?.sid, store.newest]).toEqual([[], 9, 9]);
    expect(beside.untoldPacks()).toEqual(['own']);
  });

  it('of another device stays that, though this one told of it', () => {
    store.notePack({ name: 'others', key: key(1), sid: 4 }, null, [piece()]);
    store.told('others', 8, new Map([[log, 1]]));
    expect([store.ownPacks(), store.content(photo!, 'content')?.sid]).toEqual([[], 8]);
  });

  it('that lies there no more gives nothing, and the one of another collection does', () => {
    for (const each of [store, beside]) each.notePack({ name: 'pack', key: key(1), sid: 4 }, NOWHERE, [piece()]);
    store.notePack({ name: 'kept', key: key(1), sid: 5 }, NOWHERE, [piece(film)]);
    store.dropPack('pack');
    expect([store.content(photo!, 'content'), store.pack('pack')]).toEqual([null, null]);
    expect(store.content(film!, 'content')?.pack).toBe('kept');
    expect(beside.content(photo!, 'content')?.pack).toBe('pack');
    expect(database.prepare('SELECT count(*) FROM relay_content').pluck().get()).toBe(2);
  });

  it('of another device that an item up to one told of is forgotten, and none of this one', () => {
    for (const [name, sid] of Object.entries({ first: 4, second: 5 }))
      for (const each of [store, beside]) each.notePack({ name, key: key(1), sid }, null, [piece()]);
    store.notePack({ name: 'own', key: key(1), sid: 3 }, NOWHERE, [piece(film)]);
    store.forgetOthers(4);
    expect([store.pack('first'), store.pack('second')?.pieces, store.pack('own')?.pieces]).toEqual([
      null,
      [piece()],
      [piece(film)],
    ]);
    expect(beside.pack('first')?.pieces).toEqual([piece()]);
    expect(database.prepare('SELECT count(*) FROM relay_content').pluck().get()).toBe(4);
  });
});
