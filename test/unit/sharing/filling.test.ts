import { expect, it } from 'vitest';
import { ROOT } from '../../simulation/simulated-device.ts';
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
  const had = () => [...room.replica(a).memberPositions.hadContents(b.identity.id)].length > 0;
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
