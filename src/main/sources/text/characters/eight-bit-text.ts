import { isAscii, isUtf8 } from 'node:buffer';
import { type Edit, splice } from '../content-lines.ts';
import { headEnd } from '../line-heads.ts';
import { BEYOND_ASCII } from './decode-text.ts';
import { toWindows1252 } from './windows-1252.ts';

/**
 * As `splice`, of a text of content lines: what is new ends its lines as the line it replaces, or stands behind, and is written in the charset the text is in. One that has lines of eight bits which are no UTF-8, and
 * none that are, is read by its own program in that charset; lines of UTF-8 in it would show there as other words. What that charset has no character
 * for says by a parameter of its own that it is UTF-8, and so does what would be taken for it.
 */
export function spliceLines(bytes: Uint8Array, given: readonly Edit[]): Uint8Array {
  const edits = given.map((edit) => endedAsThere(bytes, edit));
  const isPlain = edits.every(({ text }) => typeof text !== 'string' || !BEYOND_ASCII.test(text));
  if (isPlain || !isEightBit(bytes)) return splice(bytes, edits);
  return splice(
    bytes,
    edits.map((edit) => (typeof edit.text === 'string' ? { ...edit, text: inEightBits(edit.text) } : edit)),
  );
}

/** Of a text whose lines do not all end alike, a line that changes goes on ending as it did. */
function endedAsThere(bytes: Uint8Array, edit: Edit): Edit {
  if (typeof edit.text !== 'string' || edit.text === '') return edit;
  const last = bytes[edit.end - 1];
  const end = last === CR ? '\r' : last === LF ? (bytes[edit.end - 2] === CR ? '\r\n' : '\n') : null;
  return end === null ? edit : { ...edit, text: edit.text.replace(LINE_END, end) };
}
const [LF, CR] = [10, 13];
const LINE_END = /\r\n|\r|\n/g;

/** Has it lines that are not ASCII, do not say in which charset they are, and are no UTF-8; and none that are? */
export function isEightBit(bytes: Uint8Array): boolean {
  if (isUtf8(bytes)) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let found = false;
  // A fold may be within a character.
  for (const line of text.replace(/(?:\r\n|\r|\n)[ \t]/g, '').split(/[\r\n]+/)) {
    if (!BEYOND_ASCII.test(line) || CHARSET.test(line)) continue;
    if (isUtf8(Buffer.from(line, 'latin1'))) return false;
    found = true;
  }
  return found;
}
const CHARSET = /^[^:]*;CHARSET=/i;

/** Lines as composed, each with its end and its folds. */
function inEightBits(text: string): Uint8Array {
  const lines = text.match(/[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*(?:\r\n|\r|\n|$)/g) ?? [];
  return Buffer.concat(lines.map(lineInEightBits));
}

function lineInEightBits(line: string): Uint8Array {
  if (!BEYOND_ASCII.test(line) || CHARSET.test(line)) return Buffer.from(line);
  const bytes = toWindows1252(line);
  if (bytes !== null && !isTakenForUtf8(bytes)) return bytes;
  const head = headEnd(line, 0, line.length);
  return Buffer.from(head < 0 ? line : `${line.slice(0, head)};CHARSET=UTF-8${line.slice(head)}`);
}

/** Are there characters in it that are read as UTF-8 where they stand alone in a value? */
function isTakenForUtf8(bytes: Uint8Array): boolean {
  let start = -1;
  for (let at = 0; at <= bytes.length; at++) {
    const isHigh = at < bytes.length && (bytes[at] as number) > 0x7f;
    if (isHigh && start < 0) start = at;
    if (isHigh || start < 0) continue;
    const run = bytes.subarray(start, at);
    if (!isAscii(run) && isUtf8(run)) return true;
    start = -1;
  }
  return false;
}
