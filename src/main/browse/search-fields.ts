import type { ValueView } from '../../contract/contract.ts';
import { contactWords, entryName, fieldWords, isTold } from '../../contract/field-words.ts';
import { foldText, placeUnfolded, searchWords } from '../../contract/search-text.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** What a person looks for. */
export interface Search {
  /** Each of them has to be said somewhere. */
  readonly words: readonly string[];
  /** The digits of what may be a phone number, without zeros a call begins with; null: it is none. */
  readonly digits: string | null;
}

const PHONE = /^[+\d\s()./-]+$/;
const FEWEST_DIGITS = 3;

/** null: nothing is looked for. */
export function searchOf(text: string): Search | null {
  const words = searchWords(text);
  if (words.length === 0) return null;
  const digits = PHONE.test(text) ? digitsOf(text).replace(/^0+/, '') : '';
  return { words, digits: digits.length < FEWEST_DIGITS ? null : digits };
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** What searches look through. */
export interface SearchedText {
  /** All that a record says, folded, its title first; a space between its texts, which no word of a search has. */
  readonly said: string;
  /** So much of that is its title. */
  readonly titleLength: number;
  /** The digits of its phone numbers; each ends with a line. */
  readonly digits: string;
}

/** `title`: what people call the record. */
export function searchedTextOf(title: string, fields: Fields): SearchedText {
  const said = [title];
  let digits = '';
  for (const [field, value] of fields)
    for (const text of saidBy(field, value)) {
      said.push(text);
      if (isPhone(field)) digits += `${digitsOf(text)}\n`;
    }
  return { said: foldText(said.join(' ')), titleLength: foldText(title).length, digits };
}

/** Does a record say it, by what `searchedTextOf` it? */
export const isSaid = ({ words, digits }: Search, text: SearchedText): boolean =>
  words.every((word) => text.said.includes(word)) || (digits !== null && text.digits.includes(digits));

/** Does its title say it all? */
export const titleSays = ({ words }: Search, { said, titleLength }: SearchedText): boolean =>
  words.every((word) => {
    const at = said.indexOf(word);
    return at >= 0 && at + word.length <= titleLength;
  });

const isPhone = (field: FieldName): boolean => field.startsWith('phones/');

/** Where a record says what is looked for: the first field whose words the title does not have; `field` null: its title says it all. */
export interface FoundInRecord {
  readonly field: string | null;
  readonly value: Value;
  /** The text in it that says it. */
  readonly text: string;
}

/** null: the record does not say it. */
export function findIn({ words, digits }: Search, title: string, fields: Fields): FoundInRecord | null {
  const name = foldText(title);
  let left = words.filter((word) => !name.includes(word));
  if (left.length === 0) return { field: null, value: null, text: '' };
  let first: FoundInRecord | null = null;
  for (const [field, value] of fields) {
    for (const text of saidBy(field, value)) {
      if (digits !== null && isPhone(field) && digitsOf(text).includes(digits)) return { field, value, text };
      const folded = foldText(text);
      const after = left.filter((word) => !folded.includes(word));
      if (after.length === left.length) continue;
      // What only programs read tells a person nothing, and is taken for want of anything better.
      if (first === null || (first.field !== null && !isTold(first.field) && isTold(field)))
        first = { field, value, text };
      left = after;
    }
    if (left.length === 0 && digits === null) break;
  }
  return left.length === 0 ? first : null;
}

/** Of a label what it says is its key. */
function saidBy(field: FieldName, value: Value): Iterable<string> {
  return isLabel(field) ? [entryName(field)] : textsOf(value);
}

const isLabel = (field: string): boolean => field.startsWith('keywords/');

/** What somebody wrote in a value. */
function* textsOf(value: Value): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array))
    for (const [part, within] of Object.entries(value)) if (!isOfFormat(part)) yield* textsOf(within);
}

/** Words of the format, which nobody wrote: `surname`, `photo`, `image/png`; and the digest that content which travels apart is named by. */
const isOfFormat = (part: string): boolean =>
  part === 'kind' || part === 'mediaType' || part === 'content' || part.startsWith('@');

const LONGEST = 90;
const BEFORE = 24;

/** Where it was found, in words for a list: `Note`, `…the observatory in Vienna`. null: in what only programs read. */
export function foundWords(
  found: FoundInRecord,
  { words }: Search,
): { readonly label: string; readonly text: string } | null {
  const { field, value } = found;
  if (field === null || !isTold(field)) return null;
  if (isLabel(field)) return { label: 'Label', text: excerpt(found.text, 0) };
  const inWords = contactWords(field, value as ValueView);
  const said = inWords === null ? null : tidy(inWords);
  const place = said === null ? null : firstPlace(said, words);
  const text = said === null || place === null ? tidy(found.text) : said;
  return { label: fieldWords(field, value as ValueView), text: excerpt(text, place ?? firstPlace(text, words) ?? 0) };
}

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Where the first of these words stands in the folded text; null: none does. */
function firstPlace(text: string, words: readonly string[]): number | null {
  const folded = foldText(text);
  const places = words.map((word) => folded.indexOf(word)).filter((at) => at >= 0);
  return places.length === 0 ? null : Math.min(...places);
}

/** Of a long text so much that this place, of the folded one, is in it. */
function excerpt(text: string, folded: number): string {
  if (text.length <= LONGEST) return text;
  const place = placeUnfolded(text, folded);
  const from = place <= BEFORE ? 0 : beginOfWord(text, place - BEFORE, place);
  const cut = text.slice(from, from + LONGEST);
  return `${from > 0 ? '…' : ''}${cut}${from + LONGEST < text.length ? '…' : ''}`;
}

/** Where the first word begins between these two; in a long word where the first letter does. */
function beginOfWord(text: string, from: number, to: number): number {
  const space = text.indexOf(' ', from);
  if (space >= 0 && space < to) return space + 1;
  return /[\udc00-\udfff]/.test(text.charAt(from)) ? from + 1 : from;
}
