import type { Collection } from '../collection.ts';
import { isLive } from '../merge/record-state.ts';
import { LockstepError } from '../platform/trouble.ts';
import { type RecordId, recordId } from '../record/ids.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { storedTitle } from './record-title.ts';

/**
 * The record a RECORD argument means: its id, or else what people call it, or an unambiguous beginning of its id. Deleted records count
 * where nothing alive is meant. Fails with `no-such-record` and `ambiguous-record`, which names candidates.
 */
export function findRecord(collection: Collection, text: string): StoredRecord {
  const exact = findExact(collection, text);
  if (exact !== null) return exact;
  const id = cleanId(collection, text);
  const { kind, records } = collection;
  const found =
    onlyOne(collection, text, kind === 'files' ? records.named(id) : idsTitled(collection, text)) ??
    onlyOne(collection, text, id === '' ? [] : records.beginning(id));
  if (found !== null) return found;
  throw new LockstepError('no-such-record', `${collection.stored.name} has no record ${text}.`, text);
}

/** The record of exactly this id; for files also as the path is typed (`./`, a closing slash, another Unicode form). */
export function findExact(collection: Collection, text: string): StoredRecord | null {
  const id = cleanId(collection, text);
  return id === '' ? null : collection.records.find(id);
}

/** The id a text stands for: of files a path in the form records have, whatever way it was typed. */
export function cleanId(collection: Collection, text: string): RecordId {
  if (collection.kind !== 'files') return recordId(text);
  const path = text.normalize('NFC').replace(/^(?:\.\/+)+/, '');
  return recordId(path.length > 1 ? path.replace(/\/+$/, '') : path);
}

function onlyOne(collection: Collection, text: string, ids: readonly RecordId[]): StoredRecord | null {
  const records = ids.flatMap((id) => collection.records.find(id) ?? []);
  const alive = records.filter((record) => isLive(record.state));
  const meant = alive.length > 0 ? alive : records;
  if (meant.length <= 1) return meant[0] ?? null;
  const some = meant.slice(0, 5).map((record) => record.id);
  const more = meant.length > some.length ? ', …' : '';
  throw new LockstepError('ambiguous-record', `${text} can mean ${some.join(', ')}${more}: give one of these.`, text);
}

/** Ids of the records people call so. Looks at all of them: collections of contacts and events are small. */
function idsTitled(collection: Collection, text: string): readonly RecordId[] {
  const wanted = text.toLowerCase();
  const ids: RecordId[] = [];
  for (const record of collection.records.all()) {
    if (storedTitle(collection.kind, record).toLowerCase() === wanted) ids.push(record.id);
  }
  return ids;
}
