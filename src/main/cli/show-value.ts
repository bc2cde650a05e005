import type { PackageView, ValueView } from '../../contract/contract.ts';
import { contactWords, deletedWords, fieldWords, isOccurrence, isTold } from '../../contract/field-words.ts';
import { numberText } from '../../contract/number-text.ts';
import { isPlain } from '../../contract/plain-value.ts';
import { inReadingOrder } from '../../contract/reading-order.ts';
import { plainText } from '../platform/plain-text.ts';
import { toJson } from './json-value.ts';
import { localTime } from './local-time.ts';

const SHORT = 12;

/** A long id as people need it: enough to be told apart and typed. */
export const shortId = (id: string): string => (/^[0-9a-f]{24,}$/i.test(id) ? id.slice(0, SHORT) : id);

/** The id or path of a record, or a text that names one, as people need it: an id of a thousand letters is cut in its middle. */
export function shortRecord(text: string, most = 100): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  const end = Math.floor(most / 4);
  return `${letters.slice(0, most - end - 1).join('')}…${letters.slice(-end).join('')}`;
}

/** A value of a field in one line, for people. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const entry = entryWords(value);
  if (entry !== null) return entry;
  const text = typeof value === 'string' ? value : toJson(value);
  return plainText(text.length > 200 ? `${text.slice(0, 199)}…` : text);
}

/** null: it is neither a file nor a folder nor a link. */
function entryWords(value: unknown): string | null {
  if (isFile(value)) {
    const size = typeof value.size === 'number' ? `, ${bytesText(value.size)}` : '';
    const digest = typeof value.sha256 === 'string' ? `, ${value.sha256.slice(0, SHORT)}` : '';
    return `${plainText(String(value.type))}${size}${digest}`;
  }
  const { type, target } = (value ?? {}) as { readonly type?: unknown; readonly target?: unknown };
  if (type === 'directory') return 'folder';
  return type === 'symlink' && typeof target === 'string' ? `link to ${plainText(target)}` : null;
}

/** A value of a field in one line: in words where a contact or an event has such a field; when a file was modified as a time. */
export function showField(path: string, value: ValueView): string {
  const whole = path === 'exists' ? wholeWords(value) : null;
  if (whole !== null) return whole;
  if (path === 'executable') return value === true ? 'yes' : 'no';
  if (path === 'modified' && typeof value === 'number') return timeOfFile(value);
  const words = contactWords(path, value);
  return words === null || words === '' ? showValue(value) : plainText(words.replace(/\s*\n\s*/g, ' ⏎ '));
}

/** A whole card or event beside its deletion, as far as a line holds; null: it is none. */
function wholeWords(value: ValueView): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'type' in value) return null;
  const told = inReadingOrder(Object.entries(value).map(([path, one]) => ({ path, value: one }))).filter(({ path }) =>
    isTold(path),
  );
  const parts = told.map((one) => `${plainText(fieldWords(one.path, one.value))}: ${showField(one.path, one.value)}`);
  const words = parts.join('; ');
  return words.length > 200 ? `${words.slice(0, 199)}…` : words;
}

type FieldChange = PackageView['changes'][number]['fields'][number];
const LONGEST = 90;
const LONGEST_VALUE = 200;
/** So many letters are told of what two texts have in common before they differ. */
const BEFORE = 20;

/**
 * `Phone (work): +1 555 1 → +1 555 2`, of a conflict that was settled `Phone (work): +1 555 1 or +1 555 2 → +1 555 2`; only what it is called where its
 * values cannot be told in words.
 */
export function showChange({ path, before, after }: FieldChange): string {
  const befores: readonly ValueView[] = Array.isArray(before) && before.length > 1 ? before : [before];
  const name = fieldWords(path, after ?? befores.find((value) => value !== null) ?? null);
  const parts = befores.length === 1 ? changedParts(path, before, after) : [];
  if (parts.length > 0) return `${name}: ${parts.join('; ')}`;
  if (![...befores, after].every((value) => isWorded(path, value))) return name;
  // Two contents of one size are told apart by their digests.
  const isSize = befores.every((value) => sizeText(value) !== sizeText(after));
  const said = [...befores, after].map((value) => (isSize ? sizeText(value) : null) ?? showField(path, value));
  const told = tellApart(said, LONGEST);
  const [was, is] = [told.slice(0, -1).join(' or '), told.at(-1) ?? ''];
  if (was === is) return path.startsWith('media/') ? `${name}: ${is}, another one` : name;
  return `${name}: ${was} → ${is}`;
}

/** Values of a conflict, each in a line: of long ones what differs. */
export const showApart = (path: string, values: readonly ValueView[]): readonly string[] =>
  tellApart(
    values.map((value) => showField(path, value)),
    LONGEST_VALUE,
  );

/** Texts as they are; where one of them is longer than `most`, each long one from a little before what they differ in, and no more than that. */
function tellApart(texts: readonly string[], most: number): readonly string[] {
  const letters = texts.map((text) => [...text]);
  if (letters.every(({ length }) => length <= most)) return texts;
  const [first = [], ...others] = letters.filter(({ length }) => length > 2 * BEFORE);
  const same = first.findIndex((letter, at) => others.some((each) => each[at] !== letter));
  const from = Math.max(0, (same < 0 ? Math.min(first.length, ...others.map(({ length }) => length)) : same) - BEFORE);
  const isCut = others.length > 0 && from > BEFORE;
  return letters.map((each) => {
    if (!isCut || each.length <= 2 * BEFORE) return shortRecord(each.join(''), most);
    return `…${shortRecord(each.slice(from).join(''), most)}`;
  });
}

/** Of an occurrence that was changed once more only what differs: all it says is too long for a line. */
function changedParts(path: string, before: ValueView, after: ValueView): readonly string[] {
  if (!isOccurrence(path) || !isPlain(before) || !isPlain(after)) return [];
  if (before.excluded === true || after.excluded === true) return [];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !UNTOLD_PARTS.has(key));
  return keys.flatMap((key) => {
    const told = (value: ValueView | undefined): string =>
      value === undefined ? deletedWords(path) : shortRecord(showField(key, value), LONGEST);
    const [was, is] = [told(before[key]), told(after[key])];
    return was === is ? [] : [`${fieldWords(key, after[key] ?? before[key])}: ${was} → ${is}`];
  });
}
const UNTOLD_PARTS: ReadonlySet<string> = new Set(['series', 'says', 'added']);

const isWorded = (path: string, value: ValueView): boolean =>
  value === null || typeof value !== 'object' || (entryWords(value) ?? contactWords(path, value) ?? '') !== '';

/** How large a file is, where its content has a digest; null: it is none. */
const sizeText = (value: ValueView): string | null =>
  isFile(value) && typeof value.size === 'number' ? bytesText(value.size) : null;

/** What a record was that is deleted, and whether anybody can bring it back: `deleted: file, 14 B`. */
export function showDeletion({ path, before, kept }: FieldChange): string {
  const what = path !== 'entry' || before === null ? '' : `: ${sizeText(before) ?? showField(path, before)}`;
  return `deleted${what}${kept === 'no' ? ', not kept' : ''}`;
}

/** `modified`: microseconds since 1970. */
function timeOfFile(modified: number): string {
  const time = new Date(modified / 1000);
  return Number.isNaN(time.getTime()) ? String(modified) : localTime(time.toISOString());
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A number of bytes in the largest unit that leaves a whole part. */
export function bytesText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

/** "1 file", "2 files". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${numberText(count)} ${count === 1 ? one : many}`;

function isFile(value: unknown): value is { type: unknown; size?: unknown; sha256?: unknown } {
  return typeof value === 'object' && value !== null && 'type' in value && ('size' in value || 'sha256' in value);
}
