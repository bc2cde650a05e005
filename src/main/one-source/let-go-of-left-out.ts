import type { Collection } from '../collection.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';

/** A source is to hold no more what its rules leave out by now: nothing that becomes of it there is an edit or a deletion. What is held back stays. */
export function letGoOfLeftOut(
  collection: Collection,
  source: number,
  adapter: Pick<SourceAdapter, 'outside'>,
  heldBack: (id: RecordId) => boolean,
): void {
  const rows: number[] = [];
  for (const { id, row, state } of collection.records.all()) {
    const isDirectory = fileEntry(state.fields.get(ENTRY)?.[0]?.value)?.type === 'directory';
    if (adapter.outside(id, isDirectory) && !heldBack(id)) rows.push(row);
  }
  collection.transact(() => {
    for (const row of rows) collection.records.dropSnapshot(source, row);
  });
}
