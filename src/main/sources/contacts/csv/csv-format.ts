import { unescapeName } from '../../../record/entry-name.ts';
import type { FieldName } from '../../../record/ids.ts';
import { equalFields, type Fields, type Value } from '../../../record/value.ts';
import { type Charset, encodeText } from '../../text/characters/charset.ts';
import type { ItemWrite, TextEnd, TextFormat } from '../../text/text-format.ts';
import { alignRows } from '../align-rows.ts';
import { BLANK, canName, isBlank, type NewTexts, plainText } from '../cells/cells.ts';
import {
  hasCellFor,
  hasNoRowFor,
  projectCells,
  readCells,
  SAYS_NOTHING,
  toldInColumns,
  writeCells,
} from '../cells/table.ts';
import { type CsvRow, type CsvText, type ItemTexts, rowOf, spanOf, splitCsv, textsOfItem } from './csv-text.ts';
import { type CsvLayout, type CsvLayoutName, csvLayoutNamed } from './layouts.ts';
import { withoutSpreadsheet } from './spreadsheet-cells.ts';
import { quoted } from './tokenize.ts';

const OTHER_COLUMNS = 'csv/';

/**
 * A CSV of contacts in one of the layouts. What it can hold is what the layout can, whatever columns a file has: of what has no column there
 * nothing is written, and reading tells so. Were it the file's own columns, a file that gets more of them would seem to have been emptied.
 */
export function csvFormat(name: CsvLayoutName): TextFormat<CsvRow> {
  const layout = csvLayoutNamed(name);
  const empty = (): Uint8Array => newFile(layout);
  return {
    kind: 'contacts',
    endOf: (text) => endOf(text as CsvText),
    guesses: true,
    split: (bytes, was = null) => splitCsv(bytes, layout, was),
    read(text, item, previous) {
      const own = text as CsvText;
      const { row } = textsOfItem(own, item);
      const fields = readCells(own.table, row, previous);
      if (previous === null || equalFields(fields, previous)) return fields;
      const meant = withoutSpreadsheet(own, row, fields, previous);
      return meant === row ? fields : readCells(own.table, meant, previous);
    },
    hasPlaceFor: (text, before, field) => hasCellFor((text as CsvText).table, before, field),
    placed(text, item, now) {
      const own = text as CsvText;
      return toldInColumns(own.table, textsOfItem(own, item).row, now);
    },
    project(full, held) {
      const fields = projectCells(layout.table, full, held);
      addOtherColumns(layout, full, fields);
      return fields;
    },
    hasNoItemFor: hasNoRowFor,
    write(text, writes) {
      const own = text as CsvText;
      // A file without a header gets one; what cannot be understood is not written into.
      if (own.header !== null) return writeRows(own, writes);
      return own.damaged.length > 0 || writes.length === 0 ? own.bytes : writeRows(splitCsv(empty(), layout), writes);
    },
    refuses(fields, _uid, text) {
      const { header, table } = text as CsvText;
      if (header === null) return fields.size > 0 ? null : SAYS_NOTHING;
      for (const field of fields.keys()) if (hasCellFor(table, fields, field)) return null;
      return SAYS_NOTHING;
    },
    align: alignRows,
    empty,
  };
}

function newFile({ columns, marked }: CsvLayout): Uint8Array {
  const header = columns.map((column) => quoted(column, ',', false)).join(',');
  return Buffer.from(`${marked ? '\uFEFF' : ''}${header}\r\n`);
}

/** Adds fields of columns no layout understands: any CSV may have one of that name. */
function addOtherColumns({ columnOf, understood }: CsvLayout, full: Fields, fields: Map<FieldName, Value>): void {
  full.forEach((value, field) => {
    if (!field.startsWith(OTHER_COLUMNS)) return;
    const header = unescapeName(field.slice(OTHER_COLUMNS.length));
    const column = columnOf(header) ?? header;
    const text = plainText(value);
    if (text !== null && canName(column) && !understood.has(column)) fields.set(field, text);
  });
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

const NO_FIELDS: Fields = new Map();
const NO_EDITS: readonly Edit[] = [];

function writeRows(text: CsvText, writes: readonly ItemWrite<CsvRow>[]): Uint8Array {
  const edits: Edit[] = [];
  const added: Uint8Array[] = [];
  const made = new NewRows(text);
  let rows: string[] = [];
  const addRows = (): void => {
    if (rows.length > 0) added.push(encoded(text, rows.join(text.lineEnd) + text.lineEnd));
    rows = [];
  };
  for (const { item, before, after } of writes) {
    if (item === null) {
      if (after !== null && rows.push(made.rowOf(after)) === ROWS_AT_ONCE) addRows();
    } else if (after === null) edits.push(removalOf(text, item));
    else for (const edit of editsOf(text, item, before, after)) edits.push(edit);
  }
  addRows();
  if (edits.length === 0 && added.length === 0) return text.bytes;
  edits.sort((a, b) => a.start - b.start);
  const parts: Uint8Array[] = [];
  let at = 0;
  const upTo = (edit: Edit): void => {
    parts.push(text.bytes.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  };
  const end = endOfRows(text);
  for (const edit of edits) upTo(edit);
  if (added.length > 0) upTo({ start: end, end, bytes: NO_BYTES });
  const written = edits.length === 0 ? text.bytes.subarray(0, end) : Buffer.concat(parts);
  const isOpen = added.length > 0 && !endsLine(text, written);
  const rest = text.bytes.subarray(at);
  // A file that ends without a line end keeps doing so, but no damaged piece loses its own.
  const endsInDamage = edits.some(({ start, end: to }) => to === text.bytes.length && isDamageAbove(text, start));
  const endsBare = !endsLine(text, text.bytes) && rest.length === 0 && !endsInDamage;
  const all = Buffer.concat([written, isOpen ? encoded(text, text.lineEnd) : NO_BYTES, ...added, rest]);
  return endsBare ? withoutLineEnd(text, all) : all;
}

/** Rows that are encoded together: as texts they are twice as large. */
const ROWS_AT_ONCE = 500;
const NO_BYTES = new Uint8Array(0);

/**
 * A row that goes. Right behind a damaged piece a blank row stays instead, if others follow: where that piece ends was told by this row, and
 * without it it would take in what follows.
 */
function removalOf(text: CsvText, item: CsvRow): Edit {
  const whole = spanOf(text, item.start, item.next);
  const endsDamage = isDamageAbove(text, whole.start) && whole.end < text.bytes.length;
  if (!endsDamage) return { ...whole, bytes: NO_BYTES };
  const blank = text.delimiter.repeat((text.header?.length ?? 1) - 1);
  return { ...spanOf(text, item.start, rowOf(text, item).end), bytes: encoded(text, blank) };
}

/** Does a damaged piece end just here? */
const isDamageAbove = ({ damaged }: CsvText, at: number): boolean => damaged.some(({ end }) => end === at);

/** Where new rows go: behind the last row that is understood, so that no damaged one swallows them. */
function endOfRows(text: CsvText): number {
  const { bytes, damaged } = text;
  const broken = damaged.at(-1);
  return broken?.end === bytes.length ? broken.start : bytes.length;
}

function editsOf(text: CsvText, item: CsvRow, before: Fields | null, after: Fields): readonly Edit[] {
  const texts = textsOfItem(text, item);
  const all = new Map<number, string>();
  writeCells(text.table, texts.row, before ?? NO_FIELDS, after, all);
  const changed = all.size === 0 ? all : placed(text, texts, all);
  if (changed.size === 0) return NO_EDITS;
  const row = rowOf(text, item);
  const edits: Edit[] = [];
  const further: string[] = [];
  const isEmptied =
    [...changed.values()].every(isBlank) && texts.row.every((each, at) => changed.has(at) || isBlank(each));
  for (const [at, said] of changed) {
    const cell = row.cells[at];
    if (cell === undefined) {
      further[at - row.cells.length] = quoted(said, text.delimiter, text.isQuoted);
      continue;
    }
    // A row of nothing would be no row: it stays one with a quoted cell.
    const raw = quoted(said, text.delimiter, cell.isQuoted || text.isQuoted);
    edits.push({ ...spanOf(text, cell.start, cell.end), bytes: encoded(text, raw) });
  }
  if (further.length > 0) {
    const tail = Array.from(further, (cell) => `${text.delimiter}${cell ?? ''}`).join('');
    edits.push({ ...spanOf(text, row.end, row.end), bytes: encoded(text, tail) });
  }
  if (!isEmptied) return edits;
  const whole = EMPTY_CELL + text.delimiter.repeat(row.cells.length - 1);
  return [{ ...spanOf(text, row.start, row.end), bytes: encoded(text, whole) }];
}

/** What is left of a row that says nothing any more: without it, it would be none. */
const EMPTY_CELL = '""';

/** Makes new rows, one after the other. */
class NewRows implements NewTexts {
  readonly #text: CsvText;
  readonly #blank: string;
  /** As many blank cells as there are, each behind its delimiter. */
  readonly #blanks: string;
  /** The row that is made, and its last cell that is not blank. */
  readonly #cells: string[];
  #last = -1;

  constructor(text: CsvText) {
    this.#text = text;
    this.#blank = quoted('', text.delimiter, text.isQuoted);
    this.#cells = text.blank.map(() => this.#blank);
    this.#blanks = (text.delimiter + this.#blank).repeat(this.#cells.length);
  }

  rowOf(after: Fields): string {
    writeCells(this.#text.table, BLANK, NO_FIELDS, after, this);
    const behind = this.#cells.length - 1 - Math.max(this.#last, 0);
    const said = this.#last < 0 ? EMPTY_CELL : this.#cells.slice(0, this.#last + 1).join(this.#text.delimiter);
    this.#cells.fill(this.#blank, 0, this.#last + 1);
    this.#last = -1;
    return said + this.#blanks.slice(0, behind * (1 + this.#blank.length));
  }

  set(place: number, said: string): void {
    const { charset, delimiter, isQuoted } = this.#text;
    if (!canSay(charset, said)) return;
    this.#cells[place] = quoted(said, delimiter, isQuoted);
    this.#last = Math.max(this.#last, place);
  }
}

/** What the charset of the file has no character for is left as it is. */
const canSay = (charset: Charset, said: string): boolean =>
  charset !== 'windows-1252' || encodeText(said, charset) !== null;

/** New texts as they are to stand there. */
function placed(
  { charset }: CsvText,
  { raw, row }: ItemTexts,
  changed: ReadonlyMap<number, string>,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const [at, said] of changed)
    if (canSay(charset, said))
      found.set(at, raw !== row && raw[at]?.includes('\r\n') === true ? said.replaceAll('\n', '\r\n') : said);
  return found;
}

function encoded(text: CsvText, said: string): Uint8Array {
  return encodeText(said, text.charset) ?? NO_BYTES;
}

/** A row has as many cells as there are columns, mostly; what is in none, is not there. */
function endOf(text: CsvText): TextEnd {
  const { header, bytes, items } = text;
  if (header === null || endsLine(text, bytes)) return 'whole';
  const last = items.at(-1);
  return last !== undefined && rowOf(text, last).cells.length < header.length ? 'short' : 'bare';
}

function endsLine(text: CsvText, bytes: Uint8Array): boolean {
  return bytes.length <= text.mark || lineEndAt(text, bytes) > 0;
}

function lineEndAt(text: CsvText, bytes: Uint8Array): number {
  return ['\r\n', '\n', '\r']
    .map((each) => encoded(text, each))
    .reduce((found, end) => (found > 0 || !endsWith(bytes, end) ? found : end.length), 0);
}

const endsWith = (bytes: Uint8Array, end: Uint8Array): boolean =>
  bytes.length >= end.length && Buffer.compare(bytes.subarray(bytes.length - end.length), end) === 0;

function withoutLineEnd(text: CsvText, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length - lineEndAt(text, bytes));
}
