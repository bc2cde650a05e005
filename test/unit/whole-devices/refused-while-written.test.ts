import { afterEach, expect, it } from 'vitest';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const BOOK = [1, 2, 3].map((at) => cardOf(`u${at}`, `P${at}`)).join('');
let room: TextRoom;
afterEach(() => room.end());

it('what was refused while somebody wrote to the text again and again is written soon after they are done', async () => {
  room = await TextRoom.open('written on and on', 2, BOOK);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  const without = BOOK.replace(cardOf('u3', 'P3'), '');
  for (let times = 0; times < 30; times++) {
    room.write(a, `${without}${'\r\n'.repeat(times)}`);
    for (const schedule of a.engine.schedules.values()) schedule.dirty(null);
    if (times === 3) {
      room.write(b, BOOK.replace('FN:P1', 'FN:P1 of b'));
      await room.look(b);
    }
    await room.group.pass(900);
  }
  expect(room.problems(a)).toEqual(['u1: changed-underneath']);
  await room.group.pass(10_000);
  expect([room.problems(a), room.read(a).includes('P1 of b')]).toEqual([[], true]);
});
