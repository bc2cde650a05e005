import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { canName, plainText, said } from './cells.ts';
import type { Field, FieldsPart } from './layout.ts';

const PREFIX = 'keywords/';
const NO_TOKENS: readonly string[] = [];
const NO_FIELDS: readonly Field[] = [];

/** Keywords in one cell. `starred`: words that may have `* ` before them, as Google's own groups do; `mark`: they are written so. */
export function keywordsPart(column: string, separator: string, starred: readonly string[], mark: boolean): FieldsPart {
  const between = separator.trim();
  const tokensOf = (cell: string | null | undefined): readonly string[] => {
    const text = said(cell);
    if (text === null) return NO_TOKENS;
    if (!text.includes(between)) return [text.trim()];
    const tokens: string[] = [];
    for (const part of text.split(between)) {
      const token = part.trim();
      if (token !== '') tokens.push(token);
    }
    return tokens;
  };
  const wordOf = (token: string): string => {
    if (!token.startsWith('* ')) return token;
    const own = token.slice(2);
    return starred.includes(own) ? own : token;
  };
  const tokenOf = (word: string): string => (mark && starred.includes(word) ? `* ${word}` : word);
  const isWord = (word: string): boolean => canName(word) && !word.includes(between) && wordOf(tokenOf(word)) === word;
  return {
    is: 'fields',
    columns: [column],
    owns: (field) => field.startsWith(PREFIX),
    read([cell]) {
      const tokens = tokensOf(cell);
      if (tokens.length === 1) {
        const word = wordOf(tokens[0] as string);
        return isWord(word) ? [keyword(word)] : NO_FIELDS;
      }
      return [...new Set(tokens.map(wordOf))].filter(isWord).map(keyword);
    },
    write(fields, [cell]) {
      const wanted = new Set<string>();
      for (const { field, value } of fields) {
        const word = value === true ? unescapeName(field.slice(PREFIX.length)) : '';
        if (isWord(word)) wanted.add(word);
      }
      const kept: string[] = [];
      // What no keyword can be is not ours to remove.
      for (const token of tokensOf(cell)) {
        const word = wordOf(token);
        if (wanted.has(word) || !isWord(word)) kept.push(token);
      }
      for (const token of kept) wanted.delete(wordOf(token));
      const added = [...wanted];
      if (added.length > 1) added.sort();
      for (const word of added) kept.push(tokenOf(word));
      return [kept.join(separator)];
    },
  };
}

const keyword = (word: string): Field => ({ field: fieldName(PREFIX + escapeName(word)), value: true });

/** A column nobody knows, as a field of its own: another source with such a column shows it too. */
export function columnPart(column: string): FieldsPart | null {
  if (!canName(column)) return null;
  const field = columnField(column);
  return {
    is: 'fields',
    columns: [column],
    owns: (each) => each === field,
    read([cell]) {
      const text = said(cell);
      return text === null ? NO_FIELDS : [{ field, value: text }];
    },
    write: ([own]) => [plainText(own?.value) ?? ''],
  };
}

const columnField = (column: string): FieldName => fieldName(`csv/${escapeName(column)}`);
