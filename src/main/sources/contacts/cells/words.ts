import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import { type Cells, canName, plainText, said } from './cells.ts';
import type { FieldsPart } from './layout.ts';

const PREFIX = 'keywords/';

/** Keywords in one cell. `starred`: words that may have `* ` before them, as Google's own groups do; `mark`: they are written so. */
export function keywordsPart(column: string, separator: string, starred: readonly string[], mark: boolean): FieldsPart {
  const between = separator.trim();
  const tokensOf = (cells: Cells): readonly string[] =>
    (said(cells, column) ?? '')
      .split(between)
      .map((token) => token.trim())
      .filter((token) => token !== '');
  const wordOf = (token: string): string => {
    const own = token.startsWith('* ') ? token.slice(2) : token;
    return starred.includes(own) ? own : token;
  };
  const tokenOf = (word: string): string => (mark && starred.includes(word) ? `* ${word}` : word);
  const isWord = (word: string): boolean => canName(word) && !word.includes(between) && wordOf(tokenOf(word)) === word;
  return {
    is: 'fields',
    columns: [column],
    owns: (field) => field.startsWith(PREFIX),
    read(cells) {
      const fields = new Map<FieldName, Value>();
      for (const token of tokensOf(cells))
        if (isWord(wordOf(token))) fields.set(fieldName(PREFIX + escapeName(wordOf(token))), true);
      return fields;
    },
    write(fields, cells) {
      const wanted = new Set<string>();
      for (const [field, value] of fields) {
        const word = unescapeName(field.slice(PREFIX.length));
        if (value === true && isWord(word)) wanted.add(word);
      }
      // What no keyword can be is not ours to remove.
      const kept = tokensOf(cells).filter((token) => !isWord(wordOf(token)) || wanted.has(wordOf(token)));
      for (const token of kept) wanted.delete(wordOf(token));
      return new Map([[column, [...kept, ...[...wanted].sort().map(tokenOf)].join(separator)]]);
    },
  };
}

/** A column nobody knows, as a field of its own: another source with such a column shows it too. */
export function columnPart(column: string): FieldsPart | null {
  if (!canName(column)) return null;
  const field = columnField(column);
  return {
    is: 'fields',
    columns: [column],
    owns: (each) => each === field,
    read(cells): Fields {
      const text = said(cells, column);
      return text === null ? new Map() : new Map<FieldName, Value>([[field, text]]);
    },
    write: (fields) => new Map([[column, plainText(fields.get(field)) ?? '']]),
  };
}

const columnField = (column: string): FieldName => fieldName(`csv/${escapeName(column)}`);
