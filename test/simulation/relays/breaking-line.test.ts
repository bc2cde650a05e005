import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { alone, lyingThere, neverTogether, replicaOf, textOf } from './never-together.ts';

let group: SimulatedGroup;
let one: SimulatedDevice;
let other: SimulatedDevice;
beforeEach(async () => {
  group = await neverTogether(2);
  [one, other] = group.devices as [SimulatedDevice, SimulatedDevice];
});
afterEach(() => {
  for (const device of group.devices) device.end();
});

const noise = (bytes: number): Uint8Array => new SeededRandom(`noise of ${bytes}`).bytes(bytes);
const bytesOf = (device: SimulatedDevice, path: string): Uint8Array | null =>
  device.user.fs.lstat(`${ROOT}/${path}`) === null ? null : device.user.read(`${ROOT}/${path}`);
const save = (device: SimulatedDevice, path: string, content: Uint8Array | string) => (): void =>
  device.user.writeFile(`${ROOT}/${path}`, content);
const whyNot = (device: SimulatedDevice): string => statusView(device.engine).collections[0]?.relay?.why ?? '';

describe('a line to the relay that breaks off each time after 300 kB', () => {
  const BREAKS = 300_000;

  it('brings a file of 2 MB there, and what comes after it', async () => {
    group.relays?.breakAfter(one.host, BREAKS);
    await alone(group, one, save(one, 'large', noise(2_000_000)));
    save(one, 'after', 'it')();
    await group.pass(5 * 60_000);
    expect(whyNot(one)).toBe('');
    await alone(group, other);
    expect(textOf(other, 'after')).toBe('it');
    expect(bytesOf(other, 'large')).toEqual(noise(2_000_000));
  });

  it('brings from there what was put up over a better one', async () => {
    await alone(group, one, save(one, 'large', noise(6_000_000)));
    for (let at = 0; at < 40; at++) {
      save(one, `file ${at}`, noise(20_000 + at))();
      await group.pass(5000);
    }
    group.relays?.breakAfter(other.host, BREAKS);
    await alone(group, other);
    await group.pass(5 * 60_000);
    expect(bytesOf(other, 'file 39')).toEqual(noise(20_039));
    expect(bytesOf(other, 'large')).toEqual(noise(6_000_000));
  });

  it('is used for more at a time again once it is better', async () => {
    const relay = group.relay as SimulatedRelay;
    group.relays?.breakAfter(one.host, BREAKS);
    await alone(group, one, save(one, 'large', noise(3_000_000)));
    await group.pass(5 * 60_000);
    const packs = lyingThere(group).packs.size;
    expect(packs).toBeGreaterThan(8);
    group.relays?.breakAfter(one.host, null);
    save(one, 'again', noise(40_000_000))();
    await group.pass(5 * 60_000);
    expect(relay.packsPut).toBeLessThan(100);
    expect(lyingThere(group).packs.size - packs).toBeLessThan(60);
  });
});

describe('a line that breaks off before one part of a file has passed', () => {
  const BREAKS = 100_000;

  it('keeps what comes after that from nobody; it is said, tried again, and comes once the line is better', async () => {
    group.relays?.breakAfter(one.host, BREAKS);
    await alone(group, one, save(one, 'large', noise(2_000_000)));
    save(one, 'after', 'it')();
    await group.pass(10 * 60_000);
    expect(whyNot(one)).toMatch(/breaks off before \d+ kB/);
    await alone(group, other);
    expect([textOf(other, 'after'), bytesOf(other, 'large')]).toEqual(['it', null]);
    group.relays?.breakAfter(one.host, null);
    await alone(group, one);
    await alone(group, other);
    expect(bytesOf(other, 'large')).toEqual(noise(2_000_000));
    await alone(group, one);
    expect(whyNot(one)).toBe('');
  });
});

it('what a device put there itself is not lost where it reads one item at a time', async () => {
  const relay = group.relay as SimulatedRelay;
  const answer = relay.answer.bind(relay);
  vi.spyOn(relay, 'answer').mockImplementation((request) =>
    answer({ ...request, url: request.url.replace(/(items\?after=\d+)$/, '$1&limit=1') }),
  );
  await alone(group, one);
  for (const name of ['a', 'b', 'c']) save(one, name, name)();
  await group.pass(60_000);
  await alone(group, other, save(other, 'd', 'd'));
  expect([textOf(other, 'a'), textOf(other, 'c')]).toEqual(['a', 'c']);
  const anew: (() => unknown)[] = [];
  await alone(group, one, () => {
    const { relay: known } = replicaOf(group, one).collection;
    expect(known.newest).toBeGreaterThan(known.cursor + 1);
    const moved = vi.spyOn(known, 'moveTo');
    anew.push(() => moved.mock.calls);
  });
  expect(textOf(one, 'd')).toBe('d');
  expect(anew.map((calls) => calls())).toEqual([[]]);
});
