import { digestOf, sha256Text } from '../../../platform/hash.ts';
import { compareTexts } from '../../../record/compare-texts.ts';
import { sortedJson, sortedTexts } from '../../../record/sorted-json.ts';
import { isPlain, type Plain, type Value } from '../../../record/value.ts';
import { listed } from '../listed.ts';
import { remembering } from '../remembering.ts';

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

/** Days of which a person has one, whatever it says: the kinds of `anniversaries`. */
const ONCE: ReadonlySet<Value> = new Set(['birth', 'death', 'wedding']);

/**
 * What of an entry there can be only one of in a card (a birthday; the sex, which is carried as the property it is), and its key where there is one:
 * whoever states it first on two devices states one thing. null: there can be many of it.
 */
export function onlyOne(map: string, value: Value): { readonly sort: string; readonly key: string } | null {
  const kind = map === 'anniversaries' ? kindOf(value) : null;
  const sort = map === 'vCard/gender' ? 'gender' : kind !== null && ONCE.has(kind) ? kind : null;
  return sort === null ? null : { sort: String(sort), key: onlyKey(`${map}\0the ${String(sort)}`) };
}
const onlyKey = remembering(10, (text) => sha256Text(text).slice(0, 10));

/** What an entry of some maps is: a birthday rather than another day, a title rather than a role. */
export function kindOf(value: Value): Value {
  return isPlain(value) ? (value.kind ?? null) : null;
}

/** In which order entries of one identity are given their keys: by what they say, not by where they stand, nor by the frame of a label. */
export function compareEntries(a: Value, b: Value): number {
  return compareTexts(unframed(a), unframed(b)) || compareTexts(canonical(a), canonical(b));
}
const unframed = (value: Value): string => canonical(value).replace(/"_\$!<([^"]*)>!\$_"/g, '"$1"');

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
  const entry = value as Plain;
  const { kind = null, date = null, data = null } = entry;
  const text = tellingText(entry);
  const words = (map === 'phones' ? text.replace(/\D/g, '') : '') || wordsIn(text, Array.isArray(entry.components));
  if (words === '' && date === null && data === null) return canonical(value);
  // Words and digits are in JSON as they are.
  return `${canonical(kind)}\0${canonical(date)}\0${canonical(data)}\0"${words}"`;
}

/** Parts that tell an entry apart by themselves. */
const APART: ReadonlySet<string> = new Set(['kind', 'date', 'data']);

/** All texts of what tells an entry apart. */
function tellingText(entry: Plain): string {
  const inComponents = Array.isArray(entry.components);
  let parts: string[] | null = null;
  for (const name of Object.keys(entry))
    if (!APART.has(name) && !DESCRIBING.has(name) && !(inComponents && name === 'full')) parts = listed(parts, name);
  let text = '';
  for (const name of parts === null ? [] : sortedTexts(parts)) text = joined(text, textIn(entry[name] as Value));
  return text;
}

/** All texts in a value, without the kinds of its components. */
function textIn(value: Value): string {
  if (typeof value === 'string') return value;
  let text = '';
  if (Array.isArray(value)) for (const each of value as readonly Value[]) text = joined(text, textIn(each));
  else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array))
    for (const name of Object.keys(value))
      if (name !== 'kind' && name !== 'phonetic') text = joined(text, textIn((value as Plain)[name] as Value));
  return text;
}

const joined = (text: string, more: string): string => (text === '' ? more : `${text} ${more}`);

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The words of a text in lower case, a space between each two. `areSorted`: whatever their order, which is that of cells. */
function wordsIn(text: string, areSorted: boolean): string {
  const spaced = BEYOND_ASCII.test(text)
    ? text
        .normalize('NFC')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
    : text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
  const words = spaced.trim();
  return areSorted ? sortedTexts(words.split(' ')).join(' ') : words;
}

const canonical = (value: Value): string => sortedJson(value, (bytes) => `b${digestOf(bytes)}`);
