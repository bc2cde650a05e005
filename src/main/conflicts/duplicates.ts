import type { DuplicateView, ResultView } from '../../contract/contract.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { findRecord } from '../past/find-record.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { recordTitle } from '../past/value-view.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { contactMarks } from './contact-marks.ts';
import { findDuplicates } from './find-duplicates.ts';
import { areApart, fuseContacts, keepApart } from './fuse-contacts.ts';
import type { Told } from './match-contacts.ts';
import { resultOf } from './result.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'commit'>;

/** So many contacts are looked at in one go. */
const AT_ONCE = 200;

/** Contacts that may be one person and of which nobody said yet whether they are. Only of contacts. Never for long at a time. */
export async function listDuplicates({ collection }: Pick<Port, 'collection'>): Promise<readonly DuplicateView[]> {
  const { kind, records, log } = collection;
  if (kind !== 'contacts') return [];
  const told: Told[] = [];
  for await (const { id, state } of inTurns(collection.records.all(AT_ONCE), AT_ONCE))
    if (isLive(state)) told.push({ id, marks: contactMarks(fieldsOf(shownFields(kind, state, log.order))) });
  const view = ({ id, state }: StoredRecord) => ({
    record: id,
    title: recordTitle(kind, id, (field) => state.fields.get(field)?.[0]?.value),
  });
  const duplicates: DuplicateView[] = [];
  for await (const { ids, sure, shared } of inTurns(findDuplicates(told), AT_ONCE)) {
    const [one, other] = [records.find(ids[0]), records.find(ids[1])];
    if (one === null || other === null || areApart(one, other)) continue;
    const by = shared.map(({ by, mark }) => `${by} ${mark}`);
    duplicates.push({ collection: collection.stored.id, records: [view(one), view(other)], sure, by });
  }
  return duplicates;
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
