import { encode } from 'cborg';
import { sha256 } from '../platform/hash.ts';
import { bytesOf, hexOf } from '../record/encode-value.ts';
import type { CollectionId, LogId, MemberKey } from '../record/ids.ts';
import { readCbor } from './read-cbor.ts';

/** What a package says of itself; canonical CBOR, under the author's signature (PROTOCOL 2.6). */
export interface PackageHead {
  readonly collection: CollectionId;
  readonly member: MemberKey;
  readonly log: LogId;
  /** 1, 2, 3 … without a gap in one log. */
  readonly number: number;
  /** 64 hex digits: hash of the package before it in this log; 64 zeros for the first. */
  readonly previous: string;
  readonly epoch: number;
  /** Hybrid logical time (`hybrid-time.ts`). */
  readonly time: number;
  /** The newest packages of other logs the author had applied: exposes a package somebody holds back. */
  readonly seen: readonly { readonly log: LogId; readonly number: number; readonly hash: string }[];
  /** 64 hex digits: SHA-256 of the body as it travels. */
  readonly body: string;
}
export interface SignedPackage {
  readonly head: PackageHead;
  /** 64 hex digits, the package's name in its log's chain. */
  readonly hash: string;
  /** The package as it is stored and sent: `[head, signature, body]`, exactly as its author made it. */
  readonly bytes: Uint8Array;
  /** Body as it travels: one byte (0 plain, 1 zstd), then CBOR (`package-body.ts`). */
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
  readonly signed: Uint8Array;
}

/** What stands for the hash of the package before the first one of a log. */
export const FIRST_PREVIOUS = '0'.repeat(64);
/** A body is at most this long, travelling and unpacked: the reader's limit, whatever the sender says. */
export const BODY_LIMIT = 1 << 20;

const SIGNATURE_LABEL = new TextEncoder().encode('lockstep-package-1\0');
const HASH_LABEL = new TextEncoder().encode('lockstep-package-hash-1\0');

/** Signs a body into a package. `sign` is Ed25519 with the member key the head names. */
export function makePackage(
  head: Omit<PackageHead, 'body'>,
  body: Uint8Array,
  sign: (bytes: Uint8Array) => Uint8Array,
): SignedPackage {
  const whole: PackageHead = { ...head, body: hexOf(sha256(body)) };
  const headBytes = encode(packHead(whole));
  const signed = joined(SIGNATURE_LABEL, headBytes);
  const signature = sign(signed);
  const bytes = encode([headBytes, signature, body]);
  return { head: whole, hash: hashOf(headBytes), bytes, body, signature, signed };
}

/** Reads a package from bytes. Checks everything but the signature; throws a RangeError that says what is wrong. */
export function readPackage(bytes: Uint8Array): SignedPackage {
  let parts: unknown;
  try {
    parts = readCbor(bytes, STRICT);
  } catch (error) {
    throw new RangeError(`package: ${(error as Error).message}`);
  }
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => part instanceof Uint8Array))
    throw new RangeError('package: not [head, signature, body]');
  const [headBytes, signature, body] = parts as [Uint8Array, Uint8Array, Uint8Array];
  if (body.length > BODY_LIMIT) throw new RangeError('package: body too long');
  const head = unpackHead(headBytes);
  if (hexOf(sha256(body)) !== head.body) throw new RangeError('package: not the body its author signed');
  return { head, hash: hashOf(headBytes), bytes, body, signature, signed: joined(SIGNATURE_LABEL, headBytes) };
}

/** The body of a package that `readPackage` took when it arrived: nothing is checked again. */
export function bodyIn(bytes: Uint8Array): Uint8Array {
  return (readCbor(bytes) as readonly [Uint8Array, Uint8Array, Uint8Array])[2];
}

/** Hash of the package before one that `readPackage` took when it arrived; 64 hex digits. */
export function previousIn(bytes: Uint8Array): string {
  const [head] = readCbor(bytes) as readonly [Uint8Array, Uint8Array, Uint8Array];
  return hexOf((readCbor(head) as { readonly p: Uint8Array }).p);
}
/** Its own hash; 64 hex digits. */
export function hashIn(bytes: Uint8Array): string {
  return hashOf((readCbor(bytes) as readonly [Uint8Array, Uint8Array, Uint8Array])[0]);
}

const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  rejectDuplicateMapKeys: true,
} as const;

const hashOf = (headBytes: Uint8Array): string => hexOf(sha256(joined(HASH_LABEL, headBytes)));

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

function packHead(head: PackageHead): object {
  return {
    v: 1,
    g: bytesOf(head.collection),
    m: bytesOf(head.member),
    l: bytesOf(head.log),
    s: head.number,
    p: bytesOf(head.previous),
    e: head.epoch,
    t: head.time,
    h: head.seen.map((seen) => [bytesOf(seen.log), seen.number, bytesOf(seen.hash)]),
    b: bytesOf(head.body),
  };
}

function unpackHead(bytes: Uint8Array): PackageHead {
  let map: { [key: string]: unknown };
  try {
    map = readCbor(bytes, STRICT) as { [key: string]: unknown };
  } catch (error) {
    throw new RangeError(`package head: ${(error as Error).message}`);
  }
  if (map === null || typeof map !== 'object' || map.v !== 1)
    throw new RangeError('package head: a version this one does not know');
  const hex = (value: unknown, length: number): string => {
    if (!(value instanceof Uint8Array) || value.length !== length)
      throw new RangeError('package head: a field of the wrong shape');
    return hexOf(value);
  };
  const count = (value: unknown, least: number): number => {
    if (!Number.isSafeInteger(value) || (value as number) < least) throw new RangeError('package head: not a number');
    return value as number;
  };
  if (!Array.isArray(map.h) || map.h.length > 1024) throw new RangeError('package head: heads seen are not a list');
  return {
    collection: hex(map.g, 16) as CollectionId,
    member: hex(map.m, 32) as MemberKey,
    log: hex(map.l, 8) as LogId,
    number: count(map.s, 1),
    previous: hex(map.p, 32),
    epoch: count(map.e, 0),
    time: count(map.t, 0),
    seen: (map.h as unknown[]).map((seen) => {
      if (!Array.isArray(seen) || seen.length !== 3)
        throw new RangeError('package head: a head seen is not three parts');
      return { log: hex(seen[0], 8) as LogId, number: count(seen[1], 1), hash: hex(seen[2], 8) };
    }),
    body: hex(map.b, 32),
  };
}
