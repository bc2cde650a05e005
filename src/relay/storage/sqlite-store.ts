import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Clock } from '../../main/platform/clock.ts';
import { databaseTrouble } from '../../main/platform/database-trouble.ts';
import { LockstepError } from '../../main/platform/trouble.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import type {
  Acl,
  AclKey,
  AclOutcome,
  Appended,
  CollectTimes,
  ItemSpan,
  Mailbox,
  NewItem,
  PackOutcome,
  RelayStore,
  StoredHeads,
  StoredItem,
  StoredPack,
  WordHash,
  WordOutcome,
} from '../rules/relay-store.ts';
import { GroupCommit } from './group-commit.ts';
import schema from './schema/01-all.sql?raw';
import words from './schema/02-words.sql?raw';

/** What makes a database of each version one of the next, from nothing on. */
const STEPS: readonly string[] = [schema, words];
const SCHEMA_VERSION = STEPS.length;

/** Deleted in one transaction at most: more would hold up everybody's writes. */
const COLLECT_AT_ONCE = 500;

interface GroupRow {
  readonly gen: number;
  readonly last: number;
  readonly collected: number;
  readonly mark: number;
  readonly marked: number;
  readonly item_bytes: number;
  readonly pack_bytes: number;
  readonly at: number;
  readonly storage: string;
}

/** A relay's memory in one SQLite file: WAL, every commit durable, writes of many callers in one commit. */
export class SqliteStore implements RelayStore {
  readonly #database: Database.Database;
  readonly #commit: GroupCommit;
  readonly #statements = new Map<string, Database.Statement>();

  /** Fails with `database-newer`, `database-damaged`, `database-not-opened` and `disk-full`. `committed`: told how many writes shared each commit. */
  constructor(file: string, clock: Clock, committed: (writes: number) => void = () => {}) {
    this.#database = openRelayDatabase(file);
    this.#commit = new GroupCommit(this.#database, clock, committed);
  }

  createGroup(g: CollectionId, keys: readonly AclKey[], at: number, storage: string): Promise<boolean> {
    return this.#commit.write(() => {
      const sql = 'INSERT INTO grp (g, gen, at, storage) VALUES (?, 1, ?, ?) ON CONFLICT DO NOTHING';
      if (this.#run(sql, g, at, storage) === 0) return false;
      for (const { k, admin } of keys)
        this.#run('INSERT INTO member (g, k, admin) VALUES (?, ?, ?)', g, k, admin ? 1 : 0);
      return true;
    });
  }

  async acl(g: CollectionId): Promise<Acl | null> {
    const group = this.#group(g);
    return group === null ? null : { gen: group.gen, keys: this.#keys(g) };
  }

  async storageOf(g: CollectionId): Promise<string | null> {
    return this.#group(g)?.storage ?? null;
  }

  setAcl(g: CollectionId, gen: number, keys: readonly AclKey[], by: MemberKey): Promise<AclOutcome> {
    return this.#commit.write((): AclOutcome => {
      const group = this.#group(g);
      if (group === null) return { is: 'no-group' };
      const former = this.#keys(g);
      if (!former.some(({ k, admin }) => k === by && admin)) return { is: 'not-an-admin' };
      if (gen <= group.gen) return { is: 'old', gen: group.gen };
      this.#run('UPDATE grp SET gen = ? WHERE g = ?', gen, g);
      const kept = new Set(keys.map(({ k }) => k));
      const removed = former.map(({ k }) => k).filter((k) => !kept.has(k));
      for (const k of removed) {
        this.#run('DELETE FROM member WHERE g = ? AND k = ?', g, k);
        this.#run('DELETE FROM heads WHERE g = ? AND k = ?', g, k);
        this.#run('DELETE FROM mailbox WHERE g = ? AND k = ?', g, k);
      }
      const sql = 'INSERT INTO member (g, k, admin) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET admin = excluded.admin';
      for (const { k, admin } of keys) {
        this.#run(sql, g, k, admin ? 1 : 0);
        this.#dropWord(g, k);
      }
      return { is: 'set', removed };
    });
  }

  append(g: CollectionId, { hash, bytes, at }: NewItem, most: number): Promise<Appended> {
    return this.#commit.write((): Appended => {
      const known = this.#get<{ sid: number }>('SELECT sid FROM item WHERE g = ? AND hash = ?', g, hash);
      if (known !== null) return { is: 'there', sid: known.sid };
      const group = this.#group(g);
      if (group === null) return { is: 'no-group' };
      if (group.item_bytes + bytes.length > most) return { is: 'quota' };
      const sid = group.last + 1;
      this.#run('UPDATE grp SET last = ?, item_bytes = item_bytes + ? WHERE g = ?', sid, bytes.length, g);
      this.#run('INSERT INTO item (g, sid, hash, at, bytes) VALUES (?, ?, ?, ?, ?)', g, sid, hash, at, bytes);
      return { is: 'appended', sid };
    });
  }

  async items(g: CollectionId, after: number, limit: number, most: number): Promise<readonly StoredItem[]> {
    const sql = 'SELECT sid, bytes FROM item WHERE g = ? AND sid > ? ORDER BY sid LIMIT ?';
    const items: StoredItem[] = [];
    let size = 0;
    for (const row of this.#prepared(sql).iterate(g, after, limit) as Iterable<StoredItem>) {
      size += row.bytes.length;
      if (size > most && items.length > 0) break;
      items.push(row);
    }
    return items;
  }

  async span(g: CollectionId): Promise<ItemSpan> {
    const { at, collected, last } = this.#group(g) ?? { at: 0, collected: 0, last: 0 };
    return { born: at, collected, last };
  }

  setCursor(g: CollectionId, k: MemberKey, sid: number): Promise<number> {
    return this.#commit.write(() => {
      const most = Math.min(sid, this.#group(g)?.last ?? 0);
      this.#run('UPDATE member SET sid = max(sid, ?) WHERE g = ? AND k = ?', most, g, k);
      return this.#leastCursor(g);
    });
  }

  async cursor(g: CollectionId, k: MemberKey): Promise<number> {
    return this.#get<{ sid: number }>('SELECT sid FROM member WHERE g = ? AND k = ?', g, k)?.sid ?? 0;
  }

  putHeads(g: CollectionId, k: MemberKey, bytes: Uint8Array, at: number): Promise<void> {
    return this.#commit.write(() => {
      // Only of who is a member still: it may have been removed on the way here.
      const sql = `INSERT INTO heads (g, k, at, bytes) SELECT g, k, ?, ? FROM member WHERE g = ? AND k = ?
        ON CONFLICT DO UPDATE SET at = excluded.at, bytes = excluded.bytes`;
      this.#run(sql, at, bytes, g, k);
    });
  }

  async heads(g: CollectionId): Promise<readonly StoredHeads[]> {
    return this.#all<StoredHeads>('SELECT k, at, bytes FROM heads WHERE g = ? ORDER BY k', g);
  }

  putWord(g: CollectionId, k: MemberKey, { hash, bytes, at }: NewItem, most: number): Promise<WordOutcome> {
    return this.#commit.write((): WordOutcome => {
      const group = this.#group(g);
      if (group === null) return 'no-group';
      if (this.#get('SELECT 1 FROM member WHERE g = ? AND k = ?', g, k) !== null) return 'member';
      if (group.item_bytes - this.#wordLength(g, k) + bytes.length > most) return 'quota';
      this.#dropWord(g, k);
      this.#run('INSERT INTO word (g, k, hash, at, bytes) VALUES (?, ?, ?, ?, ?)', g, k, hash, at, bytes);
      this.#run('UPDATE grp SET item_bytes = item_bytes + ? WHERE g = ?', bytes.length, g);
      return 'kept';
    });
  }

  async word(g: CollectionId, k: MemberKey): Promise<Uint8Array | null> {
    return this.#get<{ bytes: Uint8Array }>('SELECT bytes FROM word WHERE g = ? AND k = ?', g, k)?.bytes ?? null;
  }

  async words(g: CollectionId): Promise<readonly WordHash[]> {
    return this.#all<WordHash>('SELECT k, hash FROM word WHERE g = ? ORDER BY k', g);
  }

  collectWords(before: number): Promise<void> {
    return this.#commit.write(() => {
      const over = this.#all<{ g: CollectionId; k: MemberKey }>('SELECT g, k FROM word WHERE at < ?', before);
      for (const { g, k } of over) this.#dropWord(g, k);
    });
  }

  putPack(
    g: CollectionId,
    id: string,
    pack: StoredPack & { readonly lease: number },
    most: number,
  ): Promise<PackOutcome> {
    return this.#commit.write((): PackOutcome => {
      const group = this.#group(g);
      if (group === null) return 'no-group';
      if (this.#renew(g, id, pack.lease)) return 'there';
      if (group.pack_bytes + pack.size > most) return 'quota';
      const sql = 'INSERT INTO pack (g, id, size, by, lease) VALUES (?, ?, ?, ?, ?)';
      this.#run(sql, g, id, pack.size, pack.by, pack.lease);
      this.#run('UPDATE grp SET pack_bytes = pack_bytes + ? WHERE g = ?', pack.size, g);
      return 'new';
    });
  }

  async pack(g: CollectionId, id: string): Promise<StoredPack | null> {
    return this.#get<StoredPack>('SELECT size, by FROM pack WHERE g = ? AND id = ?', g, id);
  }

  removePack(g: CollectionId, id: string): Promise<void> {
    return this.#commit.write(() => this.#removePack(g, id));
  }

  touchPacks(g: CollectionId, ids: readonly string[], lease: number): Promise<readonly string[]> {
    return this.#commit.write(() => ids.filter((id) => !this.#renew(g, id, lease)));
  }

  putMailbox(mailbox: Mailbox, now: number, most: number): Promise<boolean> {
    const { id, token, g, k, until, tries } = mailbox;
    return this.#commit.write(() => {
      this.#run('DELETE FROM mailbox WHERE until <= ?', now);
      const former = this.#get<Mailbox>('SELECT * FROM mailbox WHERE id = ?', id);
      if (former !== null) {
        if (former.g !== g || former.k !== k) return false;
        this.#run('UPDATE mailbox SET token = ?, until = ? WHERE id = ?', token, until, id);
        return true;
      }
      const { n } = this.#get<{ n: number }>('SELECT count(*) AS n FROM mailbox WHERE g = ? AND k = ?', g, k)!;
      if (n >= most) return false;
      const sql = 'INSERT INTO mailbox (id, token, g, k, until, tries) VALUES (?, ?, ?, ?, ?, ?)';
      this.#run(sql, id, token, g, k, until, tries);
      return true;
    });
  }

  async mailbox(id: string): Promise<Mailbox | null> {
    return this.#get<Mailbox>('SELECT id, token, g, k, until, tries FROM mailbox WHERE id = ?', id);
  }

  removeMailbox(id: string): Promise<void> {
    return this.#commit.write(() => {
      this.#run('DELETE FROM mailbox WHERE id = ?', id);
    });
  }

  tryMailbox(id: string, most: number): Promise<void> {
    return this.#commit.write(() => {
      this.#run('UPDATE mailbox SET tries = tries + 1 WHERE id = ?', id);
      this.#run('DELETE FROM mailbox WHERE id = ? AND tries >= ?', id, most);
    });
  }

  async collectItems(times: CollectTimes, now: number): Promise<number> {
    let gone = 0;
    // Group by group: the others' writes go on between.
    for (const { g } of this.#all<{ g: CollectionId }>('SELECT g FROM grp WHERE collected < last'))
      gone += await this.#collectGroup(g, times, now);
    return gone;
  }

  async collectPacks(graceOver: number, now: number): Promise<readonly { g: CollectionId; id: string }[]> {
    return this.#commit.write(() => {
      const over = 'SELECT g, id FROM pack WHERE lease <= ? AND marked > 0 AND marked <= ? ORDER BY g, id LIMIT ?';
      const gone = this.#all<{ g: CollectionId; id: string }>(over, now, graceOver, COLLECT_AT_ONCE);
      for (const { g, id } of gone) this.#removePack(g, id);
      this.#run('UPDATE pack SET marked = ? WHERE lease <= ? AND marked = 0', now, now);
      return gone;
    });
  }

  collectMailboxes(now: number): Promise<void> {
    return this.#commit.write(() => {
      this.#run('DELETE FROM mailbox WHERE until <= ?', now);
    });
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }

  async #collectGroup(g: CollectionId, times: CollectTimes, now: number): Promise<number> {
    let gone = 0;
    for (let more = true; more; ) {
      const step = await this.#commit.write(() => {
        const group = this.#group(g)!;
        const free = this.#free(g, group, times);
        const isOver = group.marked <= times.graceOver;
        // Somebody who came since the mark may need what was marked.
        const until = Math.min(group.mark, free, group.collected + COLLECT_AT_ONCE);
        if (isOver && until > group.collected) return this.#deleteItems(g, group.collected, until);
        if (free < group.mark) this.#run('UPDATE grp SET mark = min(mark, ?) WHERE g = ?', free, g);
        const isMarked = group.mark > group.collected && free > group.collected;
        if (!isMarked && free > group.collected)
          this.#run('UPDATE grp SET mark = ?, marked = ? WHERE g = ?', free, now, g);
        return 0;
      });
      gone += step;
      more = step > 0;
    }
    return gone;
  }

  /** Up to which sid nobody needs any item: the first that is needed ends it. */
  #free(g: CollectionId, group: GroupRow, times: CollectTimes): number {
    const passed = this.#leastCursor(g);
    const sql = `SELECT sid FROM item WHERE g = ? AND sid > ? AND at >= ? AND NOT (sid <= ? AND at < ?)
      ORDER BY sid LIMIT 1`;
    const needed = this.#get<{ sid: number }>(sql, g, group.collected, times.life, passed, times.keep);
    return needed === null ? group.last : needed.sid - 1;
  }

  #deleteItems(g: CollectionId, after: number, until: number): number {
    const range = 'FROM item WHERE g = ? AND sid > ? AND sid <= ?';
    const { size } = this.#get<{ size: number }>(
      `SELECT coalesce(sum(length(bytes)), 0) AS size ${range}`,
      g,
      after,
      until,
    )!;
    this.#run('UPDATE grp SET collected = ?, item_bytes = item_bytes - ? WHERE g = ?', until, size, g);
    return this.#run(`DELETE ${range}`, g, after, until);
  }

  #wordLength(g: CollectionId, k: MemberKey): number {
    const sql = 'SELECT length(bytes) AS size FROM word WHERE g = ? AND k = ?';
    return this.#get<{ size: number }>(sql, g, k)?.size ?? 0;
  }
  #dropWord(g: CollectionId, k: MemberKey): void {
    const size = this.#wordLength(g, k);
    if (this.#run('DELETE FROM word WHERE g = ? AND k = ?', g, k) > 0)
      this.#run('UPDATE grp SET item_bytes = item_bytes - ? WHERE g = ?', size, g);
  }

  #leastCursor(g: CollectionId): number {
    return this.#get<{ sid: number | null }>('SELECT min(sid) AS sid FROM member WHERE g = ?', g)?.sid ?? 0;
  }

  #removePack(g: CollectionId, id: string): void {
    const pack = this.#get<StoredPack>('SELECT size, by FROM pack WHERE g = ? AND id = ?', g, id);
    if (pack === null) return;
    this.#run('DELETE FROM pack WHERE g = ? AND id = ?', g, id);
    this.#run('UPDATE grp SET pack_bytes = pack_bytes - ? WHERE g = ?', pack.size, g);
  }

  #renew(g: CollectionId, id: string, lease: number): boolean {
    return this.#run('UPDATE pack SET lease = ?, marked = 0 WHERE g = ? AND id = ?', lease, g, id) > 0;
  }

  #group(g: CollectionId): GroupRow | null {
    return this.#get<GroupRow>('SELECT * FROM grp WHERE g = ?', g);
  }

  #keys(g: CollectionId): readonly AclKey[] {
    const rows = this.#all<{ k: MemberKey; admin: number }>('SELECT k, admin FROM member WHERE g = ? ORDER BY k', g);
    return rows.map(({ k, admin }) => ({ k, admin: admin === 1 }));
  }

  #get<Row>(sql: string, ...values: readonly unknown[]): Row | null {
    return (this.#prepared(sql).get(...values) as Row | undefined) ?? null;
  }
  #all<Row>(sql: string, ...values: readonly unknown[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }
  /** Rows changed. */
  #run(sql: string, ...values: readonly unknown[]): number {
    return this.#prepared(sql).run(...values).changes;
  }
  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function openRelayDatabase(file: string): Database.Database {
  try {
    const database = new Database(file);
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > SCHEMA_VERSION)
      throw new LockstepError(
        'database-newer',
        `${file} was written by a later version of Lockstep (${version}): update this one`,
        file,
      );
    if (version < SCHEMA_VERSION)
      database.transaction(() => {
        for (const step of STEPS.slice(version)) database.exec(step);
        database.pragma(`user_version = ${SCHEMA_VERSION}`);
      })();
    return database;
  } catch (cause) {
    if (cause instanceof LockstepError) throw cause;
    throw databaseTrouble(file, cause);
  }
}
