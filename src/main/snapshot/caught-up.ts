import type { Held, RecordState } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/**
 * What a source holds of a record, where it shows by now what the record says already, and what it showed before is replaced: an interrupted write
 * of ours got so far and that was not noted, or two people wrote the same. To say it once more would change nothing, and stand beside the next edit
 * of it. `now`: what the source shows. Pure.
 */
export function caughtUp(kind: RecordKind, state: RecordState, held: Held | null, now: Fields): Held | null {
  if (held?.get(EXISTS)?.value !== true) return held;
  const after = new Map(held);
  const look = (field: FieldName, value: Value): void => {
    const before = held.get(field);
    const { same } = fieldRule(kind, field);
    if (field === EXISTS || same(before?.value ?? null, value)) return;
    const siblings = state.fields.get(field) ?? [];
    const replaces = siblings.some(({ dots }) => dots.some((dot) => before?.dots.includes(dot)));
    const current = replaces ? undefined : siblings.find((sibling) => same(sibling.value, value));
    if (current !== undefined) after.set(field, current);
  };
  for (const [field, value] of now) look(field, value);
  for (const field of held.keys()) if (!now.has(field)) look(field, null);
  return after;
}
