import { fieldRule, type RecordKind } from '../../record/field-rules.ts';
import type { FieldName } from '../../record/ids.ts';
import type { Fields, Value } from '../../record/value.ts';
import type { EditedSince } from './document-place.ts';

/*
 * Servers write what they are given in their own way, and many do not tell which version they made of it. So what is read back may be that, or what
 * somebody edited between our writing and our reading.
 */

/**
 * Does an item differ, as it was read back, in what we did not touch? A place that writes things in its own way has written that so before: somebody
 * edited it meanwhile, and the next look takes that in. `held`: as it was before, `meant`: as it was to be.
 */
export function isEditedByOthers(kind: RecordKind, held: Fields, meant: Fields, holds: Fields): boolean {
  const fields = new Set([...held.keys(), ...holds.keys()]);
  return [...fields].some((field) => {
    const { same, incidental } = fieldRule(kind, field);
    const before = held.get(field) ?? null;
    return incidental !== true && same(before, meant.get(field) ?? null) && !same(before, holds.get(field) ?? null);
  });
}

/** What only people write: a server spells it otherwise, leaves it out, or cuts it short, but has no words of its own for it. */
const OF_PEOPLE: { readonly [K in RecordKind]: ReadonlySet<string> } = {
  files: new Set(),
  contacts: new Set(['name', 'nicknames', 'organizations', 'titles', 'phones', 'emails', 'addresses', 'notes']),
  calendar: new Set(['title', 'description', 'locations']),
};
/** Who is called nothing may be given a name by a server. */
const MADE_UP = new Set(['name', 'title']);
/** Where an entry says it. Labels are a matter of servers. */
const SAID_IN = new Set(['full', 'value', 'name', 'number', 'address', 'note', 'components', 'units']);

/**
 * What a place made of an item that it was given (`meant`), where somebody edited it before it was read back (`holds`): as the place held it before
 * that. What was edited is told by the next look, as what differs from this. Where nothing tells whether anybody did, what only people write does. What
 * is not there any more the server may have left out. null: nothing was edited.
 */
export function beforeOthers(kind: RecordKind, meant: Fields, holds: Fields, is: EditedSince): Fields | null {
  const edited = [...holds].flatMap(([field, value]) => {
    const { same, incidental } = fieldRule(kind, field);
    if (incidental === true || same(meant.get(field) ?? null, value)) return [];
    return is === 'surely' || isOfPeople(kind, meant, field, value) ? field : [];
  });
  if (edited.length === 0) return null;
  const before = new Map(holds);
  const maps = new Set(edited.map(mapOf));
  for (const field of edited) before.delete(field);
  // What was edited may be another entry now, and the one it was is not there any more.
  for (const [field, value] of meant) if (maps.has(mapOf(field)) && !before.has(field)) before.set(field, value);
  return before;
}

function isOfPeople(kind: RecordKind, meant: Fields, field: FieldName, value: Value): boolean {
  if (!OF_PEOPLE[kind].has(mapOf(field))) return false;
  if (MADE_UP.has(field) && !meant.has(field)) return false;
  const given = plain([...meant.values()].flatMap((said) => textsIn(said, () => true)).join(' '));
  const squeezed = given.replaceAll(NOT_OF_WORDS, '');
  return textsIn(value, (key) => SAID_IN.has(key)).some((text) => !isMadeOf(plain(text), squeezed));
}

const mapOf = (field: FieldName): string => field.split('/', 1)[0] as string;

/** Texts and numbers of a value, of those of its parts that are asked for. */
function textsIn(value: Value, isAsked: (key: string) => boolean): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, isAsked));
  return Object.entries(value).flatMap(([key, own]) => (isAsked(key) ? textsIn(own, isAsked) : []));
}

/** In small letters without accents, and without what a text that is made a page gets. */
const plain = (text: string): string =>
  text
    .replaceAll(/<[^<>]*>|&(?:[a-z]+|#\d+);/gi, ' ')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase();

const NOT_OF_WORDS = /[^\p{L}\p{N}]/gu;
/** A number is the same with another code of its country. */
const OWN_DIGITS = 6;

/** Is each word of a text one of what was given, or a part of one? */
function isMadeOf(text: string, given: string): boolean {
  const all = text.replaceAll(NOT_OF_WORDS, '');
  if (/^\d+$/.test(all)) return given.includes(all.slice(-OWN_DIGITS));
  return (text.match(/\p{L}+|\p{N}+/gu) ?? []).every((word) => given.includes(word));
}
