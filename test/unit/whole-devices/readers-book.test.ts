import { afterEach, expect, it } from 'vitest';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const PEOPLE = [1, 2, 3].map((at) => [`P${at}`, `TEL:030555000${at}\r\n`] as const);
const BOOK = PEOPLE.map(([name, tel], at) => cardOf(`u${at}`, name, tel)).join('');
let room: TextRoom;
afterEach(() => room.end());

it('a reader’s book of the same people under other UIDs is that of the others, also once the reader may edit', async () => {
  room = await TextRoom.open('reader’s book', 2, BOOK);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  room.group.setRole(b, 'reader', a);
  await room.group.pass(5000);
  const { path, format } = room.placeOf(b);
  const replica = room.replica(b);
  await room.group.until(b, b.engine.removeSource(replica, room.synchronizer(b).source.row));
  const own = PEOPLE.map(([name, tel], at) => cardOf(`own-${at}`, name, at === 2 ? 'TEL:0301112223\r\n' : tel)).join(
    '',
  );
  room.write(b, own);
  await room.group.until(b, b.engine.addSource(replica, { path, format: formatNamed(format) as SourceFormat }));
  await room.group.pass(10_000);
  // Who says something else stays beside the other one.
  expect(room.problems(b)).toEqual(['own-2: read-only']);
  expect(room.read(b)).toBe(own + cardOf('u2', 'P3', 'TEL:0305550003\r\n'));
  room.write(a, BOOK.replace('FN:P1', 'FN:P1 of a'));
  await room.look(a);
  await room.group.pass(10_000);
  expect(room.read(b)).toContain(cardOf('own-0', 'P1 of a', 'TEL:0305550001\r\n'));
  room.group.setRole(b, 'editor', a);
  await room.group.pass(5000);
  await room.look(b);
  await room.group.pass(10_000);
  expect([room.live(a), room.deletions(a), room.problems(b)]).toEqual([4, [], []]);
});
