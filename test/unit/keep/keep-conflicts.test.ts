import { expect, it } from 'vitest';
import type { ConflictContents } from '../../../src/main/keep/keep-conflicts.ts';
import { KeepConflicts } from '../../../src/main/keep/keep-conflicts.ts';
import type { KeepPort } from '../../../src/main/keep/keep-port.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { KeepRoom } from './keep-room.ts';

it('brings every value of a conflict and what they were made from to both devices', async () => {
  const room = await KeepRoom.open('conflict', 2, { 'a.txt': 'base' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  for (const device of room.devices) device.engine.config.set('history.copy-limit', '0');
  room.group.cut(a, b);
  room.write(a, 'a.txt', 'by A');
  room.write(b, 'a.txt', 'by B');
  await room.run(5000);
  expect(room.kept(a, 'by B')).toBe(false);
  room.group.mendAll();
  await room.run(120_000);
  expect(room.conflicts(a)).toBe(1);
  for (const device of room.devices)
    for (const text of ['base', 'by A', 'by B']) expect(room.kept(device, text)).toBe(true);
  room.expectNoFaults();
});

it('rests where what a conflict needs does not fit, and brings it once there is room', async () => {
  const room = await KeepRoom.open('no room', 2, { 'a.txt': 'base' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'a.txt', 'by A');
  room.write(b, 'a.txt', 'by B');
  await room.run(5000);
  for (const device of room.devices) device.engine.config.set('history.bytes', '0');
  room.group.mendAll();
  await room.run(120_000);
  expect(room.kept(a, 'by B')).toBe(false);
  const { contentStore } = a.engine;
  let asked = 0;
  const { keptBytes } = contentStore;
  contentStore.keptBytes = () => {
    asked++;
    return keptBytes.call(contentStore);
  };
  await room.run(600_000);
  expect(asked).toBeLessThan(40);
  a.engine.config.set('history.bytes', '1000');
  await room.run(700_000);
  expect(room.kept(a, 'by B')).toBe(true);
  room.expectNoFaults();
});

it('brings what a conflict needs as soon as room was made for it', async () => {
  const room = await KeepRoom.open('made room', 2, { 'a.txt': 'base', 'b.txt': '' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  for (let n = 0; n < 5; n++) {
    room.write(a, 'b.txt', `${n}`.repeat(100));
    await room.run(2 * 3600_000);
  }
  room.group.cut(a, b);
  room.write(a, 'a.txt', 'by A'.repeat(25));
  room.write(b, 'a.txt', 'by B'.repeat(25));
  await room.run(5000);
  a.engine.config.set('history.bytes', `${a.engine.contentStore.keptBytes()}`);
  await room.run(3600_000);
  room.group.mendAll();
  await room.run(45_000);
  expect(room.conflicts(a)).toBe(1);
  expect(room.kept(a, 'by B'.repeat(25))).toBe(true);
  room.expectNoFaults();
});

it('seeks what a conflict needs again, where whoever is linked did not have it yet', async () => {
  const room = await KeepRoom.open('not yet', 2, { 'a.txt': 'base' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'a.txt', 'by A');
  room.write(b, 'a.txt', 'by B');
  await room.run(5000);
  const { contents } = a.engine;
  const { read } = contents;
  let inVain = 0;
  contents.read = (id, entry, ask) => {
    if (entry.digest !== digestOf(Buffer.from('by B')) || inVain === 2) return read.call(contents, id, entry, ask);
    inVain++;
    return Promise.resolve(null);
  };
  room.group.mendAll();
  await room.run(120_000);
  expect(inVain).toBe(2);
  expect(room.kept(a, 'by B')).toBe(false);
  await room.run(120_000);
  expect(room.kept(a, 'by B')).toBe(true);
  room.expectNoFaults();
});

it('seeks a content that files of two collections need just once in each, and ever more seldom', async () => {
  const clock = new FakeClock();
  let reads = 0;
  const content = { digest: digestOf(Buffer.from('lost')), size: 4 };
  const collections = ['one', 'two'].map((id) => ({
    collection: { stored: { id } },
    sources: () => [],
    linked: () => [`linked with ${id}`],
    read: async () => {
      reads++;
      return null;
    },
  }));
  let wakes = 0;
  const port = {
    clock,
    collections: () => collections,
    kept: { isKept: () => false, keptBytes: () => 0 },
    store: { freeBytes: async () => null },
    limits: () => ({ bytes: 1e9, reserve: 0 }),
    whoHolds: () => [],
    wake: () => wakes++,
  } as unknown as KeepPort;
  const contents = { of: () => [{ record: 'a', content, inFolder: false }] };
  const keep = new KeepConflicts(port, contents as unknown as ConflictContents, () => undefined);
  await keep.step();
  await keep.step();
  expect(reads).toBe(2);
  for (const after of [30_000, 120_000, 480_000]) {
    await clock.advance(after);
    await keep.step();
  }
  expect([reads, wakes]).toEqual([8, 3]);
  keep.stop();
});

it('tries what found no room a minute later, also by a clock that was set back', async () => {
  const clock = new FakeClock();
  let setBack = 0;
  let tries = 0;
  const content = { digest: digestOf(Buffer.from('large')), size: 5 };
  const collection = { collection: { stored: { id: 'one' } }, sources: () => [], linked: () => ['b'] };
  const port = {
    clock: { now: () => clock.now() - setBack, after: clock.after.bind(clock) },
    collections: () => [collection],
    kept: { isKept: () => false, keptBytes: () => 0 },
    limits: () => ({ bytes: 0, reserve: 0 }),
    whoHolds: () => [],
  } as unknown as KeepPort;
  const contents = { of: () => [{ record: 'a', content, inFolder: false }] };
  const keep = new KeepConflicts(port, contents as unknown as ConflictContents, () => void tries++);
  await keep.step();
  await keep.step();
  expect(tries).toBe(1);
  await clock.advance(60_000);
  await keep.step();
  setBack = 24 * 3600_000;
  await keep.step();
  expect(tries).toBe(3);
});
