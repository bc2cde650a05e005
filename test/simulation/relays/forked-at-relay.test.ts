import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { mergedText } from '../folders/checks.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { alone, neverTogether, replicaOf, textOf, write } from './never-together.ts';

let group: SimulatedGroup;
let one: SimulatedDevice;
let others: readonly SimulatedDevice[];
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Writes so many packages, of a file each. */
async function writeOn(name: string, packages: number): Promise<readonly string[]> {
  const names = Array.from({ length: packages }, (_, at) => `${name} ${at}`);
  for (const each of names) {
    write(one, each, each)();
    await group.pass(5000);
  }
  return names;
}

/**
 * One of them has the others read so many packages that it wrote, is restored as it was before those, and writes so many others under the same
 * numbers before it reaches the relay again, where nothing lies any more. It is the only one that is on. Gives what it wrote, but for what the
 * restored one had in its folder anyway.
 */
async function writtenTwice(count: number, before: number, after: number): Promise<readonly string[]> {
  group = await neverTogether(count);
  [one, ...others] = group.devices as [SimulatedDevice, ...SimulatedDevice[]];
  await alone(group, one, write(one, 'same', 'same'));
  for (const other of others) await alone(group, other);
  await alone(group, one);
  one.backUp();
  const first = await writeOn('before', before);
  for (const other of others) await alone(group, other);
  await alone(group, one);
  await (group.relay as SimulatedRelay).collect(true);
  await group.until(one, one.stop());
  group.relays?.cut(one.host);
  one.restoreBackup();
  await group.start(one);
  const second = await writeOn('after', after);
  group.relays?.mend(one.host);
  return [...first, ...second];
}

/** What a device has, what of this is missing in its folder, and how far it thinks that others are behind. */
function stateOf(device: SimulatedDevice, names: readonly string[]) {
  const replica = replicaOf(group, device);
  const behind = replica.membership.others().map((other) => replica.memberPositions.behind(other.device));
  const missing = names.filter((name) => textOf(device, name) !== name);
  return { has: [...mergedText(replica)], missing, behind: Math.max(...behind) };
}
/** They have the same, nothing is missing, and each says so. */
function expectSame(states: readonly ReturnType<typeof stateOf>[]): void {
  for (const state of states) expect(state).toEqual({ has: states[0]?.has, missing: [], behind: 0 });
}

const LENGTHS = [
  [1, 1],
  [1, 6],
  [6, 1],
  [5, 7],
  [7, 5],
  [20, 20],
  [20, 3],
  [3, 20],
] as const;

describe('what a device that was restored wrote under numbers of its log that others have', () => {
  /** Each is on for a minute with no other, one after the other, several times. */
  async function oneAfterTheOther(names: readonly string[], rounds: number) {
    let states: ReturnType<typeof stateOf>[] = [];
    for (let round = 0; round < rounds; round++) {
      states = [];
      for (const device of group.devices) {
        await alone(group, device);
        states.push(stateOf(device, names));
      }
    }
    return states;
  }

  it.each(LENGTHS)(
    'reaches one that is never on at the same time (%i packages before, %i after)',
    async (...lengths) => {
      const names = await writtenTwice(2, ...lengths);
      expectSame(await oneAfterTheOther(names, 4));
    },
    60_000,
  );

  it.each(LENGTHS)(
    'reaches two of which none is on with another (%i packages before, %i after)',
    async (...lengths) => {
      const names = await writtenTwice(3, ...lengths);
      expectSame(await oneAfterTheOther(names, 5));
    },
    60_000,
  );

  it.each(LENGTHS)(
    'reaches all that are on, by the relay alone (%i packages before, %i after)',
    async (...lengths) => {
      const names = await writtenTwice(3, ...lengths);
      for (const device of others) await group.start(device);
      await group.pass(10 * 60_000);
      expectSame(group.devices.map((device) => stateOf(device, names)));
    },
    60_000,
  );
});
