import type { CollectionId, MemberKey } from '../../main/record/ids.ts';

/** One key of a group as the relay knows it. */
export interface AclKey {
  readonly k: MemberKey;
  readonly admin: boolean;
}
/** Who may use a group; grows with every change. `keys` in the order of the keys. */
export interface Acl {
  readonly gen: number;
  readonly keys: readonly AclKey[];
}

export interface StoredItem {
  readonly sid: number;
  readonly bytes: Uint8Array;
}
export interface StoredHeads {
  readonly k: MemberKey;
  /** When it was put, ms. */
  readonly at: number;
  readonly bytes: Uint8Array;
}
export interface StoredPack {
  readonly size: number;
  readonly by: MemberKey;
}
export interface Mailbox {
  readonly id: string;
  /** SHA-256 of what opens it. */
  readonly token: string;
  readonly g: CollectionId;
  readonly k: MemberKey;
  /** Until when it is open, ms. */
  readonly until: number;
  readonly tries: number;
}

/** Where a group's items begin and end: those up to `collected` are gone, `last` is the newest ever given. `born`: when the group was registered, ms. */
export interface ItemSpan {
  readonly born: number;
  readonly collected: number;
  readonly last: number;
}

/**
 * What a relay remembers. Each call is one transaction: all of it or nothing, durable when it resolves. Sizes in bytes, times in milliseconds.
 * Checks that decide together with a write (generation, quota) are made here, inside of it.
 */
export interface RelayStore {
  /** false: the group exists, and nothing was changed. `storage`: where its items are, for a relay that only tells; '' where it is this one. */
  createGroup(g: CollectionId, keys: readonly AclKey[], at: number, storage: string): Promise<boolean>;
  /** null: no such group. */
  acl(g: CollectionId): Promise<Acl | null>;
  /** As `createGroup` was told; null: no such group. */
  storageOf(g: CollectionId): Promise<string | null>;
  /**
   * Sets the keys where `by` is an admin of the present ones and `gen` is above the present one. What a removed key left (cursor,
   * heads) goes with it, and with one that is let in what was left for it.
   */
  setAcl(g: CollectionId, gen: number, keys: readonly AclKey[], by: MemberKey): Promise<AclOutcome>;

  /** The same bytes (by `hash`) again have the same sid. 'quota': it would be more than `most` bytes in the group. */
  append(g: CollectionId, item: NewItem, most: number): Promise<Appended>;
  /** In the order of their sids, from the first after `after`: so many, and so many bytes at most, but one if there is one. */
  items(g: CollectionId, after: number, limit: number, bytes: number): Promise<readonly StoredItem[]>;
  span(g: CollectionId): Promise<ItemSpan>;
  /** This member has everything up to `sid`; never goes back, never beyond what was given. The least of all members (0: one has none). */
  setCursor(g: CollectionId, k: MemberKey, sid: number): Promise<number>;
  /** 0: it never said. */
  cursor(g: CollectionId, k: MemberKey): Promise<number>;

  putHeads(g: CollectionId, k: MemberKey, bytes: Uint8Array, at: number): Promise<void>;
  heads(g: CollectionId): Promise<readonly StoredHeads[]>;

  /**
   * Keeps this for a key that does not belong, in the place of what lay there for it. 'member': it does belong; 'quota': items and words would be
   * more than `most` bytes.
   */
  putWord(g: CollectionId, k: MemberKey, word: NewItem, most: number): Promise<WordOutcome>;
  /** null: nothing lies there for that key. */
  word(g: CollectionId, k: MemberKey): Promise<Uint8Array | null>;
  /** In the order of the keys. */
  words(g: CollectionId): Promise<readonly WordHash[]>;
  /** Lets go of those put before that. */
  collectWords(before: number): Promise<void>;

  /** Room for a pack, or none ('quota': more than `most` bytes in the group). One that is there has its lease renewed. */
  putPack(
    g: CollectionId,
    id: string,
    pack: StoredPack & { readonly lease: number },
    most: number,
  ): Promise<PackOutcome>;
  pack(g: CollectionId, id: string): Promise<StoredPack | null>;
  removePack(g: CollectionId, id: string): Promise<void>;
  /** Renews the leases; those that are not there. */
  touchPacks(g: CollectionId, ids: readonly string[], lease: number): Promise<readonly string[]>;

  /** false: somebody else has one of this name, or this member has `most` already. */
  putMailbox(mailbox: Mailbox, now: number, most: number): Promise<boolean>;
  mailbox(id: string): Promise<Mailbox | null>;
  removeMailbox(id: string): Promise<void>;
  /** One try less; it is gone after `most`. */
  tryMailbox(id: string, most: number): Promise<void>;

  /**
   * One step of the collection of items in every group: deletes what was marked at or before `times.graceOver` and is still needed by nobody, then
   * marks what nobody needs now: up to the least cursor of the members and put before `times.keep`, or put before `times.life`. How many went.
   */
  collectItems(times: CollectTimes, now: number): Promise<number>;
  /** The same of packs whose lease is over: which went, so that their bytes can follow. */
  collectPacks(graceOver: number, now: number): Promise<readonly { readonly g: CollectionId; readonly id: string }[]>;
  collectMailboxes(now: number): Promise<void>;

  close(): void;
}

export type AclOutcome =
  | { readonly is: 'set'; readonly removed: readonly MemberKey[] }
  | { readonly is: 'old'; readonly gen: number }
  | { readonly is: 'not-an-admin' }
  | { readonly is: 'no-group' };

export interface NewItem {
  /** SHA-256 of the bytes. */
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly at: number;
}
export type Appended =
  | { readonly is: 'appended' | 'there'; readonly sid: number }
  | { readonly is: 'quota' | 'no-group' };
export type WordOutcome = 'kept' | 'member' | 'quota' | 'no-group';
export interface WordHash {
  readonly k: MemberKey;
  readonly hash: string;
}
export type PackOutcome = 'new' | 'there' | 'quota' | 'no-group';

export interface CollectTimes {
  readonly graceOver: number;
  readonly keep: number;
  readonly life: number;
}
