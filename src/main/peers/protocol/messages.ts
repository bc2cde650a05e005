import { collectionId, digest, logId, memberKey } from '../../record/ids.ts';
import {
  added,
  bytes,
  bytesUpTo,
  type Decoded,
  flag,
  id,
  list,
  nullable,
  object,
  oneOf,
  row,
  text,
  uint,
} from './schema.ts';

/** What one frame of content may carry, all its pieces together. */
export const CONTENT_PAYLOAD_LIMIT = 256 * 1024;
/** Bytes that a heads beacon may take. */
export const HEADS_LIMIT = 96 * 1024;
/** Contents named in one CONTENT_WANT, and pieces in one CONTENT. */
export const CONTENT_ITEMS_LIMIT = 512;

const MAX_LOGS = 4096;
const MAX_MEMBERS = 64;
const handle = uint(0xffff);
const count = uint();
const member = id(32, memberKey);
const log = id(8, logId);
const hash = id(32, digest);
const contentKind = uint(2);
const code = text(64);
const logPosition = row({ member, log, number: count });
const address = text(128);
const introduction = object({ descriptor: bytesUpTo(1024), name: text(256), key: bytes(32), nonce: bytes(32) });
/** Roles and kinds as they stand on the wire. */
export const ROLES = ['admin', 'editor', 'reader', 'relay'] as const;
export const KINDS = ['files', 'contacts', 'calendar'] as const;

/** Of a CONTENT piece. */
export const PIECE_LAST = 1;
export const PIECE_ZSTD = 2;
export const PIECE_SPLICE = 4;
/** Of a CONTENT_WANT item. */
export const WHOLE_CONTENT = 0;
export const CHUNK = 1;
export const CHUNK_LIST = 2;

/**
 * Every message there is: its number, the fields of its header, and what its payload holds: nothing, a map of fields encoded in CBOR
 * (where they may outgrow a header), or parts whose sizes the header tells. Numbers are never used for anything else again.
 */
export const MESSAGES = {
  /** First on every link, both ways. `nonce` is drawn once a run of the program: another one means the peer started anew. */
  HELLO: {
    number: 1,
    header: object({
      versions: list(uint(0xffff), 16, 1),
      descriptor: bytesUpTo(1024),
      app: text(64),
      caps: list(text(32), 32),
      nonce: bytes(32),
    }),
  },
  /** Only the second of these makes the link one. `credit`: bytes of bulk the sender takes before it grants more. */
  HELLO_OK: { number: 2, header: object({ version: uint(0xffff), caps: list(text(32), 32), credit: count }) },
  /** HMAC(exporter, direction || group) of every collection the sender keeps. */
  GROUPS: { number: 3, header: object({ tags: list(bytes(32), 1024) }) },
  /**
   * `h` is the sender's short name for the collection in all its later messages; `proof` is a signature of the link's exporter. `answers`: the
   * peer's OPEN; else the sender begins by itself, and the peer has to begin anew where it had it open.
   */
  OPEN: {
    number: 4,
    header: object({ h: handle, tag: bytes(32), member, proof: bytes(64), answers: added(flag, false) }),
  },
  MEMBERS: {
    number: 5,
    header: object({ h: handle, heads: list(hash, 256), sizes: list(uint(16 * 1024), 2048) }),
    parts: 'ops',
  },
  /** For each log the highest number held without a gap and the hash of that package. */
  HAVE: {
    number: 6,
    header: object({ h: handle }),
    body: object({ vector: list(row({ member, log, number: count, hash }), MAX_LOGS) }),
  },
  /** Both ends of a range belong to it. `max`: packages to send at most. */
  WANT: {
    number: 7,
    header: object({ h: handle, ranges: list(row({ member, log, from: count, to: count }), 256), max: count }),
  },
  /** Packages of one log without a gap, as their author made them. `numbers`: the first one and how many. */
  PACKAGE: {
    number: 8,
    header: object({
      h: handle,
      member,
      log,
      numbers: row({ first: count, count: uint(4096) }),
      sizes: list(uint(1024 * 1024 + 16 * 1024), 4096, 1),
    }),
    parts: 'packages',
  },
  /** `problems`: so many items the sender names as problems; what it could not construct of `applied` is among them. */
  ACK: {
    number: 9,
    header: object({ h: handle, problems: count }),
    body: object({ held: list(logPosition, MAX_LOGS), applied: list(logPosition, MAX_LOGS) }),
  },
  /** `offset`: what the sender has of it already. `hint`: a record that showed it. `base`: a chunk list the sender has, to splice from. */
  CONTENT_WANT: {
    number: 12,
    header: object({ h: handle, req: count }),
    body: object({
      items: list(
        row({ digest: hash, kind: contentKind, offset: count, hint: nullable(text(4096)), base: nullable(hash) }),
        CONTENT_ITEMS_LIMIT,
        1,
      ),
    }),
  },
  /**
   * Pieces of what request `req` asked for, one after the other in the payload. `item` counts from 0 in the request; `offset` and
   * `total` count the item's bytes as they are before zstd; `length` is what the piece takes in the payload.
   */
  CONTENT: {
    number: 13,
    header: object({
      req: count,
      pieces: list(
        row({
          item: uint(CONTENT_ITEMS_LIMIT - 1),
          offset: count,
          length: uint(CONTENT_PAYLOAD_LIMIT),
          total: count,
          flags: uint(PIECE_LAST | PIECE_ZSTD | PIECE_SPLICE),
        }),
        CONTENT_ITEMS_LIMIT,
        1,
      ),
    }),
    parts: 'data',
  },
  CONTENT_NO: {
    number: 14,
    header: object({
      req: count,
      items: list(row({ item: uint(CONTENT_ITEMS_LIMIT - 1), code: text(32) }), CONTENT_ITEMS_LIMIT, 1),
    }),
  },
  /** Bytes of bulk the sender takes on top of what it granted before. */
  CREDIT: { number: 17, header: object({ bytes: count }) },
  PING: { number: 18, header: object({ n: count }) },
  PONG: { number: 19, header: object({ n: count }) },
  /** Where else the sender can be reached, as host:port. */
  ADDRS: { number: 20, header: object({ addrs: list(address, 32) }) },
  ERROR: { number: 21, header: object({ code, text: text(256), fatal: flag }) },
  /** `retryAfter`: seconds; 0 where the sender does not mind. */
  BYE: { number: 22, header: object({ reason: code, retryAfter: count }) },
  /** Asks the peer to look at its sources now. */
  SCAN: { number: 23, header: object({ h: handle, req: count }) },
  /** What `req` made the sender look at is in its logs. */
  SCANNED: { number: 24, header: object({ h: handle, req: count }) },
  /** Without a link: what the joiner will say in PAIR_I, so that it cannot choose it by what it hears (`sas.ts`). */
  PAIR_COMMIT: { number: 30, header: object({ commit: bytes(32) }) },
  /** The one that waits for a device nearby, and then the joiner: who they are, and a key that is used once. */
  PAIR_R: { number: 31, header: introduction },
  PAIR_I: { number: 32, header: introduction },
  /** The joiner's answer to an OFFER it accepts: its key in the collection and the signature that binds it to the device. */
  PAIR_CONFIRM: { number: 33, header: object({ member, binding: bytes(64), mac: bytes(32) }) },
  /** The joiner ends a pairing without a link: the codes differ (`different`), or it is not wanted any more (`cancelled`). */
  PAIR_ABORT: { number: 34, header: object({ code }) },
  JOIN: {
    number: 35,
    header: object({
      invite: bytes(16),
      descriptor: bytesUpTo(1024),
      name: text(256),
      nonce: bytes(32),
      sig: bytes(64),
      mac: bytes(32),
    }),
  },
  OFFER: {
    number: 36,
    header: object({
      descriptor: bytesUpTo(1024),
      group: id(16, collectionId),
      name: text(256),
      kind: oneOf(...KINDS),
      role: oneOf(...ROLES),
      records: count,
      nonce: bytes(32),
      sig: bytes(64),
      mac: bytes(32),
    }),
  },
  ADMIT: {
    number: 37,
    header: object({ addrs: list(address, 32), sizes: list(uint(16 * 1024), 2048, 1), mac: bytes(32) }),
    parts: 'ops',
  },
  DENY: { number: 38, header: object({ code }) },
  /** A signed heads beacon (`heads-beacon.ts`), of the sender or one it passes on. Who does not know it yet misses nothing it needs. */
  HEADS: {
    number: 128,
    header: object({ h: handle }),
    body: object({ content: bytesUpTo(HEADS_LIMIT), signature: bytes(64) }),
  },
  /**
   * What the sender was told by other members of how far they are, and whether its sources leave something out (`partial`): what it applied it
   * need not hold then. Who does not know it yet misses nothing it needs.
   */
  STANDING: {
    number: 129,
    header: object({ h: handle, partial: flag }),
    body: object({
      members: list(
        row({ member, linked: flag, held: list(logPosition, MAX_LOGS), applied: list(logPosition, MAX_LOGS) }),
        MAX_MEMBERS,
      ),
    }),
  },
  /** What the sender was asked for and did not have may be there again. Who does not know it asks again later. */
  CONTENTS_BACK: { number: 130, header: object({ h: handle }) },
  /** What the peer opened as `h` the sender did not open with it: it opens it itself once it may. Who does not know it takes that for open. */
  NOT_OPENED: { number: 131, header: object({ h: handle }) },
} as const;

type Table = typeof MESSAGES;
export type MessageName = keyof Table;
type Fields<E> = E extends { readonly body: infer B; readonly header: infer H }
  ? Decoded<H> & Decoded<B>
  : E extends { readonly parts: infer P extends string; readonly header: infer H }
    ? Decoded<H> extends { readonly sizes: unknown }
      ? Omit<Decoded<H>, 'sizes'> & { readonly [K in P]: readonly Uint8Array[] }
      : Decoded<H> & { readonly [K in P]: readonly Uint8Array[] }
    : E extends { readonly header: infer H }
      ? Decoded<H>
      : never;
type Plain<T> = { readonly [K in keyof T]: T[K] };

/** One message of a kind. Parts (`ops`, `packages`, `data`) may share memory with the chunk they arrived in. */
export type MessageOf<N extends MessageName> = Plain<{ readonly is: N } & Fields<Table[N]>>;
export type Message = { [N in MessageName]: MessageOf<N> }[MessageName];
/** How new members are named to the rest of the program. */
export type MemberRole = (typeof ROLES)[number];
