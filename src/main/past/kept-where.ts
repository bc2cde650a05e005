import type { Collection } from '../collection.ts';
import { isLive } from '../merge/record-state.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import { type Digest, type Dot, type LogId, packageRowOf } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { HistoryPort } from './history-port.ts';
import { descendsFrom } from './record-past.ts';

/** `here`, the devices known to have it, or `no`. Never an empty list. */
export type KeptWhere = 'here' | 'no' | readonly string[];

/**
 * Who can give back the content of a value that the change `dot` wrote. `replacedBy`: the change that took its place; null where it
 * still stands. A device that wrote or applied a value keeps it when something from elsewhere replaces it, unless it got both in one
 * go; a device whose own user overwrote it, or deleted it beside an edit of somebody else, may not have been quick enough. Values without
 * content are always here.
 */
export function keptWhere(
  port: Pick<HistoryPort, 'collection' | 'members' | 'contents'>,
  value: Value,
  dot: Dot,
  replacedBy: Dot | null,
): KeptWhere {
  const entry = fileEntry(value);
  if (entry?.type !== 'file' || entry.size === 0 || port.contents.isHere(entry.digest as Digest)) return 'here';
  const others = port.members.others();
  if (others.length === 0) return 'no';
  const placeOf = (of: Dot) => port.collection.log.place(packageRowOf(of));
  const written = placeOf(dot);
  const { ends, stands } = endsOf(port, dot);
  const ended = ends.map(placeOf);
  const isGone = replacedBy !== null || stands;
  const gone = new Set(isGone ? ends.filter((end) => isOfPerson(port, end)).map((end) => deviceOf(port, end)) : []);
  const author = deviceOf(port, dot);
  const devices = others
    .filter(
      ({ device, hadContents, passedOver }) =>
        !gone.has(device) &&
        (device === author || ((hadContents.get(written.log) ?? 0) >= written.number && !passedOver(written, ended))),
    )
    .map(({ device }) => device);
  return devices.length === 0 ? 'no' : devices.sort();
}

/**
 * Changes that took the place of what this one wrote, or deleted the record while it stood. `stands`: it still does, so that there are only
 * deletions, beside which what somebody else wrote keeps the record.
 */
function endsOf(
  { collection }: Pick<HistoryPort, 'collection'>,
  dot: Dot,
): { readonly ends: readonly Dot[]; readonly stands: boolean } {
  const { log, packages, records } = collection;
  const record = packages.changeAt(dot)?.change.record;
  const found = record === undefined ? null : records.find(record);
  const stands = (found?.state.fields.get(ENTRY) ?? []).some(({ dots }) => dots.includes(dot));
  if (found === null) return { ends: [], stands: false };
  if (stands && isLive(found.state)) {
    const deletions = (found.state.fields.get(EXISTS) ?? []).flatMap(({ value, dots }) =>
      value === false ? dots : [],
    );
    return { ends: deletions.filter((at) => descendsFrom(collection, at, new Set([dot]))), stands };
  }
  return { ends: endsAfter(collection, log.changesOf(found.row), dot), stands: false };
}

/**
 * Of a record's changes those that ended what `dot` wrote. Who wrote one, or wrote after having seen one, saw the value no more: whatever comes later in
 * that log is passed over unread, for a record may have been changed ten thousand times.
 */
function endsAfter(
  { log, packages }: Pick<Collection, 'log' | 'packages'>,
  changes: readonly Dot[],
  dot: Dot,
): readonly Dot[] {
  const sorted = inOrder(log, changes);
  const over = new Set<Dot>();
  const logsPastIt = new Set<LogId>();
  const replaced: Dot[] = [];
  const deleted: Dot[] = [];
  for (let at = firstAfter(log, sorted, dot); at < sorted.length; at++) {
    const each = sorted[at] as Dot;
    const by = log.place(packageRowOf(each)).log;
    if (logsPastIt.has(by)) continue;
    const writes = packages.changeAt(each)?.change.writes ?? [];
    const exists = writes.find(({ field }) => field === EXISTS);
    const isEnd = writes.some(({ field, replaces }) => field === ENTRY && replaces.includes(dot));
    if (isEnd) replaced.push(each);
    else if (exists?.value === false) deleted.push(each);
    if (!isEnd && exists?.replaces.some((before) => over.has(before)) !== true) continue;
    over.add(each);
    // Of several branches neither saw what is in the other.
    if (log.branches(by) === null) logsPastIt.add(by);
  }
  return [...replaced, ...deleted.filter((each) => replaced.every((end) => log.order(each, end) < 0))];
}

/** The changes of the record that was asked for last: of each value it had somebody may ask. */
const lastInOrder = new WeakMap<readonly Dot[], readonly Dot[]>();

function inOrder(log: Collection['log'], changes: readonly Dot[]): readonly Dot[] {
  const known = lastInOrder.get(changes) ?? [...changes].sort(log.order);
  lastInOrder.set(changes, known);
  return known;
}

/** Where the changes begin that come after this one. */
function firstAfter(log: Collection['log'], sorted: readonly Dot[], dot: Dot): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (log.order(sorted[middle] as Dot, dot) > 0) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Did somebody write to an item, rather than to history? */
const isOfPerson = ({ collection }: Pick<HistoryPort, 'collection'>, dot: Dot): boolean =>
  collection.packages.changeAt(dot)?.change.cause === 'source';

function deviceOf(port: Pick<HistoryPort, 'collection' | 'members'>, dot: Dot): string | null {
  const { log } = port.collection;
  const { member } = log.log(log.place(packageRowOf(dot)).log, '');
  return member === '' ? null : port.members.deviceOf(member);
}
