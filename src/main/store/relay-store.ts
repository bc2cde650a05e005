import type Database from 'better-sqlite3';
import { bytesOf, hexOf } from '../record/encode-value.ts';
import type { Digest, LogId, MemberKey } from '../record/ids.ts';
import { RELAY_TABLES } from './registry-store.ts';

/** Where a content lies at a relay: the pack, its key, and the place, offset and length of the sealed piece in it. */
export interface RelayedContent {
  readonly pack: string;
  /** The last item that tells of it. */
  readonly sid: number;
  readonly key: Uint8Array;
  readonly place: number;
  readonly offset: number;
  readonly length: number;
}
/** A content as it is asked for: whole, a chunk of one, or the list of those. */
type ContentKind = 'content' | 'chunk' | 'chunk-list';
/** What lies where in a pack. */
export interface RelayedPiece {
  readonly digest: Digest;
  readonly kind: ContentKind;
  readonly offset: number;
  readonly length: number;
}
/** As the number of the item that tells of a pack: none does yet. */
export const UNTOLD = 0;
/** A pack this device put there. */
export interface OwnPack {
  readonly name: string;
  /** Up to where members have to have applied each log before nobody needs it any more. */
  readonly covers: ReadonlyMap<LogId, number>;
}

/** What is known of the relay one collection is at. All of it can be read there again. */
export class RelayStore {
  readonly #collection: number;
  readonly #sql;

  constructor(database: Database.Database, collection: number) {
    this.#collection = collection;
    this.#sql = statements(database);
  }

  /** Where it was last; '' for none. */
  get url(): string {
    return this.#sql.relay.get(this.#collection)?.[0] ?? '';
  }
  /** Everything that was put there up to this number was read. */
  get cursor(): number {
    return this.#sql.relay.get(this.#collection)?.[1] ?? 0;
  }
  set cursor(sid: number) {
    this.#sql.setCursor.run(sid, this.#collection);
    this.#noteNewest(sid);
  }
  /** The last item that is known to lie there, read or put there. */
  get newest(): number {
    return this.#sql.relay.get(this.#collection)?.[3] ?? 0;
  }
  #noteNewest(sid: number): void {
    this.#sql.noteNewest.run(sid, this.#collection);
  }

  /** When the group was registered at the relay, as that says; 0: it never said. */
  get born(): number {
    return this.#sql.relay.get(this.#collection)?.[2] ?? 0;
  }

  /** Another relay, or one that has lost what it had: nothing is known of it. */
  moveTo(url: string, born = 0): void {
    for (const clear of this.#sql.clear) clear.run(this.#collection);
    this.#sql.setRelay.run(this.#collection, url, born);
  }
  set born(time: number) {
    this.#sql.setBorn.run(time, this.#collection);
  }

  /** Where a package lies there; 0: it never did, as far as was read. */
  sidOf(log: LogId, number: number): number {
    return this.#sql.item.get(this.#collection, log, number) ?? 0;
  }
  /** Where the packages of a log after a number lie there, as far as they do. */
  sidsAfter(log: LogId, after: number): ReadonlyMap<number, number> {
    return new Map(this.#sql.itemsAfter.all(this.#collection, log, after));
  }
  noteItem(log: LogId, number: number, sid: number): void {
    this.#sql.noteItem.run(this.#collection, log, number, sid);
    this.#noteNewest(sid);
  }

  /** Operations that lie there, by their hashes. */
  knownOperations(): ReadonlySet<string> {
    return new Set(this.#sql.operations.all(this.#collection));
  }
  noteOperation(hash: string): void {
    this.#sql.noteOperation.run(this.#collection, hash);
  }

  /** null where it does not lie there, as far as is known. */
  content(digest: Digest, kind: ContentKind): RelayedContent | null {
    return relayed(this.#sql.content.get(this.#collection, bytesOf(digest), kind));
  }
  /** The same, in a pack that this device put there. */
  ownContent(digest: Digest, kind: ContentKind): RelayedContent | null {
    return relayed(this.#sql.ownContent.get(this.#collection, bytesOf(digest), kind));
  }
  /** `covers`: of a pack this device puts there; `sid` is `UNTOLD` until it is told what is in it. */
  notePack(
    { name, key, sid }: { readonly name: string; readonly key: Uint8Array; readonly sid: number },
    covers: ReadonlyMap<LogId, number> | null,
    pieces: readonly RelayedPiece[],
  ): void {
    // What is in a pack of this device, nobody else tells it.
    if (covers === null && (this.#sql.covers.get(this.#collection, name) ?? null) !== null) {
      this.#sql.toldOf.run(sid, this.#collection, name, key);
      return;
    }
    this.dropPack(name);
    const text = covers === null ? null : JSON.stringify(Object.fromEntries(covers));
    const pack = Number(this.#sql.addPack.run(this.#collection, name, key, sid, text).lastInsertRowid);
    this.#noteNewest(sid);
    pieces.forEach(({ digest, kind, offset, length }, place) => {
      this.#sql.putContent.run(this.#collection, bytesOf(digest), kind, pack, place, offset, length);
    });
  }
  /** What it takes to tell of a pack again; null where it is not known. */
  pack(name: string): { readonly key: Uint8Array; readonly pieces: readonly RelayedPiece[] } | null {
    const key = this.#sql.packKey.get(this.#collection, name);
    if (key === undefined) return null;
    const pieces = this.#sql.pieces.all(this.#collection, name).map(([digest, kind, offset, length]) => ({
      digest: hexOf(digest) as Digest,
      kind: kind as ContentKind,
      offset,
      length,
    }));
    return { key, pieces };
  }
  /** It was told of, for the first time or again. `covers`: what else it is of. */
  told(name: string, sid: number, covers: ReadonlyMap<LogId, number>): void {
    const known = JSON.parse(this.#sql.covers.get(this.#collection, name) ?? 'null') as {
      [log: string]: number;
    } | null;
    const all = known === null ? null : JSON.stringify({ ...known, ...Object.fromEntries(covers) });
    this.#sql.setPack.run(sid, all, this.#collection, name);
    this.#noteNewest(sid);
  }
  /** It lies there no more. */
  dropPack(name: string): void {
    this.#sql.dropContents.run(this.#collection, name);
    this.#sql.dropPack.run(this.#collection, name);
  }
  /** Packs of others that items up to this one told of are of no use any more. */
  forgetOthers(upTo: number): void {
    this.#sql.forgetContents.run(this.#collection, upTo);
    this.#sql.forgetPacks.run(this.#collection, upTo);
  }
  /** Packs of this device that may lie there, though nothing does that tells of them. */
  untoldPacks(): readonly string[] {
    return this.#sql.untoldPacks.all(this.#collection);
  }
  ownPacks(): readonly OwnPack[] {
    return this.#sql.ownPacks.all(this.#collection).map(([name, covers]) => ({
      name,
      covers: new Map(Object.entries(JSON.parse(covers) as { [log: string]: number }) as [LogId, number][]),
    }));
  }

  /** The time of what a member said of itself last, by its clock, and up to where it had read; null: nothing so far. */
  member(key: MemberKey): { readonly time: number; readonly cursor: number } | null {
    const row = this.#sql.member.get(this.#collection, key);
    return row === undefined ? null : { time: row[0], cursor: row[1] };
  }
  noteMember(key: MemberKey, time: number, cursor: number): void {
    this.#sql.noteMember.run(this.#collection, key, time, cursor);
  }
}

type ContentRow = [pack: string, sid: number, key: Uint8Array, place: number, offset: number, length: number];
function relayed(row: ContentRow | undefined): RelayedContent | null {
  if (row === undefined) return null;
  const [pack, sid, key, place, offset, length] = row;
  return { pack, sid, key, place, offset, length };
}

function statements(database: Database.Database) {
  return {
    relay: database
      .prepare<[number], [string, number, number, number]>(
        'SELECT url, cursor, born, newest FROM relay WHERE collection = ?',
      )
      .raw(),
    setRelay: database.prepare<[number, string, number]>(
      'INSERT INTO relay(collection, url, cursor, newest, born) VALUES(?, ?, 0, 0, ?)',
    ),
    noteNewest: database.prepare<[number, number]>('UPDATE relay SET newest = max(newest, ?) WHERE collection = ?'),
    setBorn: database.prepare<[number, number]>('UPDATE relay SET born = ? WHERE collection = ?'),
    setCursor: database.prepare<[number, number]>('UPDATE relay SET cursor = ? WHERE collection = ?'),
    clear: RELAY_TABLES.map((table) => database.prepare<[number]>(`DELETE FROM ${table} WHERE collection = ?`)),
    item: database
      .prepare<[number, string, number], number>(
        'SELECT sid FROM relay_item WHERE collection = ? AND log = ? AND number = ?',
      )
      .pluck(),
    noteItem: database.prepare<[number, string, number, number]>(
      `INSERT INTO relay_item(collection, log, number, sid) VALUES(?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET sid = max(sid, excluded.sid)`,
    ),
    itemsAfter: database
      .prepare<[number, string, number], [number, number]>(
        'SELECT number, sid FROM relay_item WHERE collection = ? AND log = ? AND number > ?',
      )
      .raw(),
    operations: database.prepare<[number], string>('SELECT hash FROM relay_operation WHERE collection = ?').pluck(),
    noteOperation: database.prepare<[number, string]>(
      'INSERT OR IGNORE INTO relay_operation(collection, hash) VALUES(?, ?)',
    ),
    content: contentIn(database, ''),
    ownContent: contentIn(database, 'AND pack.covers IS NOT NULL'),
    putContent: database.prepare<[number, Uint8Array, string, number, number, number, number]>(
      'INSERT INTO relay_content(collection, digest, kind, pack, place, offset, length) VALUES(?, ?, ?, ?, ?, ?, ?)',
    ),
    addPack: database.prepare<[number, string, Uint8Array, number, string | null]>(
      'INSERT INTO relay_pack(collection, name, key, sid, covers) VALUES(?, ?, ?, ?, ?)',
    ),
    setPack: database.prepare<[number, string | null, number, string]>(
      'UPDATE relay_pack SET sid = ?, covers = ? WHERE collection = ? AND name = ?',
    ),
    // Of a pack that was put there just before this program was killed.
    toldOf: database.prepare<[number, number, string, Uint8Array]>(
      `UPDATE relay_pack SET sid = ? WHERE collection = ? AND name = ? AND key = ? AND sid = ${UNTOLD}`,
    ),
    untoldPacks: database
      .prepare<[number], string>(
        `SELECT name FROM relay_pack WHERE collection = ? AND covers IS NOT NULL AND sid = ${UNTOLD}`,
      )
      .pluck(),
    covers: database
      .prepare<[number, string], string | null>('SELECT covers FROM relay_pack WHERE collection = ? AND name = ?')
      .pluck(),
    packKey: database
      .prepare<[number, string], Uint8Array>('SELECT key FROM relay_pack WHERE collection = ? AND name = ?')
      .pluck(),
    pieces: database
      .prepare<[number, string], [Uint8Array, string, number, number]>(
        `SELECT at.digest, at.kind, at.offset, at.length FROM relay_content AS at
         JOIN relay_pack AS pack ON pack.id = at.pack WHERE pack.collection = ? AND pack.name = ? ORDER BY at.place`,
      )
      .raw(),
    dropContents: database.prepare<[number, string]>(
      'DELETE FROM relay_content WHERE pack IN (SELECT id FROM relay_pack WHERE collection = ? AND name = ?)',
    ),
    dropPack: database.prepare<[number, string]>('DELETE FROM relay_pack WHERE collection = ? AND name = ?'),
    forgetContents: database.prepare<[number, number]>(
      'DELETE FROM relay_content WHERE pack IN (SELECT id FROM relay_pack WHERE collection = ? AND covers IS NULL AND sid <= ?)',
    ),
    forgetPacks: database.prepare<[number, number]>(
      'DELETE FROM relay_pack WHERE collection = ? AND covers IS NULL AND sid <= ?',
    ),
    ownPacks: database
      .prepare<[number], [string, string]>(
        'SELECT name, covers FROM relay_pack WHERE collection = ? AND covers IS NOT NULL ORDER BY id',
      )
      .raw(),
    member: database
      .prepare<[number, string], [number, number]>(
        'SELECT time, cursor FROM relay_member WHERE collection = ? AND member = ?',
      )
      .raw(),
    noteMember: database.prepare<[number, string, number, number]>(
      'REPLACE INTO relay_member(collection, member, time, cursor) VALUES(?, ?, ?, ?)',
    ),
  };
}

const contentIn = (database: Database.Database, which: string) =>
  database
    .prepare<[number, Uint8Array, string], ContentRow>(
      `SELECT pack.name, pack.sid, pack.key, at.place, at.offset, at.length FROM relay_content AS at
       JOIN relay_pack AS pack ON pack.id = at.pack WHERE at.collection = ? AND at.digest = ? AND at.kind = ? ${which}
       ORDER BY pack.sid DESC LIMIT 1`,
    )
    .raw();
