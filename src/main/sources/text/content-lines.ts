import { appended } from './appended.ts';
import { BEYOND_ASCII, decodeText } from './characters/decode-text.ts';
import { headEnd, isFolded, isOfBase64, isQuotedPrintable, isWord } from './line-heads.ts';
import { listed } from './listed.ts';
import type { Span } from './text-format.ts';

/** `name` is '' for a value that stands alone, as vCard 2.1 allows (`TEL;HOME:`). Values are as written, without their quotes. */
export interface Param {
  readonly name: string;
  readonly values: readonly string[];
  readonly quoted: readonly boolean[];
}
/** One property: every line it is folded over. */
export interface ContentLine extends Span {
  readonly group: string | null;
  /** As written. */
  readonly name: string;
  readonly params: readonly Param[];
  /** Unfolded and decoded (charset, quoted-printable); its escapes as written. */
  readonly value: string;
}
/** What lies between a BEGIN and its END. */
export interface Component extends Span {
  /** Upper case. */
  readonly name: string;
  readonly lines: readonly ContentLine[];
  readonly components: readonly Component[];
  /** Lines that are no properties: kept, and of no meaning. */
  readonly junk: readonly Span[];
  /** Where its first line begins and its END line begins: new lines go there. */
  readonly inner: Span;
  /** null: it is whole. */
  readonly problem: string | null;
}
/** A text of content lines (RFC 6350 3.2, RFC 5545 3.1, vCard 2.1), taken apart without loss: everything is named by its bytes. */
export interface ContentText {
  readonly bytes: Uint8Array;
  readonly components: readonly Component[];
  /** What lies outside of every component and is neither blank nor a byte order mark. */
  readonly stray: readonly Span[];
  readonly lineEnd: '\r\n' | '\n' | '\r';
  /** Octets of the longest folded line there is; 75 where none is folded, or only such as no program folds so. */
  readonly foldAt: number;
}

const BOM = '\xef\xbb\xbf';
/** Octets after which lines are folded: as all programs do, and the fewest that are somebody's way rather than one odd line. */
const USUAL = 75;
const NARROWEST = 50;
/** Nothing honest nests deeper. */
const DEEPEST = 8;
/** Base64 that goes on without being folded has longer lines. */
const SHORT_BASE64 = 20;

/** How a card begins behind one that is cut off within a line. */
const NEXT_CARD = 'BEGIN:VCARD';
const LAST_OF_CARD = 68;

const [LF, CR, QUOTE, COMMA, COLON, SEMICOLON, EQUALS] = [10, 13, 34, 44, 58, 59, 61];

/** Never throws. Linear in the length of the text. */
export function readContentLines(bytes: Uint8Array): ContentText {
  return new LineReader(bytes).read();
}

interface OpenComponent {
  readonly name: string;
  readonly start: number;
  readonly from: number;
  readonly lines: ContentLine[];
  readonly components: Component[];
  readonly junk: Span[];
}

class LineReader {
  readonly #bytes: Uint8Array;
  /** A character for each byte. */
  readonly #text: string;
  readonly #end: '\r\n' | '\n' | '\r';
  readonly #found: Component[] = [];
  readonly #stray: Span[] = [];
  readonly #open: OpenComponent[] = [];
  #foldAt = 0;
  /** Where in a property what comes next begins. */
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#text = buffer.toString('latin1');
    const first = this.#text.indexOf('\n');
    this.#end = first < 0 ? (this.#text.includes('\r') ? '\r' : '\n') : this.#text[first - 1] === '\r' ? '\r\n' : '\n';
  }

  read(): ContentText {
    const text = this.#text;
    for (let at = text.startsWith(BOM) ? BOM.length : 0; at < text.length; ) at = this.#take(at);
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1))
      this.#close(text.length, text.length, `its END:${open.name} is missing`);
    const { lineEnd, foldAt } = { lineEnd: this.#end, foldAt: this.#foldAt < NARROWEST ? USUAL : this.#foldAt };
    return { bytes: this.#bytes, components: this.#found, stray: this.#stray, lineEnd, foldAt };
  }

  /** One property from `start` on; returns where the next begins. Most are of one line, and are read where they stand. */
  #take(start: number): number {
    const text = this.#text;
    const next = this.#next(start);
    const end = this.#endOfLine(start, next);
    if (end === start) return next;
    const head = headEnd(text, start, end);
    // Only parameters tell of an encoding.
    const hasParams = head >= 0 && text.charCodeAt(head) === SEMICOLON;
    const isSoft = hasParams && isQuotedPrintable(text, head, end);
    if (next < text.length && (isSoft || isFolded(text, next) || (hasParams && this.#isBase64(next))))
      return this.#takeFolded(start, next, text.slice(start, end), isSoft, hasParams);
    this.#place(start, next, text, start, end, head);
    return next;
  }

  /** The same of one that may be of several lines: `first`, and those from `next` on that go on with it. */
  #takeFolded(start: number, next: number, first: string, isSoft: boolean, hasParams: boolean): number {
    const isBase64 = hasParams && !isSoft && /;(?:ENCODING=)?(?:BASE64|B)(?=[;:])/i.test(first);
    const parts = [first];
    while (next < this.#text.length) {
      const after = this.#next(next);
      const end = this.#endOfLine(next, after);
      const last = parts.at(-1) as string;
      let from = next;
      if (isSoft && last.endsWith('=')) parts[parts.length - 1] = last.slice(0, -1);
      else if (isFolded(this.#text, next)) {
        this.#foldAt = Math.max(this.#foldAt, last.length + (parts.length > 1 ? 1 : 0));
        from++;
      } else if (!(isBase64 && this.#isBase64(next))) break;
      parts.push(this.#text.slice(from, end));
      next = after;
    }
    const raw = parts.length > 1 ? parts.join('') : first;
    this.#place(start, next, raw, 0, raw.length, headEnd(raw, 0, raw.length));
    return next;
  }

  /** Is all of the line at `start` base64, and more than a word of it? */
  #isBase64(start: number): boolean {
    let at = start;
    while (isOfBase64(this.#text.charCodeAt(at))) at++;
    return at - start > SHORT_BASE64 && at === this.#endOfLine(start, this.#next(start));
  }

  /** A property, which is `raw` between `from` and `to`. `head`: as of `headEnd`. */
  #place(start: number, end: number, raw: string, from: number, to: number, head: number): void {
    const open = this.#open.at(-1);
    const begins = raw.charCodeAt(to - 1) === LAST_OF_CARD ? this.#cardBegunWithin(start, end, open) : -1;
    if (begins >= 0) {
      const own = to - NEXT_CARD.length;
      this.#place(start, begins, raw, from, own, head < own ? head : -1);
      this.#begin(begins, end, NEXT_CARD);
      return;
    }
    if (head < 0) {
      (open?.junk ?? this.#stray).push({ start, end });
      return;
    }
    if (isWord('BEGIN', raw, from, head)) this.#begin(start, end, raw.slice(from, to));
    else if (isWord('END', raw, from, head)) this.#endOf(start, end, raw.slice(from, to));
    else if (open === undefined) this.#stray.push({ start, end });
    else {
      const line = this.#parseLine(start, end, raw, from, to, head);
      if (line === null) open.junk.push({ start, end });
      else open.lines.push(line);
    }
  }

  /** Where in the last line of what a card ends within another one begins, which was written behind it. -1: it does not. */
  #cardBegunWithin(start: number, end: number, open: OpenComponent | undefined): number {
    const begins = this.#endOfLine(start, end) - NEXT_CARD.length;
    if (open?.name !== 'VCARD' || begins <= start || !this.#text.startsWith(NEXT_CARD, begins)) return -1;
    // Nobody ends a note so and goes on with the version.
    return this.#text.startsWith('VERSION:', end) ? begins : -1;
  }

  /** null: it is no property. Nothing behind `to` is looked at: a text may be long. */
  #parseLine(start: number, end: number, raw: string, from: number, to: number, head: number): ContentLine | null {
    const stated = raw.slice(from, head);
    const dot = stated.indexOf('.');
    const group = dot < 0 ? null : stated.slice(0, dot);
    const name = dot < 0 ? stated : stated.slice(dot + 1);
    if (raw.charCodeAt(head) === COLON)
      return { start, end, group, name, params: NO_PARAMS, value: decodeText(raw.slice(head + 1, to)) };
    let params: Param[] | null = null;
    this.#at = head;
    while (this.#at < to && raw.charCodeAt(this.#at) === SEMICOLON) {
      const param = this.#parseParam(raw, to);
      if (param === null) return null;
      params = listed(params, param);
    }
    if (params === null || this.#at >= to || raw.charCodeAt(this.#at) !== COLON) return null;
    return { start, end, group, name, params, value: decodeValue(raw.slice(this.#at + 1, to), params) };
  }

  /** null: it does not end. */
  #parseParam(raw: string, to: number): Param | null {
    const from = this.#at + 1;
    let at = from;
    let char = 0;
    for (; at < to; at++) {
      char = raw.charCodeAt(at);
      if (char === EQUALS || char === SEMICOLON || char === COLON) break;
    }
    this.#at = at;
    if (at >= to) return null;
    // Written back, what would end the line there would be one.
    const name = plain(decodeText(raw.slice(from, at)));
    if (char !== EQUALS) return { name: '', values: [name], quoted: NOT_QUOTED };
    let values: string[] | null = null;
    let quoted: boolean[] | null = null;
    do {
      at++;
      let begin = at;
      let end = at;
      const isQuoted = at < to && raw.charCodeAt(at) === QUOTE;
      if (isQuoted) {
        for (at++; at < to && raw.charCodeAt(at) !== QUOTE; ) at++;
        if (at >= to) return null;
        begin++;
        end = at;
      }
      // Something behind the quotes belongs to nobody.
      while (at < to && !endsValue(raw.charCodeAt(at))) at++;
      values = listed(values, decodeText(raw.slice(begin, isQuoted ? end : at)));
      if (isQuoted || quoted !== null) {
        quoted ??= values.slice(1).map(() => false);
        quoted.push(isQuoted);
      }
    } while (at < to && raw.charCodeAt(at) === COMMA);
    this.#at = at;
    if (at >= to) return null;
    return { name, values, quoted: quoted ?? (values.length === 1 ? NOT_QUOTED : values.map(() => false)) };
  }

  #begin(start: number, end: number, raw: string): void {
    const name = raw
      .slice(raw.indexOf(':') + 1)
      .trim()
      .toUpperCase();
    const open = this.#open.at(-1);
    const isAgent = open?.lines.at(-1)?.name.toUpperCase() === 'AGENT' && open.lines.at(-1)?.value.trim() === '';
    // A card holds no other, but an agent: the END before it is missing. What is around it (a calendar, of an event) goes on.
    const isTop = name === 'VCALENDAR' || name === 'VEVENT' || name === 'VTODO' || name === 'VJOURNAL';
    if (open !== undefined && (isTop || (open.name === name && !isAgent)))
      while (name === 'VCALENDAR' ? this.#open.length > 0 : this.#open.some((each) => each.name === name))
        this.#close(start, start, 'its END is missing');
    if (this.#open.length >= DEEPEST) this.#open.at(-1)?.junk.push({ start, end });
    else this.#open.push({ name, start, from: end, lines: [], components: [], junk: [] });
  }

  #endOf(start: number, end: number, raw: string): void {
    const name = raw
      .slice(raw.indexOf(':') + 1)
      .trim()
      .toUpperCase();
    if (!this.#open.some((each) => each.name === name)) {
      (this.#open.at(-1)?.junk ?? this.#stray).push({ start, end });
      return;
    }
    while (this.#open.at(-1)?.name !== name) this.#close(start, start, 'its END is missing');
    this.#close(start, end, null);
  }

  #close(innerEnd: number, end: number, problem: string | null): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    const { name, start, from, lines, components, junk } = open;
    const inner = { start: from, end: innerEnd };
    (this.#open.at(-1)?.components ?? this.#found).push({ name, start, end, lines, components, junk, inner, problem });
  }

  /** Where the line after the one at `at` begins. */
  #next(at: number): number {
    const end = this.#text.indexOf(this.#end === '\r' ? '\r' : '\n', at);
    return end < 0 ? this.#text.length : end + 1;
  }

  /** Where the line from `start` to `next` ends, without what ends it. */
  #endOfLine(start: number, next: number): number {
    let end = next;
    if (end > start && this.#text.charCodeAt(end - 1) === LF) end--;
    while (end > start && this.#text.charCodeAt(end - 1) === CR) end--;
    return end;
  }
}

const NO_PARAMS: readonly Param[] = [];
const NOT_QUOTED: readonly boolean[] = [false];

const endsValue = (char: number): boolean => char === COMMA || char === SEMICOLON || char === COLON;

function decodeValue(value: string, params: readonly Param[]): string {
  let charset: string | undefined;
  let isQuoted = false;
  for (const { name, values } of params) {
    // Names of these lengths alone tell of a charset or an encoding.
    if (name.length === 7 && charset === undefined && name.toUpperCase() === 'CHARSET') charset = values[0];
    else if (name === '' || (name.length === 8 && name.toUpperCase() === 'ENCODING'))
      isQuoted ||= values.some((each) => each.toUpperCase() === 'QUOTED-PRINTABLE');
  }
  if (!isQuoted) return decodeText(value, charset);
  const plain = value.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeText(plain, charset);
}

/** How a new line is to look. */
export interface LineStyle {
  readonly lineEnd: ContentText['lineEnd'];
  /** Octets of a line, its end not counted. */
  readonly foldAt: number;
}

/** A line as it is written: folded by octets, never within a character. Characters no line can hold are left out. */
export function composeLine(line: Pick<ContentLine, 'group' | 'name' | 'params' | 'value'>, style: LineStyle): string {
  let head = line.group === null ? line.name : `${line.group}.${line.name}`;
  for (const param of line.params) head += composeParam(param);
  return fold(`${head}:${plain(line.value)}`, style);
}

function composeParam({ name, values, quoted }: Param): string {
  // What stands alone is a word, whatever is in it.
  if (name === '') return `;${values.map((value) => plain(value).replace(/[:;"]/g, '')).join(',')}`;
  let written = `;${name}=`;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as string;
    if (at > 0) written += ',';
    if (quoted[at] !== true && SIMPLE.test(value)) written += value;
    else if (quoted[at] === true || /[:;,]/.test(value)) written += `"${plain(value).replaceAll('"', "'")}"`;
    else written += plain(value);
  }
  return written;
}
const SIMPLE = /^[A-Za-z0-9-]*$/;

/** What would end the line, or is no text at all. */
const plain = (text: string): string => (NOT_PLAIN.test(text) ? text.replace(/[^\P{Cc}\t]/gu, '') : text);
const NOT_PLAIN = /[^\t\u0020-\u007e\u00a0-\uffff]/;

function fold(text: string, { lineEnd, foldAt }: LineStyle): string {
  const most = Math.max(20, foldAt);
  const isAscii = !BEYOND_ASCII.test(text);
  if (isAscii ? text.length <= most : text.length * 3 <= most || Buffer.byteLength(text) <= most) return text + lineEnd;
  let folded = '';
  let begin = 0;
  let octets = 0;
  if (isAscii) {
    for (let end = most; end < text.length; end += most - 1) {
      folded += `${text.slice(begin, end)}${lineEnd} `;
      begin = end;
    }
    return folded + text.slice(begin) + lineEnd;
  }
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at) as number;
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (octets + size > most) {
      folded += `${text.slice(begin, at)}${lineEnd} `;
      begin = at;
      octets = 1;
    }
    octets += size;
    at += point < 0x10000 ? 1 : 2;
  }
  return folded + text.slice(begin) + lineEnd;
}

/** A piece of a text that is to be another. Pieces do not overlap; an empty one (start = end) is an insertion. */
export interface Edit extends Span {
  readonly text: string | Uint8Array;
}

/** The text with these pieces exchanged; every other byte stays. Insertions at one place stand in the order given. */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return bytes;
  if (edits.every(({ start }) => start === bytes.length)) return appended(bytes, bytesOf(edits));
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new RangeError('two edits of one piece');
    parts.push(bytes.subarray(at, start), typeof text === 'string' ? Buffer.from(text) : text);
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

const bytesOf = (edits: readonly Edit[]): Uint8Array =>
  Buffer.concat(edits.map(({ text }) => (typeof text === 'string' ? Buffer.from(text) : text)));
