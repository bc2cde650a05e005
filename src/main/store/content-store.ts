import type Database from 'better-sqlite3';
import { bytesOf, hexOf } from '../record/encode-value.ts';
import type { Digest } from '../record/ids.ts';

/** A content in the version store. */
export interface KeptContent {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** A chunk list, by its row. */
export interface StoredList {
  readonly row: number;
  /** The file it cuts. */
  readonly content: Digest;
  /** Bytes of the list itself. */
  readonly length: number;
}

/** The file of a record in a source. */
export interface FilePlace {
  readonly source: number;
  readonly record: number;
}

/** Where content named by digest is on this device: in which record's file in which source, in which chunk list, in the version store. */
export class ContentStore {
  readonly #sql;
  readonly #database: Database.Database;
  /** false: nothing is in the version store, as on a device that is new. Nothing has to be looked up in it then. */
  #mayBeKept: boolean;
  #listBytesPut = 0;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#sql = statements(database);
    this.#mayBeKept = this.#sql.anyKept.get() !== undefined;
  }

  /** This source holds a file of this content at this record. */
  noteHolder(content: Digest, source: number, record: number): void {
    this.#sql.noteHolder.run(keyOf(content), source, record);
  }

  /** The record's file in this source has another content from `now` on (milliseconds since 1970): what is kept of this one ages from here. */
  forgetHolder(content: Digest, source: number, record: number, now: number): void {
    this.#sql.forgetHolder.run(keyOf(content), source, record);
    if (this.#mayBeKept) this.#sql.renewKept.run(now, bytesOf(content), now);
  }

  /** The source is no more: none of its files is to be had. */
  forgetSource(source: number): void {
    this.#sql.forgetSource.run(source);
  }

  /** Files that may hold the content: their snapshots must be asked, for only a part of the digest is stored. By source and record, a page of them. */
  holders(content: Digest, after: FilePlace | null): readonly FilePlace[] {
    const key = keyOf(content);
    const page =
      after === null ? this.#sql.holders.all(key, REFERS) : this.#sql.holdersAfter.all(key, after.source, after.record);
    return page.map(([source, record]) => ({ source, record }));
  }

  /** A value of the record refers to this content, as that of a contact to its photo. */
  noteReference(content: Digest, record: number): void {
    this.#sql.noteHolder.run(keyOf(content), REFERS, record);
  }

  /** Records whose values refer to the content, or did. */
  referrers(content: Digest): readonly number[] {
    return this.#sql.referrers.all(keyOf(content), REFERS);
  }

  /** Those of these contents that have holders at all: one question for a whole batch, of which mostly nothing is here. */
  heldAmong(contents: readonly Digest[]): ReadonlySet<Digest> {
    const held = new Set(this.#sql.heldKeys.all(JSON.stringify(contents.map(keyOf))));
    return new Set(contents.filter((content) => held.has(keyOf(content))));
  }

  /** Keeps a chunk list and where each of its chunks is, all or nothing; in a transaction of its own where there is none. `content`: the file it cuts. */
  putChunkList(list: Digest, content: Digest, bytes: Uint8Array): void {
    const digest = bytesOf(list);
    if (this.#sql.findList.get(digest) !== undefined) return;
    this.#database.transaction(() => {
      const row = Number(this.#sql.addList.run(digest, bytesOf(content), bytes).lastInsertRowid);
      for (let at = 0; at + 36 <= bytes.length; at += 36)
        this.#sql.addChunk.run(keyOfBytes(bytes.subarray(at, at + 6)), row, at / 36);
    })();
    this.#listBytesPut += bytes.length;
  }

  /** Bytes of all chunk lists that were new since this was made. */
  get listBytesPut(): number {
    return this.#listBytesPut;
  }

  /** Chunk lists in rows before this one, the latest first. */
  listsBefore(row: number, limit: number): readonly StoredList[] {
    return this.#sql.listsBefore
      .all(row, limit)
      .map(([found, content, length]) => ({ row: found, content: hexOf(content) as Digest, length }));
  }

  /** Inside a transaction. */
  dropLists(lists: readonly number[]): void {
    for (const row of lists) {
      const [, bytes = new Uint8Array(0)] = this.#sql.listAt.get(row) ?? [];
      for (let at = 0; at + 36 <= bytes.length; at += 36)
        this.#sql.dropChunk.run(keyOfBytes(bytes.subarray(at, at + 6)), row);
      this.#sql.dropList.run(row);
    }
  }

  chunkList(list: Digest): Uint8Array | null {
    return this.#sql.list.get(bytesOf(list)) ?? null;
  }

  /**
   * Where this chunk may be: the first place in each list, the latest lists first. Each version of a file that grows has a list with the chunks
   * of those before it, and so have many files a chunk of nothing but zeros: most of the lists are of contents that are no more.
   */
  *chunkPlaces(chunk: Digest): Generator<{ readonly list: number; readonly place: number; readonly content: Digest }> {
    const key = keyOf(chunk);
    let before = Number.MAX_SAFE_INTEGER;
    for (let tried = 0; tried < MOST_LISTS; tried++) {
      const found = this.#sql.chunkPlace.get(key, key, before);
      if (found === undefined) return;
      const [list, place, content] = found;
      yield { list, place, content: hexOf(content) as Digest };
      before = list;
    }
  }

  /** A chunk list by its row, and the file it cuts. */
  listAt(row: number): { readonly content: Digest; readonly bytes: Uint8Array } | null {
    const found = this.#sql.listAt.get(row);
    return found === undefined ? null : { content: hexOf(found[0]) as Digest, bytes: found[1] };
  }

  /** `since`: when it became, or was last, what history alone may have to give back; milliseconds since 1970. */
  noteKept(digest: Digest, size: number, since: number): void {
    this.#mayBeKept = true;
    this.#sql.noteKept.run(bytesOf(digest), size, since);
  }

  isKept(digest: Digest): boolean {
    return this.keptSize(digest) !== null;
  }

  /** Bytes of a content in the version store; null where it is not in it. */
  keptSize(digest: Digest): number | null {
    return this.#mayBeKept ? (this.#sql.keptSize.get(bytesOf(digest)) ?? null) : null;
  }

  forgetKept(digests: readonly Digest[]): void {
    for (const digest of digests) this.#sql.forgetKept.run(bytesOf(digest));
  }

  /** Kept contents, oldest first, from after `after` on. */
  keptByAge(after: KeptContent | null, limit: number): readonly KeptContent[] {
    const digest = after === null ? new Uint8Array(0) : bytesOf(after.digest);
    return this.#sql.keptByAge.all(after?.since ?? Number.MIN_SAFE_INTEGER, digest, limit).map(keptContent);
  }

  /** Kept contents in the order of their digests. */
  keptByDigest(after: Digest | null, limit: number): readonly KeptContent[] {
    return this.#sql.keptByDigest.all(after === null ? new Uint8Array(0) : bytesOf(after), limit).map(keptContent);
  }

  keptBytes(): number {
    return this.#sql.keptBytes.get() ?? 0;
  }
}

const keptContent = ([digest, size, since]: [Uint8Array, number, number]): KeptContent => ({
  digest: hexOf(digest) as Digest,
  size,
  since,
});

/** The source of what no source holds as a file: what records refer to. Those of sources begin after it. */
const REFERS = 0;
/** Files told of at once: of most contents there is one. */
export const HOLDERS_A_PAGE = 16;
/** Lists in which one chunk is looked for. */
const MOST_LISTS = 512;

/** The first 48 bits of a digest: an integer SQLite and JavaScript both hold exactly. */
const keyOf = (digest: Digest): number => Number.parseInt(digest.slice(0, 12), 16);
const keyOfBytes = (bytes: Uint8Array): number => Number.parseInt(hexOf(bytes), 16);

function statements(database: Database.Database) {
  const rows = <Parameters extends unknown[], Row>(sql: string) => database.prepare<Parameters, Row>(sql).raw();
  const value = <Parameters extends unknown[], Value>(sql: string) => database.prepare<Parameters, Value>(sql).pluck();
  type Blob = Uint8Array;
  return {
    noteHolder: database.prepare<[number, number, number]>(
      'INSERT OR IGNORE INTO content_at(key, source, record) VALUES(?, ?, ?)',
    ),
    forgetHolder: database.prepare<[number, number, number]>(
      'DELETE FROM content_at WHERE key = ? AND source = ? AND record = ?',
    ),
    forgetSource: database.prepare<[number]>('DELETE FROM content_at WHERE source = ?'),
    holders: rows<[number, number], [number, number]>(
      `SELECT source, record FROM content_at WHERE key = ? AND source > ? ORDER BY source, record LIMIT ${HOLDERS_A_PAGE}`,
    ),
    holdersAfter: rows<[number, number, number], [number, number]>(
      `SELECT source, record FROM content_at WHERE key = ? AND (source, record) > (?, ?) ORDER BY source, record LIMIT ${HOLDERS_A_PAGE}`,
    ),
    referrers: value<[number, number], number>('SELECT record FROM content_at WHERE key = ? AND source = ?'),
    heldKeys: value<[string], number>(
      'SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM content_at WHERE key = value)',
    ),
    findList: value<[Blob], number>('SELECT id FROM chunk_list WHERE digest = ?'),
    addList: database.prepare<[Blob, Blob, Blob]>('INSERT INTO chunk_list(digest, content, bytes) VALUES(?, ?, ?)'),
    addChunk: database.prepare<[number, number, number]>(
      'INSERT OR IGNORE INTO chunk_at(key, list, place) VALUES(?, ?, ?)',
    ),
    listsBefore: rows<[number, number], [number, Blob, number]>(
      'SELECT id, content, length(bytes) FROM chunk_list WHERE id < ? ORDER BY id DESC LIMIT ?',
    ),
    dropChunk: database.prepare<[number, number]>('DELETE FROM chunk_at WHERE key = ? AND list = ?'),
    dropList: database.prepare<[number]>('DELETE FROM chunk_list WHERE id = ?'),
    list: value<[Blob], Blob>('SELECT bytes FROM chunk_list WHERE digest = ?'),
    chunkPlace: rows<[number, number, number], [number, number, Blob]>(
      `SELECT chunk_at.list, place, content FROM chunk_at JOIN chunk_list ON chunk_list.id = chunk_at.list
       WHERE key = ? AND chunk_at.list = (SELECT max(list) FROM chunk_at WHERE key = ? AND list < ?) ORDER BY place LIMIT 1`,
    ),
    listAt: rows<[number], [Blob, Blob]>('SELECT content, bytes FROM chunk_list WHERE id = ?'),
    noteKept: database.prepare<[Blob, number, number]>(
      'INSERT INTO kept(digest, size, since) VALUES(?, ?, ?) ON CONFLICT(digest) DO UPDATE SET since = max(since, excluded.since)',
    ),
    renewKept: database.prepare<[number, Blob, number]>('UPDATE kept SET since = ? WHERE digest = ? AND since < ?'),
    anyKept: value<[], number>('SELECT 1 FROM kept LIMIT 1'),
    keptSize: value<[Blob], number>('SELECT size FROM kept WHERE digest = ?'),
    forgetKept: database.prepare<[Blob]>('DELETE FROM kept WHERE digest = ?'),
    keptByAge: rows<[number, Blob, number], [Blob, number, number]>(
      'SELECT digest, size, since FROM kept WHERE (since, digest) > (?, ?) ORDER BY since, digest LIMIT ?',
    ),
    keptByDigest: rows<[Blob, number], [Blob, number, number]>(
      'SELECT digest, size, since FROM kept WHERE digest > ? ORDER BY digest LIMIT ?',
    ),
    keptBytes: value<[], number>('SELECT sum(size) FROM kept'),
  };
}
