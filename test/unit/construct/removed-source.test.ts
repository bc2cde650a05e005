import { expect, it } from 'vitest';
import { KeepRoom } from '../keep/keep-room.ts';

it('what a source still lacked when it was taken away is waited for no longer', async () => {
  const room = await KeepRoom.open('taken away', 2, { 'a.txt': 'first text' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(10_000);
  b.running?.handlers.pause(room.group.collection, true);
  room.write(a, 'b.txt', 'second text');
  await room.run(10_000);
  const replica = room.replica(b);
  const behind = () => replica.collection.log.logs().filter(({ held, applied }) => applied < held).length;
  expect(behind()).toBe(1);
  const [row] = [...replica.synchronizers.keys()];
  await room.group.until(b, b.engine.removeSource(replica, row as number));
  expect(behind()).toBe(0);
});
