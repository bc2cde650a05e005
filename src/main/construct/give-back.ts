import type { Collection } from '../collection.ts';
import type { Held } from '../merge/record-state.ts';
import { ALIAS_OF } from '../record/alias.ts';
import { recordId } from '../record/ids.ts';
import { revisionIn } from '../snapshot/stored-revision.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { StoredSource } from '../store/registry-store.ts';
import type { Attempt } from './commit-outcome.ts';

/**
 * A contact that is to come into being in a source, and whose item shows another one, which it was found to be: it has its item back, and the
 * other one, whose row is returned, comes into being anew. What the item says of the other one goes with the next batch. null: it is no such
 * contact. `due`: told inside the transaction that this one is due.
 */
export function giveBack(
  collection: Collection,
  source: StoredSource,
  adapter: SourceAdapter,
  { job, id, expected, planned }: Attempt,
  due: () => void,
): number | null {
  if (!planned.held.has(ALIAS_OF) || expected !== null || planned.fields === null || adapter.shownAs === undefined)
    return null;
  const { records } = collection;
  const said = collection.packages.earlierValues(job.row).filter(({ field }) => field === ALIAS_OF);
  for (const other of new Set(said.flatMap(({ value }) => (typeof value === 'string' ? recordId(value) : [])))) {
    const found = records.find(other);
    const stored = found === null ? undefined : records.snapshot(source.row, found.row);
    if (found === null || stored === undefined || stored.revision === null) continue;
    if (adapter.shownAs(revisionIn(stored.revision)) !== id) continue;
    const shown = collection.held(found, stored) ?? new Map();
    // It shows nothing anybody wrote of this record: an edit of it now stands beside all that.
    const held: Held = new Map([...shown].map(([field, { value }]) => [field, { value, dots: [] }]));
    collection.transact(() => {
      records.dropSnapshot(source.row, found.row);
      records.putSnapshot(source.row, job.row, stored.revision, held, stored.native);
      due();
    });
    return found.row;
  }
  return null;
}
