import type { Duplex } from 'node:stream';
import type { LockstepError } from '../../platform/trouble.ts';
import type { CollectionId, MemberKey } from '../../record/ids.ts';

/** A key as the relay's list of members has it. */
export interface RelayKey {
  readonly key: MemberKey;
  readonly admin: boolean;
}

/** This device in one group (a collection, as the relay knows it). */
export interface RelayMember {
  readonly group: CollectionId;
  readonly key: MemberKey;
  /** Ed25519 signature of `key`. */
  sign(bytes: Uint8Array): Uint8Array;
  isAdmin(): boolean;
  /** false: it was taken out, as far as this device knows. It only looks now and then whether it is let in after all. */
  belongs(): boolean;
  /** The keys that belong, as far as this device knows; null: it left, and says nothing of the others. */
  acl(): readonly RelayKey[] | null;
  /**
   * Keys that do not belong any more, its own among them where it was taken out. What is in neither list is left as it is at the relay, for another admin may know more: but not where one
   * that is no admin any more stands there as one.
   */
  removed(): readonly MemberKey[];
  /** What an admin leaves for keys that were taken out since then (ms): bytes that are the same as long as there is nothing new to tell. */
  words(since: number): readonly RelayWord[];
}

/** Sealed operations that tell a device that it was removed. The relay gives them to nobody but who proves the key. */
export interface RelayWord {
  readonly key: MemberKey;
  readonly bytes: Uint8Array;
}

/** `why`: what went wrong last; null where nothing did. A relay whose events cannot be heard is asked each minute, and is online all the same. */
export interface RelayState {
  readonly is: 'offline' | 'connecting' | 'online';
  readonly why: LockstepError | null;
}

/** What a session tells. Nothing of it is to be trusted further than the seals and signatures inside. */
export interface RelayEvents {
  /** Authenticated for this group, now or again: fetch what is there. */
  onReady(group: CollectionId): void;
  /** The relay does not serve this group to this device now; it is asked again. */
  onRefused(group: CollectionId, why: LockstepError): void;
  /** This was left for a device that is not let in any more; told again with each try while that goes on. */
  onWord(group: CollectionId, word: Uint8Array): void;
  onNew(group: CollectionId, sid: number): void;
  onHeads(group: CollectionId): void;
  /** Members whose devices listen at the relay now, this one left out. */
  onPresence(group: CollectionId, online: readonly MemberKey[]): void;
  /** A member wants a link: the channel stands. */
  onLive(group: CollectionId, from: MemberKey, channel: RelayChannel): void;
  /** Somebody came with the invitation of this mailbox. */
  onKnock(mailbox: string, channel: RelayChannel): void;
  onState(state: RelayState): void;
}

/** A channel of bytes through the relay, which reads all of them: TLS runs inside. */
export interface RelayChannel extends Duplex {
  /** As of `net.Socket`. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/**
 * This device at one relay. Failures are RelayErrors: `relay-unreachable`, `relay-wrong-key`, `relay-refused`, `relay-quota`,
 * `relay-too-many` (with `retryAfter`), `relay-collected`, `relay-offline`.
 */
export interface RelaySession {
  /**
   * The groups to be authenticated for, and no others. Those the relay does not know are registered where this device is an admin, and the
   * list of members is kept as `acl()` and `removed()` say where it is one of them, or stands there as one: asked anew with each call.
   */
  setMembers(members: readonly RelayMember[]): void;
  /** Stores a sealed item; its number, once it is durable. The same bytes again have the same number. */
  post(group: CollectionId, item: Uint8Array): Promise<number>;
  /**
   * Items after a number, by number, as many as fit an answer, and no more than `limit`. `last`: the greatest number there is. `born`: when the group was registered there,
   * ms; 0: it does not say. With another of those, or a smaller `last`, the relay has lost what it had. Fails with `relay-collected`.
   */
  items(
    group: CollectionId,
    after: number,
    limit?: number,
  ): Promise<{
    readonly items: readonly { readonly sid: number; readonly bytes: Uint8Array }[];
    readonly last: number;
    readonly born: number;
  }>;
  /** This device has everything up to `sid`. */
  setCursor(group: CollectionId, sid: number): Promise<void>;
  /** Replaces what this member tells of itself. */
  putHeads(group: CollectionId, bytes: Uint8Array): Promise<void>;
  heads(group: CollectionId): Promise<readonly { readonly key: MemberKey; readonly bytes: Uint8Array }[]>;
  /** The pack's id. */
  putPack(group: CollectionId, bytes: Uint8Array): Promise<string>;
  /** `length` bytes of a pack, less at its end; null: it is not there, or not so long. */
  pack(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null>;
  /** Does nothing to one that is not there, or that another member put there. */
  deletePack(group: CollectionId, id: string): Promise<void>;
  /** Keeps packs for another while. Those that are not there. */
  touchPacks(group: CollectionId, ids: readonly string[]): Promise<readonly string[]>;
  /** A channel to a member. Fails with `relay-offline` where its device does not listen. */
  live(group: CollectionId, to: MemberKey, signal: AbortSignal): Promise<RelayChannel>;
  /** Lets whoever has the token of this hash (SHA-256, hex) ring, until it is closed. Stays open over reconnections. */
  openMailbox(id: string, tokenHash: string, ttlMs: number): Promise<void>;
  closeMailbox(id: string): Promise<void>;
  /** Rings at a mailbox; needs no members. Fails with `relay-offline` where nobody listens there, or once the channel is used. */
  knock(id: string, token: Uint8Array, signal: AbortSignal): Promise<RelayChannel>;
  /** The network is another one: no pause is waited for, and a connection proves that it lives. */
  retryNow(): void;
  /** Bytes of all requests so far; what goes through channels is counted there. */
  readonly bytes: { readonly bytesIn: number; readonly bytesOut: number };
  close(): Promise<void>;
}

/** How sessions come to be. */
export interface RelayConnector {
  /** Fails with `bad-relay-url`. */
  open(url: string, events: RelayEvents): RelaySession;
}
