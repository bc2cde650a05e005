import { afterEach, expect, it } from 'vitest';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { FOLDER } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { replicaOf, textOf, write } from './never-together.ts';

let group: SimulatedGroup;
let first: SimulatedDevice;
let second: SimulatedDevice;
let third: SimulatedDevice;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** The third has written `a`: all have heard of it, and nobody has its content. */
async function onlyHeardOf(): Promise<() => void> {
  group = new SimulatedGroup(new SeededRandom('only heard of'));
  const devices = Array.from({ length: 3 }, () => group.addDevice({ skewed: false, folding: false }));
  [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  for (const device of devices) await group.start(device);
  await group.create(first);
  for (const device of [second, third]) await group.join(device, first);
  await group.pass(10_000);
  const replica = replicaOf(group, third);
  const { giveContent } = replica;
  replica.giveContent = async (asked) => asked.map(() => null);
  write(third, 'a', 'of the third')();
  await group.pass(10_000);
  return () => {
    replica.giveContent = giveContent;
  };
}
const problemsOf = (device: SimulatedDevice): readonly string[] => {
  const { collection, synchronizers } = replicaOf(group, device);
  return [...synchronizers.keys()].flatMap((row) =>
    collection.problems.of(row).map(({ record, code }) => `${record}: ${code}`),
  );
};
const stateOf = (device: SimulatedDevice) => {
  const [view] = statusView(device.engine).collections;
  return { state: view?.state, behind: view?.peers.map(({ behind }) => behind) };
};

it('what a device wrote that was removed before anybody had fetched it is a problem of that file, and nobody waits for it', async () => {
  await onlyHeardOf();
  expect(problemsOf(first)).toEqual([]);
  group.remove(third, second);
  await group.pass(10 * 60_000);
  for (const device of [first, second]) {
    expect(problemsOf(device)).toEqual(['a: content-gone']);
    expect(stateOf(device)).toEqual({ state: 'problem', behind: [0] });
  }
  // What somebody saves there is as any other file.
  write(first, 'a', 'saved anew')();
  await group.pass(60_000);
  expect(textOf(first, 'a')).toBe('saved anew');
});

it('as long as the device that has it belongs to the others they wait for it, however long it is away', async () => {
  const givesAgain = await onlyHeardOf();
  for (const other of [first, second]) group.cut(third, other);
  await group.pass(60 * 60_000);
  expect([problemsOf(first), problemsOf(second)]).toEqual([[], []]);
  expect(stateOf(first).state).toBe('waiting');
  givesAgain();
  group.mendAll();
  await group.pass(10 * 60_000);
  expect([textOf(first, 'a'), textOf(second, 'a')]).toEqual(['of the third', 'of the third']);
});

it('what lies in another place of the same device, which is away, is waited for', async () => {
  group = new SimulatedGroup(new SeededRandom('on a stick'));
  first = group.addDevice({ skewed: false, folding: false });
  await group.start(first);
  await group.create(first);
  first.user.mkdirp('/stick');
  await group.until(first, first.engine.addSource(replicaOf(group, first), { path: '/stick', format: FOLDER }));
  await group.pass(10_000);
  first.unmount();
  await group.pass(10_000);
  first.user.writeFile('/stick/a', 'on the stick');
  await group.pass(10_000);
  first.user.move('/stick', '/elsewhere');
  await group.pass(10_000);
  first.remount();
  await group.pass(20 * 60_000);
  expect(problemsOf(first)).toEqual([]);
  first.user.move('/elsewhere', '/stick');
  await group.pass(60_000);
  expect(textOf(first, 'a')).toBe('on the stick');
});

it('what lies on a disk of the only device that has it, which is away, comes as soon as that disk is back', async () => {
  const givesAgain = await onlyHeardOf();
  // What is kept for history is given whatever becomes of the folder.
  third.user.remove('/state/versions');
  third.unmount();
  givesAgain();
  await group.pass(10 * 60_000);
  expect([problemsOf(first), problemsOf(second)]).toEqual([['a: content-gone'], ['a: content-gone']]);
  third.remount();
  await group.pass(20_000);
  expect([textOf(first, 'a'), textOf(second, 'a')]).toEqual(['of the third', 'of the third']);
  expect([problemsOf(first), problemsOf(second)]).toEqual([[], []]);
});

it.each(['holds all', 'leaves it out'])(
  'what is back comes as soon to a device that is linked only through another one, which %s',
  async (middle) => {
    const givesAgain = await onlyHeardOf();
    group.cut(first, third);
    if (middle === 'leaves it out') {
      const replica = replicaOf(group, second);
      const [row] = [...replica.synchronizers.keys()] as [number];
      const rules = { only: ['elsewhere'], ignore: [], readOnly: false };
      await group.until(second, second.engine.changeRules(replica, row, rules));
    }
    third.user.remove('/state/versions');
    third.unmount();
    givesAgain();
    await group.pass(30 * 60_000);
    expect(textOf(first, 'a')).toBeNull();
    third.remount();
    await group.pass(20_000);
    expect([textOf(first, 'a'), problemsOf(first)]).toEqual(['of the third', []]);
  },
);
