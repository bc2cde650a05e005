import { expect, it } from 'vitest';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { KeepRoom } from './keep-room.ts';

const PATHS = Array.from({ length: 9 }, (_, n) => `f${n}`);

it.each(['l0', 'l1', 'l2', 'l3'])(
  'what the power tore of what lay aside is no edit, though there is room for it only after another start: %s',
  async (seed) => {
    const room = await KeepRoom.open(seed, 2, {});
    const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
    const disk = b.disk.volumeAt('/data');
    disk.capacity = disk.used;
    for (const text of ['first', 'second']) {
      for (const path of PATHS) room.write(a, path, `${text} ${path} `.repeat(40));
      await room.run(1500);
    }
    const before = room.changes(a);
    expect(room.read(b, 'f0')).toBe('second f0 '.repeat(40));
    b.losePower(new SeededRandom(`power ${seed}`));
    await room.group.start(b);
    await room.run(60_000);
    expect(room.problems(b).some((each) => each.endsWith('disk-full'))).toBe(true);
    b.kill();
    await room.group.start(b);
    disk.capacity = Number.POSITIVE_INFINITY;
    await room.run(120_000);
    for (const path of PATHS) expect(room.read(a, path)).toBe(`second ${path} `.repeat(40));
    expect([room.changes(a), room.conflicts(a), room.problems(b)]).toEqual([before, 0, []]);
    room.expectNoFaults();
  },
);
