import { afterEach, expect, it } from 'vitest';
import type { ConflictView } from '../../../src/contract/contract.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';

const ann = (phone: string): string => cardOf('ann', 'Ann', `TEL:${phone}\r\n`);
const BOB = cardOf('bob', 'Bob');
let room: TextRoom;
afterEach(() => room.end());

async function inStep(book: string): Promise<[SimulatedDevice, SimulatedDevice]> {
  room = await TextRoom.open('deleted beside an edit', 2, book);
  return room.devices as [SimulatedDevice, SimulatedDevice];
}
async function write(device: SimulatedDevice, text: string): Promise<void> {
  room.write(device, text);
  await room.look(device);
}
/** One edits what the other, who hears nothing of that, deletes; then they meet. */
async function deleteBesideEdit(a: SimulatedDevice, b: SimulatedDevice): Promise<void> {
  room.group.cut(a, b);
  await write(a, ann('2222222') + BOB);
  await write(b, BOB);
  room.group.mendAll();
  await room.group.pass(30_000);
}

it('who makes anew what they deleted, while another edited it, replaces nothing of that: they get the edit', async () => {
  const [a, b] = await inStep(ann('1111111') + BOB);
  await deleteBesideEdit(a, b);
  expect([room.read(a), room.read(b)]).toEqual([ann('2222222') + BOB, BOB]);
  await write(b, BOB + ann('1111111'));
  await room.group.pass(30_000);
  expect([room.read(a), room.read(b)]).toEqual([ann('2222222') + BOB, BOB + ann('2222222')]);
  expect(room.replica(a).collection.records.conflicts).toBe(0);
});

it('who then says something else of it is asked beside that edit', async () => {
  const [a, b] = await inStep(ann('1111111') + BOB);
  await deleteBesideEdit(a, b);
  await write(b, BOB + ann('3333333'));
  await room.group.pass(30_000);
  expect([room.read(a), room.read(b)]).toEqual([ann('2222222') + BOB, BOB + ann('3333333')]);
  expect(room.replica(a).collection.records.conflicts).toBe(1);
});

it('who deletes their version of a card after one of two conflicts was settled deletes none of the other', async () => {
  const said = (phone: string, mail: string): string => cardOf('ann', 'Ann', `TEL:${phone}\r\nEMAIL:${mail}\r\n`) + BOB;
  const [a, b] = await inStep(said('1111111', 'ann@example.org'));
  room.group.cut(a, b);
  await write(a, said('2222222', 'a@example.org'));
  await write(b, said('3333333', 'b@example.org'));
  room.group.mendAll();
  await room.group.pass(30_000);
  const handlers = a.running?.handlers;
  const open = handlers?.['conflicts:list'](null) as readonly ConflictView[] | undefined;
  const phone = open?.find(({ field }) => field.startsWith('phones'));
  const shown = { take: phone?.shown as string };
  await room.group.until(a, Promise.resolve(handlers?.['conflicts:resolve'](phone?.id as string, shown)));
  await room.group.pass(30_000);
  const [number] = /TEL:\d+/.exec(room.read(b)) as RegExpExecArray;
  expect(room.read(a)).toContain(number);
  await write(b, BOB);
  await room.group.pass(30_000);
  expect(room.read(a)).toContain('a@example.org');
  expect(room.replica(b).collection.records.conflicts).toBe(1);
});

it('who deletes their version of a card that two books have differently deletes no other', async () => {
  room = await TextRoom.open('two books', 2, ann('1111111') + BOB, 'cards', ann('2222222'));
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const [one, other] of [
    [b, a],
    [a, b],
  ] as const) {
    const [mine, theirs] = [room.read(one), room.read(other)];
    await write(one, BOB);
    await room.group.pass(30_000);
    expect(room.read(other)).toBe(theirs);
    expect(room.replica(other).collection.records.conflicts).toBe(1);
    await write(one, mine);
    await room.group.pass(30_000);
    expect([room.read(one), room.read(other)]).toEqual([mine, theirs]);
  }
});

it('who deletes the last version of a card, whose others were deleted by those who had them, deletes it, and nobody is asked', async () => {
  const [a, b] = await inStep(ann('1111111') + BOB);
  room.group.cut(a, b);
  await write(a, ann('2222222') + BOB);
  await write(b, ann('3333333') + BOB);
  room.group.mendAll();
  await room.group.pass(30_000);
  await write(a, BOB);
  await room.group.pass(30_000);
  expect([room.read(a), room.read(b)]).toEqual([BOB, ann('3333333') + BOB]);
  expect(room.replica(a).collection.records.conflicts).toBe(1);
  await write(b, BOB);
  await room.group.pass(30_000);
  for (const device of [a, b]) {
    expect(room.read(device)).toBe(BOB);
    expect(room.replica(device).collection.records.conflicts).toBe(0);
  }
});
