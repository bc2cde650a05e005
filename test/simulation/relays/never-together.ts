import type { CollectionId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import type { StoredGroup } from '../../fakes/memory-relay-store.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

/** Computers that share a folder, and leave what they write for each other at a relay: the first let the others in. All are on so far. */
export async function neverTogether(count: number): Promise<SimulatedGroup> {
  const group = new SimulatedGroup(new SeededRandom('never at the same time'));
  group.relyOnRelay(false);
  const devices = Array.from({ length: count }, () => group.addDevice({ skewed: false, folding: false }));
  for (const device of devices) await group.start(device);
  const [first, ...others] = devices as [SimulatedDevice, ...SimulatedDevice[]];
  await group.create(first);
  for (const other of others) await group.join(other, first);
  await group.pass(60_000);
  return group;
}

/** What happens while only this one is on. */
export async function alone(group: SimulatedGroup, device: SimulatedDevice, act = (): void => {}): Promise<void> {
  for (const each of group.devices) if (each !== device) await group.until(each, each.stop());
  if (device.running === null) await group.start(device);
  act();
  await group.pass(60_000);
}

/** Writes a file of the folder of a computer, once it is called. */
export const write = (device: SimulatedDevice, path: string, content: string) => (): void =>
  device.user.writeFile(`${ROOT}/${path}`, content);

/** A text file in the folder of a computer; null: there is none. */
export function textOf(device: SimulatedDevice, path: string): string | null {
  return device.user.fs.lstat(`${ROOT}/${path}`) === null ? null : device.user.readText(`${ROOT}/${path}`);
}

export const replicaOf = (group: SimulatedGroup, device: SimulatedDevice): Replica => group.replica(device) as Replica;

/** What lies at the relay for the group. */
export function lyingThere(group: SimulatedGroup): StoredGroup {
  const there = (group.relay as SimulatedRelay).group(group.collection as CollectionId);
  if (there === null) throw new Error('nothing lies there');
  return there;
}
