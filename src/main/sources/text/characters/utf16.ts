import type { NativeItem, SplitText, TextFormat } from '../text-format.ts';
import { bufferOf, decodeText, encodeUtf16, type Utf16, utf16Marked } from './charset.ts';

/** How a text of two-byte units is written. */
interface Written {
  readonly charset: Utf16;
  /** Bytes of the byte order mark. */
  readonly mark: 0 | 2;
}

/** Units at the beginning that tell UTF-16 which does not say so. */
const FIRST_UNITS = 4;

/** A byte order mark decides; else it shows by the zeros of the letters it begins with. null: it is none. */
function utf16In(bytes: Uint8Array): Written | null {
  const marked = utf16Marked(bytes);
  if (marked !== null) return { charset: marked, mark: 2 };
  if (beginsWithZerosAt(bytes, 1)) return { charset: 'utf-16le', mark: 0 };
  return beginsWithZerosAt(bytes, 0) ? { charset: 'utf-16be', mark: 0 } : null;
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

function inUtf8(bytes: Uint8Array, { charset, mark }: Written): Uint8Array {
  return Buffer.from(decodeText(bytes.subarray(mark), charset));
}

function inUtf16(bytes: Uint8Array, { charset, mark }: Written): Uint8Array {
  const text = bufferOf(bytes).toString();
  return encodeUtf16(mark === 0 ? text : `\ufeff${text}`, charset);
}

/**
 * A format whose texts are bytes of ASCII with others between them, for texts in UTF-16 as well: there the format sees them in UTF-8, and what it
 * writes is put back as it was. One that would not come back byte for byte (half a surrogate pair, half a unit) is shown as it is, and so is
 * damaged.
 */
export function alsoInUtf16<Item extends NativeItem>(format: TextFormat<Item>): TextFormat<Item> {
  const written = new WeakMap<SplitText<Item>, Written>();
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
