import { unescapeName } from '../../../record/entry-name.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import type { ItemWrite, TextFormat } from '../../text/text-format.ts';
import { alignRows } from '../align-rows.ts';
import { type CellTexts, canName, plainText } from '../cells/cells.ts';
import { hasCellFor, projectCells, readCells, SAYS_NOTHING, writeCells } from '../cells/layout.ts';
import { encodeText } from './charset.ts';
import { type CsvRow, type CsvText, cellsOfRow, rowOf, spanOf, splitCsv, textsOf } from './csv-text.ts';
import { type CsvLayout, type CsvLayoutName, csvLayoutNamed } from './layouts.ts';
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
    breaksOffUnseen: true,
    guesses: true,
    split: (bytes, was = null) => splitCsv(bytes, layout, was),
    read(text, item, previous) {
      const own = text as CsvText;
      return readCells(own.parts, cellsOfRow(own, textsOf(own, rowOf(own, item))), previous);
    },
    hasPlaceFor(text, before, field) {
      const { parts, places } = text as CsvText;
      return hasCellFor(parts, new Set(places.keys()), before, field);
    },
    project: (full) => new Map([...projectCells(layout, full), ...otherColumns(layout, full)]),
    write(text, writes) {
      const own = text as CsvText;
      // A file without a header gets one; what cannot be understood is not written into.
      if (own.header !== null) return writeRows(own, writes);
      return own.damaged.length > 0 || writes.length === 0 ? own.bytes : writeRows(splitCsv(empty(), layout), writes);
    },
    refuses(fields, _uid, text) {
      const { header, parts, places } = text as CsvText;
      if (header === null) return fields.size > 0 ? null : SAYS_NOTHING;
      const columns = new Set(places.keys());
      for (const field of fields.keys()) if (hasCellFor(parts, columns, fields, field)) return null;
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

/** Fields of columns no layout understands: any CSV may have one of that name. */
function otherColumns({ columnOf, understood }: CsvLayout, full: Fields): Fields {
  const fields = new Map<FieldName, Value>();
  for (const [field, value] of full) {
    if (!field.startsWith(OTHER_COLUMNS)) continue;
    const header = unescapeName(field.slice(OTHER_COLUMNS.length));
    const column = columnOf(header) ?? header;
    const text = plainText(value);
    if (text !== null && canName(column) && !understood.has(column)) fields.set(fieldName(field), text);
  }
  return fields;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

const NO_FIELDS: Fields = new Map();
const NO_TEXTS: readonly string[] = [];

function writeRows(text: CsvText, writes: readonly ItemWrite<CsvRow>[]): Uint8Array {
  const edits: Edit[] = [];
  const added: Uint8Array[] = [];
  for (const { item, before, after } of writes) {
    if (item === null) {
      if (after !== null) added.push(newRow(text, after));
    } else if (after === null) edits.push(removalOf(text, item));
    else edits.push(...editsOf(text, item, before, after));
  }
  if (edits.length === 0 && added.length === 0) return text.bytes;
  edits.sort((a, b) => a.start - b.start);
  const parts: Uint8Array[] = [];
  let at = 0;
  const upTo = (edit: Edit): void => {
    parts.push(text.bytes.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  };
  const end = endOfRows(text);
  for (const edit of edits) if (edit.start < end) upTo(edit);
  if (added.length > 0) upTo({ start: end, end, bytes: NO_BYTES });
  const written = Buffer.concat(parts);
  const lineEnd = encoded(text, text.lineEnd);
  const isOpen = added.length > 0 && !endsLine(text, written);
  const rows = added.flatMap((row) => [row, lineEnd]);
  const rest = text.bytes.subarray(at);
  // A file that ends without a line end keeps doing so, but no damaged piece loses its own.
  const endsInDamage = edits.some(({ start, end: to }) => to === text.bytes.length && isDamageAbove(text, start));
  const endsBare = !endsLine(text, text.bytes) && rest.length === 0 && !endsInDamage;
  const all = Buffer.concat([written, ...(isOpen ? [lineEnd] : []), ...rows, rest]);
  return endsBare ? withoutLineEnd(text, all) : all;
}

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
  const { bytes, damaged, items } = text;
  const last = items.at(-1);
  const next = last === undefined ? null : spanOf(text, last.next, last.next).start;
  const broken = damaged.at(-1);
  if (broken !== undefined && broken.end === bytes.length && broken.start >= (next ?? 0)) return broken.start;
  return bytes.length;
}

function editsOf(text: CsvText, item: CsvRow, before: Fields | null, after: Fields): readonly Edit[] {
  const row = rowOf(text, item);
  const texts = textsOf(text, row);
  const cells = cellsOfRow(text, texts);
  const changed = placed(text, texts, writeCells(text.parts, cells, before ?? NO_FIELDS, after));
  if (changed.size === 0) return [];
  const edits: Edit[] = [];
  const further: string[] = [];
  const isEmptied =
    Array.from({ length: Math.max(texts.length, 1) }, (_, at) => changed.get(at) ?? texts[at] ?? '').every(
      (each) => each.trim() === '',
    ) && ![...changed.values()].some((each) => each.trim() !== '');
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
  const whole = [EMPTY_CELL, ...texts.slice(1).map(() => '')].join(text.delimiter);
  return [{ ...spanOf(text, row.start, row.end), bytes: encoded(text, whole) }];
}

/** What is left of a row that says nothing any more: without it, it would be none. */
const EMPTY_CELL = '""';

function newRow(text: CsvText, after: Fields): Uint8Array {
  const blank = cellsOfRow(text, NO_TEXTS);
  const changed = placed(text, NO_TEXTS, writeCells(text.parts, blank, NO_FIELDS, after));
  const cells = (text.header ?? []).map((_, at) => quoted(changed.get(at) ?? '', text.delimiter, text.isQuoted));
  if (changed.size === 0) cells[0] = EMPTY_CELL;
  return encoded(text, cells.join(text.delimiter));
}

/** New texts by the place of their cell. What the charset of the file has no character for is left as it is. */
function placed(text: CsvText, texts: readonly string[], changed: CellTexts): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const [column, said] of changed) {
    const at = text.places.get(column);
    if (at === undefined || encodeText(said, text.charset) === null) continue;
    found.set(at, texts[at]?.includes('\r\n') === true ? said.replaceAll('\n', '\r\n') : said);
  }
  return found;
}

function encoded(text: CsvText, said: string): Uint8Array {
  return encodeText(said, text.charset) ?? NO_BYTES;
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
