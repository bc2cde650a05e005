import { stripVTControlCharacters } from 'node:util';
import { plainText } from './plain-text.ts';

/** A cell: text of others (made safe), or text of ours that may be painted. */
export type Cell = string | number | null | { readonly painted: string };

/** Rows under headings, columns aligned, numbers to the right. `nothing` where there are no rows. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], nothing: string): string {
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
  return `${texts.map(line).join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.painted;
  return typeof cell === 'number' ? cell.toLocaleString('en') : plainText(cell);
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
