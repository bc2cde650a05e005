import type { FieldName } from '../../../record/ids.ts';
import { type Fields, isPlain, type Plain, type Value } from '../../../record/value.ts';
import { RELATIONS } from '../cells/relations.ts';
import { componentsOf, holdsAddressPart, holdsNamePart } from './components.ts';
import { withNamedWords } from './line-params.ts';
import { placeHeld } from './place-on-earth.ts';
import { entryOf, PHONE_FEATURES, ruleFor } from './property-table.ts';
import { namesUnknown, saysNothing } from './read-card.ts';
import { isStillUnknown } from './restated.ts';
import type { VcardVersion } from './vcard-text.ts';
import { type Draft, mapOf } from './written.ts';

const SINGLE: ReadonlySet<string> = new Set(['kind', 'language', 'updated']);
const WORDS: ReadonlySet<string> = new Set(['keywords', 'members']);
const CONTEXTS: ReadonlySet<string> = new Set(['private', 'work']);
const FEATURES: ReadonlySet<string> = new Set(PHONE_FEATURES.values());
const OF_PLAIN_NAME: ReadonlySet<string> = new Set(['full', 'components', 'vCardParams']);
const OF_NAME: ReadonlySet<string> = new Set(['full', 'fullParams', 'components', 'vCardParams']);
const OF_NICKNAME: ReadonlySet<string> = new Set(['name', 'contexts', 'pref', 'vCardParams']);
/** Parts of an address that 4.0 alone has a place for. */
const OF_LATER_ADDRESS: ReadonlySet<string> = new Set(['full', 'coordinates', 'timeZone']);
const OF_RELATION: ReadonlySet<string> = new Set(['label', 'vCardParams']);

/** What a card of this version can hold of a record. A value of which it holds all stays the same object. */
export function projectCard(full: Fields, version: VcardVersion): Fields {
  const held = new Map<FieldName, Value>();
  full.forEach((value, field) => {
    const projected = projectField(field, value, full, version);
    if (projected !== null) held.set(field, projected);
  });
  return held;
}

function projectField(field: FieldName, value: Value, full: Fields, version: VcardVersion): Value {
  if (SINGLE.has(field)) return typeof value === 'string' ? value : null;
  if (field === 'created') return version === '4.0' ? value : null;
  const map = mapOf(field);
  if (WORDS.has(map)) return value === true ? true : null;
  if (!isPlain(value)) return null;
  const plain = map === 'addresses' && version !== '4.0' ? inParts(value) : value;
  if (field === 'name') return projectName(plain, version);
  if (map.startsWith('vCard/'))
    return namesUnknown(plain.name) && !saysNothing(plain.value) && isStillUnknown(map, plain, full, version)
      ? placeHeld(withNamedWords(plain), version)
      : null;
  if (map === 'nicknames') return typeof plain.name === 'string' ? projectNickname(plain, version) : null;
  const entry = entryOf(map, field, plain);
  const rule = ruleFor(map, entry, version);
  if (rule === null || !rule.holds(entry, version)) return null;
  if (isHeldWhole(map, plain, version)) return rule.shown?.(plain, version) ?? plain;
  const held: Draft = map === 'relatedTo' ? { relation: {} } : {};
  for (const name of Object.keys(plain)) {
    const part = heldPart(map, name, plain[name] as Value, version);
    if (part !== undefined) held[name] = part;
  }
  // An address of which nothing is left is none.
  if (map === 'addresses' && !rule.holds(held, version)) return null;
  return rule.shown?.(held, version) ?? held;
}

/** An address of which only the whole is known stands where the street does, for which older cards have a place. */
function inParts(address: Plain): Plain {
  const { full, ...rest } = address;
  if (typeof full !== 'string' || full.trim() === '' || componentsOf(address).length > 0) return address;
  return { ...rest, components: [{ kind: 'name', value: full.trim() }] };
}

function projectNickname(nickname: Plain, version: VcardVersion): Plain {
  const known = only(nickname, OF_NICKNAME);
  if (isHeldWhole('nicknames', known, version)) return known;
  const held: Draft = {};
  for (const name of Object.keys(known)) {
    const part = heldPart('nicknames', name, known[name] as Value, version);
    if (part !== undefined) held[name] = part;
  }
  return held;
}

function isHeldWhole(map: string, entry: Plain, version: VcardVersion): boolean {
  for (const name of Object.keys(entry))
    if (heldPart(map, name, entry[name] as Value, version) !== entry[name]) return false;
  // A relation is told of everybody who is related, be it none that is known.
  return map !== 'relatedTo' || entry.relation !== undefined;
}

/** What a card can hold of a part of an entry, the same object where that is all; undefined: nothing. */
function heldPart(map: string, name: string, part: Value, version: VcardVersion): Value | undefined {
  // Set like any other, it would be no part: and no text says one.
  if (name === '__proto__') return undefined;
  if (name === 'contexts') return heldWords(part, CONTEXTS);
  if (name === 'features') return heldWords(part, FEATURES);
  if (name === 'pref') return typeof part === 'number' && (version === '4.0' || part === 1) ? part : undefined;
  if (map === 'relatedTo') {
    if (name === 'relation') return heldWords(part, RELATIONS);
    return OF_RELATION.has(name) ? part : undefined;
  }
  if (map !== 'addresses' || version === '4.0') return part;
  if (name === 'components') return heldComponents({ components: part }, holdsAddressPart, version);
  return OF_LATER_ADDRESS.has(name) ? undefined : part;
}

function heldWords(part: Value, known: ReadonlySet<string>): Value | undefined {
  if (part === null || typeof part !== 'object') return undefined;
  const words = part as Plain;
  const names = Object.keys(words);
  const held = names.filter((word) => words[word] === true && known.has(word));
  if (held.length === 0) return undefined;
  return held.length === names.length ? part : Object.fromEntries(held.map((word) => [word, true]));
}

function heldComponents(
  entry: Plain,
  holds: (kind: string, version: VcardVersion) => boolean,
  version: VcardVersion,
): Value | undefined {
  const given = componentsOf(entry);
  const held = given.every(({ kind }) => holds(kind, version))
    ? given
    : given.filter(({ kind }) => holds(kind, version));
  return held.length === 0 ? undefined : (held as unknown as Value);
}

function projectName(name: Plain, version: VcardVersion): Value {
  const components = heldComponents(name, holdsNamePart, version);
  const held = only(name, hasFullParams(name) ? OF_NAME : OF_PLAIN_NAME);
  if (held.components === components) return Object.keys(held).length === 0 ? null : held;
  const { components: _, ...rest } = held;
  const projected: Plain = components === undefined ? rest : { ...rest, components };
  return Object.keys(projected).length === 0 ? null : projected;
}

/** Has it a whole, and are these parameters as a line has them? */
function hasFullParams({ full, fullParams = null }: Plain): boolean {
  if (typeof full !== 'string' || full === '') return false;
  if (fullParams === null || typeof fullParams !== 'object' || Array.isArray(fullParams)) return false;
  const given = Object.entries(fullParams);
  return given.length > 0 && given.every(([name, values]) => isOwnParam(name) && isListOfTexts(values));
}
const isOwnParam = (name: string): boolean => /^[a-z0-9-]{1,64}$/.test(name) && !OF_NOTATION.has(name);
const OF_NOTATION: ReadonlySet<string> = new Set(['derived', 'prop-id', 'charset', 'encoding', 'value']);
const isListOfTexts = (values: Value): boolean =>
  Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');

/** The value with these parts alone: itself, where it has no others. */
function only(value: Plain, parts: ReadonlySet<string>): Plain {
  const names = Object.keys(value);
  if (names.every((name) => parts.has(name))) return value;
  return Object.fromEntries(names.flatMap((name) => (parts.has(name) ? [[name, value[name] as Value]] : [])));
}
