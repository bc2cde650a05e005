import { afterEach, expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const FILES = Object.fromEntries(Array.from({ length: 100 }, (_, each) => [`docs/f${each}`, `content of ${each}`]));
const NAMES = Object.keys(FILES);
let room: KeepRoom;
afterEach(() => {
  for (const device of room.devices) device.end();
});

const stateOf = (device: SimulatedDevice) => [...room.replica(device).synchronizers.values()].map(({ state }) => state);
const left = (device: SimulatedDevice): number => NAMES.filter((path) => room.read(device, path) !== null).length;

it('a folder that goes file by file is halted once no more goes, before the others follow it', async () => {
  room = await KeepRoom.open('vanishing', 2, FILES);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const path of NAMES.slice(0, 90)) {
    a.user.remove(`${ROOT}/${path}`);
    await room.run(30);
  }
  expect(left(b)).toBeGreaterThanOrEqual(90);
  await room.run(5000);
  expect(stateOf(a)).toEqual(['halted']);
  expect(left(b)).toBeGreaterThanOrEqual(90);
});

it('what goes and is within bounds is deleted elsewhere once no more goes', async () => {
  room = await KeepRoom.open('vanishing', 2, FILES);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const path of NAMES.slice(0, 25)) a.user.remove(`${ROOT}/${path}`);
  await room.run(1000);
  expect(left(b)).toBe(100);
  await room.run(5000);
  expect([stateOf(a), left(b)]).toEqual([['ready'], 75]);
});
