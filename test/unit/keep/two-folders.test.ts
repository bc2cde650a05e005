import { expect, it } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { FOLDER } from '../../../src/main/sources/formats.ts';
import { SECOND } from '../../simulation/folders/place-events.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from './keep-room.ts';

/**
 * The first device has the collection in two folders, of which the second is left as it is from here on; and nobody copies anything ahead of need.
 * Who else there is was cut off before the letter was written.
 */
async function withTwo(seed: string, count: number, letter: string) {
  const room = await KeepRoom.open(seed, count, { other: 'other' });
  const [a, ...others] = room.devices as [SimulatedDevice, ...SimulatedDevice[]];
  for (const each of room.devices) each.running?.handlers.config('history.copy-limit', '0');
  a.user.mkdirp(SECOND);
  const replica = room.replica(a);
  const second = await room.group.until(a, a.engine.addSource(replica, { path: SECOND, format: FOLDER }));
  await room.run(5000);
  for (const other of others) room.group.cut(a, other);
  room.write(a, 'letter', letter);
  await room.run(5000);
  expect(a.user.readText(`${SECOND}/letter`)).toBe(letter);
  const rules = { only: [], ignore: [], readOnly: true };
  await room.group.until(a, a.engine.changeRules(replica, second?.row as number, rules));
  await room.run(5000);
  return { room, a, others, replica, second: second?.row as number };
}
const isHere = (device: SimulatedDevice, text: string): boolean =>
  device.engine.contents.here.isHere(digestOf(Buffer.from(text)));
async function lastChange(device: SimulatedDevice) {
  const list = await device.running?.handlers['history:list']({ record: 'letter', limit: 1 });
  return list?.[0]?.changes[0];
}

it('a content that one folder replaced is to be had while the other one holds it', async () => {
  const { room, a } = await withTwo('replaced', 1, 'first');
  room.write(a, 'letter', 'second');
  await room.run(10_000);
  expect([a.user.readText(`${SECOND}/letter`), isHere(a, 'first'), isHere(a, 'second')]).toEqual(['first', true, true]);
  expect(room.kept(a, 'first')).toBe(false);
  const change = await lastChange(a);
  expect(change?.fields.find(({ path }) => path === 'entry')?.kept).toBe('here');
  a.running?.handlers['history:undo'](change?.id as string);
  await room.run(10_000);
  expect(room.read(a, 'letter')).toBe('first');
  room.expectNoFaults();
});

it('so is one that was deleted in one of them, until it is in the other as well', async () => {
  const { room, a } = await withTwo('deleted', 1, 'first');
  a.user.remove(`${ROOT}/letter`);
  await room.run(60_000);
  expect([isHere(a, 'first'), room.kept(a, 'first')]).toEqual([true, false]);
  a.user.remove(`${SECOND}/letter`);
  await room.run(60_000);
  expect(isHere(a, 'first')).toBe(false);
  room.expectNoFaults();
});

it('a peer is given it from there', async () => {
  const { room, a, others } = await withTwo('given', 2, 'first');
  const [b] = others as [SimulatedDevice];
  const at = new Date(a.wall.now()).toISOString();
  await room.run(5000);
  room.write(a, 'letter', 'second');
  await room.run(5000);
  room.group.mendAll();
  await room.run(60_000);
  expect([room.read(b, 'letter'), isHere(b, 'first')]).toEqual(['second', false]);
  const asked = Promise.resolve(b.running?.handlers['records:cat'](room.replica(b).id, 'letter', { at }));
  expect(Buffer.from((await room.group.until(b, asked)) ?? []).toString()).toBe('first');
  room.expectNoFaults();
});

it('a folder that is let go of holds nothing any more', async () => {
  const { room, a, replica, second } = await withTwo('let go', 1, 'first');
  room.write(a, 'letter', 'second');
  await room.run(5000);
  await room.group.until(a, a.engine.removeSource(replica, second));
  expect(a.engine.contentStore.holders(digestOf(Buffer.from('first')), null)).toEqual([]);
  expect(isHere(a, 'first')).toBe(false);
  room.expectNoFaults();
});

it('what an earlier version forgot of a second folder is noted anew, once', async () => {
  const { room, a, replica } = await withTwo('noted anew', 1, 'first');
  room.write(a, 'letter', 'second');
  await room.run(5000);
  a.running?.database.exec('DELETE FROM content_at');
  a.engine.registry.setSetting(`holders.${replica.id}`, '');
  expect([isHere(a, 'first'), isHere(a, 'second')]).toEqual([false, false]);
  a.engine.keeper.wake();
  await room.run(5000);
  expect([isHere(a, 'first'), isHere(a, 'second'), isHere(a, 'other')]).toEqual([true, true, true]);
  expect(a.engine.registry.holdersAreDue(replica.id)).toBe(false);
  room.expectNoFaults();
});

it('however many files of one folder hold it, the other is known as well', async () => {
  const { room, a } = await withTwo('many', 1, 'first');
  for (let at = 0; at < 40; at++) room.write(a, `copy ${at}`, 'first');
  await room.run(10_000);
  const sources = [...a.engine.contents.here.holders(digestOf(Buffer.from('first')))].map(({ source }) => source);
  expect(sources.length).toBeLessThan(40);
  expect(new Set(sources).size).toBe(2);
  // Nor does it matter what is noted and holds it no more.
  const other = digestOf(Buffer.from('other'));
  for (let at = 0; at < 40; at++) a.engine.contentStore.noteHolder(other, sources[0] as number, 1000 + at);
  expect([...a.engine.contents.here.holders(other)].map(({ source }) => source)).toEqual([...new Set(sources)]);
  room.expectNoFaults();
});

it('a large file comes from one folder to the other, though nobody else is there', async () => {
  const room = await KeepRoom.open('large', 1, { other: 'other' });
  const [a] = room.devices as [SimulatedDevice];
  const large = Array.from({ length: 40_000 }, (_, at) => ((at * 2654435761) % 4294967296).toString(36)).join(' ');
  room.write(a, 'large', large);
  a.user.mkdirp(SECOND);
  await room.group.until(a, a.engine.addSource(room.replica(a), { path: SECOND, format: FOLDER }));
  await room.run(10_000);
  expect(a.user.readText(`${SECOND}/large`) === large).toBe(true);
  a.user.writeFile(`${SECOND}/large`, `begins otherwise ${large}`);
  await room.run(10_000);
  expect(room.read(a, 'large') === `begins otherwise ${large}`).toBe(true);
  room.expectNoFaults();
});
