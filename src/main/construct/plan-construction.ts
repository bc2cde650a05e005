import {
  type DotOrder,
  type Held,
  type HeldField,
  isConflict,
  type RecordState,
  type Sibling,
  shownFields,
} from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** What a source has to do so that it shows a record's state. */
export interface PlannedItem {
  /** Nothing is written where the source holds all values already; its snapshot still moves to these. */
  readonly write: boolean;
  /** null: the item shall not be there. */
  readonly fields: Fields | null;
  /** What the source holds once that is done. */
  readonly held: Held;
}

/**
 * Plans one record for one source. Pure.
 *
 * Where a field is in conflict, a source that holds one of its values keeps it; one that held none gets the shown one (DESIGN 5).
 * So nothing changes under an open editor, and each device's file stays as its user left it until a person decides.
 */
export function planItem(kind: RecordKind, state: RecordState, held: Held | null, order: DotOrder): PlannedItem {
  const target = new Map<FieldName, HeldField>();
  const shown = shownFields(kind, state, order);
  for (const [field, siblings] of state.fields) {
    const kept = isConflict(fieldRule(kind, field), siblings) ? keptSibling(held?.get(field), siblings) : null;
    const value = kept === null ? shown.get(field) : { value: kept.value, dots: kept.dots };
    if (value !== undefined) target.set(field, value);
  }
  const wasThere = held?.get(EXISTS)?.value === true;
  if (target.get(EXISTS)?.value !== true) return { write: wasThere, fields: null, held: target };
  const fields = new Map<FieldName, Value>();
  let write = !wasThere;
  for (const [field, { value }] of target) {
    if (field === EXISTS) continue;
    if (value !== null) fields.set(field, value);
    if (!fieldRule(kind, field).same(held?.get(field)?.value ?? null, value)) write = true;
  }
  return { write, fields, held: target };
}

/** The value of the conflict that the source holds, by the dots it shows. */
function keptSibling(held: HeldField | undefined, siblings: readonly Sibling[]): Sibling | null {
  if (held === undefined) return null;
  return siblings.find((sibling) => sibling.dots.some((dot) => held.dots.includes(dot))) ?? null;
}
