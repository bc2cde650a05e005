import { expect, it } from 'vitest';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const two = async (seed: string) => {
  const room = await KeepRoom.open(seed, 2, { 'a.txt': 'a' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  const remove = async (device: string, collection: string | null) =>
    b.running!.handlers['devices:remove'](device, collection);
  return { room, a, b, remove };
};

it('a device that names itself is taken out of nothing as long as it names no collection', async () => {
  const { room, b, remove } = await two('removes itself from all');
  await expect(remove(b.engine.deviceId, null)).rejects.toMatchObject({ code: 'this-device' });
  expect(room.replica(b).membership.isMember()).toBe(true);
  room.expectNoFaults();
});

it('a device that names itself and a collection leaves that', async () => {
  const { room, a, b, remove } = await two('removes itself');
  const { id } = room.replica(b).collection.stored;
  const views = await room.group.until(b, remove(b.engine.deviceId, id));
  expect(views).toMatchObject([{ self: true, collections: [] }]);
  expect(room.group.replica(b)).toBe(null);
  await room.run(10_000);
  expect(room.replica(a).membership.others()).toEqual([]);
  room.expectNoFaults();
});

it('another device is taken out of every collection where none is named', async () => {
  const { room, a, b, remove } = await two('removes another');
  await remove(a.engine.deviceId, null);
  expect(room.replica(b).membership.others()).toEqual([]);
  room.expectNoFaults();
});
