import type { ResultView } from '../../contract/contract.ts';
import type { WrittenPackage } from '../collection.ts';
import { changeId } from '../past/change-id.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { RecordId } from '../record/ids.ts';
import { openConflicts } from './open-conflicts.ts';

export interface Missing {
  readonly record: RecordId;
  readonly why: string;
}

/** Why a version cannot be given back. */
export const NOT_KEPT = 'its content is kept on no device any more';

/**
 * What came of writing these packages: the changes made, the conflicts their records have now, and what was not possible. Fails with
 * `content-not-kept` where something was asked and nothing could be done.
 */
export function resultOf(
  port: Pick<HistoryPort, 'collection'>,
  written: readonly WrittenPackage[],
  missing: readonly Missing[],
): ResultView {
  const applied = written.flatMap((each) => each.applied);
  const rows = new Set(applied.map((each) => each.row));
  refuseNothing(rows.size, missing);
  const conflicts = new Set<string>();
  for (const row of rows) {
    const record = port.collection.records.at(row);
    for (const conflict of record === null ? [] : openConflicts(port.collection, record)) conflicts.add(conflict.id);
  }
  return {
    changes: applied.map((each) => changeId(port.collection, each.dot)),
    records: rows.size,
    conflicts: [...conflicts],
    missing,
  };
}

/** Fails with `content-not-kept` where something was missing and nothing was done. */
export function refuseNothing(done: number, missing: readonly Missing[]): void {
  const [first] = missing;
  if (done > 0 || first === undefined) return;
  const others = missing.length > 1 ? `, and ${missing.length - 1} more` : '';
  const why = first.why.replace(/\.$/, '');
  throw new LockstepError('content-not-kept', `${first.record}: ${why}${others}.`, first.record);
}
