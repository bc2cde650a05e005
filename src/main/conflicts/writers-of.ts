import { type Change, NOTHING } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import type { Sibling } from '../merge/record-state.ts';
import { stoodBefore } from '../past/record-past.ts';
import type { Dot, FieldName } from '../record/ids.ts';
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
    const dot = beforeSettlement(collection, field, written);
    const change = collection.packages.changeAt(dot)?.change;
    const stands = change?.writes.find((write) => write.field === field)?.standsFor ?? [];
    const writers = stands.filter((each) => each !== NOTHING);
    if (change === undefined || writers.length === 0) return [dot];
    return endsSettlement(collection, change) || !isMadeFrom(collection, field, others, writers) ? writers : [dot];
  });
}

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
