import { compareTexts } from '../record/compare-texts.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { type FieldName, fieldName, type RecordId } from '../record/ids.ts';
import { nameInParts } from '../record/name-in-parts.ts';
import type { Fields, Plain, Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';

const NAME = fieldName('name');
const FULL_NAME = fieldName('name/full');
const TITLE = fieldName('title');

/** What a contact without a name is called by: the first of these it has. */
const TELLING = [
  ['organizations/', 'name'],
  ['nicknames/', 'name'],
  ['emails/', 'address'],
  ['phones/', 'number'],
] as const;

/**
 * What people call a record, in one line: a file by its name, a contact or an event by what its fields say; its id where they say nothing.
 */
export function recordTitle(kind: RecordKind, id: RecordId, fields: Fields): string {
  if (kind === 'files') return fileName(id);
  const text = kind === 'calendar' ? fields.get(TITLE) : nameOf(fields);
  const line = typeof text === 'string' ? text.replace(/\s*\n\s*/g, ' ').trim() : '';
  if (line !== '') return line;
  return (kind === 'contacts' ? toldBy(fields) : null) ?? id;
}

/** The same of a record as it is stored: of a field in conflict its first value counts. */
export const storedTitle = (kind: RecordKind, { id, state }: Pick<StoredRecord, 'id' | 'state'>): string =>
  kind === 'files' ? fileName(id) : recordTitle(kind, id, firstValues(state));

/** One value of each field of a record. */
export function firstValues({ fields }: StoredRecord['state']): Map<FieldName, Value> {
  const values = new Map<FieldName, Value>();
  for (const [field, [first]] of fields) if (first !== undefined) values.set(field, first.value);
  return values;
}

const fileName = (id: RecordId): string => id.slice(id.lastIndexOf('/') + 1);

function nameOf(fields: Fields): Value | undefined {
  const name = fields.get(NAME);
  if (name !== null && typeof name === 'object' && 'full' in name) return name.full;
  return fields.get(FULL_NAME) ?? said(name);
}

/** A name in its parts, as of a contact in a table; anything else as it is. */
function said(name: Value | undefined): Value | undefined {
  if (name === null || typeof name !== 'object' || !('components' in name) || !Array.isArray(name.components))
    return name;
  return nameInParts(name.components);
}

function toldBy(fields: Fields): string | null {
  for (const [map, part] of TELLING)
    for (const field of [...fields.keys()].filter((each) => each.startsWith(map)).sort(compareTexts)) {
      const entry = fields.get(field) ?? null;
      const text = entry !== null && typeof entry === 'object' ? (entry as Plain)[part] : null;
      if (typeof text === 'string' && text !== '') return text;
    }
  return null;
}
