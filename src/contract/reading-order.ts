import type { ValueView } from './contract.ts';

interface Read {
  readonly path: string;
  readonly value: ValueView;
}

/** In this order a person reads a card or an event; what is not named comes after them. */
const MAPS = [
  'media',
  'name',
  'title',
  'nicknames',
  'organizations',
  'titles',
  'when',
  'recurrenceRule',
  'locations',
  'virtualLocations',
  'phones',
  'emails',
  'onlineServices',
  'addresses',
  'anniversaries',
  'participants',
  'alerts',
  'description',
  'recurrenceOverrides',
  'relations',
  'links',
  'notes',
  'keywords',
];
const mapOf = (path: string): string => path.split('/')[0] ?? path;
const placeOf = (path: string): number => {
  const at = MAPS.indexOf(mapOf(path));
  return at < 0 ? MAPS.length : at;
};

/** Keys of these say something by themselves: days and words. Of the others they are made up. */
const BY_KEY: ReadonlySet<string> = new Set(['recurrenceOverrides', 'keywords', 'members', 'relatedTo']);

/** RFC 9553: 1 is the most wanted, 100 the least; what says nothing comes after all of them. */
function preferenceOf(value: ValueView): number {
  const { pref } = (value ?? {}) as { readonly pref?: unknown };
  return typeof pref === 'number' ? pref : 101;
}

/** Fields in the order they are read in: kind by kind, of one kind the preferred first, otherwise as the record has them. */
export function inReadingOrder<F extends Read>(fields: readonly F[]): readonly F[] {
  return [...fields].sort((a, b) => {
    const place = placeOf(a.path) - placeOf(b.path);
    if (place !== 0) return place;
    const [map, other] = [mapOf(a.path), mapOf(b.path)];
    if (map !== other) return map < other ? -1 : 1;
    if (BY_KEY.has(map)) return a.path < b.path ? -1 : 1;
    return preferenceOf(a.value) - preferenceOf(b.value);
  });
}
