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
  const { kind = null, date = null, data = null, ...rest } = value as { readonly [key: string]: Value };
  const { full, ...parts } = rest;
  const said = Array.isArray(parts.components) ? parts : rest;
  const words = Object.keys(said)
    .filter((name) => !DESCRIBING.has(name))
    .sort(byText)
    .flatMap((name) => wordsIn(said[name] as Value));
  if (words.length === 0 && date === null && data === null) return canonical(value);
  const digits = map === 'phones' ? words.join('').replace(/\D/g, '') : '';
  const own = digits !== '' ? [digits] : Array.isArray(parts.components) ? words.sort(byText) : words;
  return [kind, date, data, own.join(' ')].map(canonical).join('\0');
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The words of a value in lower case, without the kinds of its components. */
function wordsIn(value: Value): readonly string[] {
  if (typeof value === 'string') {
    const words = BEYOND_ASCII.test(value)
      ? value
          .normalize('NFC')
          .toLowerCase()
          .split(/[^\p{L}\p{N}]+/u)
      : value.toLowerCase().split(/[^a-z0-9]+/);
    return words.filter((word) => word !== '');
  }
  if (Array.isArray(value)) return value.flatMap((each: Value) => wordsIn(each));
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  return Object.entries(value as { readonly [key: string]: Value }).flatMap(([name, each]) =>
    name === 'kind' || name === 'phonetic' ? [] : wordsIn(each),
  );
}

function canonical(value: Value): string {
  if (value instanceof Uint8Array) return `b${digestOf(value)}`;
  if (Array.isArray(value)) return `[${value.map((each: Value) => canonical(each)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const object = value as { readonly [key: string]: Value };
  const names = Object.keys(object).sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(object[name] as Value)}`).join(',')}}`;
}
