import { stripVTControlCharacters } from 'node:util';
import { numberText } from '../../contract/number-text.ts';
import { plainText } from '../platform/plain-text.ts';

/** A cell: text of others (made safe), or text of ours that may be painted. */
export type Cell = string | number | null | { readonly painted: string };

/** Makes a text of rows under headings. `nothing` where there are no rows. */
export type Table = (headings: readonly string[], rows: readonly (readonly Cell[])[], nothing: string) => string;

/**
 * Rows with their columns aligned, numbers to the right. What is wider than `columns` (null: however wide it is) is told row by row instead,
 * each cell in a line under its heading: broken lines are read by nobody.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  nothing: string,
  columns: number | null = null,
): string {
  if (rows.length === 0) return `${nothing}\n`;
  const texts = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(cellText))];
  const widths = headings.map((_, column) =>
    texts.reduce((widest, row) => Math.max(widest, width(row[column] ?? '')), 0),
  );
  const right = headings.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => {
        const space = ' '.repeat(widths[column]! - width(text));
        return right[column] ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  const lines = texts.map(line);
  const isTooWide = columns !== null && lines.some((each) => width(each) > columns);
  return isTooWide ? blocks(texts) : `${lines.join('\n')}\n`;
}

/** A block for each row. One without its first cell says more of the row before it. */
function blocks([headings = [], ...rows]: readonly (readonly string[])[]): string {
  const widest = Math.max(...headings.map(width));
  return rows
    .map((row, at) => {
      const goesOn = at > 0 && row[0] === '';
      const lines = row.flatMap((text, column) => {
        const heading = goesOn ? '' : (headings[column] ?? '');
        return text === '' ? [] : [`${heading}${' '.repeat(widest - width(heading))}  ${text}\n`];
      });
      return `${goesOn || at === 0 ? '' : '\n'}${lines.join('')}`;
    })
    .join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.painted;
  return typeof cell === 'number' ? numberText(cell) : plainText(cell);
}

/** Columns on a terminal: wide characters take two, combining marks none. */
function width(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\u200d|[\ufe00-\ufe0f]/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}
