import { expect, it, vi } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { KeepRoom } from './keep-room.ts';

it('copies what is here at idle, so that the next edit does not take the only copy with it', async () => {
  const room = await KeepRoom.open('capture', 1, { 'a.txt': 'one', 'd/b.txt': 'two' });
  const [device] = room.devices as [(typeof room.devices)[0]];
  expect(room.kept(device, 'one')).toBe(true);
  expect(room.kept(device, 'two')).toBe(true);
  room.write(device, 'a.txt', 'three');
  await room.run(5000);
  expect(room.kept(device, 'one')).toBe(true);
  expect(room.kept(device, 'three')).toBe(true);
  room.expectNoFaults();
});

it('copies on both devices, also what came from the other one', async () => {
  const room = await KeepRoom.open('both', 2, { 'a.txt': 'from A' });
  for (const device of room.devices) expect(room.kept(device, 'from A')).toBe(true);
  for (const device of room.devices) {
    const { collection } = room.replica(device);
    expect(collection.stored.captured).toBe(collection.log.byRow(0, 1000).at(-1)?.row);
  }
});

it('leaves larger files than the limit, and stays within the bytes granted', async () => {
  const room = await KeepRoom.open('limits', 1, {});
  const [device] = room.devices as [(typeof room.devices)[0]];
  device.engine.config.set('history.copy-limit', '100');
  device.engine.config.set('history.bytes', '250');
  for (let n = 0; n < 5; n++) room.write(device, `small ${n}`, `${n}`.repeat(90));
  room.write(device, 'large', 'x'.repeat(101));
  await room.run(5000);
  expect(room.kept(device, 'x'.repeat(101))).toBe(false);
  expect(device.engine.contentStore.keptBytes()).toBeLessThanOrEqual(250);
  device.engine.config.set('history.bytes', '1000');
  await room.run(70_000);
  device.engine.changed();
  await room.run(5000);
  for (let n = 0; n < 5; n++) expect(room.kept(device, `${n}`.repeat(90))).toBe(true);
  room.expectNoFaults();
});

it('goes on where it was when the program is killed', async () => {
  const room = await KeepRoom.open('killed', 1, {});
  const [device] = room.devices as [(typeof room.devices)[0]];
  const texts = Array.from({ length: 300 }, (_, n) => `text ${n}`);
  texts.forEach((text, n) => {
    room.write(device, `f${n}`, text);
  });
  const copies = new Set<number>();
  for (let round = 0; round < 2000 && copies.size < 3; round++) {
    await room.run(1);
    const kept = device.engine.contentStore.keptBytes();
    if (kept === 0 || copies.has(kept)) continue;
    copies.add(kept);
    device.kill();
    await room.group.start(device);
  }
  expect(copies.size).toBeGreaterThan(1);
  await room.run(10_000);
  for (const text of texts) expect(room.kept(device, text)).toBe(true);
  const { collection } = room.replica(device);
  expect(collection.stored.captured).toBe(collection.log.byRow(0, 1000).at(-1)?.row);
  room.expectNoFaults();
});

it('finds what the version store holds when the database was lost', async () => {
  const room = await KeepRoom.open('database', 1, { 'a.txt': 'one' });
  const [device] = room.devices as [(typeof room.devices)[0]];
  const large = 'large '.repeat(20_000);
  room.write(device, 'a.txt', large);
  await room.run(5000);
  expect(room.kept(device, large)).toBe(true);
  await room.group.until(device, device.stop());
  device.loseDatabase();
  await room.group.start(device);
  expect(device.engine.contentStore.keptBytes()).toBe(0);
  device.engine.changed();
  await room.run(2000);
  expect(room.kept(device, 'one')).toBe(true);
  expect(room.kept(device, large)).toBe(true);
});

it('finds what was kept and not noted when the program was killed, though it was ended properly before it came to that', async () => {
  const room = await KeepRoom.open('unnoted', 1, { 'a.txt': 'one' });
  const [device] = room.devices as [(typeof room.devices)[0]];
  const bytes = Buffer.from('what nobody noted');
  device.running?.write.keep([{ digest: digestOf(bytes), bytes }]);
  device.kill();
  await room.group.start(device);
  await room.group.until(device, device.stop());
  await room.group.start(device);
  await room.run(10_000);
  expect(room.kept(device, 'what nobody noted')).toBe(true);
  room.expectNoFaults();
});

it('keeps what nobody else has once its disk is back, however long that was away', async () => {
  const room = await KeepRoom.open('away for long', 2, { 'a.txt': 'base' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'new.txt', 'only here');
  await room.run(60);
  a.unmount();
  await room.run(600_000);
  expect(room.kept(a, 'only here')).toBe(false);
  a.remount();
  await room.run(30_000);
  expect(room.kept(a, 'only here')).toBe(true);
  room.expectNoFaults();
});

it('does not read again and again what lies on a disk that is away', async () => {
  const room = await KeepRoom.open('away and asked', 2, { 'a.txt': 'base' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'new.txt', 'only here');
  await room.run(60);
  a.unmount();
  await room.run(60_000);
  const opened = vi.spyOn(room.replica(a).collection.packages, 'changesIn');
  for (let round = 0; round < 10; round++) {
    a.engine.changed();
    await room.run(5000);
  }
  expect(opened.mock.calls.length).toBe(0);
  opened.mockRestore();
  a.remount();
  await room.run(30_000);
  expect(room.kept(a, 'only here')).toBe(true);
});
