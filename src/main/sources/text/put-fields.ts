import { fieldRule, type RecordKind } from '../../record/field-rules.ts';
import type { FieldName } from '../../record/ids.ts';
import { equalValues, type Fields, type Value } from '../../record/value.ts';

/**
 * The full record, changed only where the reading differs from what the source showed of it before (the lens of DESIGN 4). `before`: what
 * the source held when it was last in step; `now`: what it holds. What the source cannot hold is in neither, and stays; what it held and
 * does not any more is cleared. Within one entry (an address with a label the format has no place for) the same holds part by part.
 * Law: `putFields(full, held, held)` is `full`.
 */
export function putFields(kind: RecordKind, full: Fields, before: Fields, now: Fields): Fields {
  const after = new Map<FieldName, Value>(full);
  for (const [field, value] of now) {
    const held = before.get(field) ?? null;
    if (fieldRule(kind, field).same(held, value)) continue;
    after.set(field, putValue(full.get(field) ?? null, held, value));
  }
  for (const field of before.keys()) if (!now.has(field)) after.delete(field);
  return after;
}

function putValue(full: Value, before: Value, now: Value): Value {
  if (!isPlain(full) || !isPlain(before) || !isPlain(now)) return now;
  const after: { [key: string]: Value } = { ...full };
  for (const [key, value] of Object.entries(now)) {
    const held = before[key] ?? null;
    if (!equalValues(held, value)) after[key] = putValue(full[key] ?? null, held, value);
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(now, key)) delete after[key];
  return after;
}

const isPlain = (value: Value): value is { readonly [key: string]: Value } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
