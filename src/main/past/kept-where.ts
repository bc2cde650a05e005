import { fileEntry } from '../record/file-entry.ts';
import { CHANGES_PER_PACKAGE, type Digest, type Dot } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { HistoryPort } from './history-port.ts';

/** `here`, the devices known to have it, or `no`. Never an empty list. */
export type KeptWhere = 'here' | 'no' | readonly string[];

/**
 * Who can give back the content of a value that the change `dot` wrote. `replacedBy`: the change that took its place; null where it
 * still stands. A device that wrote or applied a value keeps it when something from elsewhere replaces it; a device whose own
 * user overwrote it may not have been quick enough. Values without content are always here.
 */
export function keptWhere(
  port: Pick<HistoryPort, 'collection' | 'members' | 'contents'>,
  value: Value,
  dot: Dot,
  replacedBy: Dot | null,
): KeptWhere {
  const entry = fileEntry(value);
  if (entry?.type !== 'file' || entry.size === 0 || port.contents.isHere(entry.digest as Digest)) return 'here';
  const { log } = port.collection;
  const written = log.place(Math.floor(dot / CHANGES_PER_PACKAGE));
  const author = deviceOf(port, dot);
  const gone = replacedBy === null ? new Set<string | null>() : overwriters(port, dot);
  const devices = port.members
    .others()
    .filter(
      ({ device, applied }) =>
        !gone.has(device) && (device === author || (applied.get(written.log) ?? 0) >= written.number),
    )
    .map(({ device }) => device);
  return devices.length === 0 ? 'no' : devices.sort();
}

/** Devices whose own users replaced or deleted what this change wrote: several where they did it apart. */
function overwriters(port: Pick<HistoryPort, 'collection' | 'members'>, dot: Dot): ReadonlySet<string | null> {
  const { collection } = port;
  const record = collection.packages.changeAt(dot)?.change.record;
  const row = record === undefined ? undefined : collection.records.find(record)?.row;
  const devices = new Set<string | null>();
  for (const later of row === undefined ? [] : collection.log.changesOf(row)) {
    const change = collection.packages.changeAt(later)?.change;
    if (change?.cause === 'source' && change.writes.some((write) => write.replaces.includes(dot)))
      devices.add(deviceOf(port, later));
  }
  return devices;
}

function deviceOf(port: Pick<HistoryPort, 'collection' | 'members'>, dot: Dot): string | null {
  const { log } = port.collection;
  const { member } = log.log(log.place(Math.floor(dot / CHANGES_PER_PACKAGE)).log, '');
  return member === '' ? null : port.members.deviceOf(member);
}
