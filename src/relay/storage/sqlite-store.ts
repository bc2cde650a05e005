import type { Clock } from '../../main/platform/clock.ts';
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
import { RelayDatabase } from './relay-database.ts';

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

/** A relay's memory in one SQLite file (`RelayDatabase`): what its tables say, and what nobody needs any more. */
export class SqliteStore implements RelayStore {
  readonly #database: RelayDatabase;

  /** Fails as `RelayDatabase`. `committed`: told how many writes shared each commit. */
  constructor(file: string, clock: Clock, committed: (writes: number) => void = () => {}) {
    this.#database = new RelayDatabase(file, clock, committed);
  }

  createGroup(g: CollectionId, keys: readonly AclKey[], at: number, storage: string): Promise<boolean> {
    return this.#database.write(() => {
      const sql = 'INSERT INTO grp (g, gen, at, storage) VALUES (?, 1, ?, ?) ON CONFLICT DO NOTHING';
      if (this.#database.run(sql, g, at, storage) === 0) return false;
      for (const { k, admin } of keys)
        this.#database.run('INSERT INTO member (g, k, admin) VALUES (?, ?, ?)', g, k, admin ? 1 : 0);
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
    return this.#database.write((): AclOutcome => {
      const group = this.#group(g);
      if (group === null) return { is: 'no-group' };
      const former = this.#keys(g);
      if (!former.some(({ k, admin }) => k === by && admin)) return { is: 'not-an-admin' };
      if (gen <= group.gen) return { is: 'old', gen: group.gen };
      this.#database.run('UPDATE grp SET gen = ? WHERE g = ?', gen, g);
      const kept = new Set(keys.map(({ k }) => k));
      const removed = former.map(({ k }) => k).filter((k) => !kept.has(k));
      for (const k of removed) {
        this.#database.run('DELETE FROM member WHERE g = ? AND k = ?', g, k);
        this.#database.run('DELETE FROM heads WHERE g = ? AND k = ?', g, k);
        this.#database.run('DELETE FROM mailbox WHERE g = ? AND k = ?', g, k);
      }
      const sql = 'INSERT INTO member (g, k, admin) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET admin = excluded.admin';
      for (const { k, admin } of keys) {
        this.#database.run(sql, g, k, admin ? 1 : 0);
        this.#dropWord(g, k);
      }
      return { is: 'set', removed };
    });
  }

  append(g: CollectionId, { hash, bytes, at }: NewItem, most: number): Promise<Appended> {
    return this.#database.write((): Appended => {
      const known = this.#database.get<{ sid: number }>('SELECT sid FROM item WHERE g = ? AND hash = ?', g, hash);
      if (known !== null) return { is: 'there', sid: known.sid };
      const group = this.#group(g);
      if (group === null) return { is: 'no-group' };
      if (group.item_bytes + bytes.length > most) return { is: 'quota' };
      const sid = group.last + 1;
      this.#database.run('UPDATE grp SET last = ?, item_bytes = item_bytes + ? WHERE g = ?', sid, bytes.length, g);
      this.#database.run('INSERT INTO item (g, sid, hash, at, bytes) VALUES (?, ?, ?, ?, ?)', g, sid, hash, at, bytes);
      return { is: 'appended', sid };
    });
  }

  async items(g: CollectionId, after: number, limit: number, most: number): Promise<readonly StoredItem[]> {
    const sql = 'SELECT sid, bytes FROM item WHERE g = ? AND sid > ? ORDER BY sid LIMIT ?';
    const items: StoredItem[] = [];
    let size = 0;
    for (const row of this.#database.each<StoredItem>(sql, g, after, limit)) {
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
    return this.#database.write(() => {
      const most = Math.min(sid, this.#group(g)?.last ?? 0);
      this.#database.run('UPDATE member SET sid = max(sid, ?) WHERE g = ? AND k = ?', most, g, k);
      return this.#leastCursor(g);
    });
  }

  async cursor(g: CollectionId, k: MemberKey): Promise<number> {
    return this.#database.get<{ sid: number }>('SELECT sid FROM member WHERE g = ? AND k = ?', g, k)?.sid ?? 0;
  }

  putHeads(g: CollectionId, k: MemberKey, bytes: Uint8Array, at: number): Promise<void> {
    return this.#database.write(() => {
      // Only of who is a member still: it may have been removed on the way here.
      const sql = `INSERT INTO heads (g, k, at, bytes) SELECT g, k, ?, ? FROM member WHERE g = ? AND k = ?
        ON CONFLICT DO UPDATE SET at = excluded.at, bytes = excluded.bytes`;
      this.#database.run(sql, at, bytes, g, k);
    });
  }

  async heads(g: CollectionId): Promise<readonly StoredHeads[]> {
    return this.#database.all<StoredHeads>('SELECT k, at, bytes FROM heads WHERE g = ? ORDER BY k', g);
  }

  putWord(g: CollectionId, k: MemberKey, { hash, bytes, at }: NewItem, most: number): Promise<WordOutcome> {
    return this.#database.write((): WordOutcome => {
      const group = this.#group(g);
      if (group === null) return 'no-group';
      if (this.#database.get('SELECT 1 FROM member WHERE g = ? AND k = ?', g, k) !== null) return 'member';
      if (group.item_bytes - this.#wordLength(g, k) + bytes.length > most) return 'quota';
      this.#dropWord(g, k);
      this.#database.run('INSERT INTO word (g, k, hash, at, bytes) VALUES (?, ?, ?, ?, ?)', g, k, hash, at, bytes);
      this.#database.run('UPDATE grp SET item_bytes = item_bytes + ? WHERE g = ?', bytes.length, g);
      return 'kept';
    });
  }

  async word(g: CollectionId, k: MemberKey): Promise<Uint8Array | null> {
    return (
      this.#database.get<{ bytes: Uint8Array }>('SELECT bytes FROM word WHERE g = ? AND k = ?', g, k)?.bytes ?? null
    );
  }

  async words(g: CollectionId): Promise<readonly WordHash[]> {
    return this.#database.all<WordHash>('SELECT k, hash FROM word WHERE g = ? ORDER BY k', g);
  }

  collectWords(before: number): Promise<void> {
    return this.#database.write(() => {
      const over = this.#database.all<{ g: CollectionId; k: MemberKey }>('SELECT g, k FROM word WHERE at < ?', before);
      for (const { g, k } of over) this.#dropWord(g, k);
    });
  }

  putPack(
    g: CollectionId,
    id: string,
    pack: StoredPack & { readonly lease: number },
    most: number,
  ): Promise<PackOutcome> {
    return this.#database.write((): PackOutcome => {
      const group = this.#group(g);
      if (group === null) return 'no-group';
      if (this.#renew(g, id, pack.lease)) return 'there';
      if (group.pack_bytes + pack.size > most) return 'quota';
      const sql = 'INSERT INTO pack (g, id, size, by, lease) VALUES (?, ?, ?, ?, ?)';
      this.#database.run(sql, g, id, pack.size, pack.by, pack.lease);
      this.#database.run('UPDATE grp SET pack_bytes = pack_bytes + ? WHERE g = ?', pack.size, g);
      return 'new';
    });
  }

  async pack(g: CollectionId, id: string): Promise<StoredPack | null> {
    return this.#database.get<StoredPack>('SELECT size, by FROM pack WHERE g = ? AND id = ?', g, id);
  }

  removePack(g: CollectionId, id: string): Promise<void> {
    return this.#database.write(() => this.#removePack(g, id));
  }

  touchPacks(g: CollectionId, ids: readonly string[], lease: number): Promise<readonly string[]> {
    return this.#database.write(() => ids.filter((id) => !this.#renew(g, id, lease)));
  }

  putMailbox(mailbox: Mailbox, now: number, most: number): Promise<boolean> {
    const { id, token, g, k, until, tries } = mailbox;
    return this.#database.write(() => {
      this.#database.run('DELETE FROM mailbox WHERE until <= ?', now);
      const former = this.#database.get<Mailbox>('SELECT * FROM mailbox WHERE id = ?', id);
      if (former !== null) {
        if (former.g !== g || former.k !== k) return false;
        this.#database.run('UPDATE mailbox SET token = ?, until = ? WHERE id = ?', token, until, id);
        return true;
      }
      const { n } = this.#database.get<{ n: number }>('SELECT count(*) AS n FROM mailbox WHERE g = ? AND k = ?', g, k)!;
      if (n >= most) return false;
      const sql = 'INSERT INTO mailbox (id, token, g, k, until, tries) VALUES (?, ?, ?, ?, ?, ?)';
      this.#database.run(sql, id, token, g, k, until, tries);
      return true;
    });
  }

  async mailbox(id: string): Promise<Mailbox | null> {
    return this.#database.get<Mailbox>('SELECT id, token, g, k, until, tries FROM mailbox WHERE id = ?', id);
  }

  removeMailbox(id: string): Promise<void> {
    return this.#database.write(() => {
      this.#database.run('DELETE FROM mailbox WHERE id = ?', id);
    });
  }

  tryMailbox(id: string, most: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run('UPDATE mailbox SET tries = tries + 1 WHERE id = ?', id);
      this.#database.run('DELETE FROM mailbox WHERE id = ? AND tries >= ?', id, most);
    });
  }

  async collectItems(times: CollectTimes, now: number): Promise<number> {
    let gone = 0;
    // Group by group: the others' writes go on between.
    for (const { g } of this.#database.all<{ g: CollectionId }>('SELECT g FROM grp WHERE collected < last'))
      gone += await this.#collectGroup(g, times, now);
    return gone;
  }

  async collectPacks(graceOver: number, now: number): Promise<readonly { g: CollectionId; id: string }[]> {
    return this.#database.write(() => {
      const over = 'SELECT g, id FROM pack WHERE lease <= ? AND marked > 0 AND marked <= ? ORDER BY g, id LIMIT ?';
      const gone = this.#database.all<{ g: CollectionId; id: string }>(over, now, graceOver, COLLECT_AT_ONCE);
      for (const { g, id } of gone) this.#removePack(g, id);
      this.#database.run('UPDATE pack SET marked = ? WHERE lease <= ? AND marked = 0', now, now);
      return gone;
    });
  }

  collectMailboxes(now: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run('DELETE FROM mailbox WHERE until <= ?', now);
    });
  }

  close(): void {
    this.#database.close();
  }

  async #collectGroup(g: CollectionId, times: CollectTimes, now: number): Promise<number> {
    let gone = 0;
    for (let more = true; more; ) {
      const step = await this.#database.write(() => {
        const group = this.#group(g)!;
        const free = this.#free(g, group, times);
        const isOver = group.marked <= times.graceOver;
        // Somebody who came since the mark may need what was marked.
        const until = Math.min(group.mark, free, group.collected + COLLECT_AT_ONCE);
        if (isOver && until > group.collected) return this.#deleteItems(g, group.collected, until);
        if (free < group.mark) this.#database.run('UPDATE grp SET mark = min(mark, ?) WHERE g = ?', free, g);
        const isMarked = group.mark > group.collected && free > group.collected;
        if (!isMarked && free > group.collected)
          this.#database.run('UPDATE grp SET mark = ?, marked = ? WHERE g = ?', free, now, g);
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
    const needed = this.#database.get<{ sid: number }>(sql, g, group.collected, times.life, passed, times.keep);
    return needed === null ? group.last : needed.sid - 1;
  }

  #deleteItems(g: CollectionId, after: number, until: number): number {
    const range = 'FROM item WHERE g = ? AND sid > ? AND sid <= ?';
    const { size } = this.#database.get<{ size: number }>(
      `SELECT coalesce(sum(length(bytes)), 0) AS size ${range}`,
      g,
      after,
      until,
    )!;
    this.#database.run('UPDATE grp SET collected = ?, item_bytes = item_bytes - ? WHERE g = ?', until, size, g);
    return this.#database.run(`DELETE ${range}`, g, after, until);
  }

  #wordLength(g: CollectionId, k: MemberKey): number {
    const sql = 'SELECT length(bytes) AS size FROM word WHERE g = ? AND k = ?';
    return this.#database.get<{ size: number }>(sql, g, k)?.size ?? 0;
  }
  #dropWord(g: CollectionId, k: MemberKey): void {
    const size = this.#wordLength(g, k);
    if (this.#database.run('DELETE FROM word WHERE g = ? AND k = ?', g, k) > 0)
      this.#database.run('UPDATE grp SET item_bytes = item_bytes - ? WHERE g = ?', size, g);
  }

  #leastCursor(g: CollectionId): number {
    return this.#database.get<{ sid: number | null }>('SELECT min(sid) AS sid FROM member WHERE g = ?', g)?.sid ?? 0;
  }

  #removePack(g: CollectionId, id: string): void {
    const pack = this.#database.get<StoredPack>('SELECT size, by FROM pack WHERE g = ? AND id = ?', g, id);
    if (pack === null) return;
    this.#database.run('DELETE FROM pack WHERE g = ? AND id = ?', g, id);
    this.#database.run('UPDATE grp SET pack_bytes = pack_bytes - ? WHERE g = ?', pack.size, g);
  }

  #renew(g: CollectionId, id: string, lease: number): boolean {
    return this.#database.run('UPDATE pack SET lease = ?, marked = 0 WHERE g = ? AND id = ?', lease, g, id) > 0;
  }

  #group(g: CollectionId): GroupRow | null {
    return this.#database.get<GroupRow>('SELECT * FROM grp WHERE g = ?', g);
  }

  #keys(g: CollectionId): readonly AclKey[] {
    const rows = this.#database.all<{ k: MemberKey; admin: number }>(
      'SELECT k, admin FROM member WHERE g = ? ORDER BY k',
      g,
    );
    return rows.map(({ k, admin }) => ({ k, admin: admin === 1 }));
  }
}
