import { hkdfSync } from 'node:crypto';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { CollectionId } from '../../record/ids.ts';
import { fromHex, toHex } from '../protocol/hex.ts';
import { decipherOnce, encipherOnce, TAG_BYTES } from './once-cipher.ts';
import { pad, unpad } from './padme.ts';
import { encodeItem, type RelayItem, readItem } from './relay-item.ts';

/** A sealed item is at most this long. */
export const ITEM_LIMIT = (1 << 20) + (128 << 10);
/** Of items under the members secret: they belong to no epoch. */
export const NO_EPOCH = '0'.repeat(16);

const VERSION = 1;
const LABEL = 'lockstep-item-1\0';
const EPOCH_BYTES = 8;
const KEY_BYTES = 32;
const SALT_AT = 1 + EPOCH_BYTES;
const COMMIT_AT = SALT_AT + KEY_BYTES;
const CIPHER_AT = COMMIT_AT + KEY_BYTES;

/** What an item is sealed with. */
export interface ItemSeal {
  /** 32 bytes: that of the epoch, or of the members. */
  readonly secret: Uint8Array;
  readonly group: CollectionId;
  /** 16 hex digits. */
  readonly epoch: string;
  /** 32 fresh random bytes, never used again. */
  readonly salt: Uint8Array;
}

/**
 * Seals an item for the relay (PROTOCOL 2.7): version, epoch, salt, commitment, ciphertext, tag. The commitment follows from the key, so that
 * no bytes open under two of them. Throws a RangeError where the item is too long.
 */
export function sealItem({ secret, group, epoch, salt }: ItemSeal, item: RelayItem): Uint8Array {
  const { key, commit } = keysOf(secret, salt, group);
  const head = Buffer.concat([Uint8Array.of(VERSION), fromHex(epoch)]);
  const sealed = encipherOnce(key, Buffer.concat([head, fromHex(group)]), pad(encodeItem(item)));
  const bytes = new Uint8Array(Buffer.concat([head, salt, commit, sealed]));
  if (bytes.length > ITEM_LIMIT) throw new RangeError(`sealed item: ${bytes.length} bytes, ${ITEM_LIMIT} at most`);
  return bytes;
}

/** The epoch whose secret opens it, 16 hex digits; null where these are no sealed item this version knows. */
export function sealedEpoch(bytes: Uint8Array): string | null {
  return whyNone(bytes) === null ? toHex(bytes.subarray(1, SALT_AT)) : null;
}

/** Opens and checks a sealed item. Throws a RangeError that says what is wrong with it: a relay can have made anything of it. */
export function openItem(bytes: Uint8Array, { secret, group }: Pick<ItemSeal, 'secret' | 'group'>): RelayItem {
  const why = whyNone(bytes);
  if (why !== null) throw new RangeError(`sealed item: ${why}`);
  const { key, commit } = keysOf(secret, bytes.subarray(SALT_AT, COMMIT_AT), group);
  if (!equalBytes(commit, bytes.subarray(COMMIT_AT, CIPHER_AT)))
    throw new RangeError('sealed item: of another epoch or collection');
  const padded = decipherOnce(
    key,
    Buffer.concat([bytes.subarray(0, SALT_AT), fromHex(group)]),
    bytes.subarray(CIPHER_AT),
  );
  if (padded === null) throw new RangeError('sealed item: not as its author sealed it');
  return readItem(unpad(padded));
}

function whyNone(bytes: Uint8Array): string | null {
  if (bytes.length > ITEM_LIMIT) return `${bytes.length} bytes, ${ITEM_LIMIT} at most`;
  if (bytes.length <= CIPHER_AT + TAG_BYTES) return 'too short';
  return bytes[0] === VERSION ? null : `version ${bytes[0]}, which this one does not know`;
}

function keysOf(secret: Uint8Array, salt: Uint8Array, group: CollectionId) {
  const info = Buffer.concat([Buffer.from(LABEL), fromHex(group)]);
  const both = new Uint8Array(hkdfSync('sha256', secret, salt, info, 2 * KEY_BYTES));
  return { key: both.subarray(0, KEY_BYTES), commit: both.subarray(KEY_BYTES) };
}
