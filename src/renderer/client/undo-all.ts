import type { LockstepClient, ResultView, WireError } from '../../contract/contract.ts';

export interface Undone {
  /** All that came of those that were taken back. */
  readonly result: ResultView;
  /** How many were. */
  readonly count: number;
  /** Why the next one was not; null: all of them were. */
  readonly error: WireError | null;
}

/** Takes changes back one after the other, up to the first that fails; `onNext` is told how many are done before each. */
export async function undoAll(
  client: LockstepClient,
  changes: readonly string[],
  onNext: (done: number) => void,
): Promise<Undone> {
  const results: ResultView[] = [];
  let error: WireError | null = null;
  for (const change of changes) {
    onNext(results.length);
    const reply = await client.request('history:undo', change);
    if (!reply.ok) {
      error = reply.error;
      break;
    }
    results.push(reply.value);
  }
  return {
    result: {
      changes: results.flatMap((one) => one.changes),
      records: results.reduce((sum, one) => sum + one.records, 0),
      conflicts: results.flatMap((one) => one.conflicts),
      missing: results.flatMap((one) => one.missing),
    },
    count: results.length,
    error,
  };
}
