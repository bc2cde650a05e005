import { expect, it } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { KeepRoom } from './keep-room.ts';

it('makes sure of what was written, and copies it, while what a conflict needs is waited for and more comes all the time', async () => {
  const room = await KeepRoom.open('frozen', 2, { 'a.txt': 'base' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'a.txt', 'by A');
  room.write(b, 'a.txt', 'by B');
  await room.run(5000);
  const { contents } = a.engine;
  const { read } = contents;
  let waiting = 0;
  let thaw = () => {};
  const thawed = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  contents.read = async (id, entry, ask) => {
    if (entry.digest !== digestOf(Buffer.from('by B'))) return read.call(contents, id, entry, ask);
    waiting++;
    await thawed;
    return read.call(contents, id, entry, ask);
  };
  room.group.mendAll();
  // A minute until it is synced, another one until there is a turn for it in the midst of work.
  const late = () =>
    a.running?.database
      .prepare('SELECT count(*) FROM unsynced WHERE at < ?')
      .pluck()
      .get(room.group.clock.now() - 130_000);
  for (let each = 0; each < 150; each++) {
    room.write(b, `many/${each}.txt`, `text ${each}`);
    await room.run(2000);
    expect(late()).toBe(0);
  }
  expect(waiting).toBe(1);
  expect(room.read(a, 'many/140.txt')).toBe('text 140');
  expect(room.kept(a, 'text 50')).toBe(true);
  expect(room.kept(a, 'by B')).toBe(false);
  thaw();
  await room.run(120_000);
  expect(room.kept(a, 'by B')).toBe(true);
  room.expectNoFaults();
});

it('makes sure of what was written before the clock was set back', async () => {
  const room = await KeepRoom.open('set back', 2, { 'a.txt': 'text', 'b.txt': 'more' });
  const b = room.devices[1] as (typeof room.devices)[0];
  const count = () => b.running?.database.prepare('SELECT count(*) FROM unsynced').pluck().get();
  b.running?.database.prepare('UPDATE unsynced SET at = at + 3600000').run();
  expect(count()).toBe(2);
  await room.run(150_000);
  expect(count()).toBe(0);
  room.expectNoFaults();
});
