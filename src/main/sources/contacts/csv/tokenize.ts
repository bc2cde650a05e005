/** A cell by its place, in code units. `isQuoted`: it begins with a quote, and may hold what parts cells and rows. */
export interface CellSpan {
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
}
export interface RowSpan {
  readonly start: number;
  /** Before the line end. */
  readonly end: number;
  /** Behind it. */
  readonly next: number;
  readonly cells: readonly CellSpan[];
  /** Why it cannot be understood. */
  readonly fault: string | null;
}
type Units = Uint8Array | Uint16Array;

const QUOTE = 34;
const LF = 10;
const CR = 13;

/** The row that begins at `start`: up to the next line end outside of quotes. Constant time for each code unit. */
export function rowAt(units: Units, start: number, delimiter: number): RowSpan {
  const cells: CellSpan[] = [];
  let at = start;
  for (;;) {
    const cellStart = at;
    const isQuoted = units[at] === QUOTE;
    if (isQuoted) {
      at = afterQuoted(units, at);
      if (at < 0)
        return { start, end: units.length, next: units.length, cells, fault: 'a quote is opened and never closed' };
      const next = units[at];
      if (at < units.length && next !== delimiter && next !== LF && next !== CR)
        return { start, end: at, next: at, cells, fault: 'something follows a closing quote' };
    } else while (at < units.length && units[at] !== delimiter && units[at] !== LF && units[at] !== CR) at++;
    cells.push({ start: cellStart, end: at, isQuoted });
    if (at < units.length && units[at] === delimiter) at++;
    else break;
  }
  return { start, end: at, next: afterLineEnd(units, at), cells, fault: null };
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

/** What a cell says, of its raw text. */
export function unquoted(raw: string, isQuoted: boolean): string {
  return isQuoted ? raw.slice(1, -1).replaceAll('""', '"') : raw;
}

/** A text as a cell: in quotes where it would be taken apart else, or where it was. Nothing is put before it, whatever it begins with. */
export function quoted(text: string, delimiter: string, always: boolean): string {
  const has = (char: string): boolean => text.includes(char);
  const isPlain = !(has(delimiter) || has('"') || has('\n') || has('\r') || text.trim() !== text);
  return isPlain && !always ? text : `"${text.replaceAll('"', '""')}"`;
}
