import type { FieldName } from './ids.ts';
import { nameInParts } from './name-in-parts.ts';
import type { Fields, Plain, Value } from './value.ts';

interface NamePart {
  readonly kind?: Value;
  readonly value?: Value;
}

interface Entry {
  readonly map: string;
  readonly value: Value;
}

/** What a card without a full name is called: programs want something there. By its parts, else by the first thing that tells it. */
export function displayName(components: readonly NamePart[], entries: readonly Entry[]): string {
  const made = nameInParts(components);
  if (made !== '') return made;
  for (const [map, part] of TELLING) {
    const found = entries.find((entry) => entry.map === map);
    const text = found === undefined ? '' : textOf(found, part);
    if (text !== '') return text;
  }
  return '';
}

/** Could a card be called so by whoever made up a name for it? Of several numbers it may have had another one first. */
export function isMadeUp(text: string, components: readonly NamePart[], entries: readonly Entry[]): boolean {
  const made = nameInParts(components);
  if (made !== '') return text === made;
  const tells = (entry: Entry): boolean =>
    TELLING.some(([map, part]) => entry.map === map && textOf(entry, part) === text);
  return text === '' || entries.some(tells);
}

/** `displayName` of what a record says. */
export const madeUpName = (fields: Fields): string => displayName(...tellingOf(fields));

/** `isMadeUp` of what a record says. */
export const isMadeUpOf = (text: string, fields: Fields): boolean => isMadeUp(text, ...tellingOf(fields));

/** What a record is called in full by somebody; null: nobody said. */
export function fullNameIn(fields: Fields): Value {
  return ((fields.get('name' as FieldName) ?? {}) as Plain).full ?? null;
}

function tellingOf(fields: Fields): Parameters<typeof displayName> {
  const name = (fields.get('name' as FieldName) ?? {}) as Plain;
  const components = Array.isArray(name.components) ? (name.components as readonly NamePart[]) : [];
  return [components, [...fields].map(([field, value]) => ({ map: field.slice(0, field.lastIndexOf('/')), value }))];
}

function textOf({ value }: Entry, part: string): string {
  const text = (value as Plain)[part];
  return typeof text === 'string' ? text : '';
}

const TELLING = [
  ['organizations', 'name'],
  ['nicknames', 'name'],
  ['emails', 'address'],
  ['phones', 'number'],
] as const;
