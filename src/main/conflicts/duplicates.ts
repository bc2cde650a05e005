import type { ResultView } from '../../contract/contract.ts';
import type { Change } from '../change-log/change.ts';
import type { Collection, WrittenPackage } from '../collection.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { findRecord } from '../past/find-record.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import { fieldName, type RecordId } from '../record/ids.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { contactMarks } from './contact-marks.ts';
import { type Duplicate, MarkHolders, marksOf, pairsOf, SharingPairs } from './find-duplicates.ts';
import { areApart, fuseContacts, inOrder, keepApart, membersFollow } from './fuse-contacts.ts';
import type { Told } from './match-contacts.ts';
import { resultOf } from './result.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'commit'>;

const KIND = fieldName('kind');
/** So many contacts are looked at in one go. */
const AT_ONCE = 200;

/** The groups of a book: few, of thousands of contacts. Never for long at a time. */
async function groupsOf({ records }: Collection): Promise<readonly RecordId[]> {
  const ids: RecordId[] = [];
  for await (const { id, state } of inTurns(records.all(AT_ONCE), AT_ONCE))
    if (isLive(state) && state.fields.get(KIND)?.some(({ value }) => value === 'group') === true) ids.push(id);
  return ids;
}

/** Makes these pairs one, and has the groups that have them follow. */
function fuse(
  { records }: Collection,
  groups: readonly RecordId[],
  pairs: readonly (readonly [StoredRecord, StoredRecord])[],
): readonly Change[] {
  const become = new Map(pairs.map(([one, other]) => inOrder(one, other)).map(([main, alias]) => [alias.id, main.id]));
  const following = groups.flatMap((id) => {
    const group = become.has(id) ? null : records.find(id);
    const change = group === null || !isLive(group.state) ? null : membersFollow(group, become);
    return change === null ? [] : [change];
  });
  return [...pairs.flatMap(([one, other]) => fuseContacts(one, other, become)), ...following];
}

/** Contacts that share something not too many have. Never for long at a time. */
async function sharingPairs(collection: Collection): Promise<SharingPairs> {
  const holders = new MarkHolders();
  for await (const each of inTurns(collection.records.all(AT_ONCE), AT_ONCE))
    if (isLive(each.state)) holders.add(each.id, marksOf(toldBy(collection, each).marks));
  const pairs = new SharingPairs();
  for await (const shared of inTurns(holders.shared(), AT_ONCE)) pairs.add(shared);
  return pairs;
}
const toldBy = ({ kind, log }: Collection, { id, state }: StoredRecord): Told => ({
  id,
  marks: contactMarks(fieldsOf(shownFields(kind, state, log.order))),
});

/** So many pairs become one in a package. After each of them the text of the book is written: few of many pairs are long in coming. */
const PAIRS_AT_ONCE = 100;

/**
 * A person's one answer to all that is beyond doubt: each sure pair of which neither contact is in another one becomes one contact, as if asked
 * about by itself. What nobody could tell without looking stays listed. Fails with `not-contacts`.
 */
export async function fuseSure(port: Port): Promise<ResultView> {
  const { collection } = port;
  const { records } = collection;
  ensureContacts(port);
  const both = (ids: readonly [RecordId, RecordId]): readonly [StoredRecord, StoredRecord] | null => {
    const [one, other] = [records.find(ids[0]), records.find(ids[1])];
    if (one === null || other === null || !isLive(one.state) || !isLive(other.state)) return null;
    return areApart(one, other) ? null : [one, other];
  };
  const sure: Duplicate[] = [];
  for await (const pair of inTurns(await sharingPairs(collection), AT_ONCE))
    if (pair.sure && both(pair.ids) !== null) sure.push(pair);
  const partners = new Map<RecordId, number>();
  for (const id of sure.flatMap(({ ids }) => ids)) partners.set(id, (partners.get(id) ?? 0) + 1);
  const alone = sure.filter(({ ids }) => ids.every((id) => partners.get(id) === 1));
  const written: WrittenPackage[] = [];
  const groups = await groupsOf(collection);
  for await (const at of inTurns(alone.keys(), PAIRS_AT_ONCE)) {
    if (at % PAIRS_AT_ONCE !== 0) continue;
    // Somebody may have written to them since they were looked at.
    const pairs = alone.slice(at, at + PAIRS_AT_ONCE).flatMap(({ ids }) => {
      const now = both(ids);
      const isSure = now !== null && pairsOf(now.map((each) => toldBy(collection, each))).some((pair) => pair.sure);
      return isSure ? [now] : [];
    });
    if (pairs.length > 0) written.push(...port.commit(fuse(collection, groups, pairs)));
  }
  return resultOf(port, written, []);
}

function ensureContacts({ collection }: Pick<Port, 'collection'>): void {
  if (collection.kind !== 'contacts')
    throw new LockstepError('not-contacts', `${collection.stored.name} holds no contacts.`, collection.stored.name);
}

/** Makes two contacts one, or says that they are two people. Fails with `no-such-record`, `not-contacts`, `same-record`. */
export async function settleDuplicate(
  port: Port,
  one: string,
  other: string,
  isOnePerson: boolean,
): Promise<ResultView> {
  ensureContacts(port);
  return settlePair(port, [one, other], isOnePerson, isOnePerson ? await groupsOf(port.collection) : []);
}

/** The same, of contacts, where the groups of their book are known. */
export function settlePair(
  port: Port,
  [one, other]: readonly [string, string],
  isOnePerson: boolean,
  groups: readonly RecordId[],
): ResultView {
  const [a, b] = [liveRecord(port, one), liveRecord(port, other)];
  if (a.id === b.id) throw new LockstepError('same-record', `${one} and ${other} are one record already.`, one);
  const changes = isOnePerson ? fuse(port.collection, groups, [[a, b]]) : [keepApart(a, b)];
  return resultOf(port, port.commit(changes), []);
}

function liveRecord({ collection }: Port, text: string): StoredRecord {
  const found = findRecord(collection, text);
  if (isLive(found.state)) return found;
  throw new LockstepError('no-such-record', `${text} is deleted.`, text);
}
