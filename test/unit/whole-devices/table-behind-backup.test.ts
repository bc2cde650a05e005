import { afterEach, expect, it } from 'vitest';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const personOf = (uid: string, name: string, phone: string): string =>
  cardOf(uid, name, `EMAIL:${name[0]}@example.org\r\nTEL:${phone}\r\nX-OWN:${uid}\r\n`);
const BOOK = [1, 2, 3].map((at) => personOf(`u${at}`, `${at}P Q`, `555000${at}`)).join('');
let room: TextRoom;
afterEach(() => room.end());

const phonesIn = (text: string): readonly string[] => [...(text.match(/555\d+/g) ?? [])].sort();

/** The table has its state of before; its program is started, and meets nobody. */
async function restore(table: SimulatedDevice, meanwhile: () => void = () => undefined): Promise<void> {
  table.kill();
  table.restoreBackup();
  meanwhile();
  await room.group.start(table);
}
function meet(one: SimulatedDevice, other: SimulatedDevice): void {
  one.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
}

it('rows we wrote after a backup are those contacts where the state is restored from it, whoever stands beside them', async () => {
  room = await TextRoom.open('behind', 2, BOOK, 'table');
  const [cards, table] = room.devices as [SimulatedDevice, SimulatedDevice];
  table.backUp();
  const book =
    BOOK.replace('5550001', '5551111') + personOf('u4', '2P Q', '5550004') + personOf('u5', '5P Q', '5550005');
  room.write(cards, book);
  await room.look(cards);
  await room.group.pass(10_000);
  expect(room.live(table)).toBe(5);
  await restore(table, () => {
    // Somebody new has the name and the address of two others, and stands before them.
    const [first, ...rows] = room.read(table).split('\r\n') as [string, ...string[]];
    const model = rows.find((row) => row.includes('5550004')) as string;
    room.write(table, [first, model.replace('5550004', '5550006'), ...rows].join('\r\n'));
  });
  await room.group.pass(5000);
  meet(table, cards);
  await room.group.pass(30_000);
  const phones = ['5550002', '5550003', '5550004', '5550005', '5550006', '5551111'];
  expect(phonesIn(room.read(table))).toEqual(phones);
  expect(phonesIn(room.read(cards))).toEqual(phones);
  expect(room.read(cards)).toContain(book);
  expect([room.live(cards), room.live(table), room.deletions(cards).length]).toEqual([6, 6, 0]);
});

it('a row that came while the program was not running is taken in where no peer comes that could know it', async () => {
  room = await TextRoom.open('alone', 2, BOOK, 'table');
  const [cards, table] = room.devices as [SimulatedDevice, SimulatedDevice];
  table.backUp();
  cards.kill();
  await restore(table, () =>
    room.write(
      table,
      room.read(table).replace(/^.*5550003.*$/m, (row) => `${row.replaceAll('3', '7')}`),
    ),
  );
  await room.group.pass(30_000);
  // Who went may be who came.
  expect([room.live(table), room.deletions(table).length]).toEqual([3, 0]);
  await room.group.pass(60_000);
  expect([room.live(table), room.synchronizer(table).state]).toEqual([3, 'ready']);
  expect(room.deletions(table)).toHaveLength(1);
  // What comes later waits for nobody.
  room.write(
    table,
    room.read(table).replace(/^.*5550002.*\r\n/m, (row) => row + row.replaceAll('2', '8')),
  );
  await room.group.pass(5000);
  await room.look(table);
  expect(room.live(table)).toBe(4);
});
