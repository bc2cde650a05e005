import { createSecretKey, hkdfSync } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import type { CollectionId } from '../../record/ids.ts';
import { fromHex } from '../protocol/hex.ts';
import { decipherOnce, encipherInto, TAG_BYTES } from './once-cipher.ts';
import { padmeLength } from './padme.ts';
import { MOST_PIECES, PACK_LIMIT, type PackEntry } from './relay-item.ts';

const LABEL = 'lockstep-pack-1\0';
const KEY_BYTES = 32;

/** Contents together: what they are, and their bytes. */
export type PackPiece = Pick<PackEntry, 'digest' | 'kind'> & { readonly bytes: Uint8Array };

/**
 * Seals contents into one pack as they come, in that order: a relay sees how long all are together, roughly. `key`: 32 fresh random bytes, for
 * this pack and no other. `memory`: where the pack is made, `PACK_LIMIT` bytes at least; nobody else uses it until the pack is no longer needed.
 */
export class PackSealer {
  readonly #group: CollectionId;
  readonly #key: Uint8Array;
  readonly #memory: Uint8Array;
  readonly #entries: PackEntry[] = [];
  #length = 0;

  constructor(group: CollectionId, key: Uint8Array, memory: Uint8Array) {
    this.#group = group;
    this.#key = key;
    this.#memory = memory;
  }

  get entries(): readonly PackEntry[] {
    return this.#entries;
  }
  /** Bytes of what was added, sealed. */
  get length(): number {
    return this.#length;
  }

  /** The bytes need not stay as they are after that. Throws a RangeError where it is too much for one pack. */
  add({ digest, kind, bytes }: PackPiece): void {
    const length = bytes.length + TAG_BYTES;
    if (this.#entries.length === MOST_PIECES || this.#length + length > PACK_LIMIT)
      throw new RangeError(`pack: more than ${MOST_PIECES} contents, or ${PACK_LIMIT} bytes`);
    const key = pieceKey(this.#key, this.#entries.length);
    encipherInto(key, fromHex(this.#group), bytes, this.#memory.subarray(this.#length, this.#length + length));
    this.#entries.push({ digest, kind, offset: this.#length, length });
    this.#length += length;
  }

  /** All of it, padded with noise, in the memory it was made in. Throws a RangeError where nothing was added. */
  finish(noise: Random): Uint8Array {
    if (this.#entries.length === 0) throw new RangeError('pack: no content');
    const whole = this.#memory.subarray(0, padmeLength(this.#length));
    whole.set(noise.bytes(whole.length - this.#length), this.#length);
    return whole;
  }
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
  return new Uint8Array(hkdfSync('sha256', createSecretKey(key), new Uint8Array(0), info, KEY_BYTES));
}
