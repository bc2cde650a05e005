import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NoticeView } from '../../../src/contract/contract.ts';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { lyingThere, neverTogether, replicaOf, textOf, write } from '../relays/never-together.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

const HOUR_MS = 3600_000;

let group: SimulatedGroup;
let first: SimulatedDevice;
let second: SimulatedDevice;
let third: SimulatedDevice;
afterEach(() => {
  for (const device of group.devices) device.end();
});

const isMember = (device: SimulatedDevice): boolean => replicaOf(group, device).membership.isMember();
async function threeAtRelay(): Promise<SimulatedRelay> {
  group = await neverTogether(3);
  [first, second, third] = group.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  return group.relay as SimulatedRelay;
}
const listed = (device: SimulatedDevice): boolean | null => {
  const { ownKey } = replicaOf(group, device).membership;
  return lyingThere(group).acl.keys.find(({ k }) => k === ownKey)?.admin ?? null;
};

describe('a removal that turns out to be void', () => {
  it('is none any more for the device that had heard of it at the relay, without anybody doing anything there', async () => {
    const relay = await threeAtRelay();
    await group.until(first, first.stop());
    group.remove(third, second);
    await group.pass(60_000);
    expect([isMember(third), listed(third)]).toEqual([false, null]);
    // Apart from that the first takes the second's rights: what it did meanwhile does not count.
    relay.stop();
    await group.start(first);
    group.setRole(second, 'editor', first);
    await group.pass(5000);
    relay.start();
    await group.pass(2 * HOUR_MS);
    expect([isMember(third), listed(third)]).toEqual([true, true]);
    await group.pass(60_000);
    write(first, 'a', 'from the first')();
    write(third, 'b', 'from the third')();
    await group.pass(120_000);
    expect([textOf(third, 'a'), textOf(first, 'b')]).toEqual(['from the first', 'from the third']);
  });

  it('was none: who is out asks the relay seldom, and takes nothing from it', async () => {
    const relay = await threeAtRelay();
    group.remove(third, first);
    await group.pass(60_000);
    const asked = vi.spyOn(relay, 'answer');
    expect([isMember(third), listed(third)]).toEqual([false, null]);
    write(first, 'a', 'not for the third')();
    await group.pass(6 * HOUR_MS);
    expect([isMember(third), textOf(second, 'a'), textOf(third, 'a')]).toEqual([false, 'not for the third', null]);
    const proofs = asked.mock.calls.filter(([{ url }]) => url === '/v1/auth');
    expect(proofs.length).toBeLessThan(40);
  });

  it('was none: who is out takes nothing from a relay that still lets it in either', async () => {
    const relay = await threeAtRelay();
    // As an admin it would take itself out of the list.
    group.setRole(third, 'editor', first);
    await group.pass(60_000);
    relay.stop();
    group.remove(third, first);
    replicaOf(group, third).receiveMembership(replicaOf(group, first).membership.operations());
    await group.until(first, first.stop());
    relay.start();
    write(second, 'a', 'not for the third')();
    write(third, 'b', 'of the third alone')();
    await group.pass(10 * 60_000);
    expect([isMember(third), listed(third)]).toEqual([false, false]);
    expect([textOf(third, 'a'), textOf(second, 'b')]).toEqual([null, null]);
  });
});

describe('a removal that turns out to be void where there is no relay', () => {
  beforeEach(async () => {
    group = new SimulatedGroup(new SeededRandom('void without a relay'));
    const devices = Array.from({ length: 3 }, () => group.addDevice({ skewed: false, folding: false }));
    for (const device of devices) await group.start(device);
    [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    await group.create(first);
    for (const other of [second, third]) await group.join(other, first);
    await group.pass(60_000);
    for (const other of [second, third]) group.cut(first, other);
    await group.pass(60_000);
    group.remove(third, second);
    await group.pass(60_000);
    expect(isMember(third)).toBe(false);
  });

  it('is none any more for the device that had heard of it, once it meets one that belongs', async () => {
    // Apart from that the first takes the second's rights: what it did meanwhile does not count.
    group.setRole(second, 'editor', first);
    write(first, 'a', 'from the first')();
    write(third, 'b', 'from the third')();
    await group.until(second, second.stop());
    group.mendAll();
    await group.pass(10 * 60_000);
    expect([isMember(third), textOf(third, 'a'), textOf(first, 'b')]).toEqual([
      true,
      'from the first',
      'from the third',
    ]);
    await group.start(second);
    await group.pass(10 * 60_000);
    write(third, 'c', 'for all')();
    await group.pass(60_000);
    expect([textOf(second, 'b'), textOf(first, 'c'), textOf(second, 'c')]).toEqual([
      'from the third',
      'for all',
      'for all',
    ]);
  });

  it('was none: who is out says so to one that had not heard of it, and gets nothing and gives nothing', async () => {
    write(first, 'a', 'not for the third')();
    write(third, 'b', 'of the third alone')();
    await group.until(second, second.stop());
    group.mendAll();
    const given = vi.spyOn(replicaOf(group, first), 'packagesAfter');
    await group.pass(10 * 60_000);
    expect(replicaOf(group, first).membership.member(third.identity.id)).toBeNull();
    expect([isMember(third), textOf(third, 'a'), textOf(first, 'b')]).toEqual([false, null, null]);
    expect(given).not.toHaveBeenCalled();
    // Nor later, where all know.
    await group.start(second);
    write(first, 'c', 'not for the third')();
    await group.pass(10 * 60_000);
    expect([textOf(second, 'c'), textOf(third, 'c')]).toEqual(['not for the third', null]);
    expect(replicaOf(group, third).collection.records.live).toBe(0);
    const linked = group.devices.map(({ engine }) => engine.network.session(third.identity.id));
    expect(linked).toEqual([null, null, null]);
  });
});

it('who was let in by one that an admin let in who had been removed is told that, in words, and keeps what it has', async () => {
  group = new SimulatedGroup(new SeededRandom('let in by removed'));
  const devices = Array.from({ length: 4 }, () => group.addDevice({ skewed: false, folding: false }));
  for (const device of devices) await group.start(device);
  const fourth = devices[3] as SimulatedDevice;
  [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  await group.create(first);
  await group.join(second, first);
  await group.pass(5000);
  for (const other of [second, third, fourth]) group.cut(first, other);
  await group.pass(1000);
  group.remove(second, first);
  await group.join(third, second);
  await group.join(fourth, third, 'editor');
  write(fourth, 'a', 'of the fourth')();
  await group.pass(5000);
  expect([isMember(fourth), textOf(third, 'a')]).toEqual([true, 'of the fourth']);
  const told: NoticeView[] = [];
  fourth.engine.events.onEvent((name, value) => {
    if (name === 'notice') told.push(value as NoticeView);
  });
  // The first knows nothing of it: each hears it from the one that had let it in.
  group.mendAll();
  await group.pass(120_000);
  expect([isMember(fourth), textOf(fourth, 'a'), textOf(first, 'a')]).toEqual([false, 'of the fourth', null]);
  expect(told).toMatchObject([
    {
      about: 'removed',
      title: 'This device does not belong to things',
      text: expect.stringContaining('new invitation'),
    },
  ]);
  const [shown] = statusView(fourth.engine).collections;
  expect(shown).toMatchObject({ removed: true, sources: [{ reason: expect.stringContaining('had been removed') }] });
  expect(fourth.user.fs.lstat(`${ROOT}/a`)).not.toBeNull();
});

describe('two admins that remove each other apart', () => {
  /** The second has taken the first out at the relay; of the two the first prevails. */
  async function shutOut(): Promise<void> {
    const relay = await threeAtRelay();
    await group.until(first, first.stop());
    group.remove(first, second);
    await group.pass(60_000);
    relay.stop();
    await group.start(first);
    group.remove(second, first);
    await group.pass(5000);
    relay.start();
    await group.pass(120_000);
    expect([isMember(first), isMember(second), listed(first), listed(second)]).toEqual([true, true, null, true]);
  }
  const whyNoRelay = (): string => statusView(first.engine).collections[0]?.relay?.why ?? '';

  it('leave the one that prevails before a shut relay, which it says with what helps', async () => {
    await shutOut();
    expect(whyNoRelay()).toMatch(/though it is an admin.* another relay .*lockstep config relay URL/);
  });

  it('come apart as soon as the other one hears of it: that brings the list, without itself', async () => {
    await shutOut();
    replicaOf(group, second).receiveMembership(replicaOf(group, first).membership.operations());
    await group.pass(10 * 60_000);
    expect([isMember(second), listed(first), listed(second), listed(third)]).toEqual([false, true, null, true]);
    await group.pass(120_000);
    write(first, 'a', 'from the first')();
    await group.pass(120_000);
    expect([textOf(third, 'a'), textOf(second, 'a'), whyNoRelay()]).toEqual(['from the first', null, '']);
  });
});
