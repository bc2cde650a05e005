import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { simulate } from './simulate.ts';
import { ROOT, type SimulatedDevice } from './simulated-device.ts';
import { SimulatedGroup } from './simulated-group.ts';

it.each([1, 6, 11, 16])(
  'devices that leave things for each other at a relay, or meet through it, come to the same (five seeds from %i)',
  async (first) => {
    const kinds = ['tree', 'crash', 'settle', 'race', 'clock', 'power', 'pause', 'relay'] as const;
    for (let seed = first; seed < first + 5; seed++)
      expect((await simulate(seed, { kinds, every: true })).findings, `--seed ${seed}, all of ${kinds}`).toEqual([]);
  },
  240_000,
);

describe('two devices that are never on at the same time', () => {
  let group: SimulatedGroup;
  let one: SimulatedDevice;
  let other: SimulatedDevice;

  beforeEach(async () => {
    group = new SimulatedGroup(new SeededRandom('never at the same time'));
    group.relyOnRelay(false);
    one = group.addDevice({ skewed: false, folding: false });
    other = group.addDevice({ skewed: false, folding: false });
    await group.start(one);
    await group.start(other);
    await group.create(one);
    await group.join(other, one);
    await group.pass(60_000);
  });
  afterEach(() => {
    for (const device of group.devices) device.end();
  });

  const text = (device: SimulatedDevice, path: string): string | null =>
    device.user.fs.lstat(`${ROOT}/${path}`) === null ? null : device.user.readText(`${ROOT}/${path}`);
  const large = (letter: string): Uint8Array => new Uint8Array(300_000).fill(letter.charCodeAt(0));
  /** What happens while only this one is on. */
  async function alone(device: SimulatedDevice, act: () => void): Promise<void> {
    for (const each of group.devices) if (each !== device) await group.until(each, each.stop());
    if (device.running === null) await group.start(device);
    act();
    await group.pass(60_000);
  }

  it('have what the other wrote, though its first key came with it', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'from the first'));
    await alone(other, () => other.user.writeFile(`${ROOT}/b`, 'from the second'));
    expect(text(other, 'a')).toBe('from the first');
    await alone(one, () => one.user.remove(`${ROOT}/a`));
    expect(text(one, 'b')).toBe('from the second');
    await alone(other, () => {});
    expect(text(other, 'a')).toBeNull();
  });

  it('have large files of each other, and nothing of them stays at the relay', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/large`, large('x')));
    expect(group.relay?.bytes).toBeGreaterThan(300_000);
    await alone(other, () => {});
    expect(other.user.fs.lstat(`${ROOT}/large`)?.size).toBe(300_000);
    await alone(one, () => {});
    group.relay?.collect();
    expect(group.relay?.bytes).toBeLessThan(10_000);
  });

  it('put nothing up that can be read there', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a telling name`, 'words that are nobody’s business'));
    const there = [...(group.relay?.everything() ?? [])].map((bytes) => Buffer.from(bytes).toString('latin1')).join();
    expect(there.length).toBeGreaterThan(500);
    for (const word of ['telling', 'nobody', 'things', one.name.repeat(3)]) expect(there).not.toContain(word);
  });

  it('need no relay while they are linked', async () => {
    const before = group.relay?.bytes;
    group.network.mend(one.host, other.host);
    one.engine.network.dialNow();
    await group.pass(1000);
    one.user.writeFile(`${ROOT}/a`, 'while both are on');
    await group.pass(60_000);
    expect(text(other, 'a')).toBe('while both are on');
    expect(group.relay?.bytes).toBe(before);
  });

  it('have what was let go of there before it was read, once who has it comes again', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'long ago'));
    group.relay?.collect(true);
    await alone(other, () => {});
    expect(text(other, 'a')).toBeNull();
    await alone(one, () => {});
    await alone(other, () => {});
    expect(text(other, 'a')).toBe('long ago');
  });

  it('a device that lost its database has everything again', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'kept'));
    await alone(other, () => {});
    await group.until(other, other.stop());
    other.loseDatabase();
    other.user.remove(`${ROOT}/a`);
    await group.start(other);
    await group.pass(60_000);
    await alone(one, () => {});
    await alone(other, () => {});
    expect([text(one, 'a'), text(other, 'a')]).toEqual(['kept', 'kept']);
  });
});
