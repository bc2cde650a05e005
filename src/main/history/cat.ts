import { openConflicts } from '../conflicts/open-conflicts.ts';
import { isLive, type RecordState, shownFields } from '../merge/record-state.ts';
import { findRecord } from '../past/find-record.ts';
import type { HistoryContents, HistoryPort } from '../past/history-port.ts';
import { lackWords } from '../past/lack-words.ts';
import { findMoment } from '../past/moment.ts';
import { stateOf } from '../past/record-past.ts';
import { LockstepError } from '../platform/trouble.ts';
import { fieldsAway, putInContents, referencesIn, withoutFields } from '../record/content-reference.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, FieldName, RecordId } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'sources'>;

/**
 * The bytes of a file, or of a card or event in its source's format: as shown now, of one value of an open conflict, or as of TIME|ID.
 * Fails with `no-such-record` (also where it was deleted then), `no-such-value`, `not-a-file`, and `content-not-kept` where nobody who is
 * linked has the bytes.
 */
export async function catRecord(
  port: Port,
  text: string,
  which: { readonly value?: string; readonly at?: string },
): Promise<Uint8Array> {
  const record = findRecord(port.collection, text);
  if (port.collection.kind !== 'files') return textOf(port, record, which);
  const entry = fileEntry(
    which.value !== undefined ? conflictValue(port, record, which.value).value : entryAt(port, record, which.at),
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
    `The content of ${record.id} is not here, and ${lackWords(port, 'it')}.`,
    record.id,
  );
}

/** A card or an event as a source here would write it: as shown, with one value of an open conflict, or as of then. */
async function textOf(
  port: Port,
  record: StoredRecord,
  { value, at }: { readonly value?: string; readonly at?: string },
): Promise<Uint8Array> {
  const compose = port.sources().flatMap(({ adapter }) => adapter.compose?.bind(adapter) ?? [])[0];
  if (compose === undefined)
    throw new LockstepError(
      'no-source',
      `${record.id} has no source here whose format it could be written in.`,
      record.id,
    );
  const { kind, log } = port.collection;
  const shown = new Map(shownFields(kind, stateAt(port, record, at), log.order));
  if (value !== undefined) {
    const chosen = conflictValue(port, record, value);
    shown.set(chosen.field, { value: chosen.value, dots: [] });
  }
  const fields = fieldsOf(shown);
  const full = putInContents(fields, await contentsOf(port.contents, record.id, fields));
  // A photo nobody has now is left out: an empty one would be another photo.
  return compose(record.id, withoutFields(full, fieldsAway(full)));
}

/** The contents the fields refer to, as far as anybody has them now. */
export async function contentsOf(
  contents: Pick<HistoryContents, 'read'>,
  id: RecordId,
  fields: Fields,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  const found = new Map<Digest, Uint8Array>();
  for (const { content, size } of referencesIn(fields)) {
    const bytes = await contents.read(id, { digest: content, size });
    if (bytes !== null) found.set(content, bytes);
  }
  return found;
}

function entryAt(port: Port, record: StoredRecord, at: string | undefined): Value | undefined {
  const { kind, log } = port.collection;
  return shownFields(kind, stateAt(port, record, at), log.order).get(ENTRY)?.value;
}

function stateAt(port: Port, record: StoredRecord, at: string | undefined): RecordState {
  const state: RecordState =
    at === undefined ? record.state : stateOf(port.collection, record.row, findMoment(port.collection, at).had);
  if (isLive(state)) return state;
  throw new LockstepError(
    'no-such-record',
    at === undefined ? `${record.id} is deleted; say as of when.` : `${record.id} was not there at ${at}.`,
    record.id,
  );
}

function conflictValue(
  port: Port,
  record: StoredRecord,
  id: string,
): { readonly field: FieldName; readonly value: Value } {
  const open = id === '' ? [] : openConflicts(port.collection, record);
  const values = open.flatMap(({ field, values: all }) => all.map((each) => ({ ...each, field })));
  const [value, ...more] = values.filter((each) => each.id.startsWith(id));
  if (value === undefined)
    throw new LockstepError('no-such-value', `${record.id} has no open conflict with a value ${id}.`, id);
  if (more.length > 0) throw new LockstepError('ambiguous-id', `${id} can mean several values; give more digits.`, id);
  if (value.kind === 'delete')
    throw new LockstepError('not-a-file', `${id} is the deletion of ${record.id}, and has no bytes.`, id);
  return { field: value.field, value: value.value };
}
