import type { FieldWrite } from '../change-log/change.ts';
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
  const past = pastOf({ log, packages }, row);
  return [...past].some(([deletion, { value }]) => {
    if (value !== false) return false;
    const before = allBefore(deletion, past);
    return shown.dots.every((dot) => before.has(dot));
  });
}

/** What each change to a record said of whether it is there. */
export function pastOf({ log, packages }: Pick<Collection, 'log' | 'packages'>, row: number): Past {
  const past = new Map<Dot, FieldWrite>();
  for (const dot of log.changesOf(row)) {
    const write = packages.changeAt(dot)?.change.writes.find(({ field }) => field === EXISTS);
    if (write !== undefined) past.set(dot, write);
  }
  return past;
}

type Past = ReadonlyMap<Dot, FieldWrite>;

/** The dots a change replaced, those these replaced, and so on. */
export function allBefore(dot: Dot, past: Past): ReadonlySet<Dot> {
  const before = new Set(past.get(dot)?.replaces);
  for (const each of before) for (const further of past.get(each)?.replaces ?? []) before.add(further);
  return before;
}
