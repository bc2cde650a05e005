import { hkdfSync } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import type { CollectionId } from '../../record/ids.ts';
import { fromHex } from '../protocol/hex.ts';
import { decipherOnce, encipherOnce, TAG_BYTES } from './once-cipher.ts';
import { padmeLength } from './padme.ts';
import { MOST_PIECES, PACK_LIMIT, type PackEntry } from './relay-item.ts';

const LABEL = 'lockstep-pack-1\0';
const KEY_BYTES = 32;

/** Contents together: what they are, and their bytes. */
export type PackPiece = Pick<PackEntry, 'digest' | 'kind'> & { readonly bytes: Uint8Array };

/** So long is a content in a pack. */
export const sealedLength = (length: number): number => length + TAG_BYTES;

/**
 * Seals contents into one pack, in the order they are given: a relay sees how long all are together, roughly. `key`: 32 fresh random bytes, for
 * this pack and no other. Throws a RangeError where they are too many or too long for one pack.
 */
export function sealPack(
  group: CollectionId,
  key: Uint8Array,
  pieces: readonly PackPiece[],
  noise: Random,
): { readonly bytes: Uint8Array; readonly entries: readonly PackEntry[] } {
  const length = pieces.reduce((sum, { bytes }) => sum + sealedLength(bytes.length), 0);
  if (pieces.length === 0 || pieces.length > MOST_PIECES || length > PACK_LIMIT)
    throw new RangeError(`pack: ${pieces.length} contents of ${length} bytes, ${MOST_PIECES} of ${PACK_LIMIT} at most`);
  const bytes = new Uint8Array(padmeLength(length));
  const entries: PackEntry[] = [];
  let offset = 0;
  for (const [index, { digest, kind, bytes: content }] of pieces.entries()) {
    const sealed = encipherOnce(pieceKey(key, index), fromHex(group), content);
    bytes.set(sealed, offset);
    entries.push({ digest, kind, offset, length: sealed.length });
    offset += sealed.length;
  }
  bytes.set(noise.bytes(bytes.length - offset), offset);
  return { bytes, entries };
}

/**
 * Opens the content at place `index` of a pack; `sealed`: the bytes its entry names. Whether they are what its digest says is for the caller to
 * check. Throws a RangeError where they are not what was sealed there.
 */
export function openPiece(group: CollectionId, key: Uint8Array, index: number, sealed: Uint8Array): Uint8Array {
  const content = decipherOnce(pieceKey(key, index), fromHex(group), sealed);
  if (content === null) throw new RangeError(`pack: content ${index} is not as its author sealed it`);
  return content;
}

function pieceKey(key: Uint8Array, index: number): Uint8Array {
  const place = Buffer.alloc(4);
  place.writeUInt32BE(index);
  const info = Buffer.concat([Buffer.from(LABEL), place]);
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, KEY_BYTES));
}
