import { describe, expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

/** A has a folder `c` and one `C`; the disk of B holds only the first of them, for it does not tell the two apart. */
async function collided(seed: string) {
  const room = await KeepRoom.open(seed, 1, { 'c/old': 'old' });
  const [a] = room.devices as [SimulatedDevice];
  const b = room.group.addDevice({ skewed: false, folding: true });
  await room.group.start(b);
  await room.group.join(b, a);
  await room.run(5000);
  room.write(a, 'C/new', 'new');
  await room.run(5000);
  expect(room.problems(b)).toEqual(['C: names-collide', 'C/new: names-collide']);
  return { room, a, b };
}

describe('of two names that the disk does not tell apart', () => {
  it.each(['elsewhere', 'here'])('the other is there once the one was deleted %s', async (where) => {
    const { room, a, b } = await collided(where);
    (where === 'here' ? b : a).user.remove(`${ROOT}/c`);
    await room.run(10_000);
    expect([room.read(b, 'C/new'), room.problems(b)]).toEqual(['new', []]);
    room.expectNoFaults();
  });

  it('or was renamed', async () => {
    const { room, a, b } = await collided('renamed');
    b.user.move(`${ROOT}/c`, `${ROOT}/d`);
    await room.run(10_000);
    for (const each of [a, b]) expect([room.read(each, 'C/new'), room.read(each, 'd/old')]).toEqual(['new', 'old']);
    expect(room.problems(b)).toEqual([]);
    room.expectNoFaults();
  });
});

describe('two folders whose names are two Unicode forms of one', () => {
  const [composed, decomposed] = ['Zo\u00eb', 'Zoe\u0308'];

  it('are named, also where the folder was deleted elsewhere and stays for what lives in it', async () => {
    const room = await KeepRoom.open('two-forms', 2, { [`${composed}/f`]: 'old' });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    room.group.cut(a, b);
    room.write(a, `${composed}/f`, 'edited');
    b.user.remove(`${ROOT}/${composed}`);
    await room.run(5000);
    room.group.mendAll();
    await room.run(120_000);
    expect(room.problems(a)).toEqual([`${composed}: stays`]);

    room.write(a, `${decomposed}/other`, 'other');
    await room.run(120_000);
    expect(room.problems(a)).toEqual([`${composed}: names-collide`]);
    // A look at everything tries again what is named.
    await room.run(2 * 3_600_000);
    expect(room.problems(a)).toEqual([`${composed}: names-collide`]);

    a.user.move(`${ROOT}/${decomposed}`, `${ROOT}/second`);
    await room.run(120_000);
    expect([room.problems(a), room.read(b, 'second/other')]).toEqual([[`${composed}: stays`], 'other']);
    room.expectNoFaults();
  });
});
