import { afterEach, expect, it } from 'vitest';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { neverTogether, replicaOf, textOf, write } from './never-together.ts';

/** Tables whose rows belong to a collection or to what is in one. */
const TABLES = ['record', 'log', 'package', 'change_of', 'acknowledged', 'relay_member', 'relay_item', 'problem'];

let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Two devices that share a folder and are linked. */
async function linked(seed: string): Promise<[SimulatedDevice, SimulatedDevice]> {
  group = new SimulatedGroup(new SeededRandom(seed));
  const devices = Array.from({ length: 2 }, () => group.addDevice({ skewed: false, folding: false }));
  const [first, second] = devices as [SimulatedDevice, SimulatedDevice];
  for (const device of devices) await group.start(device);
  await group.create(first);
  await group.join(second, first);
  await group.pass(10_000);
  return [first, second];
}

it('what comes of a collection while and after a device leaves it is not stored: the next one would get it', async () => {
  group = await neverTogether(3);
  const [first, second, third] = group.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  const replica = replicaOf(group, third);
  write(first, 'a', 'of the first')();
  write(second, 'b', 'of the second')();
  await group.pass(60_000);
  const { log } = replicaOf(group, first).collection;
  const packages = log.logs().flatMap((each) => log.after(each.log, 0, 100).map(({ bytes }) => bytes));
  replica.memberPositions.acknowledged(first.identity.id, replica.heads(), []);
  await group.until(third, third.engine.leave(replica));
  // What was read at the relay, and was on its way here as it left.
  expect(() => replica.receiveRelayed(packages)).toThrow('was left');
  await group.pass(60_000);
  const { database } = third.engine.world;
  const rows = TABLES.map((table) => [table, database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]);
  expect(rows).toEqual(TABLES.map((table) => [table, 0]));
});

it('who leaves gives those that are linked what was written last', async () => {
  const [first, second] = await linked('leaves');
  write(second, 'a', 'written last')();
  const left = second.running?.handlers['collections:leave'](replicaOf(group, second).id);
  await group.until(second, Promise.resolve(left));
  await group.pass(10_000);
  expect([textOf(first, 'a'), replicaOf(group, first).membership.others()]).toEqual(['written last', []]);
});

it('who leaves twice, while those that are linked take what was written last, has left once, and tells it also after a restart', async () => {
  const [first, second] = await linked('leaves twice');
  write(second, 'a', 'written last')();
  const { id } = replicaOf(group, second);
  const leave = async (): Promise<void> => void (await second.running?.handlers['collections:leave'](id));
  const left = leave();
  group.cut(first, second);
  await group.pass(3000);
  const again = leave();
  await group.until(second, Promise.all([left, again]));
  await group.until(second, second.stop());
  await group.start(second);
  group.mendAll();
  await group.pass(60_000);
  expect(replicaOf(group, first).membership.others()).toEqual([]);
});
