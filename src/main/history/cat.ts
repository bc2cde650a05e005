import { openConflicts } from '../conflicts/open-conflicts.ts';
import { isLive, type RecordState, shownFields } from '../merge/record-state.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { findRecord } from './find-record.ts';
import type { HistoryPort } from './history-port.ts';
import { findMoment } from './moment.ts';
import { stateOf } from './record-past.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents'>;

/**
 * The bytes of a file: as shown now, of one value of an open conflict, or as of TIME|ID. Fails with `no-such-record` (also where it
 * was deleted then), `no-such-value`, `not-a-file`, and `content-not-kept` where nobody who is linked has the bytes.
 */
export async function catRecord(
  port: Port,
  text: string,
  which: { readonly value?: string; readonly at?: string },
): Promise<Uint8Array> {
  const record = findRecord(port.collection, text);
  if (port.collection.kind !== 'files')
    throw new LockstepError('not-a-file', `${record.id} is no file; history shows its fields.`, record.id);
  const entry = fileEntry(
    which.value !== undefined ? conflictValue(port, record, which.value) : entryAt(port, record, which.at),
  );
  if (entry?.type !== 'file') {
    const what =
      entry?.type === 'symlink'
        ? `a link to ${entry.target}`
        : entry === null
          ? 'of a kind this version does not know'
          : 'a folder';
    throw new LockstepError('not-a-file', `${record.id} is ${what}, and has no bytes.`, record.id);
  }
  const bytes = await port.contents.read(record.id, entry);
  if (bytes !== null) return bytes;
  throw new LockstepError(
    'content-not-kept',
    `The content of ${record.id} is not here, and no device that is linked now has it.`,
    record.id,
  );
}

function entryAt(port: Port, record: StoredRecord, at: string | undefined): Value | undefined {
  const { kind, log } = port.collection;
  const state: RecordState =
    at === undefined ? record.state : stateOf(port.collection, record.row, findMoment(port.collection, at).had);
  if (isLive(state)) return shownFields(kind, state, log.order).get(ENTRY)?.value;
  throw new LockstepError(
    'no-such-record',
    at === undefined ? `${record.id} is deleted; say as of when.` : `${record.id} was not there at ${at}.`,
    record.id,
  );
}

function conflictValue(port: Port, record: StoredRecord, id: string): Value {
  const values = id === '' ? [] : openConflicts(port.collection, record).flatMap((conflict) => conflict.values);
  const [value, ...more] = values.filter((each) => each.id.startsWith(id));
  if (value === undefined)
    throw new LockstepError('no-such-value', `${record.id} has no open conflict with a value ${id}.`, id);
  if (more.length > 0) throw new LockstepError('ambiguous-id', `${id} can mean several values; give more digits.`, id);
  if (value.kind === 'delete')
    throw new LockstepError('not-a-file', `${id} is the deletion of ${record.id}, and has no bytes.`, id);
  return value.value;
}
