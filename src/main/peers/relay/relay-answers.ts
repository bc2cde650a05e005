import { type CollectionId, collectionId, type MemberKey, memberKey } from '../../record/ids.ts';
import { toHex } from '../protocol/hex.ts';
import type { RelayKey } from './relay-session.ts';

/** An answer that is not what it has to be. */
export class BadAnswer extends Error {}

/** Items of one answer, and members of one group, that are taken. */
const MOST_ITEMS = 10_000;
const MOST_MEMBERS = 1000;
const MOST_GROUPS = 10_000;

/** Bytes of the longest item, and of what a member tells of itself. */
export const MOST_ITEM = 1024 * 1024 + 128 * 1024;
const MOST_HEADS = 128 * 1024;
/** What the answers that are not JSON may come to. */
export const MOST_ITEMS_ANSWER = 8 * 1024 * 1024 + MOST_ITEM;
export const MOST_HEADS_ANSWER = 200 * (MOST_HEADS + 44);

export interface Challenge {
  readonly challenge: string;
  readonly time: number;
}
export function readChallenge(said: unknown): Challenge {
  const { challenge, time } = object(said);
  return { challenge: hex(challenge, 32), time: whole(time) };
}

export interface Grant {
  readonly token: string;
  /** Why a group is not open to its member; null: it is. */
  readonly groups: ReadonlyMap<CollectionId, string | null>;
  /** Groups it was taken out of, where something was left for it. */
  readonly words: readonly CollectionId[];
}
export function readGrant(said: unknown): Grant {
  const { token, groups } = object(said);
  const words: CollectionId[] = [];
  const each = list(groups, MOST_GROUPS).map((entry) => {
    const { g, error, word: hasWord } = object(entry);
    const [id, why] = [group(g), error === null || error === undefined ? null : word(error)];
    if (why !== null && hasWord === true) words.push(id);
    return [id, why] as const;
  });
  return { token: hex(token, 32), groups: new Map(each), words };
}

/** The SHA-256 of what was left for each key that was taken out. */
export function readWords(said: unknown): ReadonlyMap<MemberKey, string> {
  const words = list(object(said).words, MOST_MEMBERS).map((entry) => {
    const { k, hash } = object(entry);
    return [key(k), hex(hash, 32)] as const;
  });
  return new Map(words);
}

export interface Acl {
  readonly gen: number;
  readonly keys: readonly RelayKey[];
}
export function readAcl(said: unknown): Acl {
  const { gen, keys } = object(said);
  const each = list(keys, MOST_MEMBERS).map((entry) => {
    const { k, admin } = object(entry);
    return { key: key(k), admin: admin === true };
  });
  return { gen: whole(gen), keys: each };
}

/** Where the parts of a relay are for one group; '': where it was asked. */
export interface Location {
  readonly api: string;
  readonly events: string;
  readonly live: string;
  readonly packs: string;
  /** Seconds. */
  readonly ttl: number;
}
export function readLocation(said: unknown): Location {
  const { api, events, live, blob, ttl } = object(said);
  const { base } = object(blob);
  return { api: text(api), events: text(events), live: text(live), packs: text(base), ttl: whole(ttl) };
}

export function readSid(said: unknown): number {
  return whole(object(said).sid);
}
/** Of the ids asked for, those the relay says it lacks. */
export function readMissing(said: unknown, asked: readonly string[]): readonly string[] {
  const missing = new Set(list(object(said).missing, asked.length));
  return asked.filter((id) => missing.has(id));
}

export interface Item {
  readonly sid: number;
  readonly bytes: Uint8Array;
}
/** Repeated `u64 sid | u32 length | bytes`, the numbers rising from `after` on. */
export function readItems(body: Uint8Array, after: number): readonly Item[] {
  const reader = new Reader(body);
  const items: Item[] = [];
  let last = after;
  while (!reader.isAtEnd) {
    const sid = reader.unsigned64();
    if (sid <= last || items.length >= MOST_ITEMS) throw new BadAnswer('items out of order');
    last = sid;
    items.push({ sid, bytes: reader.counted(MOST_ITEM) });
  }
  return items;
}
/** Repeated `key (32) | u64 ms | u32 length | bytes`. */
export function readHeads(body: Uint8Array): readonly { readonly key: MemberKey; readonly bytes: Uint8Array }[] {
  const reader = new Reader(body);
  const heads = new Map<MemberKey, Uint8Array>();
  while (!reader.isAtEnd) {
    const key = memberKey(toHex(reader.bytes(32)));
    reader.unsigned64();
    if (heads.size >= MOST_MEMBERS) throw new BadAnswer('too many members');
    heads.set(key, reader.counted(MOST_HEADS));
  }
  return [...heads].map(([key, bytes]) => ({ key, bytes }));
}

class Reader {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  constructor(body: Uint8Array) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.length);
  }
  get isAtEnd(): boolean {
    return this.#at === this.#body.length;
  }
  /** A copy: the answer it is of need not stay in memory. */
  bytes(length: number): Uint8Array {
    const at = this.#skip(length);
    return new Uint8Array(this.#body.subarray(at, at + length));
  }
  unsigned64(): number {
    return whole(Number(this.#view.getBigUint64(this.#skip(8))));
  }
  counted(most: number): Uint8Array {
    const length = this.#view.getUint32(this.#skip(4));
    if (length > most) throw new BadAnswer('longer than it may be');
    return this.bytes(length);
  }
  #skip(length: number): number {
    const at = this.#at;
    if (at + length > this.#body.length) throw new BadAnswer('cut off');
    this.#at = at + length;
    return at;
  }
}

/** What a relay tells while it is listened to. */
export type RelayEvent =
  | { readonly is: 'new'; readonly group: CollectionId; readonly sid: number }
  | { readonly is: 'heads' | 'acl'; readonly group: CollectionId }
  | { readonly is: 'presence'; readonly group: CollectionId; readonly online: readonly MemberKey[] }
  | { readonly is: 'live'; readonly group: CollectionId; readonly from: MemberKey; readonly token: string }
  | { readonly is: 'knock'; readonly mailbox: string; readonly token: string }
  | { readonly is: 'granted'; readonly req: number; readonly token: string }
  | { readonly is: 'no'; readonly req: number }
  | { readonly is: 'ping' | 'unknown' };

/** What of it this program knows of later ones is `unknown`; what is malformed throws. */
export function readEvent(json: string): RelayEvent {
  let said: Record<string, unknown>;
  try {
    said = object(JSON.parse(json));
  } catch {
    throw new BadAnswer('an event that is no JSON object');
  }
  const { is, g, req, token } = said;
  switch (is) {
    case 'new':
      return { is, group: group(g), sid: whole(said.sid) };
    case 'heads':
    case 'acl':
      return { is, group: group(g) };
    case 'presence':
      return { is, group: group(g), online: list(said.online, MOST_MEMBERS).map(key) };
    case 'live':
      return { is, group: group(g), from: key(said.from), token: hex(token, 32) };
    case 'knock':
      return { is, mailbox: hex(said.mailbox, 16), token: hex(token, 32) };
    case 'granted':
      return { is, req: whole(req), token: hex(token, 32) };
    case 'no':
      return { is, req: whole(req) };
    case 'ping':
      return { is };
    default:
      return { is: 'unknown' };
  }
}

function object(said: unknown): Record<string, unknown> {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) throw new BadAnswer('no object');
  return said as Record<string, unknown>;
}
function list(said: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(said) || said.length > most) throw new BadAnswer('no list, or too long a one');
  return said;
}
function whole(said: unknown): number {
  if (!Number.isSafeInteger(said) || (said as number) < 0) throw new BadAnswer('no whole number');
  return said as number;
}
function hex(said: unknown, bytes: number): string {
  if (typeof said !== 'string' || said.length !== 2 * bytes || !/^[0-9a-f]*$/.test(said)) throw new BadAnswer('no hex');
  return said;
}
function word(said: unknown): string {
  if (typeof said !== 'string' || !/^[a-z][a-z-]{0,31}$/.test(said)) throw new BadAnswer('no word');
  return said;
}
function text(said: unknown): string {
  if (typeof said !== 'string' || said.length > 512) throw new BadAnswer('no address');
  return said;
}
const group = (said: unknown): CollectionId => collectionId(hex(said, 16));
const key = (said: unknown): MemberKey => memberKey(hex(said, 32));
