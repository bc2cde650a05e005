import type { Collection } from '../collection.ts';
import { replacedBy } from '../past/record-past.ts';
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
    if (by === all) return dot;
    for (const before of replacedBy(change, field)) reach(before, by);
  }
  return null;
}
