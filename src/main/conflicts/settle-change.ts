import type { Change, FieldWrite } from '../change-log/change.ts';
import type { RecordState, Sibling } from '../merge/record-state.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import {
  adoptedOverride,
  dayOfOverride,
  isOverride,
  movedOverride,
  overrideAt,
  SERIES_FIELDS,
  strayOverrides,
} from '../record/series.ts';
import type { Fields, Value } from '../record/value.ts';
import { occurrenceOnDay } from '../sources/calendars/occurrences.ts';
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
    if (field !== EXISTS && 'value' in each) writes.push(...settledWrites(record, field, each.value));
  }
  const decided = settled.some(({ conflict }) => conflict.ofRecord);
  const replaced = decided ? exists : exists.filter((sibling) => sibling.value === true);
  writes.push({ field: EXISTS, value: true, replaces: dotsOf(replaced) });
  return { record: record.id, cause: 'settle', writes };
}

/**
 * What is to be said of an occurrence after all is said of the series as it is now, else it would be in conflict with it for ever: of the one it has on
 * that day, where it is to be left out or nothing is said of it yet; else it takes place beside the rule. Where the series is in conflict itself, that
 * is settled first.
 */
function settledWrites({ state }: StoredRecord, field: FieldName, value: Value): readonly FieldWrite[] {
  const siblingsOf = (name: FieldName): readonly Sibling[] => state.fields.get(name) ?? [];
  const write = (name: FieldName, said: Value): FieldWrite => {
    return { field: name, value: said, replaces: dotsOf(siblingsOf(name)) };
  };
  const series = isOverride(field) ? seriesIn(state) : null;
  if (series === null || strayOverrides(new Map([...series, [field, value]])).length === 0)
    return [write(field, value)];
  const moved = movedOverride(series, value);
  const there = moved === null ? null : onSameDay(series, field);
  if (moved !== null && there === field) return [write(field, moved)];
  if (moved !== null && there !== null) {
    const [said, ...others] = siblingsOf(there);
    if (others.length === 0 && (moved.excluded === true || (said?.value ?? null) === null))
      return [write(field, null), write(there, moved)];
  }
  return [write(field, adoptedOverride(series, value))];
}

/** When the series takes place; null: that is in conflict. */
function seriesIn(state: RecordState): Fields | null {
  const series = new Map<FieldName, Value>();
  for (const each of SERIES_FIELDS) {
    const [only, ...others] = state.fields.get(each) ?? [];
    if (others.length > 0) return null;
    if (only !== undefined) series.set(each, only.value);
  }
  return series;
}

/** The field of the one occurrence that the series has on the day of this one; null: it has none, or several. */
function onSameDay(series: Fields, field: FieldName): FieldName | null {
  const day = dayOfOverride(field);
  const time = day === null ? null : occurrenceOnDay(series, day);
  return time === null ? null : overrideAt(time);
}

/** Deletes a record as it stands here, whatever is in conflict in it. */
export function deleteChange(record: StoredRecord): Change {
  const exists = record.state.fields.get(EXISTS) ?? [];
  return { record: record.id, cause: 'settle', writes: [{ field: EXISTS, value: false, replaces: dotsOf(exists) }] };
}

const dotsOf = (siblings: readonly Sibling[]): readonly Dot[] => siblings.flatMap((sibling) => sibling.dots);
