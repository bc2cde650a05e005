import { listConflicts } from '../../src/main/conflicts/conflict-view.ts';
import { recordsRoot } from '../../src/main/history/verify.ts';
import { CollectionGroup, type GroupDatabases, type GroupDevice } from './collection-group.ts';
import { liveHistory } from './random-history.ts';
import { SeededRandom } from './seeded-random.ts';

/** What is known of a collection where nothing is local: equal on all devices that hold the same packages. */
function knownOf(device: GroupDevice): string {
  const conflicts = listConflicts(device.port)
    .map(({ id, shown, values }) => ({ id, shown, values }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify({ ...recordsRoot(device.collection), conflicts });
}

/** Gives a device every package of the group in any order, some of them twice; what comes too early is tried again. */
function deliverAnyhow(group: CollectionGroup, to: GroupDevice, random: SeededRandom): void {
  const all = group.devices.flatMap((device) => device.sent.map((each) => each.bytes));
  let waiting = random.shuffle([...all, ...all.filter(() => random.chance(0.3))]);
  while (waiting.length > 0) {
    const later = to.collection.transact(() => waiting.filter((bytes) => to.collection.receive(bytes).is === 'gap'));
    if (later.length === waiting.length) throw new Error('packages that can never be taken');
    waiting = random.shuffle(later);
  }
}

/**
 * The law of merging (DESIGN 5) on one random history of three devices and one that comes late: whatever the order and repetition of packages,
 * records, roots and conflicts are equal, and those counted are those listed. Returns what is not, and how many conflicts were open.
 */
export async function checkMergeLaw(
  seed: number,
  databases: GroupDatabases,
): Promise<{ readonly differs: string | null; readonly conflicts: number }> {
  const random = new SeededRandom(`law ${seed}`);
  const group = new CollectionGroup(4, `law ${seed}`, 'files', databases);
  const [first, ...others] = group.devices as [GroupDevice, ...GroupDevice[]];
  // Counted from here on, as they come and go.
  for (const { collection } of group.devices) void collection.records.choices;
  await liveHistory(group, group.devices.slice(0, 3), random, 14);
  for (const device of group.devices) deliverAnyhow(group, device, random);
  const known = knownOf(first);
  const conflicts = listConflicts(first.port).length;
  for (const { name, port, collection } of group.devices) {
    const [counted, listed] = [collection.records.choices, listConflicts(port).length];
    if (counted !== listed) return { differs: `seed ${seed}: ${name} counts ${counted} of ${listed}`, conflicts };
  }
  for (const device of others)
    if (knownOf(device) !== known)
      return { differs: `seed ${seed}: ${device.name} has ${knownOf(device)}, ${first.name} ${known}`, conflicts };
  const late = others.at(-1) as GroupDevice;
  deliverAnyhow(group, late, random);
  const differs = knownOf(late) === known ? null : `seed ${seed}: a second delivery makes ${knownOf(late)} of ${known}`;
  return { differs, conflicts };
}
