import { escapeName, unescapeName } from './entry-name.ts';
import { type FieldName, fieldName, type RecordId, recordId } from './ids.ts';
import type { Fields, Value } from './value.ts';

const URN = /^urn:uuid:/i;
/** As most UIDs are: of these the record is of the same name. */
const PLAIN = /^[\w.@-]*$/;

/**
 * The record a UID stands for. `urn:uuid:x` and `x` are one. Records of files lie in directories told by `/`; those of texts all lie in one, so
 * it is written as `%2F`.
 */
export function recordIdOfUid(uid: string): RecordId {
  if (PLAIN.test(uid)) return recordId(uid);
  return recordId(uid.replace(URN, '').replace(/[%/\p{Cc}]/gu, escaped));
}

/** The UID a new item of this record states. */
export function uidOfRecord(id: RecordId): string {
  return id.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** How fields begin that name the members of a group (RFC 9553 2.1.6), each by its UID. */
const MEMBERS = 'members/';
export const memberField = (uid: string): FieldName => fieldName(MEMBERS + escapeName(uid));
/** The UID of the member a field names; null: it names none. */
export const memberIn = (field: FieldName): string | null =>
  field.startsWith(MEMBERS) ? unescapeName(field.slice(MEMBERS.length)) : null;

const KIND = fieldName('kind');
/** Is it a group, whose fields name members? */
export const isGroup = (fields: Fields): boolean => fields.get(KIND) === 'group';

/** What a group says, its members called by `name` of their UIDs. The same map where none of them is called otherwise. */
export function withMembersNamed(fields: Fields, name: (uid: string) => string): Fields {
  const all = new Map<FieldName, Value>();
  let isOther = false;
  for (const [field, value] of fields) {
    const uid = memberIn(field);
    const called = uid === null ? field : memberField(name(uid));
    isOther ||= called !== field;
    all.set(called, value);
  }
  return isOther ? all : fields;
}

const escaped = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
