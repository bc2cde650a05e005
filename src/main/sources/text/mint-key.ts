import { digestOf, sha256Text } from '../../platform/hash.ts';
import type { Value } from '../../record/value.ts';

/** Parts that say what an entry is for or how it was written, which one format shows and another does not. */
const DESCRIBING: ReadonlySet<string> = new Set([
  'contexts',
  'features',
  'pref',
  'label',
  'service',
  'mediaType',
  'countryCode',
  'coordinates',
  'timeZone',
  'vCardName',
  'vCardParams',
]);

/**
 * A key for an entry nobody knows yet: the same wherever the same thing is met first, in whatever format, with whatever each of them can say
 * of it. It is made of what tells the entry apart: an address of its words, in whatever cells they are, a number of its digits.
 */
export function mintKey(map: string, value: Value): string {
  return sha256Text(`${map}\0${identityOf(map, value)}`).slice(0, 10);
}

/** In which order entries of one identity are given their keys: by what they say, not by where they stand. */
export function compareEntries(a: Value, b: Value): number {
  return byText(canonical(a), canonical(b));
}

function identityOf(map: string, value: Value): string {
  // Of what nobody knows every part counts.
  if (
    value === null ||
    typeof value !== 'object' ||
    Array.isArray(value) ||
    value instanceof Uint8Array ||
    map.includes('/')
  )
    return canonical(value);
  const { kind = null, date = null, data = null, components } = value as { readonly [key: string]: Value };
  const inComponents = Array.isArray(components);
  const said = Object.keys(value).filter(
    (name) => !APART.has(name) && !DESCRIBING.has(name) && !(inComponents && name === 'full'),
  );
  const words = wordsOf(value as { readonly [key: string]: Value }, inOrder(said));
  if (words.length === 0 && date === null && data === null) return canonical(value);
  const digits = map === 'phones' ? words.join('').replace(/\D/g, '') : '';
  const own = digits !== '' ? digits : (inComponents ? inOrder(words) : words).join(' ');
  // Words and digits are in JSON as they are.
  return `${canonical(kind)}\0${canonical(date)}\0${canonical(data)}\0"${own}"`;
}

/** Parts that tell an entry apart by themselves. */
const APART: ReadonlySet<string> = new Set(['kind', 'date', 'data']);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts these texts, which most often need not be. */
function inOrder(texts: string[]): string[] {
  for (let at = 1; at < texts.length; at++)
    if ((texts[at - 1] as string) > (texts[at] as string)) return texts.sort(byText);
  return texts;
}

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The words of these parts, in their order. */
function wordsOf(value: { readonly [key: string]: Value }, parts: readonly string[]): string[] {
  const [first] = parts;
  const only = parts.length === 1 && first !== undefined ? value[first] : null;
  if (typeof only === 'string') return wordsIn(only);
  const words: string[] = [];
  for (const part of parts) addWords(value[part] as Value, words);
  return words;
}

/** The words of a text, in lower case. */
function wordsIn(text: string): string[] {
  const found = BEYOND_ASCII.test(text)
    ? text
        .normalize('NFC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
    : text.toLowerCase().match(/[a-z0-9]+/g);
  return found ?? [];
}

/** Adds the words of a value, without the kinds of its components. */
function addWords(value: Value, words: string[]): void {
  if (typeof value === 'string') for (const word of wordsIn(value)) words.push(word);
  else if (Array.isArray(value)) for (const each of value as readonly Value[]) addWords(each, words);
  else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array))
    for (const name of Object.keys(value))
      if (name !== 'kind' && name !== 'phonetic')
        addWords((value as { readonly [key: string]: Value })[name] as Value, words);
}

function canonical(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Uint8Array) return `b${digestOf(value)}`;
  if (Array.isArray(value)) return `[${value.map((each: Value) => canonical(each)).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const object = value as { readonly [key: string]: Value };
  let parts = '';
  for (const name of inOrder(Object.keys(object)))
    parts += `${parts === '' ? '' : ','}${quoted(name)}:${canonical(object[name] as Value)}`;
  return `{${parts}}`;
}

/** What JSON has an escape for, if only by itself. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;
const quoted = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);
