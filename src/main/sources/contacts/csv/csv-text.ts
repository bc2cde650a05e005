import { isUtf8 } from 'node:buffer';
import { bufferOf, type Charset, decodeText, sniffCharset, unitBytes, unitsOf } from '../../text/characters/charset.ts';
import type { Damaged, NativeItem, ReadBefore, Span, SplitText } from '../../text/text-format.ts';
import { type Table, tableOf } from '../cells/bound.ts';
import { BLANK, type Row, withPlainBreaks } from '../cells/cells.ts';
import { columnPart } from '../cells/words.ts';
import { CSV_LAYOUTS, type CsvLayout, known } from './layouts.ts';
import { lineAt, nextLine, type RowLine, type RowSpan, rowAt, textsOfRow, unquoted } from './tokenize.ts';

type Units = Uint8Array | Uint16Array;

/** A row of a CSV. */
export interface CsvRow extends NativeItem {
  /** The code units at which it begins, and at which the next one does. Its cells are found again when they are asked for: a table has millions. */
  readonly start: number;
  readonly next: number;
}
/** A CSV taken apart. */
export interface CsvText extends SplitText<CsvRow> {
  readonly units: Units;
  readonly charset: Charset;
  /** All of it, where all of it is UTF-8. */
  readonly utf8: Buffer | null;
  /** Bytes of the byte order mark. */
  readonly mark: number;
  readonly delimiter: string;
  readonly lineEnd: string;
  /** Are all its cells in quotes? */
  readonly isQuoted: boolean;
  /** Names of its columns; null: it has no header yet. */
  readonly header: readonly string[] | null;
  /** What its columns can say. */
  readonly table: Table;
  /** A row that says nothing. */
  readonly blank: Row;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** Excel's way to say which delimiter a file has. */
const SEPARATOR_LINE = /^sep=(.)$/i;
/** After so many damaged pieces the rest is one: each costs a look at all that follows. */
const MOST_DAMAGED = 100;

/** Where the header is, and what parts its cells. null: there is none. */
export interface FoundHeader {
  readonly row: RowSpan;
  readonly names: readonly string[];
  readonly delimiter: string;
}

/** Takes a CSV apart. Never throws: rows that cannot be understood are damaged, and those after them go on. `was`: how it was read before. */
export function splitCsv(bytes: Uint8Array, layout: CsvLayout, was: ReadBefore = null): CsvText {
  const sniffed = sniffCharset(bytes, was === null ? null : was.as === 'windows-1252' ? 'windows-1252' : 'utf-8');
  const { charset, mark } = sniffed;
  const units = unitsOf(bytes, sniffed);
  const text = { bytes, charset, mark, ...(charset === 'windows-1252' ? { readAs: charset } : {}) };
  const found = findHeader(units, text, [layout]);
  const utf8 = charset === 'utf-8' && isUtf8(bytes) ? bufferOf(bytes) : null;
  const base = {
    ...text,
    units,
    utf8,
    items: [],
    damaged: [],
    header: null,
    isQuoted: false,
    table: NO_TABLE,
    blank: BLANK,
  };
  if (found === null) {
    // A file of zeros is what a loss of power left of one.
    const isEmpty = units.every((unit) => unit <= SPACE && unit > 0);
    const detail = `it does not begin with the columns of ${layout.name}: its first line has to name them`;
    const damaged = isEmpty ? [] : [{ start: 0, end: bytes.length, name: '1', detail }];
    return { ...base, damaged, delimiter: ',', lineEnd: '\r\n' };
  }
  const { row: header, names, delimiter } = found;
  const places = new Map<string, number>();
  const further: string[] = [];
  names.forEach((name, at) => {
    const column = layout.columnOf(name) ?? name.trim();
    if (places.has(column) || column === '') return;
    places.set(column, at);
    if (!layout.understood.has(column)) further.push(column);
  });
  const context = [spanOf(text, header.start, header.end)];
  const { items, damaged } = splitRows(units, text, header, delimiter, context);
  return {
    ...base,
    items,
    damaged,
    delimiter,
    lineEnd: lineEndOf(units, header),
    isQuoted: header.cells.every((cell) => cell.isQuoted),
    header: names,
    blank: names.map(() => ''),
    table: tableOf(
      layout,
      places,
      further.flatMap((column) => columnPart(column) ?? []),
    ),
  };
}

const NO_TABLE: Table = { parts: [], none: [] };

const SPACE = 32;

function splitRows(
  units: Units,
  text: TextBytes,
  header: RowSpan,
  delimiter: string,
  context: readonly Span[],
): { items: readonly CsvRow[]; damaged: readonly Damaged[] } {
  const code = delimiter.charCodeAt(0);
  const items: CsvRow[] = [];
  const damaged: Damaged[] = [];
  let line = 1;
  let counted = 0;
  const lineOf = (at: number): number => {
    for (let next = units.indexOf(LF, counted); next >= 0 && next < at; next = units.indexOf(LF, counted)) {
      line++;
      counted = next + 1;
    }
    return line;
  };
  let at = header.next;
  while (at < units.length) {
    const row = lineAt(units, at, code);
    if (row.fault === null) {
      if (!isBlank(units, row, code)) {
        const { start, end, next } = row;
        items.push({ spans: [spanOf(text, start, end)], uid: null, context, start, next });
      }
      at = row.next;
      continue;
    }
    const name = `line ${lineOf(at)}`;
    const next = damaged.length < MOST_DAMAGED ? soundLine(units, at, code, header.cells.length) : units.length;
    const detail = `${row.fault} in the row at ${name}: mend its quotes`;
    const isOpen = row.next === units.length && next === units.length;
    damaged.push({ ...spanOf(text, at, next), name, isNameless: true, detail, ...(isOpen ? { isOpen } : {}) });
    at = next;
  }
  return { items, damaged };
}

const LF = 10;

/** The next line from which on a row has as many cells as there are columns: what is before it may be part of the damaged one. */
function soundLine(units: Units, start: number, code: number, cells: number): number {
  let tries = 0;
  for (let at = nextLine(units, start); at < units.length; at = nextLine(units, at)) {
    const row = rowAt(units, at, code);
    if (row.fault === null && row.cells.length === cells) return at;
    if (++tries >= MOST_DAMAGED) break;
  }
  return units.length;
}

function isBlank(units: Units, { start, end }: RowLine, code: number): boolean {
  for (let at = start; at < end; at++) if (units[at] !== code && (units[at] ?? 0) > SPACE) return false;
  return true;
}

/** The first line that says something, with the delimiter by which most of its cells are columns some layout knows. */
export function findHeader(
  units: Units,
  text: TextBytes,
  layouts: readonly CsvLayout[] = CSV_LAYOUTS,
): FoundHeader | null {
  let start = 0;
  let said: string | null = null;
  const [first] = [rowAt(units, 0, LF)];
  const separator = SEPARATOR_LINE.exec(
    decodeText(bytesOf(text, first.start, Math.min(first.end, PEEK)), text.charset).trim(),
  );
  if (separator !== null) {
    said = separator[1] ?? null;
    start = first.next;
  }
  while (start < units.length && (units[start] === LF || units[start] === CR)) start++;
  let best: (FoundHeader & { readonly score: number }) | null = null;
  for (const delimiter of said === null ? DELIMITERS : [said]) {
    const row = rowAt(units, start, delimiter.charCodeAt(0));
    if (row.fault !== null || row.cells.length > MOST_COLUMNS) continue;
    const names = textsOf(text, row);
    const score = Math.max(...layouts.map((layout) => known(layout, names)));
    if (score > (best?.score ?? 0)) best = { row, names, delimiter, score };
  }
  return best === null || (best.score < 2 && best.names.length > 1) ? null : best;
}

const CR = 13;
const PEEK = 16;
const MOST_COLUMNS = 2000;

interface TextBytes {
  readonly bytes: Uint8Array;
  readonly charset: Charset;
  readonly mark: number;
}

/** The bytes of code units [start, end). */
export function spanOf({ charset, mark }: TextBytes, start: number, end: number): Span {
  const size = unitBytes(charset);
  return { start: mark + start * size, end: mark + end * size };
}

function bytesOf(text: TextBytes, start: number, end: number): Uint8Array {
  const span = spanOf(text, start, end);
  return text.bytes.subarray(span.start, span.end);
}

/** The cells of a row by their places. */
export function rowOf({ units, delimiter }: CsvText, { start }: CsvRow): RowSpan {
  return rowAt(units, start, delimiter.charCodeAt(0));
}

/** What the cells of a row say as they stand there. */
export function textsOf(text: TextBytes, row: RowSpan): readonly string[] {
  const bytes = bytesOf(text, row.start, row.end);
  const whole = decodeText(bytes, text.charset);
  // A cell that is no UTF-8 says nothing of those beside it: each is what it is.
  const isMixed = text.charset === 'utf-8' && !isUtf8(bytes);
  const isAligned = !isMixed && whole.length === row.end - row.start;
  return row.cells.map(({ start, end, isQuoted }) => {
    if (start === end) return '';
    const raw = isAligned
      ? whole.slice(start - row.start, end - row.start)
      : decodeText(bytesOf(text, start, end), text.charset);
    return unquoted(raw, isQuoted);
  });
}

/** What an item says: as it stands there, and as a row; both are one where they are the same. */
export interface ItemTexts {
  readonly raw: readonly string[];
  readonly row: Row;
}

/** The same of an item, whose cells are not looked for among its bytes where its text tells as much. */
export function textsOfItem(text: CsvText, item: CsvRow): ItemTexts {
  const [{ start, end }] = item.spans as [Span];
  const delimiter = text.delimiter.charCodeAt(0);
  const whole = delimiter < BEYOND_ASCII ? wholeText(text, start, end) : null;
  const raw = whole === null ? textsOf(text, rowOf(text, item)) : textsOfRow(whole, delimiter, text.blank);
  return { raw, row: whole?.includes('\r') === false ? raw : plainBreaksIn(raw) };
}
const BEYOND_ASCII = 128;

/** null: it is not one text, for some of it is no UTF-8. */
function wholeText({ bytes, charset, utf8 }: CsvText, start: number, end: number): string | null {
  if (utf8 !== null) return utf8.toString('utf8', start, end);
  const own = bytes.subarray(start, end);
  return charset !== 'utf-8' || isUtf8(own) ? decodeText(own, charset) : null;
}

function plainBreaksIn(texts: readonly string[]): Row {
  const row = texts.slice();
  for (let at = 0; at < row.length; at++) row[at] = withPlainBreaks(row[at] as string);
  return row;
}

function lineEndOf(units: Units, { end, next }: RowSpan): string {
  if (next === end) return '\r\n';
  return units[end] === LF ? '\n' : next - end === 2 ? '\r\n' : '\r';
}
