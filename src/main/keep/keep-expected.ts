import type { Collection } from '../collection.ts';
import { isLive } from '../merge/record-state.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, type FileEntry, fileEntry } from '../record/file-entry.ts';
import type { EarlierValue } from '../snapshot/adopt.ts';
import type { KeepSource } from './keep-port.ts';

/** What the records said that a record was moved to, one after the other. */
export function earlierWhereMoved({ records, log, packages }: Collection, row: number): readonly EarlierValue[] {
  const passed = new Set<number>();
  const values: EarlierValue[] = [];
  const next = (at: number): number | undefined => {
    const moves = log.changesOf(at).flatMap((dot) => packages.changeAt(dot)?.change.movedTo ?? []);
    const to = moves.at(-1);
    return to === undefined ? undefined : records.find(to)?.row;
  };
  for (let at = next(row); at !== undefined && at !== row && !passed.has(at); at = next(at)) {
    passed.add(at);
    values.push(...packages.earlierValues(at));
  }
  return values;
}

/** Does the snapshot say that the source shows just what the record says? */
export function isSettledThere({ records }: Collection, source: KeepSource, row: number): boolean {
  const record = records.at(row);
  const stored = records.snapshot(source.row, row);
  return record === null || (stored === undefined ? !isLive(record.state) : stored.held === null);
}

/**
 * Does the snapshot say that a file stands there whose content no change of the record names? That is what the power left, and is still to be made
 * again.
 */
export function isLeftByPower({ kind, packages, records }: Collection, source: KeepSource, row: number): boolean {
  const stored = records.snapshot(source.row, row);
  const left = stored?.revision == null ? null : fileEntry(stored.held?.get(ENTRY)?.value);
  if (left?.type !== 'file') return false;
  const rule = fieldRule(kind, ENTRY);
  return !packages.earlierValues(row).some(({ field, value }) => field === ENTRY && rule.same(value, left));
}

/** What a source holds of a record and is to show of it; null: nobody knows of the record. */
export function planOf(collection: Collection, source: Pick<KeepSource, 'row'>, row: number) {
  const record = collection.records.at(row);
  if (record === null) return null;
  const stored = collection.records.snapshot(source.row, row);
  const before = collection.held(record, stored);
  return { stored, before, planned: collection.plan(record, before) };
}

/** What should stand at a record's place in a source: as it was when last seen, or as it was being made. null: nobody knows of the record. */
export function expectedOf(
  collection: Collection,
  source: KeepSource,
  row: number,
): {
  readonly held: FileEntry | null;
  readonly target: FileEntry | null;
  /** The snapshot says that something was there. */
  readonly wasThere: boolean;
  /** The revision that vouches for what the snapshot says; null: none does. */
  readonly vouched: Uint8Array | null;
  /** Nothing shall be there. */
  readonly isGone: boolean;
} | null {
  const plan = planOf(collection, source, row);
  if (plan === null) return null;
  const { stored, before, planned } = plan;
  const wasThere = stored !== undefined && stored.revision !== null;
  const held = wasThere ? fileEntry(before?.get(ENTRY)?.value) : null;
  const target = fileEntry(planned.fields?.get(ENTRY));
  return { held, target, wasThere, vouched: stored?.revision ?? null, isGone: planned.fields === null };
}
