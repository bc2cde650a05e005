import type { Collection } from '../collection.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { isAsShown } from '../snapshot/held.ts';
import { storedRevision } from '../snapshot/stored-revision.ts';
import { planOf } from './keep-expected.ts';
import type { KeepPort, KeepSource } from './keep-port.ts';

/** What was in its place when an interruption came. */
interface Placed {
  readonly id: RecordId;
  /** What its place had before; null: no file. */
  readonly digest: Digest | null;
  /** The file that was put there; null: none, what was there was taken away. */
  readonly makes: Digest | null;
}

/** No item has it: whatever is in the place is read, and what is not there any more somebody took away. */
const NO_REVISION = storedRevision(new Uint8Array(0), true);

/**
 * The snapshot says of these items what a commit would have said that never came: what a person made of them since starts from that, and is no other
 * version beside it, nor comes back what they deleted. Of what the record does not say (any more), or the snapshot tells already, nothing is noted.
 * Inside a transaction.
 */
export function notePlaced(
  { kept, clock }: Pick<KeepPort, 'kept' | 'clock'>,
  collection: Collection,
  source: Pick<KeepSource, 'row'>,
  placed: readonly Placed[],
): void {
  const { kind, log, records } = collection;
  for (const { id, digest, makes } of placed) {
    const record = records.find(id);
    const plan = record === null ? null : planOf(collection, source, record.row);
    if (record === null || plan === null) continue;
    const { stored, before, planned } = plan;
    const old = stored?.revision == null ? null : fileEntry(before?.get(ENTRY)?.value);
    const entry = fileEntry(planned.fields?.get(ENTRY));
    const [had, shall] = [old, entry].map((each) => (each?.type === 'file' ? each.digest : null));
    if (!planned.write || had !== digest || shall !== makes || (makes === null && planned.fields !== null)) continue;
    if (had != null) kept.forgetHolder(had, source.row, record.row, clock.now());
    const asShown = isAsShown(kind, planned.held, record.state, log.order);
    const revision = planned.fields === null ? null : NO_REVISION;
    if (revision === null && asShown) records.dropSnapshot(source.row, record.row);
    else records.putSnapshot(source.row, record.row, revision, asShown ? null : planned.held);
  }
}
