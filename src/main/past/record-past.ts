import type { Change } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import { applyChange } from '../merge/apply-change.ts';
import { EMPTY_STATE, type RecordState } from '../merge/record-state.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Value } from '../record/value.ts';

/** A value a field had, and one change that wrote it. */
export interface PastValue {
  readonly value: Value;
  readonly dot: Dot;
}

/** What this change wrote to this field; undefined: nothing, or the change is not held any more. */
export function writtenBy(collection: Collection, dot: Dot, field: FieldName): Value | undefined {
  return collection.packages.changeAt(dot)?.change.writes.find((write) => write.field === field)?.value;
}

/** The distinct values that dots stand for, largest dot first. Dots whose change is not held are left out. */
export function valuesOf(collection: Collection, field: FieldName, dots: readonly Dot[]): readonly PastValue[] {
  const rule = fieldRule(collection.kind, field);
  const values: PastValue[] = [];
  for (const dot of [...dots].sort((a, b) => collection.log.order(b, a))) {
    const value = writtenBy(collection, dot, field);
    if (value !== undefined && !values.some((known) => rule.same(known.value, value))) values.push({ value, dot });
  }
  return values;
}

/** The dots a change says it replaced in one field. */
export function replacedBy(change: Change, field: FieldName): readonly Dot[] {
  return change.writes.find((write) => write.field === field)?.replaces ?? [];
}

/** The largest dot these changes replaced in a field whose value is the one this dot wrote: what came back where they are undone. null: none of them did. */
export function stoodBefore(collection: Collection, field: FieldName, dot: Dot, changes: readonly Dot[]): Dot | null {
  const value = writtenBy(collection, dot, field);
  if (value === undefined) return null;
  const replaced = changes.flatMap((each) => {
    const change = collection.packages.changeAt(each)?.change;
    return change === undefined ? [] : replacedBy(change, field);
  });
  const { same } = fieldRule(collection.kind, field);
  return valuesOf(collection, field, replaced).find((each) => same(each.value, value))?.dot ?? null;
}

/**
 * The file entry that the author of `dots` saw: the nearest one written by these changes or by any they descend from. Every change
 * writes `exists` and replaces what its author saw of it, so that field's replaced dots lead to all of a record's past. null: none is known.
 */
export function entrySeen(collection: Collection, dots: readonly Dot[]): PastValue | null {
  const seen = new Set<Dot>(dots);
  const open = [...dots];
  while (open.length > 0) {
    const at = open.reduce((best, dot, index) => (collection.log.order(dot, open[best] as Dot) > 0 ? index : best), 0);
    const [dot] = open.splice(at, 1) as [Dot];
    const change = collection.packages.changeAt(dot)?.change;
    if (change === undefined) continue;
    const entry = change.writes.find((write) => write.field === ENTRY);
    if (entry !== undefined && entry.value !== null) return { value: entry.value, dot };
    for (const before of replacedBy(change, EXISTS)) {
      if (seen.has(before)) continue;
      seen.add(before);
      open.push(before);
    }
  }
  return null;
}

/** The state of a record as it follows from those of its changes that `counts` lets pass. */
export function stateOf(collection: Collection, row: number, counts: (dot: Dot) => boolean): RecordState {
  const past = new Map<Dot, Change>();
  for (const dot of collection.log.changesOf(row)) {
    const change = counts(dot) ? collection.packages.changeAt(dot)?.change : undefined;
    if (change !== undefined) past.set(dot, change);
  }
  return replay(collection, past);
}

/** The state of a record after these of its changes. */
export function replay(collection: Collection, changes: ReadonlyMap<Dot, Change>): RecordState {
  const applied = new Set<Dot>();
  let state = EMPTY_STATE;
  for (const dot of [...changes.keys()].sort(collection.log.order)) {
    // A change counts as applied while it is: what it replaces may be a change of the same instant.
    applied.add(dot);
    state = applyChange(collection.kind, state, dot, changes.get(dot) as Change, (each) => applied.has(each));
  }
  return state;
}

/** Had the author of `dot` seen one of these changes? */
export function descendsFrom(collection: Collection, dot: Dot, from: ReadonlySet<Dot>): boolean {
  const seen = new Set<Dot>();
  const open = [dot];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const change = collection.packages.changeAt(at)?.change;
    for (const before of change === undefined ? [] : replacedBy(change, EXISTS)) {
      if (from.has(before)) return true;
      open.push(before);
    }
  }
  return false;
}
