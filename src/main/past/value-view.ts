import type { ValueView } from '../../contract/contract.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { fileEntry } from '../record/file-entry.ts';
import { type FieldName, fieldName, type RecordId } from '../record/ids.ts';
import { nameInParts } from '../record/name-in-parts.ts';
import type { Value } from '../record/value.ts';

/** A value as people and scripts see it: a file by type, size and SHA-256 (never by its chunks), anything else as it is. */
export function valueView(value: Value | undefined): ValueView {
  const entry = fileEntry(value);
  if (entry === null) return value ?? null;
  if (entry.type === 'file') return { type: 'file', size: entry.size, sha256: entry.digest };
  return entry.type === 'symlink' ? { type: 'symlink', target: entry.target } : { type: 'directory' };
}

const NAME = fieldName('name');
const FULL_NAME = fieldName('name/full');
const TITLE = fieldName('title');

/** A name in its parts, as of a contact in a table; anything else as it is. */
function said(name: Value | undefined): Value | undefined {
  if (name === null || typeof name !== 'object' || !('components' in name) || !Array.isArray(name.components))
    return name;
  return nameInParts(name.components);
}

/** What a contact without a name is called by: the first of these it has. */
const TELLING = [
  ['organizations/', 'name'],
  ['nicknames/', 'name'],
  ['emails/', 'address'],
  ['phones/', 'number'],
] as const;

/**
 * What people call a record: a file by its name, a contact or an event by what its fields say; its id where they say nothing. `fields`: the
 * names of those it has.
 */
export function recordTitle(
  kind: RecordKind,
  id: RecordId,
  fieldOf: (field: FieldName) => Value | undefined,
  fields: Iterable<FieldName>,
): string {
  if (kind === 'files') return id.slice(id.lastIndexOf('/') + 1);
  const name = fieldOf(NAME);
  const full =
    name !== null && typeof name === 'object' && 'full' in name ? name.full : (fieldOf(FULL_NAME) ?? said(name));
  const text = kind === 'calendar' ? fieldOf(TITLE) : full;
  if (typeof text === 'string' && text !== '') return text;
  return (kind === 'contacts' ? toldBy(fieldOf, [...fields]) : null) ?? id;
}

function toldBy(fieldOf: (field: FieldName) => Value | undefined, fields: readonly FieldName[]): string | null {
  for (const [map, part] of TELLING)
    for (const field of fields.filter((each) => each.startsWith(map)).sort((a, b) => (a < b ? -1 : 1))) {
      const entry = fieldOf(field) ?? null;
      const text =
        entry !== null && typeof entry === 'object' ? (entry as { readonly [key: string]: Value })[part] : null;
      if (typeof text === 'string' && text !== '') return text;
    }
  return null;
}
