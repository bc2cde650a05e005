import type { Collection } from '../collection.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { SynchronizerPort } from './synchronizer-port.ts';

/**
 * A source is to hold no more what its rules leave out by now: nothing that becomes of it there is an edit or a deletion. What is held back stays, and
 * so does what could not be kept yet: who lets go of it forgets where it is.
 */
export function letGoOfLeftOut(
  collection: Collection,
  source: number,
  adapter: Pick<SourceAdapter, 'outside'>,
  port: Pick<SynchronizerPort, 'heldBack' | 'isOnlyInFiles'>,
): void {
  const rows: number[] = [];
  for (const { id, row, state } of collection.records.all()) {
    const entries = state.fields.get(ENTRY) ?? [];
    const isDirectory = fileEntry(entries[0]?.value)?.type === 'directory';
    if (adapter.outside(id, isDirectory) && !port.heldBack(id) && !port.isOnlyInFiles(entries)) rows.push(row);
  }
  collection.transact(() => {
    for (const row of rows) collection.records.dropSnapshot(source, row);
  });
}
