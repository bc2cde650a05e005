import { expect, it } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { KeepRoom } from './keep-room.ts';

/** More than one chunk, and not to be compressed. */
const LARGE = Array.from({ length: 30_000 }, (_, at) => ((at * 2654435761) % 4294967296).toString(36)).join(' ');

async function withOneThatLeavesOut(seed: string) {
  const room = await KeepRoom.open(seed, 3, { 'near.txt': 'near' });
  const [a, b, c] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0], (typeof room.devices)[0]];
  const leavesOut = b.engine.changeRules(room.replica(b), [...room.replica(b).synchronizers.keys()][0] as number, {
    only: ['near.txt'],
    ignore: [],
    readOnly: false,
  });
  await room.run(10_000);
  await leavesOut;
  return { room, a, b, c };
}

it('what the device in the middle leaves out comes to one that never meets its author, through the version store', async () => {
  const { room, a, b, c } = await withOneThatLeavesOut('middle');
  room.group.cut(a, c);
  room.write(a, 'far-letter.txt', 'from far');
  room.write(a, 'far-large.bin', LARGE);
  await room.run(60_000);
  expect(room.read(c, 'far-letter.txt')).toBe('from far');
  expect(room.read(c, 'far-large.bin')).toBe(LARGE);
  expect(room.read(b, 'far-letter.txt')).toBeNull();
  expect(room.kept(b, 'from far')).toBe(true);
  room.expectNoFaults();
});

it('fetches nothing for who finds it elsewhere', async () => {
  const { room, a, b, c } = await withOneThatLeavesOut('all linked');
  room.write(a, 'far-letter.txt', 'from far');
  await room.run(60_000);
  expect(room.read(c, 'far-letter.txt')).toBe('from far');
  expect(room.kept(b, 'from far')).toBe(false);
  room.expectNoFaults();
});

it('fetches only what is asked for once more after a while: who finds it elsewhere does not ask again', async () => {
  const { room, a, b } = await withOneThatLeavesOut('asked');
  room.group.cut(a, room.devices[2] as typeof a);
  room.group.cut(b, room.devices[2] as typeof a);
  room.write(a, 'far-letter.txt', 'from far');
  await room.run(5000);
  const asks = () =>
    b.engine.keeper.askedInVain(room.replica(b).id, [
      { digest: digestOf(Buffer.from('from far')), kind: 'content', hint: recordId('far-letter.txt') },
    ]);
  asks();
  await room.run(1000);
  asks();
  await room.run(5000);
  expect(room.kept(b, 'from far')).toBe(false);
  asks();
  await room.run(5000);
  expect(room.kept(b, 'from far')).toBe(true);
  room.expectNoFaults();
});

it('fetches the whole file of which only pieces are asked for: who asks has the list of them already', async () => {
  const { room, a, b } = await withOneThatLeavesOut('pieces');
  for (const other of [a, b]) room.group.cut(other, room.devices[2] as typeof a);
  room.write(a, 'far-large.bin', LARGE);
  await room.run(5000);
  for (let times = 0; times < 2; times++) {
    b.engine.keeper.askedInVain(room.replica(b).id, [
      { digest: digestOf(Buffer.from('a piece')), kind: 'chunk', hint: recordId('far-large.bin') },
    ]);
    await room.run(5000);
  }
  expect(room.kept(b, LARGE)).toBe(true);
  room.expectNoFaults();
});

it('takes nothing beyond what history may have', async () => {
  const { room, a, b, c } = await withOneThatLeavesOut('no room');
  b.engine.config.set('history.bytes', '4');
  room.group.cut(a, c);
  room.write(a, 'far-letter.txt', 'from far');
  await room.run(60_000);
  expect(room.kept(b, 'from far')).toBe(false);
  expect(room.read(c, 'far-letter.txt')).toBeNull();
  b.engine.config.set('history.bytes', '1000000');
  await room.run(600_000);
  expect(room.read(c, 'far-letter.txt')).toBe('from far');
  room.expectNoFaults();
});
