import { type Change, type FieldWrite, NOTHING } from '../change-log/change.ts';
import type { OpenBody } from '../change-log/open-body.ts';
import type { Collection } from '../collection.ts';
import type { Sibling } from '../merge/record-state.ts';
import { stoodBefore, writtenBy } from '../past/record-past.ts';
import { ALIAS_OF } from '../record/alias.ts';
import { fieldRule } from '../record/field-rules.ts';
import { type Dot, type FieldName, packageRowOf, type RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import { madeFrom } from './common-ancestor.ts';

/**
 * The changes that wrote one of the values of a field: of what came back into a conflict by an undo, as its settlement was undone, say, those that had
 * written it. Never empty. Who brings back what another of the values was made from has that conflict made himself: then it is his.
 */
export function writersOf(
  collection: Collection,
  field: FieldName,
  { dots }: Sibling,
  siblings: readonly Sibling[],
): readonly Dot[] {
  const others = siblings.flatMap((each) => (each.dots === dots ? [] : each.dots));
  return dots.flatMap((written) => {
    const dot = whereWritten(collection, field, beforeSettlement(collection, field, written));
    const change = collection.packages.changeAt(dot)?.change;
    const stands = change?.writes.find((write) => write.field === field)?.standsFor ?? [];
    const writers = stands.filter((each) => each !== NOTHING);
    if (change === undefined || writers.length === 0) return [dot];
    return endsSettlement(collection, change) || !isMadeFrom(collection, field, others, writers) ? writers : [dot];
  });
}

/**
 * Where a value was written that a change brought from another record: an edit that followed a move, or what one of two contacts said that a person made
 * one. Whoever brought it wrote nothing. Of any other change it itself.
 */
function whereWritten(collection: Collection, field: FieldName, dot: Dot): Dot {
  const seen = new Set<Dot>();
  for (let at = dot; ; ) {
    seen.add(at);
    const change = collection.packages.changeAt(at)?.change;
    const from = change === undefined ? null : broughtFrom(collection, at, change);
    const before = from === null ? null : lastToSay(collection, from, field, at);
    if (before === null || seen.has(before)) return at;
    at = before;
  }
}

/** The record whose values a change brings to its own; null: none. */
function broughtFrom(collection: Collection, dot: Dot, { record, cause, movedFrom }: Change): RecordId | null {
  if (cause === 'follow-move') return movedFrom ?? null;
  if (cause !== 'settle' || collection.kind !== 'contacts') return null;
  return becameIn(collection, packageRowOf(dot)).get(record) ?? null;
}

const known = new WeakMap<OpenBody, ReadonlyMap<Value, RecordId>>();

/** Of contacts that a package makes one, by the one that stays the other. A package stays what it is: it is looked through once. */
function becameIn({ packages }: Collection, row: number): ReadonlyMap<Value, RecordId> {
  const body = packages.open(row)?.body;
  const before = body === undefined ? undefined : known.get(body);
  if (body === undefined || before !== undefined) return before ?? new Map();
  const became = new Map<Value, RecordId>();
  for (let index = 0; index < body.count; index++) {
    const change = body.at(index);
    if ('invalid' in change) continue;
    for (const { field, value } of change.writes)
      if (field === ALIAS_OF && value !== null) became.set(value, change.record);
  }
  known.set(body, became);
  return became;
}

/** The last change to a record, before this one, by which it said in such a field what this one says. null: none that is held. */
function lastToSay(collection: Collection, from: RecordId, field: FieldName, dot: Dot): Dot | null {
  const { kind, log, packages, records } = collection;
  const value = writtenBy(collection, dot, field);
  const row = records.find(from)?.row;
  if (value === undefined || row === undefined) return null;
  const { same } = fieldRule(kind, field);
  // Of two contacts the same entry has a key of its own in each.
  const isSuch = (write: FieldWrite): boolean => mapOf(write.field) === mapOf(field) && same(write.value, value);
  const said = log.changesOf(row).filter((each) => packages.changeAt(each)?.change.writes.some(isSuch) === true);
  const before = said.filter((each) => log.order(each, dot) < 0);
  return before.reduce<Dot | null>((last, each) => (last === null || log.order(each, last) > 0 ? each : last), null);
}

const mapOf = (field: FieldName): string => field.split('/')[0] ?? field;

/**
 * Of a value that came back as a settlement was undone, what had stood there before that: it may itself be of an undo, and then whose it is is said of
 * that. Of any other change it itself.
 */
function beforeSettlement(collection: Collection, field: FieldName, written: Dot): Dot {
  const seen = new Set<Dot>();
  let dot = written;
  while (!seen.has(dot)) {
    seen.add(dot);
    const change = collection.packages.changeAt(dot)?.change;
    if (change === undefined || !endsSettlement(collection, change)) break;
    dot = stoodBefore(collection, field, dot, change.takesBack ?? []) ?? dot;
  }
  return dot;
}

/** Is it of what a person settled that it is an undo, or an undo of such an undo, and so on? */
function endsSettlement(collection: Collection, { takesBack = [] }: Change): boolean {
  const seen = new Set(takesBack);
  // What is added on the way is walked through as well.
  for (const dot of seen) {
    const change = collection.packages.changeAt(dot)?.change;
    if (change?.cause === 'settle') return true;
    for (const each of change?.takesBack ?? []) seen.add(each);
  }
  return false;
}

/** Was one of these values, or what it was made from, made from one of those? */
function isMadeFrom(collection: Collection, field: FieldName, dots: readonly Dot[], from: readonly Dot[]): boolean {
  const seen = new Set(dots);
  for (const dot of seen) {
    const change = collection.packages.changeAt(dot)?.change;
    if (from.includes(dot)) return true;
    for (const each of change === undefined ? [] : madeFrom(collection, dot, change, field)) seen.add(each);
  }
  return false;
}
