import type { Change, FieldWrite } from '../change-log/change.ts';
import type { Sibling } from '../merge/record-state.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import { adoptedOverride, isOverride, SERIES_FIELDS, strayOverrides } from '../record/series.ts';
import type { Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import type { OpenConflict } from './open-conflicts.ts';

/** How one conflict of a record is to end: with a value of its field, or with the record deleted. */
export type Settled = { readonly conflict: OpenConflict } & ({ readonly value: Value } | { readonly deleted: true });

/**
 * The change that settles conflicts of one record: it replaces exactly the values that stand there. A conflict that is not settled with
 * it stays as it is: of `exists` only what keeps the record is then replaced, never the delete beside it.
 */
export function settleChange(record: StoredRecord, settled: readonly Settled[]): Change {
  const exists = record.state.fields.get(EXISTS) ?? [];
  if (settled.some((each) => 'deleted' in each)) return deleteChange(record);
  const writes: FieldWrite[] = [];
  for (const each of settled) {
    const { field } = each.conflict;
    if (field !== EXISTS && 'value' in each)
      writes.push({
        field,
        value: settledValue(record, field, each.value),
        replaces: dotsOf(record.state.fields.get(field) ?? []),
      });
  }
  const decided = settled.some(({ conflict }) => conflict.ofRecord);
  const replaced = decided ? exists : exists.filter((sibling) => sibling.value === true);
  writes.push({ field: EXISTS, value: true, replaces: dotsOf(replaced) });
  return { record: record.id, cause: 'settle', writes };
}

/**
 * What is to be said of an occurrence after all is said of the series as it is now, else it would be in conflict with it for ever. Where
 * that is in conflict itself, it is settled first.
 */
function settledValue({ state }: StoredRecord, field: FieldName, value: Value): Value {
  if (!isOverride(field)) return value;
  const series = new Map<FieldName, Value>();
  for (const each of SERIES_FIELDS) {
    const [only, ...others] = state.fields.get(each) ?? [];
    if (others.length > 0) return value;
    if (only !== undefined) series.set(each, only.value);
  }
  const isStray = strayOverrides(new Map([...series, [field, value]])).length > 0;
  return isStray ? adoptedOverride(series, value) : value;
}

/** Deletes a record as it stands here, whatever is in conflict in it. */
export function deleteChange(record: StoredRecord): Change {
  const exists = record.state.fields.get(EXISTS) ?? [];
  return { record: record.id, cause: 'settle', writes: [{ field: EXISTS, value: false, replaces: dotsOf(exists) }] };
}

const dotsOf = (siblings: readonly Sibling[]): readonly Dot[] => siblings.flatMap((sibling) => sibling.dots);
