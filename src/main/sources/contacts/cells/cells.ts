import { isPlain, type Plain, type Value } from '../../../record/value.ts';

/**
 * One contact as texts, by the places of its columns: a row of a CSV, a record of an LDIF, the properties of an old Thunderbird card. Line breaks
 * are `\n`; what is `''`, or behind the last, is blank.
 */
export type Row = readonly string[];

/** A contact of whom nothing is known. */
export const BLANK: Row = [];

/** What some cells say, in the order of their columns; `''`: one is blank. null: there can be no such cell. */
export type Texts = readonly (string | null)[];

/** Is told the new texts of cells, by the places of their columns: a map, or who writes them. */
export interface NewTexts {
  set(place: number, text: string): unknown;
}

/** Text as every cell can hold it: whole characters, line breaks as `\n`. null: it is no text, or says nothing. */
export function plainText(value: Value | undefined): string | null {
  return typeof value !== 'string' || isBlank(value) ? null : withPlainBreaks(value.toWellFormed());
}

/** Line breaks as `\n`. */
export const withPlainBreaks = (text: string): string => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

/** Does a text say nothing? */
export const isBlank = (text: string): boolean => text === '' || text.trim() === '';

/** What a cell says; null: nothing. */
export const said = (text: string | null | undefined): string | null =>
  text === null || text === undefined || isBlank(text) ? null : text;

/** A `Plain` while it is made: nobody else has it yet. */
export type Made = { [key: string]: Value };

/** The value as an object; null: it is none. */
export function plain(value: Value | undefined): Plain | null {
  return isPlain(value) ? value : null;
}

/** The members of a set (`{work: true}`). */
export function members(value: Value | undefined): readonly string[] {
  const set = plain(value);
  return set === null ? [] : Object.keys(set).filter((key) => set[key] === true);
}

const LONGEST_WORD = 255;
/** As `\p{Cc}`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are looked for.
const CONTROL = /[\0-\x1f\x7f-\x9f]/;

/** Can it be part of a field's name? */
export const canName = (word: string): boolean =>
  word !== '' && word.length <= LONGEST_WORD && word.trim() === word && !CONTROL.test(word);

const NO_PREF = 101;

/** How much an entry is preferred, from 1 on; one that says nothing of it comes after all that do (RFC 9553, 1.5.4). */
export function prefOf(value: Value): number {
  const pref = plain(value)?.pref;
  return typeof pref === 'number' ? pref : NO_PREF;
}
