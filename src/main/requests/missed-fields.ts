import { isTold } from '../../contract/field-words.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { equalValues, type Fields, type Value } from '../record/value.ts';
import type { LostField } from '../snapshot/lost-fields.ts';

/** Of what a format that holds `held` has lost (`lostFields`) what a person would miss: not the name as a whole, where its parts are there. */
export function missedAmong(lost: readonly LostField[], held: Fields): readonly LostField[] {
  return lost.filter(
    ({ field, value, isPart }) =>
      isTold(field) && !(isPart && field === 'name' && equalValues(partsOf(value), partsOf(held.get(field)))),
  );
}

/** The parts of a name; in which order they are listed says nothing, unless it says that it does (RFC 9553). */
function partsOf(name: Value | undefined): Value {
  if (name === null || typeof name !== 'object' || !('components' in name)) return null;
  const { components, isOrdered } = name as { readonly components: Value; readonly isOrdered?: Value };
  if (isOrdered === true || !Array.isArray(components)) return components;
  const key = (part: Value): string => JSON.stringify(part);
  return [...(components as readonly Value[])].sort((a, b) => compareTexts(key(a), key(b)));
}
