import { type FieldName, fieldName, type RecordId, recordId } from './ids.ts';
import type { Value } from './value.ts';

/** Of a contact that is one with another: the id of that one. */
export const ALIAS_OF: FieldName = fieldName('aliasOf');
/** Of a contact that was found to be another one when it came: what both have. A list of texts. */
export const MATCHED_BY: FieldName = fieldName('matchedBy');
/** How fields of `alsoField` begin. */
export const ALSO = 'also/';
const APART = 'apart/';

/** Says of a contact that another one, named by a digest of its id, was found to be it when it came: see `alsoIn`. */
export const alsoField = (digest: string): FieldName => fieldName(ALSO + digest);
/** What such a field says: the contact that came, and what both have. */
export const alsoValue = (record: RecordId, by: readonly string[]): Value => ({ record, by });

/** The contact that was found to be this one, by what; null: the field says something else. */
export function alsoIn(
  field: FieldName,
  value: Value,
): { readonly record: RecordId; readonly by: readonly string[] } | null {
  if (!field.startsWith(ALSO) || value === null || typeof value !== 'object') return null;
  const { record, by } = value as { readonly record?: Value; readonly by?: Value };
  return typeof record === 'string' ? { record: recordId(record), by: textsIn(by ?? null) } : null;
}

/** The texts in a list; what else is in it is left out. */
export const textsIn = (value: Value): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/** Says of a contact that another one, named by a digest of its id, is somebody else. */
export const apartFrom = (digest: string): FieldName => fieldName(APART + digest);

/** What only this program says of a record: no format has a place for it, and nobody misses it there. */
export const isOwnField = (field: FieldName): boolean =>
  field === ALIAS_OF || field === MATCHED_BY || field.startsWith(ALSO) || field.startsWith(APART);
