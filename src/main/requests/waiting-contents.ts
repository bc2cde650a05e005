import type { WaitingContentsView } from '../../contract/contract.ts';
import { storedTitle } from '../past/record-title.ts';
import type { Replica } from '../replica.ts';
import type { StoredRecord } from '../store/record-store.ts';
import type { RelayedState } from '../store-and-forward/relay-exchange.ts';
import { tooLargeIn } from '../store-and-forward/wanted-contents.ts';

/** Records that are looked at to tell why each waits; the rest is counted as those that are not too large. */
const MOST_LOOKED_AT = 100;
const NAMED = 3;

type WaitingContent = Pick<WaitingContentsView, 'lacking' | 'why'> & { readonly name: string };

/**
 * Contents of a collection that wait, and why. `relayed`: how it stands with its relay; null: it has none. `silent`: names of devices that are
 * linked and send nothing of what they were asked for.
 */
export function waitingContentsView(
  replica: Replica,
  relayed: RelayedState | null,
  silent: readonly string[],
): readonly WaitingContentsView[] {
  const hasRelay = relayed !== null && relayed.is !== 'off';
  const rest = silent.length > 0 ? 'silent' : hasRelay && relayed.isFull ? 'room' : 'away';
  const here = lackingHere(replica);
  const lacked = here.records.map((record): WaitingContent => {
    const why = hasRelay && silent.length === 0 && isTooLarge(record) ? 'large' : rest;
    return { lacking: 'here', why, name: nameOf(replica, record) };
  });
  const unnamed = { lacking: 'here', why: rest, records: here.count - lacked.length } as const;
  const there = (relayed?.notPutUp ?? []).flatMap(({ record: id, why }): readonly WaitingContent[] => {
    const record = replica.collection.records.find(id);
    return record === null ? [] : [{ lacking: 'there', why, name: nameOf(replica, record) }];
  });
  return grouped([...lacked, ...there], unnamed).map((each) => (each.why === 'silent' ? { ...each, silent } : each));
}

/** Files by their paths, anything else by what people call it. */
const nameOf = ({ collection }: Replica, record: StoredRecord): string =>
  collection.kind === 'files' ? record.id : storedTitle(collection.kind, record);

function lackingHere({ synchronizers, collection }: Replica) {
  let count = 0;
  const rows = new Set<number>();
  for (const { construction, isWritten } of synchronizers.values()) {
    // Into a source that is only read nothing comes, whoever is there.
    if (!isWritten) continue;
    count = Math.max(count, construction.lacking);
    for (const row of construction.lackingRows(MOST_LOOKED_AT - rows.size)) rows.add(row);
  }
  const records = [...rows].flatMap((row) => collection.records.at(row) ?? []);
  return { count: Math.max(count, records.length), records };
}

const isTooLarge = ({ state }: StoredRecord): boolean =>
  [...state.fields].some(([field, siblings]) => siblings.some(({ value }) => tooLargeIn(field, value).length > 0));

/** Those of a kind together, in the order in which the kinds are met. Pure. */
function grouped(
  found: readonly WaitingContent[],
  unnamed: Pick<WaitingContentsView, 'lacking' | 'why' | 'records'>,
): readonly WaitingContentsView[] {
  const groups = Map.groupBy(found, ({ lacking, why }) => `${lacking} ${why}`);
  return [...groups.values()].map((group) => {
    const { lacking, why } = group[0] as WaitingContent;
    const more = lacking === unnamed.lacking && why === unnamed.why ? unnamed.records : 0;
    return { lacking, why, records: group.length + more, named: group.slice(0, NAMED).map(({ name }) => name) };
  });
}
