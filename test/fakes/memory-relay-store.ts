import type { CollectionId, MemberKey } from '../../src/main/record/ids.ts';
import type { BlobStore } from '../../src/relay/rules/blob-store.ts';
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
} from '../../src/relay/rules/relay-store.ts';

interface Item extends NewItem {
  readonly sid: number;
}
interface Pack extends StoredPack {
  lease: number;
  marked: number;
}
export interface StoredGroup {
  acl: Acl;
  readonly storage: string;
  readonly at: number;
  last: number;
  collected: number;
  mark: number;
  marked: number;
  items: Item[];
  readonly cursors: Map<MemberKey, number>;
  readonly heads: Map<MemberKey, StoredHeads>;
  readonly packs: Map<string, Pack>;
  readonly words: Map<MemberKey, NewItem>;
}

/** A relay's memory in memory: what the SQLite one is compared with, and what simulated relays remember. */
export class MemoryRelayStore implements RelayStore {
  readonly #groups = new Map<CollectionId, StoredGroup>();
  readonly #mailboxes = new Map<string, Mailbox>();

  /** What it has, for who looks at it, or changes it as no member would. */
  get groups(): Map<CollectionId, StoredGroup> {
    return this.#groups;
  }
  copy(): MemoryRelayStore {
    const copy = new MemoryRelayStore();
    for (const [id, group] of structuredClone(this.#groups)) copy.#groups.set(id, group);
    for (const [id, mailbox] of this.#mailboxes) copy.#mailboxes.set(id, mailbox);
    return copy;
  }

  async createGroup(g: CollectionId, keys: readonly AclKey[], at: number, storage: string): Promise<boolean> {
    if (this.#groups.has(g)) return false;
    this.#groups.set(g, {
      acl: { gen: 1, keys: sorted(keys) },
      at,
      storage,
      last: 0,
      collected: 0,
      mark: 0,
      marked: 0,
      items: [],
      cursors: new Map(),
      heads: new Map(),
      packs: new Map(),
      words: new Map(),
    });
    return true;
  }

  async acl(g: CollectionId): Promise<Acl | null> {
    return this.#groups.get(g)?.acl ?? null;
  }
  async storageOf(g: CollectionId): Promise<string | null> {
    return this.#groups.get(g)?.storage ?? null;
  }

  async setAcl(g: CollectionId, gen: number, keys: readonly AclKey[], by: MemberKey): Promise<AclOutcome> {
    const group = this.#groups.get(g);
    if (group === undefined) return { is: 'no-group' };
    if (!group.acl.keys.some(({ k, admin }) => k === by && admin)) return { is: 'not-an-admin' };
    if (gen <= group.acl.gen) return { is: 'old', gen: group.acl.gen };
    const kept = new Set(keys.map(({ k }) => k));
    const removed = group.acl.keys.map(({ k }) => k).filter((k) => !kept.has(k));
    group.acl = { gen, keys: sorted(keys) };
    for (const { k } of keys) group.words.delete(k);
    for (const k of removed) {
      group.cursors.delete(k);
      group.heads.delete(k);
      for (const box of [...this.#mailboxes.values()]) if (box.g === g && box.k === k) this.#mailboxes.delete(box.id);
    }
    return { is: 'set', removed };
  }

  async append(g: CollectionId, item: NewItem, most: number): Promise<Appended> {
    const group = this.#groups.get(g);
    if (group === undefined) return { is: 'no-group' };
    const known = group.items.find(({ hash }) => hash === item.hash);
    if (known !== undefined) return { is: 'there', sid: known.sid };
    if (bytesOf(group) + item.bytes.length > most) return { is: 'quota' };
    group.items.push({ ...item, bytes: item.bytes.slice(), sid: ++group.last });
    return { is: 'appended', sid: group.last };
  }

  async items(g: CollectionId, after: number, limit: number, most: number): Promise<readonly StoredItem[]> {
    const found: StoredItem[] = [];
    let size = 0;
    for (const { sid, bytes } of this.#groups.get(g)?.items ?? []) {
      if (sid <= after) continue;
      size += bytes.length;
      if (found.length === limit || (size > most && found.length > 0)) break;
      found.push({ sid, bytes });
    }
    return found;
  }

  async span(g: CollectionId): Promise<ItemSpan> {
    const { at, collected, last } = this.#groups.get(g) ?? { at: 0, collected: 0, last: 0 };
    return { born: at, collected, last };
  }

  async setCursor(g: CollectionId, k: MemberKey, sid: number): Promise<number> {
    const group = this.#groups.get(g);
    if (group === undefined) return 0;
    if (isMember(group, k)) group.cursors.set(k, Math.max(group.cursors.get(k) ?? 0, Math.min(sid, group.last)));
    return leastCursor(group);
  }
  async cursor(g: CollectionId, k: MemberKey): Promise<number> {
    return this.#groups.get(g)?.cursors.get(k) ?? 0;
  }

  async putHeads(g: CollectionId, k: MemberKey, bytes: Uint8Array, at: number): Promise<void> {
    const group = this.#groups.get(g);
    if (group !== undefined && isMember(group, k)) group.heads.set(k, { k, at, bytes: bytes.slice() });
  }
  async heads(g: CollectionId): Promise<readonly StoredHeads[]> {
    return [...(this.#groups.get(g)?.heads.values() ?? [])].sort((a, b) => (a.k < b.k ? -1 : 1));
  }

  async putWord(g: CollectionId, k: MemberKey, word: NewItem, most: number): Promise<WordOutcome> {
    const group = this.#groups.get(g);
    if (group === undefined) return 'no-group';
    if (isMember(group, k)) return 'member';
    const former = group.words.get(k)?.bytes.length ?? 0;
    if (bytesOf(group) - former + word.bytes.length > most) return 'quota';
    group.words.set(k, { ...word, bytes: word.bytes.slice() });
    return 'kept';
  }
  async word(g: CollectionId, k: MemberKey): Promise<Uint8Array | null> {
    return this.#groups.get(g)?.words.get(k)?.bytes ?? null;
  }
  async words(g: CollectionId): Promise<readonly WordHash[]> {
    const words = [...(this.#groups.get(g)?.words ?? [])].map(([k, { hash }]) => ({ k, hash }));
    return words.sort((a, b) => (a.k < b.k ? -1 : 1));
  }
  async collectWords(before: number): Promise<void> {
    for (const { words } of this.#groups.values()) for (const [k, { at }] of words) if (at < before) words.delete(k);
  }

  async putPack(
    g: CollectionId,
    id: string,
    { size, by, lease }: StoredPack & { readonly lease: number },
    most: number,
  ): Promise<PackOutcome> {
    const group = this.#groups.get(g);
    if (group === undefined) return 'no-group';
    if ((await this.touchPacks(g, [id], lease)).length === 0) return 'there';
    if (sizeOf([...group.packs.values()].map((pack) => pack.size)) + size > most) return 'quota';
    group.packs.set(id, { size, by, lease, marked: 0 });
    return 'new';
  }
  async pack(g: CollectionId, id: string): Promise<StoredPack | null> {
    const pack = this.#groups.get(g)?.packs.get(id);
    return pack === undefined ? null : { size: pack.size, by: pack.by };
  }
  async removePack(g: CollectionId, id: string): Promise<void> {
    this.#groups.get(g)?.packs.delete(id);
  }
  async touchPacks(g: CollectionId, ids: readonly string[], lease: number): Promise<readonly string[]> {
    const packs = this.#groups.get(g)?.packs;
    return ids.filter((id) => {
      const pack = packs?.get(id);
      if (pack !== undefined) Object.assign(pack, { lease, marked: 0 });
      return pack === undefined;
    });
  }

  async putMailbox(mailbox: Mailbox, now: number, most: number): Promise<boolean> {
    await this.collectMailboxes(now);
    const { id, g, k } = mailbox;
    const former = this.#mailboxes.get(id);
    if (former !== undefined && (former.g !== g || former.k !== k)) return false;
    const own = [...this.#mailboxes.values()].filter((each) => each.g === g && each.k === k);
    if (former === undefined && own.length >= most) return false;
    this.#mailboxes.set(id, { ...mailbox, tries: former?.tries ?? mailbox.tries });
    return true;
  }
  async mailbox(id: string): Promise<Mailbox | null> {
    return this.#mailboxes.get(id) ?? null;
  }
  async removeMailbox(id: string): Promise<void> {
    this.#mailboxes.delete(id);
  }
  async tryMailbox(id: string, most: number): Promise<void> {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return;
    if (mailbox.tries + 1 >= most) this.#mailboxes.delete(id);
    else this.#mailboxes.set(id, { ...mailbox, tries: mailbox.tries + 1 });
  }

  async collectItems(times: CollectTimes, now: number): Promise<number> {
    let gone = 0;
    for (const group of this.#groups.values()) {
      const until = Math.min(group.mark, freeUntil(group, times));
      if (group.marked <= times.graceOver && until > group.collected) {
        gone += until - group.collected;
        group.items = group.items.filter(({ sid }) => sid > until);
        group.collected = until;
      }
      const free = freeUntil(group, times);
      if (group.mark > group.collected) group.mark = Math.min(group.mark, free);
      else if (free > group.collected) Object.assign(group, { mark: free, marked: now });
    }
    return gone;
  }

  async collectPacks(graceOver: number, now: number): Promise<readonly { g: CollectionId; id: string }[]> {
    const gone: { g: CollectionId; id: string }[] = [];
    for (const [g, group] of this.#groups)
      for (const [id, pack] of group.packs) {
        if (pack.lease > now) continue;
        if (pack.marked === 0) pack.marked = now;
        else if (pack.marked <= graceOver) gone.push({ g, id });
      }
    for (const { g, id } of gone) this.#groups.get(g)!.packs.delete(id);
    return gone;
  }

  async collectMailboxes(now: number): Promise<void> {
    for (const { id, until } of [...this.#mailboxes.values()]) if (until <= now) this.#mailboxes.delete(id);
  }

  close(): void {}
}

/** Packs in memory. Nothing is ever left over: what a crash would leave there is none of. */
export class MemoryBlobs implements BlobStore {
  readonly #packs = new Map<string, Uint8Array>();

  async put(group: CollectionId, id: string, bytes: Uint8Array): Promise<void> {
    this.#packs.set(`${group}/${id}`, bytes.slice());
  }
  async read(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null> {
    return this.#packs.get(`${group}/${id}`)?.slice(offset, offset + length) ?? null;
  }
  async remove(group: CollectionId, id: string): Promise<void> {
    this.#packs.delete(`${group}/${id}`);
  }
  copy(): MemoryBlobs {
    const copy = new MemoryBlobs();
    for (const [name, bytes] of this.#packs) copy.#packs.set(name, bytes);
    return copy;
  }
  everything(): Iterable<Uint8Array> {
    return this.#packs.values();
  }
  clear(): void {
    this.#packs.clear();
  }
  async *writtenBefore(): AsyncGenerator<{ readonly g: CollectionId; readonly id: string }> {}
}

const isMember = (group: StoredGroup, key: MemberKey): boolean => group.acl.keys.some(({ k }) => k === key);
const sorted = (keys: readonly AclKey[]): readonly AclKey[] => [...keys].sort((a, b) => (a.k < b.k ? -1 : 1));
/** Of items, and of what was left for who was removed. */
const bytesOf = ({ items, words }: StoredGroup): number =>
  sizeOf([...items, ...words.values()].map(({ bytes }) => bytes.length));
const sizeOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
const leastCursor = ({ acl, cursors }: StoredGroup): number =>
  Math.min(...acl.keys.map(({ k }) => cursors.get(k) ?? 0));

/** Up to which sid nobody needs any item. */
function freeUntil(group: StoredGroup, times: CollectTimes): number {
  const passed = leastCursor(group);
  const needed = group.items.find(({ sid, at }) => at >= times.life && !(sid <= passed && at < times.keep));
  return needed === undefined ? group.last : needed.sid - 1;
}
