import { afterEach, expect, it } from 'vitest';
import type { Replica } from '../../../src/main/replica.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { SimulatedGroup } from '../../simulation/simulated-group.ts';

const LETTERS = `${ROOT}/letters`;
const ASIDE = `${ROOT}/aside`;
const LETTER = `${LETTERS}/one.txt`;
let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Two computers that share a folder of letters. */
async function open(): Promise<[SimulatedDevice, SimulatedDevice]> {
  group = new SimulatedGroup(new SeededRandom('due after a restart'));
  const [a, b] = [0, 1].map(() => group.addDevice({ skewed: false, folding: false })) as [
    SimulatedDevice,
    SimulatedDevice,
  ];
  a.user.mkdirp(LETTERS);
  a.user.writeFile(LETTER, 'as it was');
  await group.start(a);
  await group.start(b);
  await group.create(a);
  await group.join(b, a);
  await group.pass(10_000);
  return [a, b];
}
const named = (device: SimulatedDevice): readonly string[] => {
  const { synchronizers, collection } = group.replica(device) as Replica;
  return [...synchronizers.keys()].flatMap((row) =>
    collection.problems.of(row).map(({ record, code }) => `${record}: ${code}`),
  );
};
/** It ends at the first call to the disk once nothing is named there any more. */
function diesOnceNothingIsNamed(device: SimulatedDevice): void {
  device.onCall = () => {
    if (named(device).length > 0) return null;
    device.onCall = null;
    return { dies: 'before' };
  };
}

it('what waited for a file whose folder a reader had taken away is written after a restart too, if the program ended before it was', async () => {
  const [a, b] = await open();
  group.setRole(b, 'reader', a);
  await group.pass(5000);
  b.user.move(LETTERS, ASIDE);
  await group.pass(10_000);
  expect(named(b)).toContain('letters/one.txt: read-only');
  a.user.writeFile(LETTER, 'as everybody has it');
  await group.pass(600_000);
  expect(named(b)).toContain('letters/one.txt: read-only');
  diesOnceNothingIsNamed(b);
  // The letter itself is as it was: no journal tells of it.
  b.user.move(ASIDE, LETTERS);
  await group.pass(10_000);
  expect([b.running, b.user.readText(LETTER)]).toEqual([null, 'as it was']);
  await group.start(b);
  await group.pass(20_000);
  expect([b.user.readText(LETTER), named(b)]).toEqual(['as everybody has it', []]);
});
