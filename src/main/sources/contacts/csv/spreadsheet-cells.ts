import type { Fields } from '../../../record/value.ts';
import type { Row } from '../cells/cells.ts';
import { writeCells } from '../cells/table.ts';
import type { CsvText } from './csv-text.ts';

/** Whole numbers that a spreadsheet would write otherwise: it takes them for amounts. */
const NUMBER = /^(?:\+\d+|0\d+|\d{12,})$/;
/** As it shows long ones, rounded: `4.91701E+11`. */
const ROUNDED = /^(\d)(?:[.,](\d+))?E\+?(\d{1,2})$/i;
/** Not with points: then the day is first, and is read so. */
const DATE = /^(\d{1,4})([-/ ])(\d{1,2})\2(\d{1,4})$/;

/**
 * The row as somebody left it who opened it in a spreadsheet, which takes `+49170…` and `01067` for amounts and days for its own, and saves all rows
 * so: cells that say (`now`) what they said before (`previous`) as such a program says it, say that still. Only where it is all of the row's numbers: whoever
 * takes the plus from one of them by hand leaves the others.
 */
export function withoutSpreadsheet({ table }: CsvText, row: Row, now: Fields, previous: Fields): Row {
  if (row.some((cell) => cell.length > 1 && (cell.startsWith('+') || cell.startsWith('0')) && NUMBER.test(cell)))
    return row;
  const before = new Map<number, string>();
  writeCells(table, row, now, previous, before);
  let own: string[] | null = null;
  for (const [at, text] of before) {
    if (!saysInSpreadsheet(text, row[at] ?? '')) continue;
    own ??= row.slice();
    own[at] = text;
  }
  return own ?? row;
}

/** Is `cell` what a spreadsheet makes of a cell that said `before`? */
export function saysInSpreadsheet(before: string, cell: string): boolean {
  if (NUMBER.test(before)) {
    const digits = before.replace(/^\+?0*(?=\d)/, '');
    return digits === cell ? before !== cell : isRounded(digits, cell);
  }
  const [, ...was] = DATE.exec(before) ?? [];
  const [, ...is] = DATE.exec(cell) ?? [];
  // In the way it was said before another day is another day.
  return was.length > 0 && is.length > 0 && was[1] !== is[1] && sameNumbers(was, is);
}

function isRounded(digits: string, cell: string): boolean {
  const [, first, behind = '', power] = ROUNDED.exec(cell) ?? [];
  if (first === undefined || digits.length !== Number(power) + 1 || behind.length >= digits.length) return false;
  const places = digits.length - behind.length - 1;
  const shown = BigInt(first + behind) * 10n ** BigInt(places);
  const off = BigInt(digits) - shown;
  return (off < 0n ? -off : off) * 2n <= 10n ** BigInt(places);
}

/** The year, the month and the day, in whichever order; the year may have lost its century. */
function sameNumbers(was: readonly string[], is: readonly string[]): boolean {
  const year = was.find((part) => part.length === 4);
  if (year === undefined) return false;
  const own = is.find((part) => part.length === 4) ?? year.slice(2);
  if (own !== year && own !== year.slice(2)) return false;
  return rest(was, year) === rest(is, own);
}

const rest = ([a = '', , b = '', c = '']: readonly string[], year: string): string => {
  const parts = [a, b, c];
  const at = year.length === 4 ? parts.indexOf(year) : parts.lastIndexOf(year);
  return parts
    .filter((_, place) => place !== at)
    .map(Number)
    .sort((x, y) => x - y)
    .join('/');
};
