import type { Change } from '../change-log/change.ts';
import {
  type DotOrder,
  type Held,
  type HeldField,
  isConflict,
  isLive,
  type RecordState,
  shownField,
  shownFields,
} from '../merge/record-state.ts';
import { type FieldRule, fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
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
  if (isLive(state)) return stored === null ? shownFields(kind, state, order) : (stored ?? null);
  const held = stored ?? shownFields(kind, state, order);
  return held.get(EXISTS)?.value === true ? held : withAllDots(held, state);
}

/** Nothing is to be seen of what is deleted: whoever makes it anew replaces each value it had, also those that nobody ever settled. */
function withAllDots(held: Held, state: RecordState): Held {
  const all = new Map(held);
  state.fields.forEach((siblings, field) => {
    const value = held.get(field)?.value;
    if (siblings.length > 1 && value !== undefined)
      all.set(field, { value, dots: siblings.flatMap(({ dots }) => dots) });
  });
  return all;
}

/** What a source holds once its change has become the change named `dot`. */
export function heldAfter(kind: RecordKind, before: Held | null, change: Change, now: Fields | null, dot: Dot): Held {
  const held = new Map<FieldName, HeldField>(before ?? []);
  const own: readonly Dot[] = [dot];
  for (const { field, value } of change.writes) held.set(field, { value, dots: own });
  now?.forEach((value, field) => {
    const known = held.get(field);
    if (known !== undefined && known.value !== value && fieldRule(kind, field).same(known.value, value))
      held.set(field, { value, dots: known.dots });
  });
  return held;
}

/** Is this just what the state shows, so that nothing of its own need be stored? */
export function isAsShown(kind: RecordKind, held: Held, state: RecordState, order: DotOrder): boolean {
  if (state.fields.size !== held.size) return false;
  let isSame = true;
  state.fields.forEach((siblings, field) => {
    if (!isSame) return;
    const rule = fieldRule(kind, field);
    if (isConflict(rule, siblings)) isSame = false;
    else isSame = isShown(rule, shownField(rule, siblings, order), held.get(field));
  });
  return isSame;
}

function isShown(rule: FieldRule, shown: HeldField | null, mine: HeldField | undefined): boolean {
  if (mine === undefined || shown === null || mine.dots.length !== shown.dots.length) return false;
  if (mine.value !== shown.value && !rule.same(mine.value, shown.value)) return false;
  for (const dot of mine.dots) if (!shown.dots.includes(dot)) return false;
  return true;
}
