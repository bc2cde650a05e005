import type { Change } from '../change-log/change.ts';
import type { Held } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';

const isTime = (kind: RecordKind, field: FieldName): boolean => fieldRule(kind, field).concurrent === 'larger';

/** Does the change say nothing but that the item was written anew, as it was before? */
export function isOnlyTime(kind: RecordKind, held: Held, change: Change): boolean {
  const is = held.get(EXISTS)?.value === true;
  return is && change.writes.every(({ field }) => field === EXISTS || isTime(kind, field));
}

/** What a source holds of such an item: as before, at the time it has now. */
export function heldAtTimeOf(kind: RecordKind, held: Held, now: Fields): Held {
  return new Map(
    [...held].map(([field, { value, dots }]) => {
      const shown = isTime(kind, field) ? (now.get(field) ?? value) : value;
      return [field, { value: shown, dots }];
    }),
  );
}
