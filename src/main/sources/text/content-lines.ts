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
const NAME = /^(?:([A-Za-z0-9_-]{1,64})\.)?([A-Za-z0-9_-]{1,64})(?=[;:])/;
const BASE64 = /^[A-Za-z0-9+/=]+$/;
/** Octets after which lines are folded: as all programs do, and the fewest that are somebody's way rather than one odd line. */
const USUAL = 75;
const NARROWEST = 50;
/** Nothing honest nests deeper. */
const DEEPEST = 8;

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

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
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

  /** One property from `start` on; returns where the next begins. */
  #take(start: number): number {
    let next = this.#next(start);
    let raw = this.#line(start, next);
    if (raw === '') return next;
    const head = NAME.exec(raw);
    // Only parameters tell of an encoding.
    const hasParams = head !== null && raw[head[0].length] === ';';
    const isSoft = hasParams && isQuotedPrintable(raw);
    const isBase64 = hasParams && !isSoft && /;(?:ENCODING=)?(?:BASE64|B)(?=[;:])/i.test(raw);
    const parts = [raw];
    while (next < this.#text.length) {
      const first = this.#text[next];
      const after = this.#next(next);
      const line = this.#line(next, after);
      if (isSoft && (parts.at(-1) as string).endsWith('='))
        parts[parts.length - 1] = (parts.at(-1) as string).slice(0, -1);
      else if (first === ' ' || first === '\t') {
        this.#foldAt = Math.max(this.#foldAt, (parts.at(-1) as string).length + (parts.length > 1 ? 1 : 0));
        parts.push(line.slice(1));
        next = after;
        continue;
      } else if (!(isBase64 && line.length > 20 && BASE64.test(line))) break;
      parts.push(line);
      next = after;
    }
    if (parts.length > 1) raw = parts.join('');
    this.#place(start, next, raw, head === null && parts.length > 1 ? NAME.exec(raw) : head);
    return next;
  }

  #place(start: number, end: number, raw: string, head: RegExpExecArray | null): void {
    const open = this.#open.at(-1);
    if (head === null) {
      (open?.junk ?? this.#stray).push({ start, end });
      return;
    }
    const name = (head[2] as string).toUpperCase();
    if (name === 'BEGIN' && head[1] === undefined) this.#begin(start, end, raw);
    else if (name === 'END' && head[1] === undefined) this.#endOf(start, end, raw);
    else if (open === undefined) this.#stray.push({ start, end });
    else {
      const line = parseLine(start, end, raw, head);
      if (line === null) open.junk.push({ start, end });
      else open.lines.push(line);
    }
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

  #line(start: number, next: number): string {
    let end = next;
    if (this.#text[end - 1] === '\n' && end > start) end--;
    while (this.#text[end - 1] === '\r' && end > start) end--;
    return this.#text.slice(start, end);
  }
}

const isQuotedPrintable = (raw: string): boolean => {
  const at = raw.search(/QUOTED-PRINTABLE/i);
  return at > 0 && at < raw.indexOf(':');
};

/** null: it is no property. */
function parseLine(start: number, end: number, raw: string, head: RegExpExecArray): ContentLine | null {
  const group = head[1] ?? null;
  const name = head[2] as string;
  const params: Param[] = [];
  let at = head[0].length;
  while (raw[at] === ';') {
    const parsed = parseParam(raw, at + 1);
    if (parsed === null) return null;
    params.push(parsed.param);
    at = parsed.next;
  }
  if (raw[at] !== ':') return null;
  const value = raw.slice(at + 1);
  return { start, end, group, name, params, value: decodeValue(value, params) };
}

function parseParam(raw: string, from: number): { readonly param: Param; readonly next: number } | null {
  let at = from;
  while (at < raw.length && raw[at] !== '=' && raw[at] !== ';' && raw[at] !== ':') at++;
  const name = raw.slice(from, at);
  if (at >= raw.length) return null;
  if (raw[at] !== '=') return { param: { name: '', values: [decodeText(name)], quoted: [false] }, next: at };
  const values: string[] = [];
  const quoted: boolean[] = [];
  do {
    at++;
    const isQuoted = raw[at] === '"';
    if (isQuoted) {
      const close = raw.indexOf('"', at + 1);
      if (close < 0) return null;
      values.push(decodeText(raw.slice(at + 1, close)));
      at = close + 1;
      // Something behind the quotes belongs to nobody.
      while (at < raw.length && raw[at] !== ',' && raw[at] !== ';' && raw[at] !== ':') at++;
    } else {
      const begin = at;
      while (at < raw.length && raw[at] !== ',' && raw[at] !== ';' && raw[at] !== ':') at++;
      values.push(decodeText(raw.slice(begin, at)));
    }
    quoted.push(isQuoted);
  } while (raw[at] === ',');
  return at < raw.length ? { param: { name, values, quoted }, next: at } : null;
}

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Text of bytes (a character each): UTF-8, or where it is none, what Windows wrote before. */
function decodeText(latin1: string, charset = 'utf-8'): string {
  if (!BEYOND_ASCII.test(latin1) && !/^(?:utf-16|iso-2022)/i.test(charset)) return latin1;
  return decodeBytes(Buffer.from(latin1, 'latin1'), charset);
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeBytes(bytes: Uint8Array, charset: string): string {
  if (charset === 'utf-8')
    try {
      return UTF_8.decode(bytes);
    } catch {
      // Something else then.
    }
  for (const label of [charset, 'utf-8', 'windows-1252'])
    try {
      return new TextDecoder(label, { fatal: label !== 'windows-1252', ignoreBOM: true }).decode(bytes);
    } catch {
      // The next one may do.
    }
  return Buffer.from(bytes).toString('latin1');
}

function decodeValue(value: string, params: readonly Param[]): string {
  if (params.length === 0) return decodeText(value);
  const charset = params.find(({ name }) => name.toUpperCase() === 'CHARSET')?.values[0] ?? 'utf-8';
  const isQuoted = params.some(({ name, values }) => {
    const says = values.some((each) => each.toUpperCase() === 'QUOTED-PRINTABLE');
    return says && (name === '' || name.toUpperCase() === 'ENCODING');
  });
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
  const params = line.params.map(({ name, values, quoted }) => {
    // What stands alone is a word, whatever is in it.
    if (name === '') return `;${values.map((value) => plain(value).replace(/[:;"]/g, '')).join(',')}`;
    const written = values.map((value, at) =>
      quoted[at] === true || /[:;,]/.test(value) ? `"${plain(value).replaceAll('"', "'")}"` : plain(value),
    );
    return `;${name}=${written.join(',')}`;
  });
  const head = `${line.group === null ? '' : `${line.group}.`}${line.name}${params.join('')}:`;
  return fold(head + plain(line.value), style);
}

/** What would end the line, or is no text at all. */
const plain = (text: string): string => (NOT_PLAIN.test(text) ? text.replace(/[^\P{Cc}\t]/gu, '') : text);
const NOT_PLAIN = /[^\t\u0020-\u007e\u00a0-\uffff]/;

function fold(text: string, { lineEnd, foldAt }: LineStyle): string {
  const most = Math.max(20, foldAt);
  if (text.length * 4 <= most || Buffer.byteLength(text) <= most) return text + lineEnd;
  const lines: string[] = [];
  let line = '';
  let octets = 0;
  if (!BEYOND_ASCII.test(text)) {
    for (let at = 0; at < text.length; at += most - (at === 0 ? 0 : 1))
      lines.push(at === 0 ? text.slice(0, most) : ` ${text.slice(at, at + most - 1)}`);
    return lines.join(lineEnd) + lineEnd;
  }
  for (const char of text) {
    const size = Buffer.byteLength(char);
    if (octets + size > most) {
      lines.push(line);
      line = ' ';
      octets = 1;
    }
    line += char;
    octets += size;
  }
  return [...lines, line].join(lineEnd) + lineEnd;
}

/** A piece of a text that is to be another. Pieces do not overlap; an empty one (start = end) is an insertion. */
export interface Edit extends Span {
  readonly text: string | Uint8Array;
}

/** The text with these pieces exchanged; every other byte stays. Insertions at one place stand in the order given. */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return bytes;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new RangeError('two edits of one piece');
    parts.push(bytes.subarray(at, start), typeof text === 'string' ? Buffer.from(text) : text);
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
