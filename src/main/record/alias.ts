import { type FieldName, fieldName } from './ids.ts';

/** Of a contact that is one with another: the id of that one. */
export const ALIAS_OF: FieldName = fieldName('aliasOf');
const APART = 'apart/';

/** Says of a contact that another one, named by a digest of its id, is somebody else. */
export const apartFrom = (digest: string): FieldName => fieldName(APART + digest);

/** What only this program says of a record: no format has a place for it, and nobody misses it there. */
export const isOwnField = (field: FieldName): boolean => field === ALIAS_OF || field.startsWith(APART);
