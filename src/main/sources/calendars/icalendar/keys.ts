import { sha256Text } from '../../../platform/hash.ts';
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
  const name = field.slice(slash + 1);
  return { map: field.slice(0, slash), key: name.includes('~') ? unescapeName(name) : name };
}

/** The entries of one map. */
export function entriesOf(fields: Fields, map: string): ReadonlyMap<string, Value> {
  const prefix = `${map}/`;
  let entries: Map<string, Value> | null = null;
  fields.forEach((value, field) => {
    if (value === null || !field.startsWith(prefix)) return;
    entries ??= new Map();
    entries.set(entryOf(field)?.key ?? '', value);
  });
  return entries ?? NO_ENTRIES;
}

const NO_ENTRIES: ReadonlyMap<string, Value> = new Map();

/** A key for what has none yet: the same on every device. */
export const mintKey = (kind: string, value: string): string => sha256Text(`${kind}\0${value}`).slice(0, 10);
