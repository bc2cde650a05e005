import type { Collection } from '../collection.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest } from '../record/ids.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { StoredRecord } from '../store/record-store.ts';

/** Of more records it would take longer to tell what is still due than what is staged is worth. */
const MOST_RECORDS = 10_000;

/**
 * Lets go of contents that were begun for a source and that nobody waits for there any more: their record says another thing by now, or is gone.
 * `waiting`: rows of all records that are still due there. What could not be written there is due as well, at another time.
 */
export async function keepStaged(
  { records, problems }: Pick<Collection, 'records' | 'problems'>,
  source: number,
  adapter: Pick<SourceAdapter, 'keepStaged'>,
  waiting: readonly number[],
): Promise<void> {
  if (adapter.keepStaged === undefined || waiting.length + problems.count(source) > MOST_RECORDS) return;
  const awaited = waiting.flatMap((row) => largeContents(records.at(row)));
  const refused = problems.of(source).flatMap(({ record }) => largeContents(records.find(record)));
  await adapter.keepStaged(awaited, refused);
}

/** Contents of which the record's file may be put together piece by piece. */
function largeContents(record: StoredRecord | null): readonly Digest[] {
  return (record?.state.fields.get(ENTRY) ?? []).flatMap(({ value }) => {
    const entry = fileEntry(value);
    return entry?.type === 'file' && entry.chunks !== undefined ? [entry.digest] : [];
  });
}
