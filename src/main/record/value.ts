import type { FieldName } from './ids.ts';

/** What a field can hold. `null` means cleared: the author knows the field and emptied it. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A value of named parts: what an address, or an occurrence of a series, is. */
export type Plain = { readonly [key: string]: Value };

/** Has it named parts, rather than being a list, bytes or a single value? */
export const isPlain = (value: Value | undefined): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);

/** The fields of a record as one source holds them or as a person sees them: one value each. */
export type Fields = ReadonlyMap<FieldName, Value>;

/** The same fields, with equal values? */
export function equalFields(a: Fields, b: Fields): boolean {
  if (a.size !== b.size) return false;
  let isSame = true;
  a.forEach((value, field) => {
    const other = b.get(field);
    isSame &&= other !== undefined && equalValues(value, other);
  });
  return isSame;
}

/** Equality of plain values: same shape, same bytes, whatever the order of keys. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false;
    return a.every((byte, at) => byte === b[at]);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let at = 0; at < a.length; at++) if (!equalValues(a[at] as Value, b[at] as Value)) return false;
    return true;
  }
  const left = a as Plain;
  const right = b as Plain;
  let more = 0;
  for (const key in left) {
    if (!Object.hasOwn(right, key) || !equalValues(left[key] as Value, right[key] as Value)) return false;
    more++;
  }
  for (const _ in right) more--;
  return more === 0;
}
