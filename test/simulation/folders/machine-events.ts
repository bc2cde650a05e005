import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';

/*
 * What happens to links, processes, disks and clocks, whatever a group of devices shares: what is common to the events of files (`events.ts`) and to
 * those of texts (`shelf-events.ts`).
 */

interface Machines {
  readonly group: SimulatedGroup;
  readonly random: SeededRandom;
}
/** The text says what happened. null: it cannot happen now. */
type MachineEvent = (scene: Machines) => string | null | Promise<string | null>;

const onAlive =
  (act: (device: SimulatedDevice, scene: Machines) => string | Promise<string>): MachineEvent =>
  (scene) => {
    const { alive } = scene.group;
    return alive.length === 0 ? null : act(scene.random.pick(alive), scene);
  };

export const cut: MachineEvent = ({ group, random }) => {
  if (group.devices.length < 2) return null;
  const [one, other] = random.shuffle(group.devices) as [SimulatedDevice, SimulatedDevice];
  group.cut(one, other);
  return `cut ${one.name}-${other.name}`;
};
export const mend: MachineEvent = ({ group }) => {
  if (group.cuts === 0) return null;
  group.mendAll();
  for (const device of group.alive) device.engine.network.dialNow();
  return 'mend';
};
export const crashSoon: MachineEvent = onAlive((device, { random }) => {
  const dies = random.pick(['before', 'half-way', 'after'] as const);
  let left = random.between(1, 80);
  device.onCall = () => {
    if (--left > 0) return null;
    device.onCall = null;
    return { dies };
  };
  return `${device.name} dies ${dies} call ${left} from now`;
});
export const kill: MachineEvent = onAlive((device) => {
  device.kill();
  return `kill ${device.name}`;
});
export const endProperly: MachineEvent = onAlive(async (device, { group }) => {
  await group.until(device, device.stop());
  return `stop ${device.name}`;
});
/** There is room for less than so many bytes more on the disk at one of these paths. */
export const fillDisk =
  (paths: readonly string[], room: number): MachineEvent =>
  ({ group, random }) => {
    const { disk, name } = random.pick(group.devices);
    const [path, ...others] = paths as [string, ...string[]];
    const volume = disk.volumeAt(others.length === 0 ? path : random.pick(paths));
    volume.capacity = volume.used + random.int(room);
    return `a disk of ${name} is full`;
  };
export const freeDisks =
  (paths: readonly string[]): MachineEvent =>
  ({ group, random }) => {
    const { disk, name } = random.pick(group.devices);
    for (const path of paths) disk.volumeAt(path).capacity = Number.POSITIVE_INFINITY;
    return `room on the disks of ${name}`;
  };
/** There is room for so few pages more on the disk of a program's state, until it begins again. */
export const fillState: MachineEvent = onAlive((device, { random }) => {
  const pages = random.pick([0, 0, 1, 2, 4, 8]);
  device.fillState(pages);
  return `the disk of the state of ${device.name} has room for ${pages} pages`;
});
export const jumpClock: MachineEvent = ({ group, random }) => {
  const device = random.pick(group.devices);
  const by = random.pick([-60_000, -2500, 1000, 86_400_000]);
  device.wall.jump(by);
  return `clock of ${device.name} jumps ${by}`;
};
export const deafen: MachineEvent = ({ group, random }) => {
  const device = random.pick(group.devices);
  device.deafness = random.pick([0, 0.3, 1]);
  return `${device.name} misses ${device.deafness} of all notices`;
};
