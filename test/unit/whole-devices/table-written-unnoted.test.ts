import { afterEach, expect, it } from 'vitest';
import { PORT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const personOf = (at: number, name: string, phone: string): string =>
  cardOf(`u${at}`, name, `TEL:${phone}\r\nX-OWN:${at}\r\n`);
const BOOK = [1, 2, 3].map((at) => personOf(at, `P${at} Q${at}`, `555000${at}`)).join('');
let room: TextRoom;
afterEach(() => room.end());

/** The book of cards is this from now on; the other device ends just as its table has taken it over, and nothing of that is noted. */
async function writtenUnnoted(book: string): Promise<void> {
  const [cards, table] = room.devices as [SimulatedDevice, SimulatedDevice];
  const { path } = room.placeOf(table);
  table.onCall = ({ name, to }) => (name === 'rename' && to === path ? { dies: 'after' } : null);
  room.write(cards, book);
  await room.look(cards);
  await room.group.pass(10_000);
  expect(table.running).toBeNull();
  table.onCall = null;
  await room.group.start(table);
  table.engine.network.suggest(cards.identity.id, [`${cards.host}:${PORT}`]);
  await room.group.pass(30_000);
  expect(room.read(cards)).toBe(book);
  expect([room.live(cards), room.live(table)]).toEqual([4, 4]);
}

it('who ends between writing a row and noting that doubles nobody, and takes nobody for another', async () => {
  room = await TextRoom.open('unnoted', 2, BOOK, 'table');
  const [, table] = room.devices as [SimulatedDevice, SimulatedDevice];
  const phones = () => room.read(table).match(/555\d+/g);
  const more = BOOK + personOf(4, 'P4 Q4', '5550004');
  await writtenUnnoted(more);
  expect(phones()).toEqual(['5550001', '5550002', '5550003', '5550004']);
  // Nothing is left by which this row could be known again.
  await writtenUnnoted(more.replace(personOf(2, 'P2 Q2', '5550002'), personOf(2, 'R S', '5557777')));
  expect(phones()).toEqual(['5550001', '5557777', '5550003', '5550004']);
});
