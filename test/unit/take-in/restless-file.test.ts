import { afterEach, expect, it } from 'vitest';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

let room: KeepRoom;
afterEach(() => {
  for (const device of room.devices) device.end();
});

/** A log of A that was written to until it is taken in less often, and once more just now. */
async function restless(): Promise<[SimulatedDevice, SimulatedDevice]> {
  room = await KeepRoom.open('restless', 2, { 'app.log': 'begun', 'note': 'a note' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (let at = 0; at < 150; at++) {
    room.write(a, 'app.log', `line ${at}`);
    await room.run(500);
  }
  room.write(a, 'app.log', 'the last line');
  room.write(a, 'note', 'another note');
  await room.run(1500);
  expect([room.read(b, 'note'), room.read(b, 'app.log') === 'the last line']).toEqual(['another note', false]);
  return [a, b];
}

it('what a restless file says last is on other devices once it has rested, and what is beside it at once', async () => {
  const [, b] = await restless();
  await room.run(12_000);
  expect(room.read(b, 'app.log')).toBe('the last line');
  room.expectNoFaults();
});

it('is there too where a look at everything passed it over, and the look that was planned for it never came', async () => {
  const [a, b] = await restless();
  await room.run(2500);
  // As the timer asks for it.
  for (const { source } of room.replica(a).synchronizers.values())
    a.running?.engine.schedules.get(source.row)?.dirty(null);
  await room.run(500);
  expect(room.read(b, 'app.log')).not.toBe('the last line');
  const pause = (paused: boolean) => a.running?.handlers.pause(null, paused);
  await pause(true);
  await room.run(20_000);
  await pause(false);
  await room.run(15_000);
  expect(room.read(b, 'app.log')).toBe('the last line');
  room.expectNoFaults();
});
