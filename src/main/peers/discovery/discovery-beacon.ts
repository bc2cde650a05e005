import { createHmac, hkdfSync } from 'node:crypto';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { CollectionId, DeviceId } from '../../record/ids.ts';
import { decodeUntrusted, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { fromHex } from '../protocol/hex.ts';
import { bytes, Invalid, id, list, nullable, object, row, text, uint } from '../protocol/schema.ts';

/**
 * What a device says aloud on a network: where it listens, and one tag for each of its collections. A tag is a keyed digest over a nonce
 * and the hour: members recognise each other, everyone else sees noise that changes.
 */
export interface Beacon {
  readonly port: number;
  readonly nonce: Uint8Array;
  readonly tags: readonly Uint8Array[];
  /** Whoever is near may ask to be let in; null: nobody may. The only time a name is said aloud. */
  readonly waiting: Waiting | null;
}
/** A device whose person waits for another device nearby. */
export interface Waiting {
  /** 8 bytes in hex, drawn anew each time. */
  readonly id: string;
  /** What it calls itself: nobody vouches for it. */
  readonly name: string;
}
/** A device and a collection it is in. */
export interface Presence {
  readonly collection: CollectionId;
  readonly device: DeviceId;
}

const HOUR_MS = 3_600_000;
const TAG_BYTES = 8;
export const NONCE_BYTES = 8;
/** A beacon has one of these numbers of tags, the rest of them noise, so that it does not tell how many collections there are. */
const PADDED: readonly number[] = [8, 16, 32];
export const TAGS_LIMIT = 32;
/** Characters of a name, so that it fits into a string of a TXT record. */
const WAITING_NAME = 48;
const MAGIC = Buffer.from('LKS1');

const WAITING = row({ id: id(8, (hex) => hex), name: text(2 * WAITING_NAME) });
const FIELDS = object({
  v: uint(1),
  p: uint(65_535),
  n: bytes(NONCE_BYTES),
  t: list(bytes(TAG_BYTES), TAGS_LIMIT),
  w: nullable(WAITING),
});

/** The secrets of a collection's epochs that are known here, the one to say beacons with first; none where it has no epochs. */
export type SecretsOf = (collection: CollectionId) => readonly Uint8Array[];
const NO_SECRETS: SecretsOf = () => [];

/**
 * The key whose tags members of a collection recognise. Who was removed, or is the collection's relay, knows its id, and not the secret of a
 * later epoch. Without epochs it follows from the id.
 */
function discoveryKey(collection: CollectionId, secret: Uint8Array | null): Uint8Array {
  const [from, salt] = secret === null ? [fromHex(collection), new Uint8Array(0)] : [secret, fromHex(collection)];
  return new Uint8Array(hkdfSync('sha256', from, salt, 'lockstep-disc-1', 32));
}

/** What a beacon is to tell those who know it. Collections beyond 32 are left to the next one. */
interface Told {
  readonly port: number;
  readonly self: DeviceId;
  readonly collections: readonly CollectionId[];
  readonly now: number;
}

/** `noise`: 256 random bytes for the padding. */
export function makeBeacon(
  { port, self, collections, now }: Told,
  { nonce, noise }: { readonly nonce: Uint8Array; readonly noise: Uint8Array },
  secretsOf: SecretsOf = NO_SECRETS,
): Beacon {
  const hour = Math.floor(now / HOUR_MS);
  const tags = collections
    .slice(0, TAGS_LIMIT)
    .map((collection) => tagOf(discoveryKey(collection, secretsOf(collection)[0] ?? null), nonce, hour, self));
  const size = PADDED.find((each) => each >= tags.length) as number;
  for (let at = tags.length; at < size; at++) tags.push(noise.slice(at * TAG_BYTES, (at + 1) * TAG_BYTES));
  // Sorted, so that a place tells nothing of a collection.
  return { port, nonce, tags: tags.sort(Buffer.compare), waiting: null };
}

/** What a device says of itself while it waits for another one. `id`: 8 bytes. */
export function waitingAs(id: string, name: string): Waiting {
  return { id, name: [...name].slice(0, WAITING_NAME).join('') };
}

/**
 * Whom of `known` a beacon comes from; the hours beside ours count too, for clocks that differ. A member that was away says it with an older
 * secret, or none.
 */
export function recognise(
  beacon: Beacon,
  known: readonly Presence[],
  now: number,
  secretsOf: SecretsOf = NO_SECRETS,
): readonly DeviceId[] {
  const hour = Math.floor(now / HOUR_MS);
  const found = new Set<DeviceId>();
  const keys = new Map<CollectionId, readonly Uint8Array[]>();
  const keysOf = (collection: CollectionId): readonly Uint8Array[] =>
    [...secretsOf(collection), null].map((secret) => discoveryKey(collection, secret));
  for (const { collection, device } of known) {
    if (found.has(device)) continue;
    const tried = keys.get(collection) ?? keysOf(collection);
    keys.set(collection, tried);
    for (const key of tried)
      for (const each of [hour, hour - 1, hour + 1]) {
        const tag = tagOf(key, beacon.nonce, each, device);
        if (beacon.tags.some((other) => equalBytes(other, tag))) found.add(device);
      }
  }
  return [...found];
}

function tagOf(key: Uint8Array, nonce: Uint8Array, hour: number, device: DeviceId): Uint8Array {
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(hour));
  const digest = createHmac('sha256', key).update(nonce).update(moment).update(fromHex(device)).digest();
  return new Uint8Array(digest.subarray(0, TAG_BYTES));
}

/** As one datagram. */
export function encodeBeacon({ port, nonce, tags, waiting }: Beacon): Uint8Array {
  const more = waiting === null ? {} : { w: WAITING.write(waiting) };
  return new Uint8Array(Buffer.concat([MAGIC, encodeCanonical({ v: 1, p: port, n: nonce, t: tags, ...more })]));
}
/** null where the datagram is no beacon of this version. */
export function decodeBeacon(datagram: Uint8Array): Beacon | null {
  if (datagram.length > 1024 || !MAGIC.equals(datagram.subarray(0, MAGIC.length))) return null;
  return readBeacon(decodeUntrusted(datagram.subarray(MAGIC.length))?.value);
}

const TEXT_TAGS = 16;
/** As the TXT record of a service: no string of it may exceed 255 bytes, so tags stand in several. */
export function beaconToText({ nonce, tags, waiting }: Beacon): { readonly [key: string]: string } {
  const text: { [key: string]: string } = { v: '1', n: base64(nonce) };
  if (waiting !== null) text.w = waiting.id + waiting.name;
  for (let at = 0; at < tags.length; at += TEXT_TAGS)
    text[`t${at / TEXT_TAGS}`] = base64(Buffer.concat(tags.slice(at, at + TEXT_TAGS)));
  return text;
}
/** The beacon that `beaconToText` put into these fields, of a service at this port; null where they are none. */
export function beaconFromText(text: { readonly [key: string]: unknown }, port: number): Beacon | null {
  const read = (key: string): Buffer => Buffer.from(typeof text[key] === 'string' ? text[key] : '', 'base64url');
  const all = Buffer.concat([read('t0'), read('t1')]);
  const tags = Array.from({ length: Math.floor(all.length / TAG_BYTES) }, (_, at) =>
    all.subarray(at * TAG_BYTES, (at + 1) * TAG_BYTES),
  );
  return readBeacon({
    v: Number(text.v),
    p: port,
    n: new Uint8Array(read('n')),
    t: tags.map((tag) => new Uint8Array(tag)),
    ...(typeof text.w === 'string'
      ? { w: [new Uint8Array(Buffer.from(text.w.slice(0, 16), 'hex')), text.w.slice(16)] }
      : {}),
  });
}
const base64 = (some: Uint8Array): string => Buffer.from(some).toString('base64url');

function readBeacon(value: unknown): Beacon | null {
  try {
    const { v, p, n, t, w } = FIELDS.read(typeof value === 'object' && value !== null ? { w: null, ...value } : value);
    return v === 1 && p > 0 ? { port: p, nonce: n, tags: t, waiting: w } : null;
  } catch (error) {
    if (error instanceof Invalid) return null;
    throw error;
  }
}
