import { sha256Text } from '../../../platform/hash.ts';
import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import type { FieldName } from '../../../record/ids.ts';
import { fieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';
import { remembering } from '../../text/remembering.ts';

const SLASH = 0x2f;
/** Is the field an entry of this map? */
export const isEntryOf = (field: string, map: string): boolean =>
  field.charCodeAt(map.length) === SLASH && field.startsWith(map);

/** The field of one entry of a map. */
export const entryField = (map: string, key: string): FieldName =>
  fieldName(`${map}/${key.includes('/') || key.includes('~') ? escapeName(key) : key}`);

/** Map and key of a field; null: it is no entry. */
export function entryOf(field: string): { readonly map: string; readonly key: string } | null {
  const slash = field.indexOf('/');
  if (slash < 1) return null;
  const name = field.slice(slash + 1);
  return { map: field.slice(0, slash), key: name.includes('~') ? unescapeName(name) : name };
}

/** The entries of one map. */
export function entriesOf(fields: Fields, map: string): ReadonlyMap<string, Value> {
  let entries: Map<string, Value> | null = null;
  fields.forEach((value, field) => {
    if (value === null || !isEntryOf(field, map)) return;
    entries ??= new Map();
    entries.set(entryOf(field)?.key ?? '', value);
  });
  return entries ?? NO_ENTRIES;
}

const NO_ENTRIES: ReadonlyMap<string, Value> = new Map();

/** A key for what has none yet: the same on every device. */
export const mintKey = (kind: string, value: string): string => minted(`${kind}\0${value}`);
const minted = remembering(2_000, (text) => sha256Text(text).slice(0, 10));
