import { expect, it } from 'vitest';
import { formatNamed } from '../../../src/main/sources/formats.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';
import { KeepRoom } from '../keep/keep-room.ts';

// What somebody joins with is compared with what the collection is by now, whatever became of that in between.

it('a contact that had been deleted and came back is no second one where its table joins', async () => {
  const anna = cardOf('anna', 'Anna Ash', 'EMAIL:anna@example.org\r\n');
  const room = await TextRoom.open('joined after return', 2, cardOf('bert', 'Bert Birch') + anna, 'table');
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  room.write(a, cardOf('bert', 'Bert Birch'));
  await room.look(a);
  room.write(a, cardOf('bert', 'Bert Birch') + anna);
  await room.look(a);
  await room.group.pass(20_000);
  expect(room.read(b).match(/Anna/g)?.length).toBe(1);

  const { path, format } = room.placeOf(b);
  await room.group.until(b, b.engine.leave(room.replica(b)));
  await room.group.pass(20_000);
  const replica = b.engine.openCollection(room.group.admit(b, a).id, 'people', 'contacts');
  await room.group.until(b, b.engine.addSource(replica, { path, format: formatNamed(format)! }));
  await room.group.pass(60_000);
  for (const device of [a, b]) expect(room.read(device).match(/anna@example/g)?.length).toBe(1);
});

it('a file that had been deleted and came back is in conflict with another one of whoever joins', async () => {
  const room = await KeepRoom.open('file joined after return', 2, { 'a.txt': 'first' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  await room.group.until(b, b.engine.leave(room.replica(b)));
  a.user.remove(`${ROOT}/a.txt`);
  await room.run(20_000);
  room.write(a, 'a.txt', 'first');
  room.write(b, 'a.txt', 'of whoever joins');
  await room.run(20_000);
  await room.group.join(b, a);
  await room.run(60_000);
  expect([room.conflicts(a), room.conflicts(b)]).toEqual([1, 1]);
  room.expectNoFaults();
});
