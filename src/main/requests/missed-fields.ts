import { isTold } from '../../contract/field-words.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { equalValues, type Fields, type Value } from '../record/value.ts';
import { type LostField, lostFields } from '../snapshot/lost-fields.ts';

/** Of what a format cannot hold (`held`: its projection) what a person would miss: not the name as a whole, where its parts are there. */
export function missedFields(kind: RecordKind, full: Fields, held: Fields): readonly LostField[] {
  return lostFields(kind, full, held).filter(
    ({ field, value, isPart }) =>
      isTold(field) && !(isPart && field === 'name' && equalValues(partsOf(value), partsOf(held.get(field)))),
  );
}

const partsOf = (name: Value | undefined): Value =>
  name !== null && typeof name === 'object' && 'components' in name ? (name.components as Value) : null;
