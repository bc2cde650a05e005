import type { Value } from '../../../record/value.ts';

/** One contact as named cells: a row of a CSV, a record of an LDIF, the properties of an old Thunderbird card. */
export interface Cells {
  /** The text of a cell, line breaks as `\n`; `''`: it is blank or not there yet. null: there can be no such cell. */
  text(column: string): string | null;
}

/** New texts of cells, by column. */
export type CellTexts = ReadonlyMap<string, string>;

/** A contact with these columns, blank but for some. */
export function blankCells(columns: ReadonlySet<string>, texts: CellTexts = NO_TEXTS): Cells {
  return { text: (column) => (columns.has(column) ? (texts.get(column) ?? '') : null) };
}

/** A row that says nothing. */
export const NO_TEXTS: CellTexts = new Map();

/** Text as every cell can hold it: whole characters, line breaks as `\n`. null: it is no text, or says nothing. */
export function plainText(value: Value | undefined): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  return value.toWellFormed().replace(/\r\n?/g, '\n');
}

/** What a cell says; null: nothing. */
export function said(cells: Cells, column: string): string | null {
  const text = cells.text(column);
  return text === null || text.trim() === '' ? null : text;
}

export type Plain = { readonly [key: string]: Value };
/** The value as an object; null: it is none. */
export function plain(value: Value | undefined): Plain | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
    ? (value as Plain)
    : null;
}

/** The members of a set (`{work: true}`). */
export function members(value: Value | undefined): readonly string[] {
  const set = plain(value);
  return set === null ? [] : Object.keys(set).filter((key) => set[key] === true);
}

/** Without what is absent. */
export function entry(parts: { readonly [key: string]: Value | undefined }): Plain {
  const kept: { [key: string]: Value } = {};
  for (const [key, value] of Object.entries(parts)) if (value !== undefined && value !== null) kept[key] = value;
  return kept;
}

const LONGEST_WORD = 255;

/** Can it be part of a field's name? */
export const canName = (word: string): boolean =>
  word !== '' && word.trim() === word && word.length <= LONGEST_WORD && !/\p{Cc}/u.test(word);

const NO_PREF = 101;

/** How much an entry is preferred, from 1 on; one that says nothing of it comes after all that do (RFC 9553, 1.5.4). */
export function prefOf(value: Value): number {
  const pref = plain(value)?.pref;
  return typeof pref === 'number' ? pref : NO_PREF;
}
