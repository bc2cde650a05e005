import { expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('a member counts as having what it applied only once its folder, which left it out, was filled again', async () => {
  const room = await KeepRoom.open('filling', 2, { 'near.txt': 'near', 'far.txt': 'far' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const rules = (ignore: readonly string[]) => {
    const [row] = room.replica(b).synchronizers.keys();
    return room.group.until(
      b,
      b.engine.changeRules(room.replica(b), row as number, { only: [], ignore, readOnly: false }),
    );
  };
  const had = () => hadContents(room, a, b);
  expect(had()).toBe(true);
  b.user.remove(`${ROOT}/far.txt`);
  await rules(['far.txt']);
  room.write(a, 'far.txt', 'what B never had');
  await room.run(10_000);
  expect(had()).toBe(false);
  const volume = b.disk.volumeAt(ROOT);
  volume.capacity = volume.used;
  await rules([]);
  await room.run(10_000);
  expect([room.read(b, 'far.txt'), had()]).toEqual([null, false]);
  volume.capacity = Number.POSITIVE_INFINITY;
  await room.run(120_000);
  expect([room.read(b, 'far.txt'), had()]).toEqual(['what B never had', true]);
  room.expectNoFaults();
});

it('nor while what it left out is still on its way', async () => {
  const room = await KeepRoom.open('on its way', 2, { 'near.txt': 'near' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const [row] = room.replica(b).synchronizers.keys();
  const rules = (ignore: readonly string[]) =>
    b.engine.changeRules(room.replica(b), row as number, { only: [], ignore, readOnly: false });
  await room.group.until(b, rules(['far*']));
  for (let at = 0; at < 20; at++) room.write(a, `far${at}.txt`, `what B never had ${at}`);
  await room.run(10_000);
  const changed = rules([]);
  for (let at = 0; at < 200; at++) {
    const isWhole = room.read(b, 'far19.txt') !== null && room.read(b, 'far0.txt') !== null;
    expect(isWhole || room.replica(b).isPartial, `after ${at} ms`).toBe(true);
    await room.run(1);
  }
  await room.run(10_000);
  await changed;
  expect([room.read(b, 'far19.txt'), room.replica(b).isPartial]).toEqual(['what B never had 19', false]);
  room.expectNoFaults();
});

it('nor while another name is in the way of it there', async () => {
  const room = await KeepRoom.open('in the way', 1, { 'c/old': 'old' });
  const [a] = room.devices as [SimulatedDevice];
  const b = room.group.addDevice({ skewed: false, folding: true });
  await room.group.start(b);
  await room.group.join(b, a);
  await room.run(5000);
  room.write(a, 'C/new', 'what B never had');
  await room.run(5000);
  expect([room.problems(b), hadContents(room, a, b)]).toEqual([['C: names-collide', 'C/new: names-collide'], false]);
  b.user.remove(`${ROOT}/c`);
  await room.run(10_000);
  expect([room.read(b, 'C/new'), hadContents(room, a, b)]).toEqual(['what B never had', true]);
  room.expectNoFaults();
});

it('nor while what it may not pass on stands in its place', async () => {
  const room = await KeepRoom.open('read-only', 2, { file: 'first' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  room.group.setRole(b, 'reader', a);
  await room.run(5000);
  expect(hadContents(room, a, b)).toBe(true);
  room.write(b, 'file', 'edited by a reader');
  await room.run(5000);
  room.write(a, 'file', 'what B never had');
  await room.run(5000);
  expect([room.read(b, 'file'), room.problems(b)]).toEqual(['edited by a reader', ['file: read-only']]);
  expect(hadContents(room, a, b)).toBe(false);
  room.expectNoFaults();
});

/** As far as `of` knows: has `device` the contents of what it applied? */
const hadContents = (room: KeepRoom, of: SimulatedDevice, device: SimulatedDevice): boolean =>
  room.replica(of).memberPositions.hadContents(device.identity.id).size > 0;
