import { expect } from 'vitest';
import { BATCH_SIZES, type BatchSizes } from '../../../src/main/platform/batch-sizes.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';

/** Some computers that share a folder, with the words for what these tests do to them. */
export class KeepRoom {
  readonly group: SimulatedGroup;
  readonly devices: readonly SimulatedDevice[];

  private constructor(seed: string, count: number, batches: BatchSizes) {
    this.group = new SimulatedGroup(new SeededRandom(seed));
    this.group.batches = batches;
    this.devices = Array.from({ length: count }, () => this.group.addDevice({ skewed: false, folding: false }));
  }

  /** The first device has these files, and made the collection of them; the others have joined and hold them too. */
  static async open(
    seed: string,
    count: number,
    files: Readonly<Record<string, string>>,
    batches: BatchSizes = BATCH_SIZES,
  ): Promise<KeepRoom> {
    const room = new KeepRoom(seed, count, batches);
    const [first, ...others] = room.devices as [SimulatedDevice];
    for (const [path, text] of Object.entries(files)) room.write(first, path, text);
    await room.group.start(first);
    await room.group.create(first);
    for (const device of others) {
      await room.group.start(device);
      await room.group.join(device, first);
    }
    await room.run(5000);
    for (const device of others)
      for (const [path, text] of Object.entries(files)) expect(room.read(device, path)).toBe(text);
    return room;
  }

  /** Two that have written other texts into `a.txt` apart, and met again. */
  static async openInConflict(seed: string): Promise<KeepRoom> {
    const room = await KeepRoom.open(seed, 2, { 'a.txt': 'base' });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    room.group.cut(a, b);
    room.write(a, 'a.txt', 'by A');
    room.write(b, 'a.txt', 'by B');
    await room.run(5000);
    room.group.mendAll();
    await room.run(120_000);
    return room;
  }

  run(milliseconds: number): Promise<void> {
    // Weeks pass here, with looks all the time.
    for (const device of this.devices) device.patience = Number.POSITIVE_INFINITY;
    return this.group.clock.advance(milliseconds);
  }

  write(device: SimulatedDevice, path: string, text: string): void {
    const at = path.lastIndexOf('/');
    if (at > 0) device.user.mkdirp(`${ROOT}/${path.slice(0, at)}`);
    device.user.writeFile(`${ROOT}/${path}`, text);
  }
  read(device: SimulatedDevice, path: string): string | null {
    return device.user.readText(`${ROOT}/${path}`);
  }

  /** What the version store gives back, and whether the table says so too. */
  kept(device: SimulatedDevice, text: string): boolean {
    const bytes = device.running?.write.readKept(digestOf(Buffer.from(text))) ?? null;
    const inStore = bytes !== null && Buffer.from(bytes).toString() === text;
    expect(device.engine.contentStore.isKept(digestOf(Buffer.from(text)))).toBe(inStore);
    return inStore;
  }

  /** Changes in the collection, from whatever device. */
  changes(device: SimulatedDevice): number {
    const { log } = this.replica(device).collection;
    return log
      .byRow(0, 1000)
      .reduce((sum, { row }) => sum + (this.replica(device).collection.packages.changesIn(row)?.length ?? 0), 0);
  }
  conflicts(device: SimulatedDevice): number {
    return this.replica(device).collection.records.conflicts;
  }
  problems(device: SimulatedDevice): readonly string[] {
    const replica = this.replica(device);
    return [...replica.synchronizers.keys()].flatMap((source) =>
      replica.collection.problems.of(source).map((each) => `${each.record}: ${each.code}`),
    );
  }
  replica(device: SimulatedDevice) {
    const replica = this.group.replica(device);
    if (replica === null) throw new Error(`${device.name} is no member`);
    return replica;
  }
  expectNoFaults(): void {
    expect(this.group.findings).toEqual([]);
  }
}
