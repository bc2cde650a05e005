import { detached } from '../../text/detached.ts';
import type { NativeItem, Span } from '../../text/text-format.ts';

const FRAME = /^(BEGIN|END):VCARD[ \t]*\r?$/gim;
/** What the quick way would not see as the lenient reader does; a CR by itself ends a line there. */
const ODD = /\r(?!\n)|QUOTED-PRINTABLE|^(?:[A-Z0-9-]+\.)?AGENT[:;]|^(?:BEGIN|END):(?!VCARD[ \t]*\r?$)/im;
/** What may be: without a group in it, it is found four times as fast. */
const MAYBE_ODD = /\r(?!\n)|QUOTED-PRINTABLE|AGENT[:;]|^(?:BEGIN|END):(?!VCARD[ \t]*\r?$)/im;
const UID = /^UID(?:;[^:\r\n]*)?:(.*(?:\r?\n[ \t].*)*)/im;
/** Nothing, in bytes of a character each; a byte order mark may stand before it. */
export const BLANK = /^(?:\xef\xbb\xbf)?\s*$/;

/** A text is looked at in pieces of so many bytes: as a string all of it would need its length once more. */
const PIECE = 256 << 10;
const LF = 10;

/** A card in its text. A hundred thousand may be at hand: as an array of one span each would be three times as large. */
class Card implements NativeItem {
  readonly uid: string | null;
  readonly start: number;
  readonly end: number;
  digest: string | null = null;

  constructor(start: number, end: number, uid: string | null) {
    this.start = start;
    this.end = end;
    this.uid = uid;
  }
  get spans(): readonly Span[] {
    return [{ start: this.start, end: this.end }];
  }
  get context(): readonly Span[] {
    return NO_SPANS;
  }
}
export const itemOf = (start: number, end: number, uid: string | null): NativeItem => new Card(start, end, uid);
const NO_SPANS: readonly Span[] = [];

/**
 * The cards from this byte on, where a line begins: one behind the other, with nothing in them that could be taken for a beginning or an end, as in most
 * texts. null: it is another one.
 */
export function plainCards(given: Uint8Array, from: number): NativeItem[] | null {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  const items: NativeItem[] = [];
  let most = PIECE;
  for (let at = from; at < bytes.length; ) {
    const next = cardsOfPiece(bytes, at, endOfPiece(bytes, at, most), items);
    if (next === null) return null;
    // A card may be longer than a piece.
    most = next === at ? most * 2 : PIECE;
    at = next;
  }
  return items;
}

/** The last line end within so many bytes, or the first behind them, or where the text ends. */
function endOfPiece(bytes: Buffer, start: number, most: number): number {
  if (bytes.length - start <= most) return bytes.length;
  const last = bytes.lastIndexOf(LF, start + most - 1);
  const end = last < start ? bytes.indexOf(LF, start + most) : last;
  return end < 0 ? bytes.length : end + 1;
}

/** Adds the cards of a piece of whole lines; returns where the last of them ends. null: they are not plain. */
function cardsOfPiece(bytes: Buffer, from: number, to: number, items: NativeItem[]): number | null {
  const text = bytes.toString('latin1', from, to);
  if (MAYBE_ODD.test(text) && ODD.test(text)) return null;
  let start = -1;
  let last = 0;
  let next = 0;
  for (const frame of text.matchAll(FRAME)) {
    const isBegin = frame[1]?.toUpperCase() === 'BEGIN';
    if (isBegin !== start < 0) return null;
    const after = text.indexOf('\n', frame.index);
    const end = after < 0 ? text.length : after + 1;
    if (isBegin) {
      // Whatever is between two cards is for the other way to judge.
      if (frame.index > last && !BLANK.test(text.slice(last, frame.index))) return null;
      start = frame.index;
      continue;
    }
    // One that is cut off within a line goes on as the next one.
    if (next >= 0 && next <= start) next = text.indexOf('BEGIN:VCARD', start + 1);
    if (next >= 0 && next < end) return null;
    items.push(itemOf(from + start, from + end, uidIn(bytes, text.slice(start, end), from + start)));
    [start, last] = [-1, end];
  }
  if (to < bytes.length) return from + last;
  return start < 0 && BLANK.test(text.slice(last)) ? to : null;
}

/** The UID of what is `card`, which begins at this byte. */
export function uidIn(bytes: Uint8Array, card: string, start: number): string | null {
  const found = UID.exec(card);
  if (found === null) return null;
  const stated = found[1] as string;
  if (!MARKED.test(stated)) return detached(stated.trim()) || null;
  const from = start + found.index + (found[0].length - stated.length);
  const raw = Buffer.from(bytes.subarray(from, from + stated.length)).toString();
  return plainUid(raw.replace(/\r?\n[ \t]/g, ''));
}
/** Folded, escaped, or beyond ASCII. */
const MARKED = /[^\t\x20-\x5b\x5d-\x7e]/;

export const plainUid = (value: string): string | null => value.trim().replace(/\\([,;\\])/g, '$1') || null;
