import { encode } from 'cborg';
import type { Packed } from '../record/encode-value.ts';

const [UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP] = [0x00, 0x20, 0x40, 0x60, 0x80, 0xa0] as const;
const [FALSE, TRUE, NULL] = [0xf4, 0xf5, 0xf6] as const;
/** Bytes of the longest head. */
const HEAD_BYTES = 9;
/** Up to this length a text is written letter by letter while it is ASCII: a call into native code costs more. */
const SHORT_TEXT = 40;

/** Written anew by each call: what does not fit makes it larger. */
let page = Buffer.allocUnsafeSlow(4096);
let end = 0;
/** A larger one is not kept. */
const LARGEST_PAGE = 1 << 20;

/**
 * The bytes that cborg's `encode` gives, in a fraction of the time where the value is one of those that come by the hundred thousand: whole numbers,
 * texts, bytes, arrays and objects of them. Whatever else is in it is cborg's. The result may be a part of memory that others have parts of.
 */
export function encodeCbor(value: Packed): Uint8Array {
  end = 0;
  if (!write(value)) return encode(value);
  const bytes = Buffer.allocUnsafe(end);
  page.copy(bytes, 0, 0, end);
  if (page.length > LARGEST_PAGE) page = Buffer.allocUnsafeSlow(4096);
  return bytes;
}

/** false: it holds what is not written here. */
function write(value: Packed): boolean {
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'string') {
    writeText(value);
    return true;
  }
  if (value === null || typeof value === 'boolean') {
    reserve(1);
    page[end++] = value === null ? NULL : value ? TRUE : FALSE;
    return true;
  }
  if (Array.isArray(value)) {
    writeHead(ARRAY, value.length);
    for (const each of value) if (!write(each)) return false;
    return true;
  }
  if (!(value instanceof Uint8Array)) return writeMap(value);
  writeHead(BYTES, value.length);
  reserve(value.length);
  page.set(value, end);
  end += value.length;
  return true;
}

/** Keys in canonical order (RFC 7049, 3.9): the shorter first, then by their letters. */
function writeMap(map: { readonly [key: string]: Packed }): boolean {
  if (typeof map !== 'object' || Object.getPrototypeOf(map) !== Object.prototype) return false;
  const keys = Object.keys(map);
  putInOrder(keys);
  writeHead(MAP, keys.length);
  for (const key of keys) if (!writeKey(key) || !write(map[key] as Packed)) return false;
  return true;
}

/** By insertion: there are few of them, mostly in order already, and `sort` takes memory for each call. */
function putInOrder(keys: string[]): void {
  if (keys.length > MANY_KEYS) keys.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  else
    for (let at = 1; at < keys.length; at++) {
      const key = keys[at] as string;
      let to = at;
      for (; to > 0 && isBefore(key, keys[to - 1] as string); to--) keys[to] = keys[to - 1] as string;
      keys[to] = key;
    }
}
const MANY_KEYS = 40;

const isBefore = (a: string, b: string): boolean => a.length < b.length || (a.length === b.length && a < b);

/** false: it is beyond ASCII, where the order of the units is not that of the bytes. */
function writeKey(key: string): boolean {
  const { length } = key;
  reserve(HEAD_BYTES + length);
  writeHead(TEXT, length);
  for (let at = 0; at < length; at++) {
    const unit = key.charCodeAt(at);
    if (unit > 127) return false;
    page[end++] = unit;
  }
  return true;
}

function writeNumber(value: number): boolean {
  if (!Number.isSafeInteger(value)) return false;
  if (value < 0) writeHead(NEGATIVE, -1 - value);
  else writeHead(UINT, value);
  return true;
}

function writeText(text: string): void {
  const { length } = text;
  // A letter has at most three bytes for each of its units.
  reserve(HEAD_BYTES + 3 * length);
  const from = end;
  if (length <= SHORT_TEXT) {
    writeHead(TEXT, length);
    let at = 0;
    for (; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) break;
      page[end++] = unit;
    }
    if (at === length) return;
    end = from;
  }
  writeHead(TEXT, Buffer.byteLength(text));
  end += page.write(text, end, 'utf8');
}

/** `count`: a length, or a number that is not negative. */
function writeHead(major: number, count: number): void {
  reserve(HEAD_BYTES);
  if (count < 24) page[end++] = major | count;
  else if (count < 0x100) {
    page[end++] = major | 24;
    page[end++] = count;
  } else if (count < 0x1_0000) {
    page[end++] = major | 25;
    end = page.writeUInt16BE(count, end);
  } else if (count < 0x1_0000_0000) {
    page[end++] = major | 26;
    end = page.writeUInt32BE(count, end);
  } else {
    page[end++] = major | 27;
    end = page.writeUInt32BE(Math.floor(count / 0x1_0000_0000), end);
    end = page.writeUInt32BE(count % 0x1_0000_0000, end);
  }
}

/** Makes room for so many bytes more. */
function reserve(bytes: number): void {
  if (end + bytes <= page.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * Math.max(page.length, end + bytes));
  page.copy(larger, 0, 0, end);
  page = larger;
}
