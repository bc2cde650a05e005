import type { NativeItem, SplitText, TextFormat } from './text-format.ts';

/** How a text of two-byte units is written. */
interface Utf16 {
  readonly order: 'le' | 'be';
  /** Bytes of the byte order mark. */
  readonly mark: 0 | 2;
}

/** Units at the beginning that tell UTF-16 which does not say so. */
const FIRST_UNITS = 4;

/** A byte order mark decides; else it shows by the zeros of the letters it begins with. null: it is none. */
function utf16In(bytes: Uint8Array): Utf16 | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { order: 'le', mark: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { order: 'be', mark: 2 };
  if (beginsWithZerosAt(bytes, 1)) return { order: 'le', mark: 0 };
  return beginsWithZerosAt(bytes, 0) ? { order: 'be', mark: 0 } : null;
}

/** Are the bytes at this place (0 or 1) of the first units zero, and the others not? */
function beginsWithZerosAt(bytes: Uint8Array, place: 0 | 1): boolean {
  if (bytes.length < 2 * FIRST_UNITS) return false;
  for (let at = 0; at < 2 * FIRST_UNITS; at++) if ((bytes[at] === 0) !== (at % 2 === place)) return false;
  return true;
}

/** The same text in UTF-8; the bytes themselves where they are not UTF-16. A unit that is cut off is left out. */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  const written = utf16In(bytes);
  return written === null ? bytes : inUtf8(bytes, written);
}

function inUtf8(bytes: Uint8Array, { order, mark }: Utf16): Uint8Array {
  // Of an odd number of bytes the last is no unit.
  const units = Buffer.from(bytes.subarray(mark, mark + ((bytes.length - mark) & ~1)));
  return Buffer.from((order === 'le' ? units : units.swap16()).toString('utf16le'));
}

function inUtf16(bytes: Uint8Array, { order, mark }: Utf16): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  const units = Buffer.from(mark === 0 ? text : `\ufeff${text}`, 'utf16le');
  return order === 'le' ? units : units.swap16();
}

/**
 * A format whose texts are bytes of ASCII with others between them, for texts in UTF-16 as well: there the format sees them in UTF-8, and what it
 * writes is put back as it was. One that would not come back byte for byte (half a surrogate pair, half a unit) is shown as it is, and so is
 * damaged.
 */
export function alsoInUtf16<Item extends NativeItem>(format: TextFormat<Item>): TextFormat<Item> {
  const written = new WeakMap<SplitText<Item>, Utf16>();
  return {
    ...format,
    split(bytes, was) {
      const how = utf16In(bytes);
      const shown = how === null ? null : inUtf8(bytes, how);
      if (how === null || shown === null || Buffer.compare(inUtf16(shown, how), bytes) !== 0)
        return format.split(bytes, was);
      const text = format.split(shown, was);
      written.set(text, how);
      return text;
    },
    write(text, writes, moment) {
      const how = written.get(text);
      const bytes = format.write(text, writes, moment);
      return how === undefined ? bytes : inUtf16(bytes, how);
    },
  };
}
