import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { alone, lyingThere, neverTogether, replicaOf, textOf, write } from './never-together.ts';

let group: SimulatedGroup;
let first: SimulatedDevice;
let second: SimulatedDevice;
let third: SimulatedDevice;
beforeEach(async () => {
  group = await neverTogether(3);
  [first, second, third] = group.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
});
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** As a person asks for it. */
async function leave(device: SimulatedDevice): Promise<void> {
  const asked = device.running?.handlers['collections:leave'](group.collection as string);
  await group.until(device, Promise.resolve(asked));
  group.leaves(device);
}
const namesKnownBy = (device: SimulatedDevice): readonly string[] =>
  replicaOf(group, device)
    .membership.others()
    .map(({ name }) => name)
    .sort();
const keysThere = (): number => lyingThere(group).acl.keys.length;

describe('who leaves a collection whose members meet at a relay alone', () => {
  it('tells them there, and leaves there what only it had', async () => {
    await alone(group, third);
    write(third, 'a', 'written last')();
    await leave(third);
    await group.pass(5000);
    expect(third.membership.size).toBe(0);
    await alone(group, first);
    expect([textOf(first, 'a'), namesKnownBy(first)]).toEqual(['written last', ['B']]);
    await alone(group, second);
    expect([textOf(second, 'a'), namesKnownBy(second), keysThere()]).toEqual(['written last', ['A'], 2]);
  });

  it('tells them once the relay can be reached again, also after a restart', async () => {
    await alone(group, third);
    (group.relay as SimulatedRelay).stop();
    await leave(third);
    await group.until(third, third.stop());
    (group.relay as SimulatedRelay).start();
    await alone(group, first);
    expect(namesKnownBy(first)).toEqual(['B', 'C']);
    await alone(group, third);
    expect(third.membership.size).toBe(0);
    await alone(group, first);
    expect(namesKnownBy(first)).toEqual(['B']);
  });

  it('tells them once there is room for it', async () => {
    await alone(group, third);
    const relay = group.relay as SimulatedRelay;
    relay.room = 'nothing';
    await leave(third);
    await group.pass(60_000);
    relay.room = 'all';
    await group.pass(120_000);
    await alone(group, first);
    expect(namesKnownBy(first)).toEqual(['B']);
  });

  it('is let in again by one that had not heard of it, and belongs to it as the others do', async () => {
    await alone(group, third);
    write(third, 'a', 'of before')();
    await leave(third);
    await group.pass(5000);
    // The second hears of it, the first lets it in first.
    await alone(group, second);
    (group.relay as SimulatedRelay).stop();
    await group.start(first);
    await group.start(third);
    expect(namesKnownBy(first)).toEqual(['B', 'C']);
    await group.join(third, first);
    write(third, 'b', 'of after')();
    (group.relay as SimulatedRelay).start();
    await group.pass(10 * 60_000);
    expect(group.devices.map(namesKnownBy)).toEqual([
      ['B', 'C'],
      ['A', 'C'],
      ['A', 'B'],
    ]);
    for (const device of group.devices)
      expect([textOf(device, 'a'), textOf(device, 'b')]).toEqual(['of before', 'of after']);
    expect(keysThere()).toBe(3);
  });
});
