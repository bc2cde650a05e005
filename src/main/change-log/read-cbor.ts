import type { DecodeOptions } from 'cborg';
import type { Packed } from '../record/encode-value.ts';
import { DEEPEST, decodeCbor } from './decode-cbor.ts';

const [UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP] = [0, 1, 2, 3, 4, 5] as const;
const [FALSE, TRUE, NULL] = [0xf4, 0xf5, 0xf6] as const;
const ELSE = Symbol('what encodeCbor leaves to cborg');
type Read = Packed | typeof ELSE;

const NOTHING = Buffer.alloc(0);

let bytes: Buffer = NOTHING;
let at = 0;

/**
 * What `decodeCbor` gives, in a fraction of the time where the bytes are such as `encodeCbor` writes itself. Only what its strict options allow is
 * read here (RFC 8949, 4.2.1: the shortest heads, no key twice); whatever else the bytes are is judged there.
 */
export function readCbor(encoded: Uint8Array, options: DecodeOptions = {}): unknown {
  bytes = Buffer.isBuffer(encoded) ? encoded : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length);
  at = 0;
  const value = read(0);
  const isWhole = value !== ELSE && at === bytes.length;
  // It may be large, and is not kept.
  bytes = NOTHING;
  return isWhole ? value : decodeCbor(encoded, options);
}

function read(depth: number): Read {
  const head = bytes[at++];
  if (head === undefined) return ELSE;
  if (head === TRUE) return true;
  if (head === FALSE) return false;
  if (head === NULL) return null;
  const count = readCount(head & 31);
  if (!Number.isSafeInteger(count)) return ELSE;
  switch (head >> 5) {
    case UINT:
      return count;
    case NEGATIVE:
      return count < Number.MAX_SAFE_INTEGER ? -1 - count : ELSE;
    case BYTES:
      return readBytes(count);
    case TEXT:
      at += count;
      return bytes.toString('utf8', at - count, at);
    case ARRAY:
      return depth < DEEPEST ? readArray(count, depth + 1) : ELSE;
    case MAP:
      return depth < DEEPEST ? readMap(count, depth + 1) : ELSE;
    default:
      return ELSE;
  }
}

/** NaN: the bytes end before, or it could be shorter. */
function readCount(info: number): number {
  if (info < 24) return info;
  if (info > 27) return Number.NaN;
  let count = 0;
  for (let left = 1 << (info - 24); left > 0; left--) count = count * 256 + (bytes[at++] ?? Number.NaN);
  return count < (FEWEST[info - 24] as number) ? Number.NaN : count;
}
/** What a head of one, two, four and eight bytes more is for. */
const FEWEST = [24, 0x100, 0x1_0000, 0x1_0000_0000];

function readBytes(length: number): Read {
  if (at + length > bytes.length) return ELSE;
  const copy = new Uint8Array(length);
  if (length > 64) copy.set(bytes.subarray(at, at + length));
  else for (let each = 0; each < length; each++) copy[each] = bytes[at + each] as number;
  at += length;
  return copy;
}

function readArray(length: number, depth: number): Read {
  const array: Packed[] = [];
  for (let each = 0; each < length; each++) {
    const value = read(depth);
    if (value === ELSE) return ELSE;
    array.push(value);
  }
  return array;
}

function readMap(length: number, depth: number): Read {
  const map: { [key: string]: Packed } = {};
  for (let each = 0; each < length; each++) {
    const key = readKey(depth);
    // Set like any other, that one would be no key of it.
    if (typeof key !== 'string' || key === '__proto__' || Object.hasOwn(map, key)) return ELSE;
    const value = read(depth);
    if (value === ELSE) return ELSE;
    map[key] = value;
  }
  return map;
}

/** Keys come again and again: the last one in each place here, found by its bytes, need not be made anew. */
const KEYS: string[] = new Array<string>(512).fill('');
const LONGEST_KEY = 20;

function readKey(depth: number): Read {
  const length = (bytes[at] ?? 0) - (TEXT << 5);
  if (length < 1 || length > LONGEST_KEY || at + length >= bytes.length) return read(depth);
  let place = length;
  for (let each = 1; each <= length; each++) place = (place * 31 + (bytes[at + each] as number)) & 511;
  const known = KEYS[place] as string;
  if (known.length === length && isHere(known)) {
    at += 1 + length;
    return known;
  }
  const key = read(depth);
  if (typeof key === 'string') KEYS[place] = key;
  return key;
}

/** Are these the letters of the text that begins at `at`? */
function isHere(text: string): boolean {
  for (let each = 0; each < text.length; each++) {
    const unit = text.charCodeAt(each);
    if (unit > 127 || unit !== bytes[at + 1 + each]) return false;
  }
  return true;
}
