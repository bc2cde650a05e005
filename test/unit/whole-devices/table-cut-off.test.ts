import { afterEach, expect, it } from 'vitest';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const BOOK = [1, 2, 3, 4].map((at) => cardOf(`u${at}`, `P${at}`, `TEL:555000${at}\r\n`)).join('');
const [CHANGED, MISSING] = ['P2', 'P3'];
let room: TextRoom;
afterEach(() => room.end());

/** The second device has the book as a table. */
async function open(): Promise<readonly [SimulatedDevice, SimulatedDevice, string]> {
  room = await TextRoom.open('cut off', 2, BOOK, 'table');
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  return [a, b, room.read(b)];
}
const rowOf = (table: string, name: string): string =>
  table.split('\r\n').find((row) => row.startsWith(`${name},`)) ?? '';
const without = (table: string, name: string): string => table.replace(`${rowOf(table, name)}\r\n`, '');
const edited = (table: string): string => table.replace('5550002', '7770002');
/** Up to the middle of a number. */
const cutIn = (table: string): string => table.slice(0, table.indexOf('7770002') + 3);
const later = async (device: SimulatedDevice): Promise<void> => {
  await room.look(device);
  await room.group.pass(30_000);
};

it('a table whose writer rests for long within a row loses nothing: what is missing is named, and nothing is written to it', async () => {
  const [a, b, table] = await open();
  room.write(b, cutIn(edited(table)));
  await later(b);
  room.write(a, BOOK.replace('FN:P1', 'FN:P1 of a'));
  await later(a);
  expect([room.deletions(a), room.live(a), room.read(a).includes('TEL:5550002')]).toEqual([[], 4, true]);
  expect(room.problems(b).toSorted()).toEqual([1, 2, 3, 4].map((at) => `u${at}: malformed`));
  expect(room.read(b)).toBe(cutIn(edited(table)));
  const { calls } = b;
  await room.group.pass(60_000);
  expect(b.calls).toBe(calls);
  room.write(b, edited(table));
  await later(b);
  expect([room.deletions(a), room.problems(b), room.live(a)]).toEqual([[], [], 4]);
  expect(room.read(a)).toContain('TEL:7770002');
  expect(room.read(b)).toContain('of a');
});

it('a person who ends a row that is cut off says so that what is missing was deleted', async () => {
  const [a, b, table] = await open();
  room.write(b, cutIn(edited(table)));
  await later(b);
  room.write(b, `${cutIn(edited(table))}\r\n`);
  await later(b);
  expect([room.deletions(a).toSorted(), room.problems(b)]).toEqual([['u3', 'u4'], []]);
});

it('a row that may be whole is as little taken for the end of a table that had one', async () => {
  const [a, b, table] = await open();
  const rows = edited(table).slice(0, edited(table).indexOf(rowOf(table, MISSING)) - 2);
  room.write(b, rows);
  await later(b);
  expect([room.deletions(a), room.problems(b).toSorted()]).toEqual([
    [],
    ['u2: malformed', 'u3: malformed', 'u4: malformed'],
  ]);
});

it('but where the program that writes it leaves that out, a row is deleted with an edit of the last one', async () => {
  const [a, b, table] = await open();
  room.write(b, table.trimEnd());
  await later(b);
  room.write(b, without(table, CHANGED).replace('5550004', '7770004').trimEnd());
  await later(b);
  expect([room.deletions(a), room.problems(b)]).toEqual([['u2'], []]);
  expect(room.read(a)).toContain('TEL:7770004');
});

it('rows that are deleted from the end of a table are, whether its last line ends or not', async () => {
  const [a, b, table] = await open();
  room.write(b, without(table, 'P4'));
  await later(b);
  expect([room.deletions(a), room.problems(b)]).toEqual([['u4'], []]);
  room.write(b, without(without(table, 'P4'), MISSING).trimEnd());
  await later(b);
  expect([room.deletions(a).toSorted(), room.problems(b)]).toEqual([['u3', 'u4'], []]);
});

it('a header that is cut off says nothing of the rows behind it', async () => {
  const [a, b, table] = await open();
  room.write(b, table.slice(0, table.indexOf('Phone 3')));
  await later(b);
  expect([room.deletions(a), room.live(a)]).toEqual([[], 4]);
  expect(room.problems(b)).toContain('u1: malformed');
});
