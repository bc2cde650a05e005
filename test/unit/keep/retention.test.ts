import { expect, it } from 'vitest';
import type { ConflictContents } from '../../../src/main/keep/keep-conflicts.ts';
import type { KeepPort } from '../../../src/main/keep/keep-port.ts';
import { Retention } from '../../../src/main/keep/retention.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from './keep-room.ts';

const DAY_MS = 24 * 3600_000;

it('lets go of what was replaced longer ago than the user wants, in the table and in the store', async () => {
  const room = await KeepRoom.open('days', 1, { 'a.txt': 'one', 'still.txt': 'still' });
  const [device] = room.devices as [(typeof room.devices)[0]];
  device.engine.config.set('history.days', '5');
  await room.run(20 * DAY_MS);
  // Current and nowhere else: age means nothing.
  expect(room.kept(device, 'one')).toBe(true);
  room.write(device, 'a.txt', 'two');
  await room.run(4 * DAY_MS);
  // It ages from when it was replaced, not from when it was copied.
  expect(room.kept(device, 'one')).toBe(true);
  await room.run(3 * DAY_MS);
  expect(room.kept(device, 'one')).toBe(false);
  expect(room.kept(device, 'two')).toBe(true);
  expect(room.kept(device, 'still')).toBe(true);
  room.expectNoFaults();
});

it('keeps within the bytes, the oldest first, and makes room for what nobody else has', async () => {
  const room = await KeepRoom.open('bytes', 1, {});
  const [device] = room.devices as [(typeof room.devices)[0]];
  device.engine.config.set('history.bytes', '1000');
  for (let n = 0; n < 8; n++) {
    room.write(device, 'a.txt', `${n}`.repeat(100));
    await room.run(DAY_MS);
  }
  device.engine.config.set('history.bytes', '350');
  await room.run(3 * DAY_MS);
  expect(device.engine.contentStore.keptBytes()).toBeLessThanOrEqual(350);
  expect(room.kept(device, '0'.repeat(100))).toBe(false);
  expect(room.kept(device, '7'.repeat(100))).toBe(true);
  room.expectNoFaults();
});

it('never lets go of what an open conflict needs', async () => {
  const room = await KeepRoom.openInConflict('pinned');
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  for (const device of room.devices) {
    device.engine.config.set('history.days', '0');
    device.engine.config.set('history.bytes', '0');
  }
  await room.run(3 * DAY_MS);
  for (const device of room.devices)
    for (const text of ['base', 'by A', 'by B']) expect(room.kept(device, text)).toBe(true);
  room.expectNoFaults();
});

it('never lets go of the last copy of what a person leaves out, where there is no other device', async () => {
  const room = await KeepRoom.open('left out', 1, { 'a.txt': 'in it', 'b/c.txt': 'left out' });
  const [device] = room.devices as [(typeof room.devices)[0]];
  const { handlers } = device.running as NonNullable<typeof device.running>;
  await room.run(60_000);
  expect(room.kept(device, 'left out')).toBe(true);
  const change = async (wanted: Parameters<(typeof handlers)['source:change']>[1]) => {
    await room.group.until(device, Promise.resolve(handlers['source:change'](room.group.collection as never, wanted)));
  };
  await change({ ignore: ['b'] });
  device.user.remove(`${ROOT}/b`);
  device.engine.config.set('history.days', '1');
  await room.run(3 * DAY_MS);
  await change({ ignore: [] });
  await room.run(60_000);
  expect(room.read(device, 'b/c.txt')).toBe('left out');
  // Nor where the collection has no folder here at all.
  await change({ remove: ROOT });
  device.user.remove(`${ROOT}/a.txt`);
  device.user.remove(`${ROOT}/b`);
  await room.run(3 * DAY_MS);
  await change({ add: ROOT });
  await room.run(60_000);
  expect(room.read(device, 'a.txt')).toBe('in it');
  expect(room.read(device, 'b/c.txt')).toBe('left out');
  room.expectNoFaults();
}, 60_000);

it('never lets go of what nobody else has any more once the device that wrote it was removed', async () => {
  const room = await KeepRoom.open('writer removed', 3, { 'a.txt': 'base' });
  const [a, b, c] = room.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  room.group.cut(a, c);
  room.group.cut(b, c);
  room.write(b, 'b.txt', 'by B');
  await room.run(60_000);
  expect(room.kept(a, 'by B')).toBe(true);
  room.group.remove(b, a);
  a.engine.config.set('history.days', '1');
  await room.run(3 * DAY_MS);
  expect(room.kept(a, 'by B')).toBe(true);
  room.expectNoFaults();
}, 60_000);

it('lets go of nothing that a person brings back while it lets go of other things', async () => {
  const texts = Array.from({ length: 300 }, (_, n) => [`${n}.txt`, `old ${n}`] as const);
  const digests = new Map(texts.map(([path, text]) => [path, digestOf(Buffer.from(text))]));
  const room = await KeepRoom.open('brought back', 1, Object.fromEntries(texts));
  const [device] = room.devices as [(typeof room.devices)[0]];
  device.engine.config.set('history.days', '1');
  await room.run(60_000);
  const before = room.replica(device).collection.log.logs()[0];
  // So few at a time that nobody is asked.
  for (const [n, [path]] of texts.entries()) {
    room.write(device, path, `new ${path}`);
    if (n % 50 === 49) await room.run(3000);
  }
  const { handlers } = device.running as NonNullable<typeof device.running>;
  const kept = () => [...digests].filter(([, digest]) => device.engine.contentStore.isKept(digest));
  expect(kept().length).toBe(300);
  // The first part of them goes; then the disk is away, so that what is brought back cannot be written yet.
  let back = '';
  device.onCall = ({ path }) => {
    if (back !== '' || !path.startsWith('/data')) return null;
    const left = kept();
    if (left.length === 300) return null;
    device.unmount();
    back = left[0]?.[0] ?? '';
    handlers['history:restore'](room.group.collection as never, back, `${before?.log}-${before?.held}`, null);
    return null;
  };
  await room.run(3 * DAY_MS);
  device.onCall = null;
  expect(kept().map(([path]) => path)).toEqual([back]);
  device.remount();
  await room.run(60_000);
  expect(room.read(device, back)).toBe(Object.fromEntries(texts)[back]);
  room.expectNoFaults();
}, 60_000);

it('does not wait until a clock that was set back has come there again', async () => {
  const clock = new FakeClock();
  let setBack = 0;
  let looked = 0;
  const port = {
    clock: { now: () => clock.now() - setBack, after: clock.after.bind(clock) },
    kept: {
      keptBytes: () => 0,
      keptByAge: () => {
        looked++;
        return [];
      },
    },
    limits: () => ({ days: 30, bytes: 1000 }),
  } as unknown as KeepPort;
  const retention = new Retention(port, {} as ConflictContents, () => undefined);
  await retention.step();
  await retention.step();
  expect(looked).toBe(1);
  setBack = 365 * 24 * 3600_000;
  await retention.step();
  expect(looked).toBe(2);
  retention.stop();
});
