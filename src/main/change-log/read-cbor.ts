import type { Packed } from '../record/encode-value.ts';
import { decodeCbor } from './decode-cbor.ts';

const [UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP] = [0, 1, 2, 3, 4, 5] as const;
const [FALSE, TRUE, NULL] = [0xf4, 0xf5, 0xf6] as const;
const ELSE = Symbol('what encodeCbor leaves to cborg');
type Read = Packed | typeof ELSE;

let bytes: Buffer = Buffer.alloc(0);
let at = 0;

/**
 * What `decodeCbor` gives, for bytes of this device's own database: `encodeCbor` wrote them, so nothing is checked, and what comes by the hundred
 * thousand is read in a fraction of the time.
 */
export function readCbor(stored: Uint8Array): unknown {
  bytes = Buffer.isBuffer(stored) ? stored : Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  at = 0;
  const value = read();
  // A damaged one is told as such there.
  return value === ELSE || at !== bytes.length ? decodeCbor(stored) : value;
}

function read(): Read {
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
      return -1 - count;
    case BYTES:
      return readBytes(count);
    case TEXT:
      at += count;
      return bytes.toString('utf8', at - count, at);
    case ARRAY:
      return readArray(count);
    case MAP:
      return readMap(count);
    default:
      return ELSE;
  }
}

/** NaN: the bytes end before. */
function readCount(info: number): number {
  if (info < 24) return info;
  if (info > 27) return Number.NaN;
  let count = 0;
  for (let left = 1 << (info - 24); left > 0; left--) count = count * 256 + (bytes[at++] ?? Number.NaN);
  return count;
}

function readBytes(length: number): Read {
  if (at + length > bytes.length) return ELSE;
  const copy = new Uint8Array(length);
  if (length > 64) copy.set(bytes.subarray(at, at + length));
  else for (let each = 0; each < length; each++) copy[each] = bytes[at + each] as number;
  at += length;
  return copy;
}

function readArray(length: number): Read {
  const array: Packed[] = [];
  for (let each = 0; each < length; each++) {
    const value = read();
    if (value === ELSE) return ELSE;
    array.push(value);
  }
  return array;
}

function readMap(length: number): Read {
  const map: { [key: string]: Packed } = {};
  for (let each = 0; each < length; each++) {
    const key = read();
    // Set like any other, that one would be no key of it.
    if (typeof key !== 'string' || key === '__proto__') return ELSE;
    const value = read();
    if (value === ELSE) return ELSE;
    map[key] = value;
  }
  return map;
}
