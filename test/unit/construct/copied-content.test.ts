import { expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

/** Much less than the time between two looks at everything. */
const SOON = 3000;
const TEXT = 'one text';

/** Of two devices that hold `first`, one copies it to `second`. */
async function copied(seed: string, before: (a: SimulatedDevice) => void) {
  const room = await KeepRoom.open(seed, 2, { first: TEXT });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  before(a);
  room.write(a, 'second', TEXT);
  return { room, a, b };
}

it('copies a file of which only the time was set before', async () => {
  const { room, b } = await copied('time', (a) => a.user.touch(`${ROOT}/first`));
  await room.run(SOON);
  expect([room.read(b, 'second'), room.problems(b)]).toEqual([TEXT, []]);
  room.expectNoFaults();
});

it('fetches what was to be copied from a file that somebody edits at that moment', async () => {
  const { room, a, b } = await copied('edited', () => {});
  b.onCall = ({ name }) => {
    if (name !== 'makeDirectory') return null;
    b.onCall = null;
    room.write(b, 'first', 'edited here');
    return null;
  };
  await room.run(SOON);
  expect([room.read(b, 'second'), room.read(a, 'first'), room.problems(b)]).toEqual([TEXT, 'edited here', []]);
  room.expectNoFaults();
});
