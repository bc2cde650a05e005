import { isAscii, isUtf8 } from 'node:buffer';
import { fromWindows1252, toWindows1252 } from './windows-1252.ts';

/** How the characters of a text are written. */
export type Charset = 'utf-8' | Utf16 | 'windows-1252';
export type Utf16 = 'utf-16le' | 'utf-16be';

export interface SniffedCharset {
  readonly charset: Charset;
  /** Bytes of the byte order mark. */
  readonly mark: number;
}

/** How many bytes are looked at to tell UTF-16 that does not say so. */
const PEEK = 512;

/**
 * A byte order mark decides; else UTF-16 shows by its zeros, UTF-8 by being valid in most lines that are not ASCII: one that another program
 * wrote otherwise, or that broke off, must not turn the rest into other words. What is left is windows-1252.
 *
 * `was`: how the text was read before, if it was. No edit turns it into other words either: what was UTF-8 is as long as one line is, and what
 * was windows-1252 unless all of it is valid UTF-8, as if it was saved anew.
 */
export function sniffCharset(bytes: Uint8Array, was: 'utf-8' | 'windows-1252' | null = null): SniffedCharset {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { charset: 'utf-8', mark: 3 };
  const marked = utf16Marked(bytes);
  if (marked !== null) return { charset: marked, mark: 2 };
  const head = bytes.subarray(0, PEEK);
  const zeros = [0, 0];
  head.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (odd > head.length / 4 && even === 0) return { charset: 'utf-16le', mark: 0 };
  if (even > head.length / 4 && odd === 0) return { charset: 'utf-16be', mark: 0 };
  return { charset: isReadAsUtf8(bytes, was) ? 'utf-8' : 'windows-1252', mark: 0 };
}

/** What a byte order mark of UTF-16 says, which is two bytes; null: there is none. */
export function utf16Marked(bytes: Uint8Array): Utf16 | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

function isReadAsUtf8(bytes: Uint8Array, was: 'utf-8' | 'windows-1252' | null): boolean {
  if (was === 'windows-1252') return isUtf8(bytes) && !isAscii(bytes);
  if (isUtf8(bytes)) return true;
  const { sound, broken } = linesOfUtf8(bytes);
  return was === 'utf-8' ? sound > 0 : sound > broken;
}

/** How many of the lines that are not ASCII are UTF-8, and how many are not. */
function linesOfUtf8(bytes: Uint8Array): { readonly sound: number; readonly broken: number } {
  let sound = 0;
  let broken = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LF, start);
    const end = found < 0 ? bytes.length : found + 1;
    const line = bytes.subarray(start, end);
    if (!isAscii(line)) {
      if (isUtf8(line)) sound++;
      else broken++;
    }
    start = end;
  }
  return { sound, broken };
}
const LF = 10;

/** The bytes as code units: of one byte each, or of two. */
export function unitsOf(bytes: Uint8Array, { charset, mark }: SniffedCharset): Uint8Array | Uint16Array {
  const own = bytes.subarray(mark);
  if (charset === 'utf-8' || charset === 'windows-1252') return own;
  const units = new Uint16Array(own.length >> 1);
  const [low, high] = charset === 'utf-16le' ? [0, 1] : [1, 0];
  for (let at = 0; at < units.length; at++) units[at] = (own[2 * at + low] ?? 0) | ((own[2 * at + high] ?? 0) << 8);
  return units;
}

/** Bytes of one unit of text in a charset. */
export const unitBytes = (charset: Charset): number => (charset.startsWith('utf-16') ? 2 : 1);

/** The text of some bytes. What is no UTF-8 in a text that is, is taken for windows-1252. */
export function decodeText(bytes: Uint8Array, charset: Charset): string {
  if (charset === 'utf-8') return isUtf8(bytes) ? bufferOf(bytes).toString('utf8') : fromWindows1252(bytes);
  if (charset === 'windows-1252') return fromWindows1252(bytes);
  return Buffer.from(charset === 'utf-16le' ? bytes : swapped(bytes)).toString('utf16le');
}

/** The bytes of a text; null: the charset has no place for one of its characters. */
export function encodeText(text: string, charset: Charset): Uint8Array | null {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8');
  return charset === 'windows-1252' ? toWindows1252(text) : encodeUtf16(text, charset);
}
export function encodeUtf16(text: string, charset: Utf16): Uint8Array {
  const units = Buffer.from(text, 'utf16le');
  return charset === 'utf-16le' ? units : swapped(units);
}

/** The same bytes as a buffer. */
export const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function swapped(bytes: Uint8Array): Uint8Array {
  const turned = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return turned.swap16();
}
