import { equalBytes } from '../../platform/equal-bytes.ts';
import { digestOf as contentDigest } from '../../platform/hash.ts';
import type { RecordId } from '../../record/ids.ts';
import type { Fields } from '../../record/value.ts';
import type { ReadDocument } from './document-place.ts';
import { MalformedItem, type NativeItem, type Span, type SplitText, type TextFormat } from './text-format.ts';

/** A document taken apart, and which record each of its items is. */
export interface Loaded extends ReadDocument {
  readonly text: SplitText;
  readonly ids: (RecordId | null)[];
  /**
   * It stands as we wrote it, and each item is the record its UID stands for, or states none (`ids`): as long as nothing says otherwise nobody need
   * find out again.
   */
  isOurs: boolean;
  /** A look found it so once it had rested, or we wrote to what a look had found: what is missing in it was judged. */
  isJudged: boolean;
}

/** The same document, of which nobody knows any more which record each item is. */
export function unassigned(document: Loaded): Loaded {
  document.isOurs = false;
  document.ids.fill(null);
  return document;
}

/** Digits of hexadecimal. */
const DIGEST_DIGITS = 32;

/** Where a person finds it: `line 12`, and of which of `many` documents. */
export const placeIn = ({ bytes, name }: Pick<Loaded, 'bytes' | 'name'>, start: number, many: boolean): string =>
  `line ${lineOf(bytes, start)}${many ? ` of ${name}` : ''}`;

/** What tells an item by its bytes, with those it is understood by: 16 bytes. */
export const digestOf = (text: SplitText, item: NativeItem): Uint8Array =>
  Buffer.from(digestTextOf(text, item), 'latin1');

/**
 * The same, a character for each byte: an array of them takes 400 for these 16. An item is one of one text, which never changes; this is asked for at every
 * step, and so kept in it.
 */
export function digestTextOf({ bytes }: SplitText, item: NativeItem): string {
  item.digest ??= Buffer.from(contentDigest(bytesOf(bytes, item)).slice(0, DIGEST_DIGITS), 'hex').toString('latin1');
  return item.digest;
}

/**
 * How many items at the beginning of `now` are just those of `before`, byte for byte and in their places: of a text that is filled all but what was
 * added. What was found out of those (`digestOf`) is known of these.
 */
export function itemsThatStayed(before: SplitText, now: SplitText): number {
  if (before === now) return now.items.length;
  const same = commonStart(before.bytes, now.bytes);
  const isSame = (a: Span, b: Span | undefined): boolean => a.start === b?.start && a.end === b.end && a.end <= same;
  let count = 0;
  for (; count < before.items.length; count++) {
    const [was, is] = [before.items[count] as NativeItem, now.items[count]];
    if (is === undefined || was.uid !== is.uid) break;
    if (was === is) continue;
    if (was.spans.length !== is.spans.length || was.context.length !== is.context.length) break;
    if (!was.spans.every((span, at) => isSame(span, is.spans[at]))) break;
    if (!was.context.every((span, at) => isSame(span, is.context[at]))) break;
    is.digest ??= was.digest ?? null;
  }
  return count;
}

const BLOCK = 64 << 10;

/** How many bytes the two begin with alike. */
function commonStart(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (
    at < most &&
    equalBytes(a.subarray(at, Math.min(at + BLOCK, most)), b.subarray(at, Math.min(at + BLOCK, most)))
  )
    at = Math.min(at + BLOCK, most);
  const end = Math.min(at + BLOCK, most);
  while (at < end && a[at] === b[at]) at++;
  return at;
}

/** Bytes that are put together: with the header of a table, for each of its rows. More of them are not kept. */
const together = Buffer.alloc(64 << 10);

function bytesOf(bytes: Uint8Array, { spans, context }: NativeItem): Uint8Array {
  const [first] = spans;
  if (spans.length === 1 && context.length === 0 && first !== undefined) return bytes.subarray(first.start, first.end);
  let size = 0;
  for (const parts of [spans, context])
    for (const { start, end } of parts) {
      if (size + end - start > together.length)
        return Buffer.concat([...spans, ...context].map((part) => bytes.subarray(part.start, part.end)));
      together.set(bytes.subarray(start, end), size);
      size += end - start;
    }
  return together.subarray(0, size);
}

/** The line (from 1) a byte is in. */
export function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

/** What an item says; null: it cannot be understood. `previous`: as `TextFormat.read`. */
export function fieldsOf(
  format: TextFormat,
  { text }: Loaded,
  item: NativeItem,
  previous: Fields | null,
): Fields | null {
  try {
    return format.read(text, item, previous);
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    return null;
  }
}
