import { compareTexts } from '../../../record/compare-texts.ts';
import type { FieldName } from '../../../record/ids.ts';
import { fieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Plain, type Value } from '../../../record/value.ts';
import { FreeKeys } from './free-keys.ts';
import { compareEntries, kindOf, mintKey, onlyOne } from './mint-key.ts';

/** An entry of a keyed map as it was read. */
export interface KeylessEntry {
  /** The map it belongs to: `emails`. */
  readonly map: string;
  /** Where it is what it was, the object it was is put in its place: whoever compares them need not look into them again. */
  value: Value;
  /** What the text itself says is its key (PROP-ID); null: nothing. */
  readonly key?: string | null;
}

/** Less alike than this are two entries. */
const ALIKE = 0.45;
/** More than these are not compared: no person has so many that changed at once. */
const MOST_PAIRS = 40_000;
/** The same of the letters that are held against each other, for a server may send entries as long as it likes. */
const MOST_STEPS = 20_000_000;
const KEY = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * The field of each entry: under the key the text states, else under the one the same entry had before, found by what is equal and then by what
 * is most alike, else under one made of its value. The same entries and the same past give the same keys on every device (FORMATS 2.4).
 * `before`: the fields as last read; null: nothing is known.
 */
export function alignKeys(entries: readonly KeylessEntry[], before: Fields | null): readonly FieldName[] {
  const keys: (string | null)[] = entries.map(({ key = null }) => (key !== null && KEY.test(key) ? key : null));
  const fields: FieldName[] = new Array(entries.length);
  const byMap = new Map<string, number[]>();
  for (let at = 0; at < entries.length; at++) {
    const { map } = entries[at] as KeylessEntry;
    const own = byMap.get(map);
    if (own === undefined) byMap.set(map, [at]);
    else own.push(at);
  }
  const past = before === null ? null : pastOf(before);
  byMap.forEach((own, map) => {
    if (past !== null) {
      if (takeSame(map, own, entries, keys, past, fields)) return;
      const known = knownIn(map, past);
      if (known.length > 0) alignKnown(own, known, entries, keys);
    }
    mintKeys(map, own, entries, keys);
    for (const at of own) fields[at] = fieldName(`${map}/${keys[at]}`);
  });
  return fields;
}

interface Known {
  readonly key: string;
  readonly value: Value;
  readonly at: number;
}

/** Fields as last read, to be gone through once for each map. */
interface Past {
  readonly names: readonly FieldName[];
  readonly values: readonly Value[];
}
function pastOf(before: Fields): Past {
  const [names, values]: [FieldName[], Value[]] = [[], []];
  before.forEach((value, name) => {
    names.push(name);
    values.push(value);
  });
  return { names, values };
}
const SLASH = 47;
const isOf = (map: string, field: string): boolean => field.charCodeAt(map.length) === SLASH && field.startsWith(map);

function knownIn(map: string, { names, values }: Past): readonly Known[] {
  const known: Known[] = [];
  names.forEach((field, at) => {
    if (isOf(map, field))
      known.push({ key: field.slice(map.length + 1), value: values[at] as Value, at: known.length });
  });
  return known;
}

/** Most often every entry is what it was, in the same order. false: they are not, and nothing was done. */
function takeSame(
  map: string,
  own: readonly number[],
  entries: readonly KeylessEntry[],
  keys: readonly (string | null)[],
  { names, values }: Past,
  fields: FieldName[],
): boolean {
  let place = 0;
  for (let one = 0; one < names.length; one++) {
    if (!isOf(map, names[one] as FieldName)) continue;
    const at = own[place++];
    if (at === undefined || keys[at] !== null) return false;
    const entry = entries[at] as KeylessEntry;
    if (!equalValues(entry.value, values[one] as Value)) return false;
    entry.value = values[one] as Value;
    fields[at] = names[one] as FieldName;
  }
  return place === own.length;
}

/** Keys for the entries that have none. */
function mintKeys(
  map: string,
  own: readonly number[],
  entries: readonly KeylessEntry[],
  keys: (string | null)[],
): void {
  const fresh = own.filter((at) => keys[at] === null);
  const taken = fresh.length === own.length ? [] : own.flatMap((at) => keys[at] ?? []);
  for (const at of fresh) keys[at] = newKey(map, own, at, entries);
  // Most often no two of them want one key; else the order counts, which is by what they say.
  if (own.length === 1 || fresh.length === 0 || areDistinct(own.map((at) => keys[at] as string))) return;
  fresh.sort((a, b) => compareEntries((entries[a] as KeylessEntry).value, (entries[b] as KeylessEntry).value));
  const free = new FreeKeys(taken);
  for (const at of fresh) keys[at] = free.take(keys[at] as string);
}

/** Made of its value; of what there can be but one of, where there is one, of what it is. */
function newKey(map: string, own: readonly number[], at: number, entries: readonly KeylessEntry[]): string {
  const { value } = entries[at] as KeylessEntry;
  const only = onlyOne(map, value);
  const isOnly = only !== null && own.every((each) => each === at || sortAt(map, entries, each) !== only.sort);
  return isOnly ? only.key : mintKey(map, value);
}
const sortAt = (map: string, entries: readonly KeylessEntry[], at: number): string | null =>
  onlyOne(map, (entries[at] as KeylessEntry).value)?.sort ?? null;

const areDistinct = (keys: readonly string[]): boolean =>
  keys.length === 2 ? keys[0] !== keys[1] : new Set(keys).size === keys.length;

function alignKnown(
  own: readonly number[],
  known: readonly Known[],
  entries: readonly KeylessEntry[],
  keys: (string | null)[],
): void {
  const taken = new Set(own.flatMap((at) => keys[at] ?? []));
  const free = new Set(known.filter(({ key }) => !taken.has(key)));
  const take = (at: number, found: Known): void => {
    keys[at] = found.key;
    taken.add(found.key);
    free.delete(found);
  };
  const texts = new Map(own.map((at) => [at, textOf((entries[at] as KeylessEntry).value)]));
  const knownTexts = new Map([...free].map((one) => [one, textOf(one.value)]));
  const byText = new Map<string, Known[]>();
  for (const [one, text] of knownTexts) {
    const alike = byText.get(text);
    if (alike === undefined) byText.set(text, [one]);
    else alike.push(one);
  }
  for (const same of [(entry: KeylessEntry, one: Known) => equalValues(entry.value, one.value), () => true])
    for (const at of own) {
      if (keys[at] !== null) continue;
      const entry = entries[at] as KeylessEntry;
      const found = byText.get(texts.get(at) as string)?.find((one) => free.has(one) && same(entry, one));
      if (found !== undefined) take(at, found);
    }
  const rest = own.filter((at) => keys[at] === null);
  const letters = (compared: readonly (string | undefined)[]): number =>
    compared.reduce((sum, text = '') => sum + Math.min(text.length, LONGEST_COMPARED), 0);
  const steps = letters(rest.map((at) => texts.get(at))) * letters([...free].map((one) => knownTexts.get(one)));
  const isMuch = rest.length * free.size > MOST_PAIRS || steps > MOST_STEPS;
  const pairs = own.flatMap((at, place) =>
    keys[at] !== null || isMuch
      ? []
      : [...free].map((one) => {
          const entry = entries[at] as KeylessEntry;
          // A birthday is never another day, changed.
          if (!equalValues(kindOf(entry.value), kindOf(one.value))) return { at, one, alike: 0 };
          const text = textLikeness(texts.get(at) as string, knownTexts.get(one) as string);
          return { at, one, alike: likeness(entry, one, place, text) };
        }),
  );
  // Ties go to what comes first, so that it is the same everywhere.
  pairs.sort((a, b) => b.alike - a.alike || a.at - b.at || a.one.at - b.one.at);
  for (const { at, one, alike } of pairs) if (alike >= ALIKE && keys[at] === null && !taken.has(one.key)) take(at, one);
}

/** What of a value tells it apart: every text in it, in the order of its properties. By it similar entries are found. */
function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((each: Value) => textOf(each)).join(' ');
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return '';
  const { label: _, contexts: __, vCardParams: ___, ...rest } = value as Plain;
  return Object.keys(rest)
    .sort(compareTexts)
    .map((name) => textOf(rest[name] as Value))
    .filter((text) => text !== '')
    .join(' ');
}

function likeness(entry: KeylessEntry, one: Known, place: number, text: number): number {
  const part = (name: string): Value => (entry.value as Plain | null)?.[name] ?? null;
  const known = (name: string): Value => (one.value as Plain | null)?.[name] ?? null;
  const contexts = equalValues(part('contexts'), known('contexts')) && equalValues(part('features'), known('features'));
  const label = equalValues(part('label'), known('label'));
  return 0.6 * text + (contexts ? 0.25 : 0) + (label ? 0.2 : 0) + (place === one.at ? 0.1 : 0);
}

const LONGEST_COMPARED = 200;

/** 1: equal; 0: nothing in common. By edit distance. */
function textLikeness(a: string, b: string): number {
  const [left, right] = [a.slice(0, LONGEST_COMPARED), b.slice(0, LONGEST_COMPARED)];
  const longest = Math.max(left.length, right.length);
  if (longest === 0) return 1;
  let [row, next] = [new Uint16Array(right.length + 1), new Uint16Array(right.length + 1)];
  for (let j = 0; j <= right.length; j++) row[j] = j;
  for (let i = 1; i <= left.length; i++) {
    next[0] = i;
    const letter = left.charCodeAt(i - 1);
    for (let j = 1; j <= right.length; j++) {
      const changed = (row[j - 1] as number) + (letter === right.charCodeAt(j - 1) ? 0 : 1);
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, changed);
    }
    [row, next] = [next, row];
  }
  return 1 - (row[right.length] as number) / longest;
}
