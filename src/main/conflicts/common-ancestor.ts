import { type Change, NOTHING } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import { replacedBy, writtenBy } from '../past/record-past.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';

/**
 * The nearest change that all values of a field descend from, by what their authors said they replaced; null where there is none, or none
 * that is still held. `values`: the dots of each value. Looks at the largest dots first, so it rarely goes further back than it must.
 */
export function commonAncestor(
  collection: Collection,
  field: FieldName,
  values: readonly (readonly Dot[])[],
): Dot | null {
  const all = 2 ** values.length - 1;
  const reached = new Map<Dot, number>();
  const open: Dot[] = [];
  const reach = (dot: Dot, by: number): void => {
    const before = reached.get(dot) ?? 0;
    const now = before | by;
    if (now === before) return;
    reached.set(dot, now);
    if (!open.includes(dot)) open.push(dot);
  };
  values.forEach((dots, at) => {
    for (const dot of dots) reach(dot, 2 ** at);
  });
  while (open.length > 0) {
    const at = open.reduce((best, dot, index) => (collection.log.order(dot, open[best] as Dot) > 0 ? index : best), 0);
    const [dot] = open.splice(at, 1) as [Dot];
    const change = collection.packages.changeAt(dot)?.change;
    if (change === undefined) continue;
    const by = reached.get(dot) as number;
    if (by === all) {
      // Where all were made from several at once, as by two who settled one conflict differently, none of those is what they came from.
      const beside = open.filter((each) => reached.get(each) === all);
      return beside.length === 0 ? dot : commonAncestor(collection, field, [[dot], ...beside.map((each) => [each])]);
    }
    for (const before of madeFrom(collection, dot, change, field)) reach(before, by);
  }
  return null;
}

/** The changes whose value an author had before him. What an undo brought back is what it was when it was first written, not an edit of what was undone. */
export function madeFrom(collection: Collection, dot: Dot, change: Change, field: FieldName): readonly Dot[] {
  if (change.cause !== 'undo') return replacedBy(change, field);
  if (change.takesBack !== undefined) return broughtBackBy(collection, change, change.takesBack, field);
  const undone = replacedBy(firstOfUndo(collection, dot, change), field);
  const value = writtenBy(collection, dot, field);
  const { same } = fieldRule(collection.kind, field);
  const was = undone
    .flatMap((each) => {
      const before = collection.packages.changeAt(each)?.change;
      return before === undefined ? [] : replacedBy(before, field);
    })
    .filter((each) => {
      const then = writtenBy(collection, each, field);
      return then !== undefined && value !== undefined && same(then, value);
    });
  return was.length > 0 ? was : undone;
}

/** What an undo says its value is; where that is what was there before anybody wrote it, what it took back. */
function broughtBackBy(
  { packages }: Collection,
  change: Change,
  takesBack: readonly Dot[],
  field: FieldName,
): readonly Dot[] {
  const stands = change.writes.find((write) => write.field === field)?.standsFor ?? [];
  const written = stands.filter((dot) => dot !== NOTHING);
  if (written.length > 0) return written;
  return takesBack.filter((dot) => packages.changeAt(dot)?.change.writes.some((write) => write.field === field));
}

/** Undos of earlier versions: one that brings several values of a record back writes a change for each, and the first says what all of them replace. */
function firstOfUndo(collection: Collection, dot: Dot, change: Change): Change {
  const { log, packages, records } = collection;
  const row = records.find(change.record)?.row;
  const author = log.nameOf(dot).name.log;
  const own = row === undefined ? [] : log.changesOf(row).filter((each) => log.nameOf(each).name.log === author);
  let first = change;
  for (const each of own.filter((other) => log.order(other, dot) < 0).sort((a, b) => log.order(b, a))) {
    if (replacedBy(first, EXISTS).length > 0) break;
    const before = packages.changeAt(each)?.change;
    if (before?.cause !== 'undo') break;
    first = before;
  }
  return first;
}
