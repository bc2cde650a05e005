import { isLive } from '../merge/record-state.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import { CHANGES_PER_PACKAGE, type Digest, type Dot } from '../record/ids.ts';
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
  const placeOf = (of: Dot) => port.collection.log.place(Math.floor(of / CHANGES_PER_PACKAGE));
  const written = placeOf(dot);
  const { ends, stands } = endsOf(port, dot);
  const ended = ends.map(placeOf);
  const isGone = replacedBy !== null || stands;
  const gone = new Set(isGone ? ends.filter((end) => isOfPerson(port, end)).map((end) => deviceOf(port, end)) : []);
  const author = deviceOf(port, dot);
  const devices = port.members
    .others()
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
  const later = log.changesOf(found.row).map((at) => ({ at, writes: packages.changeAt(at)?.change.writes ?? [] }));
  const replaced = later.filter(({ writes }) =>
    writes.some((each) => each.field === ENTRY && each.replaces.includes(dot)),
  );
  const deleted = later.filter(
    ({ at, writes }) =>
      writes.some(({ field, value }) => field === EXISTS && value === false) &&
      log.order(at, dot) > 0 &&
      replaced.every((each) => log.order(at, each.at) < 0),
  );
  return { ends: [...replaced, ...deleted].map(({ at }) => at), stands: false };
}

/** Did somebody write to an item, rather than to history? */
const isOfPerson = ({ collection }: Pick<HistoryPort, 'collection'>, dot: Dot): boolean =>
  collection.packages.changeAt(dot)?.change.cause === 'source';

function deviceOf(port: Pick<HistoryPort, 'collection' | 'members'>, dot: Dot): string | null {
  const { log } = port.collection;
  const { member } = log.log(log.place(Math.floor(dot / CHANGES_PER_PACKAGE)).log, '');
  return member === '' ? null : port.members.deviceOf(member);
}
