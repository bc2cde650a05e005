import { expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('a folder made where one was just deleted as asked is told, though no notice of either came', async () => {
  const room = await KeepRoom.open('made again', 2, { 'c/d/e': 'text' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  b.deafness = 1;
  // After that everything is as it was listed.
  await room.run(1_300_000);
  a.user.remove(`${ROOT}/c`);
  await room.run(10_000);
  expect(b.user.fs.lstat(`${ROOT}/c`)).toBeNull();
  b.user.mkdirp(`${ROOT}/c/d`);
  await room.run(700_000);
  expect(a.user.fs.lstat(`${ROOT}/c/d`)?.type).toBe('directory');
  room.expectNoFaults();
});
