import type { DuplicateView, ResultView } from '../../contract/contract.ts';
import { allRecords, findRecord } from '../history/find-record.ts';
import type { HistoryPort } from '../history/history-port.ts';
import { resultOf } from '../history/result.ts';
import { recordTitle } from '../history/value-view.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { RecordId } from '../record/ids.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { findDuplicates } from './find-duplicates.ts';
import { areApart, fuseContacts, keepApart } from './fuse-contacts.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'commit'>;

/** Contacts that may be one person and of which nobody said yet whether they are. Only of contacts. */
export function listDuplicates({ collection }: Pick<Port, 'collection'>): readonly DuplicateView[] {
  if (collection.kind !== 'contacts') return [];
  const view = (id: RecordId) => {
    const record = collection.records.find(id);
    return { record: id, title: recordTitle('contacts', id, (field) => record?.state.fields.get(field)?.[0]?.value) };
  };
  return findDuplicates(contactsOf({ collection })).flatMap(({ ids: [one, other], sure, shared }) => {
    const [a, b] = [collection.records.find(one), collection.records.find(other)];
    if (a === null || b === null || areApart(a, b)) return [];
    const by = shared.map(({ by, mark }) => `${by} ${mark}`);
    return [{ collection: collection.stored.id, records: [view(one), view(other)], sure, by }];
  });
}

function* contactsOf({ collection }: Pick<Port, 'collection'>) {
  for (const { id, state } of allRecords(collection))
    if (isLive(state)) yield { id, fields: fieldsOf(shownFields(collection.kind, state, collection.log.order)) };
}

/** Makes two contacts one, or says that they are two people. Fails with `no-such-record`, `not-contacts`, `same-record`. */
export function settleDuplicate(port: Port, one: string, other: string, isOnePerson: boolean): ResultView {
  const { collection } = port;
  if (collection.kind !== 'contacts')
    throw new LockstepError('not-contacts', `${collection.stored.name} holds no contacts.`, collection.stored.name);
  const [a, b] = [liveRecord(port, one), liveRecord(port, other)];
  if (a.id === b.id) throw new LockstepError('same-record', `${one} and ${other} are one record already.`, one);
  return resultOf(port, port.commit(isOnePerson ? fuseContacts(a, b) : [keepApart(a, b)]), []);
}

function liveRecord({ collection }: Port, text: string): StoredRecord {
  const found = findRecord(collection, text);
  if (isLive(found.state)) return found;
  throw new LockstepError('no-such-record', `${text} is deleted.`, text);
}
