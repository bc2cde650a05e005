import type { FieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Plain, type Value } from '../../../record/value.ts';
import { alignKeys } from '../../text/entry-keys/align-keys.ts';
import { plain, prefOf } from '../cells/cells.ts';
import { type LdifLine, type LdifRecord, valueBytes } from './ldif-text.ts';

/** The attribute of a picture (RFC 2798 2.6), as it is written. */
export const PHOTO = 'jpegPhoto';
/** The same in lower case, as lines name it. */
export const PHOTO_NAMES: ReadonlySet<string> = new Set(['jpegphoto', 'jpegphoto;binary']);
const PREFIX = 'media/';

/** The line of a record that holds its picture: the first that holds any bytes. null: none does. */
export const photoLineOf = ({ lines }: LdifRecord): LdifLine | null =>
  lines.find(({ name, isBase64, value, end }) => isBase64 && value < end && PHOTO_NAMES.has(name)) ?? null;

/** The picture a record holds, as a field. `previous`: whose key it keeps. */
export function readPhoto(
  bytes: Uint8Array,
  line: LdifLine,
  previous: Fields | null,
): { readonly field: FieldName; readonly value: Value } | null {
  const data = valueBytes(bytes, line);
  if (data.length === 0) return null;
  const entry = { map: 'media', value: { kind: 'photo', mediaType: 'image/jpeg', data } as Value };
  const [field] = alignKeys([entry], previous);
  return field === undefined ? null : { field, value: entry.value };
}

/** What of the pictures in a record an LDIF can hold: one, and only a JPEG that is not elsewhere. null: none. */
export function photoIn(fields: Fields): { readonly field: FieldName; readonly value: Plain } | null {
  let best: { readonly field: FieldName; readonly value: Plain } | null = null;
  fields.forEach((value, field) => {
    if (!field.startsWith(PREFIX)) return;
    const { kind, mediaType, data = null } = plain(value) ?? {};
    const isHeld =
      kind === 'photo' && mediaType === 'image/jpeg' && (data instanceof Uint8Array ? data.length > 0 : data !== null);
    if (isHeld && (best === null || isBefore({ field, value }, best))) best = { field, value: plain(value) as Plain };
  });
  return best;
}

interface Entry {
  readonly field: FieldName;
  readonly value: Value;
}
function isBefore(a: Entry, b: Entry): boolean {
  const by = prefOf(a.value) - prefOf(b.value);
  return by < 0 || (by === 0 && a.field < b.field);
}

/** The picture as an LDIF shows it. */
export const shownPhoto = ({ data = null }: Plain): Value => ({ kind: 'photo', mediaType: 'image/jpeg', data });

/** Do both say one picture? */
export const samePhoto = (a: Plain | null, b: Plain | null): boolean => equalValues(a?.data ?? null, b?.data ?? null);

/** The bytes to be written for a picture; null: there is none, or its bytes are not at hand. */
export const photoBytes = (value: Plain | null): Uint8Array | null =>
  value?.data instanceof Uint8Array ? value.data : null;
