import type { Change } from '../change-log/change.ts';
import {
  type DotOrder,
  type Held,
  type HeldField,
  isLive,
  type RecordState,
  shownFields,
} from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';

/**
 * What a source holds of a record, from what is stored of its snapshot: `undefined` (no snapshot): it never held the record, unless that is
 * deleted: then it shows the tombstone, so making the item anew is no conflict. `null`: exactly what the record's state shows.
 */
export function heldOf(
  kind: RecordKind,
  state: RecordState,
  stored: Held | null | undefined,
  order: DotOrder,
): Held | null {
  if (stored === null) return shownFields(kind, state, order);
  if (stored !== undefined) return stored;
  return isLive(state) ? null : shownFields(kind, state, order);
}

/** What a source holds once its change has become the change named `dot`. */
export function heldAfter(kind: RecordKind, before: Held | null, change: Change, now: Fields | null, dot: Dot): Held {
  const held = new Map<FieldName, HeldField>(before ?? []);
  for (const write of change.writes) held.set(write.field, { value: write.value, dots: [dot] });
  for (const [field, value] of now ?? []) {
    const known = held.get(field);
    if (known !== undefined && fieldRule(kind, field).same(known.value, value))
      held.set(field, { value, dots: known.dots });
  }
  return held;
}

/** Is this just what the state shows, so that nothing of its own need be stored? */
export function isAsShown(kind: RecordKind, held: Held, state: RecordState, order: DotOrder): boolean {
  for (const [field, siblings] of state.fields)
    if (siblings.length > 1 && fieldRule(kind, field).concurrent === 'conflict') return false;
  const shown = shownFields(kind, state, order);
  if (shown.size !== held.size) return false;
  for (const [field, { value, dots }] of shown) {
    const mine = held.get(field);
    if (mine === undefined || !fieldRule(kind, field).same(mine.value, value) || mine.dots.length !== dots.length)
      return false;
    if (!mine.dots.every((dot) => dots.includes(dot))) return false;
  }
  return true;
}
