/** A cell by its place, in code units. `isQuoted`: it begins with a quote, and may hold what parts cells and rows. */
export interface CellSpan {
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
}
export interface RowLine {
  readonly start: number;
  /** Before the line end. */
  readonly end: number;
  /** Behind it. */
  readonly next: number;
  /** Why it cannot be understood. */
  readonly fault: string | null;
}
export interface RowSpan extends RowLine {
  readonly cells: readonly CellSpan[];
}
type Units = Uint8Array | Uint16Array;

const QUOTE = 34;
const LF = 10;
const CR = 13;

/** The row that begins at `start`: up to the next line end outside of quotes. Constant time for each code unit. */
export function rowAt(units: Units, start: number, delimiter: number): RowSpan {
  const cells: CellSpan[] = [];
  return { ...lineAt(units, start, delimiter, cells), cells };
}

/** The same, where its cells are not asked for, unless there is a list to put them into: a table has millions. */
export function lineAt(units: Units, start: number, delimiter: number, cells: CellSpan[] | null = null): RowLine {
  let at = start;
  for (;;) {
    const cellStart = at;
    const isQuoted = units[at] === QUOTE;
    if (isQuoted) {
      at = afterQuoted(units, at);
      if (at < 0) return { start, end: units.length, next: units.length, fault: 'a quote is opened and never closed' };
      const next = units[at];
      if (at < units.length && next !== delimiter && next !== LF && next !== CR)
        return { start, end: at, next: at, fault: 'something follows a closing quote' };
    } else while (at < units.length && units[at] !== delimiter && units[at] !== LF && units[at] !== CR) at++;
    cells?.push({ start: cellStart, end: at, isQuoted });
    if (at < units.length && units[at] === delimiter) at++;
    else break;
  }
  return { start, end: at, next: afterLineEnd(units, at), fault: null };
}

/** Behind the closing quote of the cell that begins here; -1: there is none. */
function afterQuoted(units: Units, start: number): number {
  for (let at = units.indexOf(QUOTE, start + 1); at >= 0; at = units.indexOf(QUOTE, at + 2))
    if (units[at + 1] !== QUOTE) return at + 1;
  return -1;
}

function afterLineEnd(units: Units, at: number): number {
  if (units[at] === CR) return units[at + 1] === LF ? at + 2 : at + 1;
  return units[at] === LF ? at + 1 : at;
}

/** The next line, whatever quotes are in it. */
export function nextLine(units: Units, start: number): number {
  let at = start;
  while (at < units.length && units[at] !== LF && units[at] !== CR) at++;
  return afterLineEnd(units, at);
}

/**
 * What the cells of a row say, which is one that has no fault. The delimiter is one code unit of it. `blank`: as many blank cells as most rows
 * have; there are no fewer.
 */
export function textsOfRow(row: string, delimiter: number, blank: readonly string[]): string[] {
  const texts = blank.slice();
  const { length } = row;
  for (let at = 0, place = 0; at < length; at++, place++) {
    const first = row.charCodeAt(at);
    if (first === delimiter && first !== QUOTE) continue;
    const start = at;
    while (texts.length < place) texts.push('');
    if (first === QUOTE) {
      let end = row.indexOf('"', at + 1);
      const isPlain = row.charCodeAt(end + 1) !== QUOTE;
      while (row.charCodeAt(end + 1) === QUOTE) end = row.indexOf('"', end + 2);
      const inside = row.slice(start + 1, end);
      texts[place] = isPlain ? inside : inside.replaceAll('""', '"');
      at = end + 1;
    } else {
      while (at < length && row.charCodeAt(at) !== delimiter) at++;
      texts[place] = row.slice(start, at);
    }
  }
  return texts;
}

/** What a cell says, of its raw text. */
export function unquoted(raw: string, isQuoted: boolean): string {
  return isQuoted ? raw.slice(1, -1).replaceAll('""', '"') : raw;
}

/** A text as a cell: in quotes where it would be taken apart else, or where it was. Nothing is put before it, whatever it begins with. */
export function quoted(text: string, delimiter: string, always: boolean): string {
  const hasQuote = text.includes('"');
  const isPlain =
    !always &&
    !hasQuote &&
    !text.includes(delimiter) &&
    !text.includes('\n') &&
    !text.includes('\r') &&
    text.trim() === text;
  if (isPlain) return text;
  return hasQuote ? `"${text.replaceAll('"', '""')}"` : `"${text}"`;
}
