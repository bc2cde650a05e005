import type { LockstepClient, ResultView, WireError } from '../../contract/contract.ts';

export interface Undone {
  /** All that came of those that were taken back. */
  readonly result: ResultView;
  /** How many were. */
  readonly count: number;
  /** Why others were not; null: all of them were. */
  readonly error: WireError | null;
}

/** Takes back the changes of a result: those of each collection at once, one collection after the other, up to the first that fails. */
export async function undoAll(client: LockstepClient, changes: readonly string[]): Promise<Undone> {
  const results: ResultView[] = [];
  let count = 0;
  let error: WireError | null = null;
  for (const together of byLog(changes)) {
    const reply = await client.request('history:undo-all', together);
    if (!reply.ok) {
      error = reply.error;
      break;
    }
    results.push(reply.value);
    count += together.length;
  }
  return {
    result: {
      changes: results.flatMap((one) => one.changes),
      records: results.reduce((sum, one) => sum + one.records, 0),
      conflicts: results.flatMap((one) => one.conflicts),
      missing: results.flatMap((one) => one.missing),
    },
    count,
    error,
  };
}

/** The id of a change begins with its log, and each log is of one collection. */
const byLog = (changes: readonly string[]): Iterable<readonly string[]> =>
  Map.groupBy(changes, (change) => change.split('-', 1)[0]).values();
