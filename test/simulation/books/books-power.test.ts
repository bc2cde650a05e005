import { expect, it } from 'vitest';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { cardOf, TextRoom } from '../text-room.ts';

const SEEDS = Number(process.env.LOCKSTEP_BOOKS ?? 12);
const PEOPLE = 5;
const ROUNDS = 8;

/** A person edits one book; of the computer whose program writes the other the power goes, again and again, at any moment of that. */
async function run(seed: number, others: 'cards' | 'table'): Promise<void> {
  const random = new SeededRandom(`books and power ${seed}`);
  const numbers = Array.from({ length: PEOPLE }, (_, person) => 1000 + person);
  const book = () =>
    numbers
      .map((number, person) => cardOf(`u${person}`, `Given${person} Family${person}`, `TEL:${number}\r\n`))
      .join('');
  const room = await TextRoom.open(`books and power ${seed}`, 2, book(), others);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (let round = 1; round <= ROUNDS; round++) {
    for (let person = random.int(PEOPLE); person < PEOPLE; person += 2) numbers[person] = 1000 * (round + 1) + person;
    room.write(a, book());
    if (random.chance(0.5)) await room.group.pass(random.int(400));
    else {
      let left = random.int(60);
      b.onCall = () => (left-- > 0 ? null : 'power');
      await room.group.pass(3000);
      b.onCall = null;
    }
    if (b.running !== null) b.losePower(random.fork(`power ${round}`));
    if (random.chance(0.3)) b.loseDatabase();
    await room.group.start(b);
    await room.group.pass(random.pick([0, 200, 5000]));
  }
  await room.group.pass(700_000);
  const where = `seed ${seed}\n${room.read(a)}\n${room.read(b)}`;
  expect([room.live(a), room.live(b)], where).toEqual([PEOPLE, PEOPLE]);
  // Where the database went too, a row is somebody new until it is found to be one of these.
  expect(
    room.deletions(a).filter((id) => /^u\d$/.test(id)),
    where,
  ).toEqual([]);
  for (const number of numbers) expect(room.read(b), where).toContain(String(number));
  expect(room.read(a), where).toBe(book());
  expect([room.replica(a).collection.records.conflicts, room.problems(b)], where).toEqual([0, []]);
  expect(room.group.findings, where).toEqual([]);
  room.end();
}

it.each(Array.from({ length: SEEDS }, (_, at) => at))(
  'power that goes while a book is written tears no card, takes none back and brings none back, seed %i',
  (seed) => run(seed, seed % 2 === 0 ? 'cards' : 'table'),
  120_000,
);
