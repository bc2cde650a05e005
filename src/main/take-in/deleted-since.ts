import type { Collection } from '../collection.ts';
import type { Held } from '../merge/record-state.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot } from '../record/ids.ts';
import type { StoredRecord } from '../store/record-store.ts';

/** Did somebody who knew what a source shows of a record delete it since? The record may be there again. `held`: what the source shows. */
export function deletedSince(
  { log, packages }: Pick<Collection, 'log' | 'packages'>,
  { row, state }: StoredRecord,
  held: Held | null,
): boolean {
  const shown = held?.get(EXISTS);
  if (shown?.value !== true || shown.dots.length === 0) return false;
  const stands = (state.fields.get(EXISTS) ?? []).some(({ dots }) => dots.some((dot) => shown.dots.includes(dot)));
  if (stands) return false;
  const replaced = new Map<Dot, readonly Dot[]>();
  const deletions: Dot[] = [];
  for (const dot of log.changesOf(row)) {
    const write = packages.changeAt(dot)?.change.writes.find(({ field }) => field === EXISTS);
    if (write === undefined) continue;
    replaced.set(dot, write.replaces);
    if (write.value === false) deletions.push(dot);
  }
  return deletions.some((deletion) => {
    const before = allBefore(deletion, replaced);
    return shown.dots.every((dot) => before.has(dot));
  });
}

/** The dots a change replaced, those these replaced, and so on. */
function allBefore(dot: Dot, replaced: ReadonlyMap<Dot, readonly Dot[]>): ReadonlySet<Dot> {
  const before = new Set(replaced.get(dot));
  for (const each of before) for (const further of replaced.get(each) ?? []) before.add(further);
  return before;
}
