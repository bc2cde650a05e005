import { expect, it } from 'vitest';
import { recordId } from '../../../src/main/record/ids.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { stagedPaths } from '../../simulation/root-view.ts';
import { ROOT } from '../../simulation/simulated-device.ts';
import { KeepRoom } from './keep-room.ts';

const TEXTS = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`d${n % 3}/f${n}`, `text ${n} `.repeat(n + 1)]));

/** B holds everything for longer than a minute; then A changes all of it, and B has just written that. */
async function written(seed: string) {
  const room = await KeepRoom.open(seed, 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(200_000);
  b.disk.commitNames();
  for (const path of Object.keys(TEXTS)) room.write(a, path, `newer ${path}`.repeat(40));
  await room.run(1500);
  for (const path of Object.keys(TEXTS)) expect(room.read(b, path)).toBe(room.read(a, path));
  return { room, a, b };
}

it.each(['n0', 'n1', 'n2', 'n4'])(
  'power that goes just after a folder was let go of tears nothing in it: %s',
  async (seed) => {
    const { room, a, b } = await written(seed);
    const before = room.changes(a);
    await room.group.until(b, b.engine.removeSource(room.replica(b), row(room, b)));
    b.losePower(new SeededRandom(`power ${seed}`));
    await room.group.start(b);
    await takeAgain(room, b);
    await room.run(60_000);
    for (const each of [a, b])
      for (const path of Object.keys(TEXTS)) expect(room.read(each, path), path).toBe(`newer ${path}`.repeat(40));
    expect([room.changes(a), room.conflicts(a), room.problems(b)]).toEqual([before, 0, []]);
    room.expectNoFaults();
  },
);

it.each(['f0', 'f1', 'f2'])('nor where there is no room to keep what nobody else has: %s', async (seed) => {
  const { room, a, b } = await written(seed);
  room.group.cut(a, b);
  room.write(b, 'new', 'only here');
  await room.run(60);
  const volume = b.disk.volumeAt('/data');
  volume.capacity = volume.used;
  await room.group.until(b, b.engine.removeSource(room.replica(b), row(room, b)));
  b.losePower(new SeededRandom(`power ${seed}`));
  volume.capacity = Number.POSITIVE_INFINITY;
  room.group.mendAll();
  await room.group.start(b);
  await takeAgain(room, b);
  await room.run(60_000);
  for (const each of [a, b])
    for (const path of Object.keys(TEXTS)) expect(room.read(each, path), path).toBe(`newer ${path}`.repeat(40));
  expect([room.conflicts(a), room.problems(b)]).toEqual([0, []]);
  room.expectNoFaults();
});

it('nor what new rules leave out, and later ones let in again', async () => {
  const { room, a, b } = await written('r1');
  const before = room.changes(a);
  const rules = (only: readonly string[]) =>
    room.group.until(b, b.engine.changeRules(room.replica(b), row(room, b), { only, ignore: [], readOnly: false }));
  await rules(['nothing']);
  b.losePower(new SeededRandom('power r1'));
  await room.group.start(b);
  await room.run(60_000);
  await rules([]);
  await room.run(60_000);
  for (const each of [a, b])
    for (const path of Object.keys(TEXTS)) expect(room.read(each, path), path).toBe(`newer ${path}`.repeat(40));
  expect([room.changes(a), room.conflicts(a), room.problems(b)]).toEqual([before, 0, []]);
  room.expectNoFaults();
});

it.each(['let go of', 'left out'])('what nobody else has is kept before it is %s', async (how) => {
  const room = await KeepRoom.open(how, 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'new', 'only here');
  await room.run(60);
  expect([room.replica(a).collection.records.live, room.kept(a, 'only here')]).toEqual([13, false]);
  const gone =
    how === 'let go of'
      ? a.engine.removeSource(room.replica(a), row(room, a))
      : a.engine.changeRules(room.replica(a), row(room, a), { only: [], ignore: ['new'], readOnly: false });
  await room.group.until(a, gone);
  expect(room.kept(a, 'only here')).toBe(true);
  room.group.mendAll();
  await room.run(60_000);
  expect(room.read(b, 'new')).toBe('only here');
  room.expectNoFaults();
});

it('what nobody else has is kept before an ignore file leaves it out', async () => {
  const room = await KeepRoom.open('ignore file', 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'new', 'only here');
  await room.run(60);
  room.write(a, '.lockstepignore', 'new\n');
  expect([room.replica(a).collection.records.live, room.kept(a, 'only here')]).toEqual([13, false]);
  await room.run(60);
  expect(room.kept(a, 'only here')).toBe(true);
  room.group.mendAll();
  await room.run(60_000);
  expect(room.problems(b)).toEqual([]);
  room.expectNoFaults();
});

it('what nobody else has is kept once its disk is back, where rules leave it out meanwhile', async () => {
  const room = await KeepRoom.open('away', 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  room.write(a, 'new', 'only here');
  await room.run(60);
  a.unmount();
  const leftOut = { only: [], ignore: ['new'], readOnly: false };
  await room.group.until(a, a.engine.changeRules(room.replica(a), row(room, a), leftOut));
  await room.run(5000);
  expect([room.replica(a).collection.records.live, room.kept(a, 'only here')]).toEqual([13, false]);
  a.remount();
  room.group.mendAll();
  await room.run(620_000);
  expect(room.kept(a, 'only here')).toBe(true);
  expect(room.read(b, 'new')).toBe('only here');
  room.expectNoFaults();
});

it.each(['let go of', 'left out'])('what is of an open conflict is kept before it is %s', async (how) => {
  const room = await KeepRoom.open(`conflict ${how}`, 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  // Nothing is copied ahead of need: what another member has applied is not copied in any case.
  for (const device of room.devices) device.engine.config.set('history.copy-limit', '0');
  room.group.cut(a, b);
  room.write(a, 'new', 'by A');
  room.write(b, 'new', 'by B');
  await room.run(5000);
  room.group.mendAll();
  while (room.conflicts(a) === 0) await room.run(5);
  expect(room.kept(a, 'by A')).toBe(false);
  const gone =
    how === 'let go of'
      ? a.engine.removeSource(room.replica(a), row(room, a))
      : a.engine.changeRules(room.replica(a), row(room, a), { only: ['nothing'], ignore: [], readOnly: false });
  await room.group.until(a, gone);
  expect(room.kept(a, 'by A')).toBe(true);
  await room.run(60_000);
  expect(room.kept(b, 'by A')).toBe(true);
  room.expectNoFaults();
});

it('what was set aside in a folder that is let go of at once is given to history, and nothing of it stays there', async () => {
  const { room, b } = await written('aside');
  expect(stagedPaths(b.disk, ROOT)).not.toEqual([]);
  await room.group.until(b, b.engine.removeSource(room.replica(b), row(room, b)));
  expect(stagedPaths(b.disk, ROOT)).toEqual(['.lockstep/staging']);
  for (const text of Object.values(TEXTS)) expect(room.kept(b, text), text).toBe(true);
  room.expectNoFaults();
});

it('what is still being written to where it lies aside is settled once the folder is taken again', async () => {
  const room = await KeepRoom.open('open', 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const editor = b.user.fs;
  const fd = editor.open(`${ROOT}/d0/f0`, 'write');
  room.write(a, 'd0/f0', 'newer');
  await room.run(1500);
  expect(room.read(b, 'd0/f0')).toBe('newer');
  editor.write(fd, Buffer.from('saved late'), 0, 10, 0);
  await room.group.until(b, b.engine.removeSource(room.replica(b), row(room, b)));
  editor.close(fd);
  expect(stagedPaths(b.disk, ROOT).filter((path) => path.endsWith('.old'))).toHaveLength(1);
  await takeAgain(room, b);
  expect(stagedPaths(b.disk, ROOT)).toEqual(['.lockstep/marker.json', '.lockstep/staging']);
  expect(room.kept(b, 'saved late')).toBe(true);
  room.expectNoFaults();
});

it('a folder is let go of while what the power left in it is compared, whenever that is', async () => {
  for (let after = 0; after <= 24; after += 2) {
    const { room, b } = await written(`compared ${after}`);
    // What is shorter than it was is compared byte by byte.
    for (const path of Object.keys(TEXTS)) room.write(b, path, `edited ${path}`);
    b.losePower(new SeededRandom('compared'));
    await room.group.start(b);
    await room.run(after);
    await room.group.until(b, b.engine.removeSource(room.replica(b), row(room, b)));
    await room.run(1000);
    room.expectNoFaults();
  }
}, 60_000);

function takeAgain(room: KeepRoom, device: KeepRoom['devices'][0]): Promise<unknown> {
  const adding = device.engine.place(ROOT, { kind: null, format: null, create: false });
  return room.group.until(
    device,
    adding.then((place) => device.engine.addSource(room.replica(device), place)),
  );
}
const row = (room: KeepRoom, device: KeepRoom['devices'][0]): number =>
  [...room.replica(device).synchronizers.keys()][0] as number;

it('looks go on while what new rules leave out is made sure of', async () => {
  const { room, a, b } = await written('held up');
  const write = b.running?.write;
  if (write === undefined) throw new Error('it does not run');
  const sync = write.sync.bind(write);
  // The disk is slow.
  write.sync = async (...asked) => {
    await new Promise<void>((resolve) => room.group.clock.after(30_000, resolve));
    return sync(...asked);
  };
  const rules = { only: [], ignore: ['*.tmp'], readOnly: false };
  const changed = b.engine.changeRules(room.replica(b), row(room, b), rules);
  await room.run(2000);
  room.write(b, 'new.txt', 'written meanwhile');
  await room.run(10_000);
  expect(room.replica(a).collection.records.find(recordId('new.txt'))).not.toBeNull();
  write.sync = sync;
  await room.run(60_000);
  await changed;
  expect(room.read(a, 'new.txt')).toBe('written meanwhile');
  room.expectNoFaults();
});
