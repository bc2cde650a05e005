import { equalValues, type Value } from '../../../record/value.ts';
import { FreeKeys } from '../../text/entry-keys/free-keys.ts';
import { mintKey } from './keys.ts';

/** An entry of a keyed map that has no key yet. */
export interface Keyless {
  readonly value: Value;
  /** What it is known by, whatever else is said of it: the address of a participant. */
  readonly identity: string;
}

/** How the entries of a map are told apart. */
export interface Telling {
  identity(value: Value): string;
  /**
   * Which property it is: where an item has one of it before and after, that is one entry, whatever it says now. Null or no such function: it is
   * known by its identity alone, as a person is.
   */
  sort?(value: Value): string | null;
  /** Those of which iCalendar allows one in an item: the first there is has the same key everywhere, so that two made apart meet. */
  readonly singles?: { has(sort: string): boolean };
}

/** More than these are not compared by how alike they are: it would take too long. */
const MOST_COMPARED = 40;
const ALIKE = 0.5;

/**
 * The keys of the entries of one map: that which the same entry has in `previous`, else that of the one it is most like, else a new one. A
 * pure function of what is said: every device finds the same.
 */
export function assignKeys(
  map: string,
  entries: readonly Keyless[],
  previous: ReadonlyMap<string, Value>,
  telling: Telling,
): readonly string[] {
  const same = sameKeys(entries, previous, telling);
  if (same !== null) return same;
  if (previous.size === 0 && entries.length === 1) return [newKey(map, entries[0] as Keyless, entries, telling)];
  const sortOf = (value: Value): string => telling.sort?.(value) ?? '';
  // An attachment is never a page, changed, though both have one address.
  const identityOf = (value: Value): string => `${sortOf(value)}\0${telling.identity(value)}`;
  const keys: (string | null)[] = entries.map(() => null);
  const free = new Map<string, { readonly key: string; readonly value: Value; readonly identity: string }[]>();
  for (const [key, value] of previous) {
    const identity = identityOf(value);
    const same = free.get(identity);
    if (same === undefined) free.set(identity, [{ key, value, identity }]);
    else same.push({ key, value, identity });
  }
  const take = (at: number, pick: (among: readonly { readonly value: Value }[], value: Value) => number): void => {
    const { identity, value } = entries[at] as Keyless;
    const same = free.get(`${sortOf(value)}\0${identity}`) ?? [];
    const index = pick(same, value);
    if (index >= 0) keys[at] = same.splice(index, 1)[0]?.key ?? null;
  };
  if (previous.size > 0) {
    for (const at of entries.keys())
      take(at, (among, value) => among.findIndex((one) => equalValues(one.value, value)));
    for (const [at, key] of keys.entries()) if (key === null) take(at, mostShared);
    alignOnly(keys, entries, previous, telling);
    const left = [...free.values()].flat().filter(({ key }) => !keys.includes(key));
    alignRest(keys, entries, left, sortOf);
  }
  const unused = new FreeKeys(keys.flatMap((key) => key ?? []));
  return keys.map((key, at) => key ?? unused.take(newKey(map, entries[at] as Keyless, entries, telling)));
}

/** Of what an item has but one of before and after, the one is the other. */
function alignOnly(
  keys: (string | null)[],
  entries: readonly Keyless[],
  previous: ReadonlyMap<string, Value>,
  { sort }: Telling,
): void {
  if (sort === undefined || !keys.includes(null)) return;
  const before = [...previous].map(([key, value]) => ({ key, sort: sort(value) }));
  const now = entries.map(({ value }) => sort(value));
  for (const [at, own] of now.entries()) {
    if (keys[at] !== null || own === null || now.indexOf(own) !== at || now.lastIndexOf(own) !== at) continue;
    const [only, ...others] = before.filter((each) => each.sort === own);
    if (only !== undefined && others.length === 0 && !keys.includes(only.key)) keys[at] = only.key;
  }
}

/** The key of an entry that is new: made of what it is known by, of the only one there may be of its sort. */
function newKey(
  map: string,
  { value, identity }: Keyless,
  entries: readonly Keyless[],
  { sort, singles }: Telling,
): string {
  const own = sort?.(value) ?? null;
  const isOnly =
    own !== null &&
    singles?.has(own) === true &&
    entries.every((each) => each.value === value || sort?.(each.value) !== own);
  return mintKey(map, isOnly ? `the ${own}` : identity);
}

/** The keys of `previous` where it holds these entries and no others, in this order: what nearly every reading finds; null: it does not. */
function sameKeys(
  entries: readonly Keyless[],
  previous: ReadonlyMap<string, Value>,
  { identity, sort }: Telling,
): readonly string[] | null {
  if (previous.size !== entries.length) return null;
  const keys: string[] = [];
  let isSame = true;
  previous.forEach((value, key) => {
    const entry = entries[keys.length] as Keyless;
    isSame &&=
      entry.identity === identity(value) &&
      (entries.length === 1 ? sort?.(entry.value) === sort?.(value) : equalValues(entry.value, value));
    keys.push(key);
  });
  return isSame ? keys : null;
}

/** Which of these has most properties in common with the value; the first of several, -1: there is none. */
function mostShared(among: readonly { readonly value: Value }[], value: Value): number {
  if (among.length > MOST_COMPARED) return 0;
  const shared = among.map((one) => sharedParts(one.value, value));
  return shared.indexOf(Math.max(...shared));
}

function sharedParts(a: Value, b: Value): number {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return 0;
  const [one, other] = [a, b] as { readonly [name: string]: Value }[];
  return Object.keys(one ?? {}).filter((name) => equalValues(one?.[name] ?? null, other?.[name] ?? null)).length;
}

/** Entries that were edited beyond what they are known by: the pairs most alike first, ties by their order. */
function alignRest(
  keys: (string | null)[],
  entries: readonly Keyless[],
  free: readonly { readonly key: string; readonly value: Value; readonly identity: string }[],
  sortOf: (value: Value) => string,
): void {
  const rest = keys.flatMap((key, at) => (key === null ? [at] : []));
  if (rest.length === 0 || free.length === 0 || rest.length > MOST_COMPARED || free.length > MOST_COMPARED) return;
  const pairs = rest.flatMap((at) => {
    const { identity, value } = entries[at] as Keyless;
    const sort = sortOf(value);
    return free.flatMap((one, index) => {
      if (sortOf(one.value) !== sort) return [];
      const alike = alikeness(identity, one.identity.slice(sort.length + 1));
      return [{ at, key: one.key, index, alike }];
    });
  });
  const taken = new Set<string>();
  for (const { at, key, alike } of pairs.sort((a, b) => b.alike - a.alike || a.at - b.at || a.index - b.index)) {
    if (alike < ALIKE || keys[at] !== null || taken.has(key)) continue;
    keys[at] = key;
    taken.add(key);
  }
}

/** How much of two texts is the same, 0 to 1: pairs of neighbouring characters they share. */
function alikeness(a: string, b: string): number {
  if (a.length < 2 || b.length < 2) return a === b ? 1 : 0;
  const counts = new Map<string, number>();
  const left = a.slice(0, 500);
  const right = b.slice(0, 500);
  for (let at = 1; at < left.length; at++)
    counts.set(left.slice(at - 1, at + 1), (counts.get(left.slice(at - 1, at + 1)) ?? 0) + 1);
  let shared = 0;
  for (let at = 1; at < right.length; at++) {
    const count = counts.get(right.slice(at - 1, at + 1)) ?? 0;
    if (count === 0) continue;
    counts.set(right.slice(at - 1, at + 1), count - 1);
    shared++;
  }
  return (2 * shared) / (left.length + right.length - 2);
}
