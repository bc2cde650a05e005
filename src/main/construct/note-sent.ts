import type { Collection } from '../collection.ts';
import type { Attempt } from './commit-outcome.ts';

/** These are about to be given to a source that may have them though it could not say so (`SourceAdapter.unedited`). */
export function noteSent(collection: Collection, source: number, items: readonly Attempt[]): void {
  const given = items.filter(({ planned }) => planned.fields !== null);
  if (given.length === 0) return;
  collection.transact(() => {
    for (const { job, planned, target } of given)
      collection.sent.note(source, job.row, { held: planned.held, native: target ?? planned.fields ?? new Map() });
  });
}
