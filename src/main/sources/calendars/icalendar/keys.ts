import { sha256 } from '../../../platform/hash.ts';
import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import type { FieldName } from '../../../record/ids.ts';
import { fieldName } from '../../../record/ids.ts';
import type { Fields, Value } from '../../../record/value.ts';

/** The field of one entry of a map. */
export const entryField = (map: string, key: string): FieldName => fieldName(`${map}/${escapeName(key)}`);

/** Map and key of a field; null: it is no entry. */
export function entryOf(field: string): { readonly map: string; readonly key: string } | null {
  const slash = field.indexOf('/');
  if (slash < 1) return null;
  return { map: field.slice(0, slash), key: unescapeName(field.slice(slash + 1)) };
}

/** The entries of one map. */
export function entriesOf(fields: Fields, map: string): ReadonlyMap<string, Value> {
  const prefix = `${map}/`;
  const entries = new Map<string, Value>();
  for (const [field, value] of fields) {
    if (!field.startsWith(prefix) || value === null) continue;
    entries.set(entryOf(field)?.key ?? '', value);
  }
  return entries;
}

/** A key for what has none yet: the same on every device. */
export const mintKey = (kind: string, value: string): string =>
  Buffer.from(sha256(`${kind}\0${value}`))
    .toString('base64url')
    .slice(0, 10);
