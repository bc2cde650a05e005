import { isOwnField } from '../record/alias.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** A field a format has no place for, or (`isPart`) can hold only a part of. */
export interface LostField {
  readonly field: FieldName;
  readonly value: Value;
  readonly isPart: boolean;
}

/** What of a record is not in what a format can hold of it (`held`: its projection). */
export function lostFields(kind: RecordKind, full: Fields, held: Fields): readonly LostField[] {
  const lost: LostField[] = [];
  for (const [field, value] of full) {
    if (isOwnField(field)) continue;
    const there = held.get(field);
    if (there === undefined) lost.push({ field, value, isPart: false });
    else if (!fieldRule(kind, field).same(value, there)) lost.push({ field, value, isPart: true });
  }
  return lost;
}
