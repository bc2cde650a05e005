import { afterEach, expect, it } from 'vitest';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { FOLDER } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';

let group: SimulatedGroup;
let [a, b, c]: SimulatedDevice[] = [];
async function three(seed: string): Promise<readonly [SimulatedDevice, SimulatedDevice, SimulatedDevice]> {
  group = new SimulatedGroup(new SeededRandom(seed));
  for (let at = 0; at < 3; at++) await group.start(group.addDevice({ skewed: false, folding: false }));
  [a, b, c] = group.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  await group.create(a);
  await group.join(b, a);
  await group.join(c, a);
  await group.pass(20_000);
  return [a, b, c];
}
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Between which devices that are linked the collection is open, as the first of the two sees it. */
function open(): readonly string[] {
  return group.devices.flatMap((one) =>
    group.devices.flatMap((other) => {
      const session = one.running === null ? null : one.engine.network.session(other.identity.id);
      return session?.isOpen(group.collection!) === true ? [`${one.name}${other.name}`] : [];
    }),
  );
}
const ALL = ['AB', 'AC', 'BA', 'BC', 'CA', 'CB'];

it('who is let in again before anybody had heard that it left has the collection open with all', async () => {
  const [a, b, c] = await three('before anybody heard');
  const { id } = group.replica(a)!;
  for (const other of [a, b]) group.cut(c, other);
  await group.pass(1000);
  await group.until(c, c.engine.leave(group.replica(c)!));
  group.leaves(c);
  group.admit(c, a);
  // The others know that it is in; that it has left it still wants to tell.
  group.mendAll();
  await group.pass(60_000);
  const replica = c.engine.openCollection(id, 'things', 'files');
  await group.until(c, c.engine.addSource(replica, { path: ROOT, format: FOLDER }));
  await group.pass(60_000);
  expect(open()).toEqual(ALL);
});

it('who is let in again just as its program ends, before anybody had heard that it left, has the collection open once it has a place', async () => {
  const [a, b, c] = await three('as it ends');
  for (const other of [a, b]) group.cut(c, other);
  await group.pass(1000);
  await group.until(c, c.engine.leave(group.replica(c)!));
  group.leaves(c);
  group.admit(c, a);
  c.kill();
  group.mendAll();
  await group.start(c);
  await group.pass(60_000);
  // Nobody is told that it left, for it is in again.
  expect(group.replica(a)!.membership.member(c.identity.id)).not.toBeNull();
  await group.join(c, a);
  await group.pass(60_000);
  expect(open()).toEqual(ALL);
});

it('who is let in just as its program ends belongs at the next start, says that it lacks a place, and is in step once it has one', async () => {
  const [a, , c] = await three('no place');
  const { id } = group.replica(a)!;
  await group.until(c, c.engine.leave(group.replica(c)!));
  await group.pass(10_000);
  const join = { collection: id, name: 'things', location: ROOT, code: '123456', why: null } as const;
  c.engine.joins.put({ ...join, state: 'waiting-for-approval' });
  group.admit(c, a);
  c.kill();
  await group.start(c);
  await group.pass(60_000);
  const { collections, joining } = statusView(c.engine);
  expect([collections.map(({ name, sources }) => [name, sources.length]), joining]).toMatchObject([
    [['things', 0]],
    [{ state: 'failed', why: expect.stringContaining('Add a place') }],
  ]);
  await group.until(c, c.engine.addSource(group.replica(c)!, { path: ROOT, format: FOLDER }));
  await group.pass(60_000);
  expect([open(), statusView(c.engine).joining ?? []]).toEqual([ALL, []]);
});

it('who was let in again by one that is away since says so to one that holds it for removed', async () => {
  const [a, b, c] = await three('one is away');
  group.cut(a, b);
  await group.pass(1000);
  group.remove(c, b);
  await group.pass(20_000);
  await group.until(c, c.engine.leave(group.replica(c)!));
  group.leaves(c);
  // The first had heard of the removal before it lets it in again.
  group.replica(a)!.receiveMembership(group.replica(b)!.membership.operations());
  await group.join(c, a);
  await group.until(a, a.stop());
  group.mendAll();
  await group.pass(10 * 60_000);
  expect(open()).toEqual(['BC', 'CB']);
});

it('of two that removed each other, and meet nobody else, the one whose removal counts says so to the other', async () => {
  const [a, b, c] = await three('each other');
  await group.until(a, a.stop());
  group.cut(b, c);
  await group.pass(1000);
  for (const [one, other] of [
    [b, c],
    [c, b],
  ] as const)
    group.remove(one, other);
  await group.pass(1000);
  group.mendAll();
  await group.pass(10 * 60_000);
  const out = [b, c].filter(({ engine }) => statusView(engine).collections[0]?.removed === true);
  expect(out).toHaveLength(1);
});
