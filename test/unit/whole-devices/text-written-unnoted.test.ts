import { afterEach, beforeEach, expect, it } from 'vitest';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const cardAt = (at: number, phone = `555000${at}`): string =>
  cardOf(`u${at}`, `P${at} Q${at}`, `EMAIL:p${at}@example.org\r\nTEL:${phone}\r\n`);
const BOOK = [1, 2, 3].map((at) => cardAt(at)).join('');
let room: TextRoom;
let a: SimulatedDevice;
let b: SimulatedDevice;
beforeEach(async () => {
  room = await TextRoom.open('unnoted', 2, BOOK);
  [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
});
afterEach(() => room.end());

/** `a` has this book from now on; `b` ends just as its own text has taken that over, and nothing of it is noted. */
async function writtenUnnoted(book: string): Promise<void> {
  const { path } = room.placeOf(b);
  b.onCall = ({ name, to }) => (name === 'rename' && to === path ? { dies: 'after' } : null);
  room.write(a, book);
  await room.look(a);
  await room.group.pass(10_000);
  expect(b.running).toBeNull();
  b.onCall = null;
}
async function startAgain(): Promise<void> {
  await room.group.start(b);
  b.engine.network.suggest(a.identity.id, [`${a.host}:${PORT}`]);
  await room.group.pass(30_000);
}
const packages = (): number => room.replica(a).collection.log.byRow(0, 1000).length;

it('what was written, and not noted, is not said once more', async () => {
  const edited = BOOK.replace('5550002', '5557777');
  await writtenUnnoted(edited);
  const before = packages();
  await startAgain();
  expect([room.read(b), packages()]).toEqual([edited, before]);
  // Said once more, it would stand beside this.
  const again = edited.replace('5557777', '5558888');
  room.write(a, again);
  await room.look(a);
  await room.group.pass(10_000);
  expect([room.read(b), room.replica(b).collection.records.conflicts]).toEqual([again, 0]);
});

it('nor is what went', async () => {
  const fewer = BOOK.replace(cardAt(3), '');
  await writtenUnnoted(fewer);
  const before = packages();
  await startAgain();
  expect([room.read(b), packages()]).toEqual([fewer, before]);
});

it('what went, and was made anew elsewhere meanwhile, is there again: nobody deleted that', async () => {
  await writtenUnnoted(BOOK.replace(cardAt(3), ''));
  room.write(a, BOOK);
  await room.look(a);
  const before = packages();
  await startAgain();
  expect([room.read(a), room.read(b), packages()]).toEqual([BOOK, BOOK, before]);
});

it('who came in place of somebody who so went is somebody else', async () => {
  await writtenUnnoted(BOOK.replace(cardAt(3), ''));
  const { path } = room.placeOf(b);
  const other = cardOf('other', 'P3 Q3', 'EMAIL:p3@example.org\r\nTEL:5559999\r\n');
  b.user.writeFile(path, room.read(b) + other);
  room.write(a, BOOK);
  await room.look(a);
  await startAgain();
  expect(room.read(a)).toBe(BOOK + other);
  expect(
    room
      .read(b)
      .match(/555\d+/g)
      ?.toSorted(),
  ).toEqual(['5550001', '5550002', '5550003', '5559999']);
});
