import { beforeEach, describe, expect, it } from 'vitest';
import type { NoticeView } from '../../../src/contract/contract.ts';
import { makeHeadsBeacon, statementOf } from '../../../src/main/peers/session/heads-beacon.ts';
import type { LogHead } from '../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { logId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { simulate } from '../folders/simulate.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

/** A group of computers that share a folder; each was let in by the first. */
async function groupOf(count: number): Promise<{ group: SimulatedGroup; devices: SimulatedDevice[] }> {
  const group = new SimulatedGroup(new SeededRandom('members'));
  const devices = Array.from({ length: count }, () => group.addDevice({ skewed: false, folding: false }));
  for (const device of devices) await group.start(device);
  const [first, ...others] = devices as [SimulatedDevice, ...SimulatedDevice[]];
  await group.create(first);
  for (const other of others) await group.join(other, first);
  await group.pass(5000);
  return { group, devices };
}
function noticesOf(device: SimulatedDevice): NoticeView[] {
  const told: NoticeView[] = [];
  device.engine.events.onEvent((name, value) => {
    if (name === 'notice') told.push(value as NoticeView);
  });
  return told;
}

it.each([1, 11, 21])(
  'roles change while everything else goes on (ten seeds from %i)',
  async (first) => {
    const kinds = ['tree', 'attributes', 'links', 'crash', 'settle', 'members', 'remove', 'roles'] as const;
    for (let seed = first; seed < first + 10; seed++)
      expect((await simulate(seed, { kinds })).findings, `--seed ${seed} --kinds ${kinds.join(',')}`).toEqual([]);
  },
  240_000,
);

it('who was removed leaves, and is let in again, while everything else goes on', async () => {
  const kinds = ['tree', 'links', 'crash', 'members', 'remove', 'come-again'] as const;
  for (const seed of ['again 6', 'again 27', 'again 40', 'again 45']) {
    const { findings, counts } = await simulate(seed, { kinds, every: true });
    expect([seed, findings, counts.get('come-again') ?? 0]).toEqual([seed, [], expect.toSatisfy((n) => n > 0)]);
  }
}, 240_000);

it('a device that was let in is announced to everyone but who let it in, once', async () => {
  const { group, devices } = await groupOf(2);
  const [first, second] = devices as [SimulatedDevice, SimulatedDevice];
  const [toFirst, toSecond] = [noticesOf(first), noticesOf(second)];
  const third = group.addDevice({ skewed: false, folding: false });
  await group.start(third);
  const toThird = noticesOf(third);
  await group.join(third, first);
  await group.pass(5000);
  expect(toSecond).toEqual([
    {
      about: 'joined',
      title: 'C shares things now',
      text: 'It was let in by A. If you do not know it, remove it on the Devices page.',
    },
  ]);
  expect([toFirst, toThird]).toEqual([[], []]);
  third.engine.config.set('name', 'another');
  await group.pass(5000);
  expect(toSecond.length).toBe(1);
  for (const device of group.devices) device.end();
});

it('who is removed is told, and status of the others forgets it', async () => {
  const { group, devices } = await groupOf(3);
  const [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  const told = noticesOf(third);
  group.remove(third, second);
  await group.pass(20_000);
  expect(told.map(({ about }) => about)).toEqual(['removed']);
  for (const device of [first, second])
    expect(
      group
        .replica(device)
        ?.membership.others()
        .map(({ name }) => name),
    ).not.toContain('C');
  expect(first.engine.network.session(third.identity.id)).toBeNull();
  for (const device of group.devices) device.end();
});

describe('who was removed while it was away, by one that it cannot reach', () => {
  let group: SimulatedGroup;
  let first: SimulatedDevice;
  let second: SimulatedDevice;
  const stateOf = (device: SimulatedDevice) => statusView(device.engine).collections[0]?.state;
  const linesTo = (device: SimulatedDevice) =>
    group.devices.filter((each) => each.running?.engine.network.session(device.identity.id) != null).length;
  beforeEach(async () => {
    const made = await groupOf(3);
    group = made.group;
    [first, second] = made.devices as [SimulatedDevice, SimulatedDevice];
    for (const { host } of made.devices.slice(1)) group.network.wall(host);
    await group.until(first, first.stop());
    group.remove(first, second);
    await group.pass(60_000);
  });

  it('is dialled by those that know, until it has heard that it does not belong any more', async () => {
    await group.start(first);
    first.user.writeFile(`${ROOT}/a`, 'of nobody else');
    await group.pass(10 * 60_000);
    expect(stateOf(first)).toBe('problem');
    expect(linesTo(first)).toBe(0);
    // What was said is not said again and again.
    const { made } = group.network;
    await group.pass(3600_000);
    expect(group.network.made).toBe(made);
  });

  it('is dialled after a restart as well, for ninety days', async () => {
    await group.until(second, second.stop());
    await group.start(second);
    await group.start(first);
    await group.pass(10 * 60_000);
    expect(stateOf(first)).toBe('problem');
  });

  it('is not looked for any more after that', async () => {
    for (const device of group.devices) device.wall.jump(91 * 24 * 3600_000);
    await group.until(second, second.stop());
    await group.start(second);
    const third = group.devices[2] as SimulatedDevice;
    await group.until(third, third.stop());
    await group.start(first);
    await group.pass(10 * 60_000);
    expect(group.replica(first)?.membership.isMember()).toBe(true);
  });
});

it('what a member keeps back of another is found out by what its own packages had seen', async () => {
  const { group, devices } = await groupOf(3);
  const [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  const problems = () => {
    const { collection } = group.replica(third) as Replica;
    return collection.problems.of(-collection.stored.row).filter(({ code }) => code === 'not-come');
  };
  // The second and third meet, and the second is the only one that meets the first: it keeps back what that writes.
  const writer = group.replica(first) as Replica;
  const passes = group.replica(second) as Replica;
  first.user.writeFile(`${ROOT}/before.txt`, 'everyone has it');
  await group.pass(60_000);
  group.cut(first, third);
  const held = writer.collection.log.log(writer.collection.stored.ownLog, '').held;
  const { heads } = passes;
  passes.heads = () => heads.call(passes).filter(({ log }) => log !== writer.collection.stored.ownLog);
  first.user.writeFile(`${ROOT}/secret.txt`, 'not for the third');
  await group.pass(60_000);
  second.user.writeFile(`${ROOT}/own.txt`, 'of the second');
  await group.pass(60_000);
  expect((group.replica(third) as Replica).collection.log.log(writer.collection.stored.ownLog, '').held).toBe(held);
  expect(problems()).toEqual([]);
  await group.pass(11 * 60_000);
  expect(problems()).toMatchObject([{ record: expect.stringMatching(/^A /), detail: expect.stringContaining('B (') }]);
  passes.heads = heads;
  group.mendAll();
  await group.pass(120_000);
  expect(problems()).toEqual([]);
  for (const device of group.devices) device.end();
});

it('what a member keeps back is found out by the heads beacons of its author, though nobody writes anything', async () => {
  const { group, devices } = await groupOf(3);
  const [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  const at = (device: SimulatedDevice) => group.replica(device) as Replica;
  const problems = () => {
    const { collection } = at(third);
    return collection.problems.of(-collection.stored.row).filter(({ code }) => code === 'not-come');
  };
  const lastHeard = () => Number(third.engine.registry.setting(`seen.${first.identity.id}`));
  await group.pass(60_000);
  group.cut(first, third);
  await group.pass(1000);
  const before = lastHeard();
  // The second passes on what the first signs of its heads, and not the packages.
  const passes = at(second);
  const { heads } = passes;
  passes.heads = () => heads.call(passes).filter(({ log }) => log !== at(first).collection.stored.ownLog);
  first.user.writeFile(`${ROOT}/secret.txt`, 'not for the third');
  await group.pass(21 * 60_000);
  expect(lastHeard()).toBeGreaterThan(before);
  await group.pass(11 * 60_000);
  expect(problems()).toMatchObject([{ record: expect.stringMatching(/^A /), detail: expect.stringContaining('A (') }]);
  passes.heads = heads;
  group.mendAll();
  await group.pass(120_000);
  expect(problems()).toEqual([]);
  for (const device of group.devices) device.end();
});

it('a heads beacon that is forged, told again or of one who was removed changes nothing', async () => {
  const { group, devices } = await groupOf(3);
  const [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  await group.pass(5000);
  const [replica, other] = [group.replica(first) as Replica, group.replica(second) as Replica];
  const signer = { key: other.member, sign: (bytes: Uint8Array) => other.sign(bytes) };
  const claim = { member: other.member, log: logId('f'.repeat(16)), number: 9, hash: digestOf(Buffer.from('none')) };
  const seen = () => Number(first.engine.registry.setting(`seen.${second.identity.id}`));
  group.cut(first, second);
  group.cut(second, third);
  await group.pass(1000);
  const later = seen() + 300_000;
  const beacon = makeHeadsBeacon(replica.id, signer, [claim], later);
  expect(replica.beaconHeard({ ...beacon, signature: replica.sign(statementOf(beacon.content)) })).toBe(false);
  expect(seen()).toBeLessThan(later);
  // Nobody's clock makes another seem to be there later than now.
  expect(replica.beaconHeard(beacon)).toBe(true);
  expect(seen()).toBeLessThan(later);
  const heard = () => replica.beacons().map(({ member, time }) => [member, time]);
  expect(heard()).toContainEqual([other.member, later]);
  // Told again it is known; an older one, and one of a time that has not come, tell nothing.
  for (const time of [later, later - 600_000, later + 3_600_000])
    expect(replica.beaconHeard(makeHeadsBeacon(replica.id, signer, [], time))).toBe(true);
  expect(heard().filter(([member]) => member === other.member)).toEqual([[other.member, later]]);
  group.remove(second, first);
  expect(heard().filter(([member]) => member === other.member)).toEqual([]);
  expect(replica.beaconHeard(makeHeadsBeacon(replica.id, signer, [], later + 61_000))).toBe(true);
  expect(heard().filter(([member]) => member === other.member)).toEqual([]);
  for (const device of group.devices) device.end();
});

it('a device whose own log is further elsewhere than here begins a new one before it writes', async () => {
  const { group, devices } = await groupOf(2);
  const [first, second] = devices as [SimulatedDevice, SimulatedDevice];
  first.user.writeFile(`${ROOT}/x`, 'written');
  await group.pass(5000);
  const replica = group.replica(first) as Replica;
  const { ownLog } = replica.collection.stored;
  const { number, hash, member } = replica.heads().find(({ log }) => log === ownLog) as LogHead;
  replica.peerHolds(second.identity.id, [{ log: ownLog, number, hash, member }]);
  expect(replica.collection.stored.ownLog).toBe(ownLog);
  replica.peerHolds(second.identity.id, [
    { log: ownLog, number: number + 3, hash: digestOf(Buffer.from('lost')), member },
  ]);
  expect(replica.collection.stored.ownLog).not.toBe(ownLog);
  for (const device of group.devices) device.end();
});
