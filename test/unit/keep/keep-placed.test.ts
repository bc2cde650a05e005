import { expect, it, vi } from 'vitest';
import { WriteService } from '../../../src/main/sources/files/write-service.ts';
import type { FileCall } from '../../fakes/fault-plan.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from './keep-room.ts';

const names = (sort: string): string[] => Array.from({ length: 4 }, (_, n) => `${sort}/${sort}-${n}.txt`);
/** Here since long: A changes these, and deletes those. */
const [CHANGED, DELETED] = [names('changed'), names('deleted')];
const ADDED = names('added');

/** A changed, added and deleted files, and B is killed once it has put so many in their places and committed none. */
async function killedAt(seed: string, placed: number | ((call: FileCall) => boolean)) {
  const room = await KeepRoom.open(
    seed,
    2,
    Object.fromEntries(['stays.txt', ...CHANGED, ...DELETED].map((name) => [name, `old ${name}`])),
  );
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  await room.run(200_000);
  for (const name of [...CHANGED, ...ADDED]) room.write(a, name, `by A ${name}`);
  for (const name of DELETED) a.user.remove(`${ROOT}/${name}`);
  let left = typeof placed === 'number' ? placed : 1;
  const counts = (call: FileCall): boolean =>
    typeof placed === 'number' ? call.name === 'write' && call.path.endsWith('/placed') : placed(call);
  b.onCall = (call) => (counts(call) && --left === 0 ? { dies: 'after' } : null);
  await room.run(10_000);
  b.onCall = null;
  expect(b.running).toBeNull();
  const isPlaced = (name: string): boolean => room.read(b, name) === `by A ${name}`;
  return { room, a, b, isPlaced, isGone: (name: string) => room.read(b, name) === null };
}

const namesIn = (device: SimulatedDevice): readonly string[] =>
  [...device.disk.tree(ROOT).keys()].filter((path) => !path.startsWith('.lockstep'));

async function goesOn({ room, a, b }: { room: KeepRoom; a: SimulatedDevice; b: SimulatedDevice }): Promise<void> {
  await room.group.start(b);
  await room.run(120_000);
  expect([room.conflicts(a), room.conflicts(b), room.problems(a), room.problems(b)]).toEqual([0, 0, [], []]);
  expect(namesIn(b)).toEqual(namesIn(a));
  room.expectNoFaults();
}

it.each([1, 3, 5, 8, 11])(
  'what a person edits in the gap after a kill starts from what was put there: %i placed',
  async (n) => {
    const killed = await killedAt(`edited ${n}`, n);
    const { room, a, b, isPlaced } = killed;
    const there = [...CHANGED, ...ADDED].filter(isPlaced);
    expect(there.length).toBeGreaterThan(0);
    for (const name of there) room.write(b, name, `by B ${name}`);
    await goesOn(killed);
    for (const name of [...CHANGED, ...ADDED]) {
      const text = `by ${there.includes(name) ? 'B' : 'A'} ${name}`;
      expect([room.read(a, name), room.read(b, name)]).toEqual([text, text]);
    }
    for (const name of DELETED) expect([room.read(a, name), room.read(b, name)]).toEqual([null, null]);
  },
);

it.each([1, 3, 5, 8, 11])('what a person deletes in the gap after a kill stays away: %i placed', async (n) => {
  const killed = await killedAt(`deleted ${n}`, n);
  const { room, a, b, isPlaced } = killed;
  const there = [...CHANGED, ...ADDED].filter(isPlaced);
  for (const name of there) b.user.remove(`${ROOT}/${name}`);
  await goesOn(killed);
  for (const name of [...CHANGED, ...ADDED]) {
    const text = there.includes(name) ? null : `by A ${name}`;
    expect([room.read(a, name), room.read(b, name)]).toEqual([text, text]);
  }
});

it.each([
  ['link', 'added/added-1.txt', 'edited'],
  ['link', 'added/added-1.txt', 'deleted'],
  ['rename', 'changed/changed-1.txt', 'edited'],
  ['rename', 'changed/changed-1.txt', 'deleted'],
])('so does what had come to its place by the last call, %s of %s: %s', async (call, last, how) => {
  const killed = await killedAt(`${call} ${how}`, ({ name, to }) => name === call && to === `${ROOT}/${last}`);
  const { room, a, b, isPlaced } = killed;
  expect(isPlaced(last)).toBe(true);
  if (how === 'edited') room.write(b, last, 'by B');
  else b.user.remove(`${ROOT}/${last}`);
  if (call === 'link' && how === 'deleted') {
    // Its name in staging tells of another file then, or of none: it comes again, and nothing is lost.
    await room.group.start(b);
    await room.run(120_000);
    expect([room.read(a, last), room.read(b, last)]).toEqual([`by A ${last}`, `by A ${last}`]);
    return;
  }
  await goesOn(killed);
  const text = how === 'edited' ? 'by B' : null;
  expect([room.read(a, last), room.read(b, last)]).toEqual([text, text]);
});

it('what a person makes anew in the gap, where it was deleted before the kill, is there', async () => {
  const killed = await killedAt('anew', 11);
  const { room, a, b, isGone } = killed;
  const gone = DELETED.filter(isGone);
  expect(gone.length).toBeGreaterThan(0);
  for (const name of gone) room.write(b, name, `anew ${name}`);
  await goesOn(killed);
  for (const name of gone) expect([room.read(a, name), room.read(b, name)]).toEqual([`anew ${name}`, `anew ${name}`]);
});

it('keeps no note of what is committed', async () => {
  const room = await KeepRoom.open('committed', 2, { 'a.txt': 'a' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  room.write(a, 'b.txt', 'b');
  room.write(a, 'a.txt', 'newer');
  await room.run(10_000);
  expect(room.read(b, 'a.txt')).toBe('newer');
  expect([...b.disk.tree(`${ROOT}/.lockstep/staging`).keys()]).toEqual([]);
});

it.each([
  ['edited', 5],
  ['edited', 11],
  ['deleted', 5],
  ['deleted', 11],
])('all of it is seen, though a look at everything came before it was compared: %s, %i placed', async (how, n) => {
  const killed = await killedAt(`seen ${how} ${n}`, n);
  const { room, a, b, isPlaced } = killed;
  const there = [...CHANGED, ...ADDED].filter(isPlaced);
  for (const name of there)
    if (how === 'edited') room.write(b, name, `by B ${name}`);
    else b.user.remove(`${ROOT}/${name}`);
  // By the start nobody was there just now.
  await room.run(20_000);
  const inspect = WriteService.prototype.inspect;
  const compared = async function (this: WriteService, ...asked: Parameters<WriteService['inspect']>) {
    await new Promise<void>((resume) => void room.group.clock.after(5_000, resume));
    return inspect.apply(this, asked);
  };
  const later = vi.spyOn(WriteService.prototype, 'inspect').mockImplementation(compared as never);
  await room.group.start(b);
  for (let asked = 0; asked < 2_000; asked++) {
    for (const schedule of b.engine.schedules.values()) schedule.dirty(null);
    await room.run(10);
  }
  later.mockRestore();
  await room.run(60_000);
  expect(namesIn(b)).toEqual(namesIn(a));
  for (const name of there) expect(room.read(a, name)).toBe(how === 'edited' ? `by B ${name}` : null);
});
