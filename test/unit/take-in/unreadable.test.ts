import { afterEach, expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

/** Longer than the pause between two whole looks. */
const WHOLE_LOOK_MS = 620_000;
let room: KeepRoom;
afterEach(() => {
  for (const device of room.devices) device.end();
});

const open = async (): Promise<readonly [SimulatedDevice, SimulatedDevice]> => {
  room = await KeepRoom.open('unreadable', 2, { there: 'is there' });
  return room.devices as [SimulatedDevice, SimulatedDevice];
};
/** Nobody can open it, as where another program has locked it; that is over without a trace on the disk. */
const lock = (device: SimulatedDevice, path: string): void => device.disk.deny(`${ROOT}/${path}`);
const unlock = (device: SimulatedDevice, path: string): void => device.disk.deny(`${ROOT}/${path}`, false);

it('a new file that could not be read is read once it can be, though nothing on the disk tells of that', async () => {
  const [a, b] = await open();
  room.write(a, 'new', 'was locked');
  lock(a, 'new');
  await room.run(WHOLE_LOOK_MS);
  expect(room.problems(a)).toEqual(['new: unreadable']);
  unlock(a, 'new');
  await room.run(WHOLE_LOOK_MS);
  expect([room.read(b, 'new'), room.problems(a)]).toEqual(['was locked', []]);
});

it('a file that cannot be read where others deleted one stays named, and is read once it can be', async () => {
  const [a, b] = await open();
  room.group.cut(a, b);
  room.write(a, 'same', 'one');
  await room.run(5000);
  a.user.remove(`${ROOT}/same`);
  await room.run(5000);
  room.write(b, 'same', 'another');
  lock(b, 'same');
  await room.run(5000);
  room.group.mendAll();
  await room.run(WHOLE_LOOK_MS);
  expect(room.problems(b)).toEqual(['same: unreadable']);
  unlock(b, 'same');
  await room.run(WHOLE_LOOK_MS);
  expect([room.read(a, 'same'), room.problems(b)]).toEqual(['another', []]);
});

it('what cannot be read where others deleted a file is no problem any more once it is gone', async () => {
  const [a, b] = await open();
  a.user.remove(`${ROOT}/there`);
  await room.run(5000);
  room.write(b, 'there', 'made anew');
  lock(b, 'there');
  await room.run(5000);
  expect(room.problems(b)).toEqual(['there: unreadable']);
  b.user.remove(`${ROOT}/there`);
  await room.run(WHOLE_LOOK_MS);
  expect(room.problems(b)).toEqual([]);
});

it('what a reader made where others deleted a file is no problem any more once it is gone', async () => {
  const [a, b] = await open();
  a.user.remove(`${ROOT}/there`);
  room.group.setRole(b, 'reader', a);
  await room.run(5000);
  room.write(b, 'there', 'made anew');
  await room.run(5000);
  expect(room.problems(b)).toEqual(['there: read-only']);
  b.user.remove(`${ROOT}/there`);
  await room.run(WHOLE_LOOK_MS);
  expect(room.problems(b)).toEqual([]);
});

it('a folder that cannot be listed stays named while something happens beside it, until it can be listed', async () => {
  const [a] = await open();
  room.write(a, 'closed/inside', 'in it');
  await room.run(5000);
  a.user.fs.setMode(`${ROOT}/closed`, 0);
  await room.run(WHOLE_LOOK_MS);
  expect(room.problems(a)).toEqual(['closed: unreadable']);
  room.write(a, 'beside', 'beside it');
  await room.run(5000);
  expect(room.problems(a)).toEqual(['closed: unreadable']);
  a.user.fs.setMode(`${ROOT}/closed`, 0o755);
  await room.run(WHOLE_LOOK_MS);
  expect(room.problems(a)).toEqual([]);
});
