import { describe, expect, it } from 'vitest';
import type { ConflictView } from '../../../src/contract/contract.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ROOT } from '../../simulation/simulated-device.ts';
import { KeepRoom } from './keep-room.ts';

const TEXTS = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [`d${n % 3}/f${n}.txt`, `text ${n} `.repeat(n + 1)]),
);

/** B holds everything for longer than a minute; then A changes all, adds and deletes; the power of B goes soon after it wrote that. */
async function interrupted(seed: string) {
  const room = await KeepRoom.open(seed, 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(200_000);
  b.disk.commitNames();
  const paths = Object.keys(TEXTS);
  for (const [n, path] of paths.entries()) {
    if (n % 4 === 3) a.user.remove(`${ROOT}/${path}`);
    else if (n % 4 !== 0) room.write(a, path, `newer ${n} `.repeat(n + 2));
  }
  room.write(a, 'new/one.txt', 'never seen before');
  room.write(a, 'new/two.txt', 'nor this '.repeat(2000));
  return { room, a, b };
}

describe.each(['one', 'two', 'three', 'four', 'five', 'six'])('power that goes, %s', (seed) => {
  it('leaves nothing that is taken for an edit or a deletion', async () => {
    const { room, a, b } = await interrupted(seed);
    const random = new SeededRandom(`power ${seed}`);
    await room.run(200 + random.int(1500));
    const before = room.changes(a);
    const view = a.disk.tree(ROOT);
    b.losePower(random);
    await room.group.start(b);
    await room.run(60_000);
    expect(room.changes(a)).toBe(before);
    expect(room.conflicts(a)).toBe(0);
    for (const path of [...Object.keys(TEXTS), 'new/one.txt', 'new/two.txt'])
      expect([path, room.read(b, path)]).toEqual([path, room.read(a, path)]);
    expect(a.disk.tree(ROOT).size).toBe(view.size);
    expect(room.problems(b)).toEqual([]);
    room.expectNoFaults();
  });

  it('holds back what cannot be told while nobody is linked', async () => {
    const { room, a, b } = await interrupted(seed);
    const random = new SeededRandom(`alone ${seed}`);
    await room.run(200 + random.int(1500));
    room.group.cut(a, b);
    b.losePower(random);
    const before = room.changes(a);
    await room.group.start(b);
    await room.run(60_000);
    const own = room
      .replica(b)
      .collection.log.logs()
      .find((log) => log.log === room.replica(b).collection.stored.ownLog);
    expect(own?.held ?? 0).toBe(0);
    room.group.mendAll();
    await room.run(300_000);
    expect(room.changes(a)).toBe(before);
    for (const path of [...Object.keys(TEXTS), 'new/one.txt', 'new/two.txt'])
      expect([path, room.read(b, path)]).toEqual([path, room.read(a, path)]);
    expect(room.problems(b)).toEqual([]);
    room.expectNoFaults();
  });
});

it.each(Array.from({ length: 8 }, (_, n) => n * 19 + 3))(
  'power that goes in the middle of writing, at call %i',
  async (at) => {
    const { room, a, b } = await interrupted(`in the middle of a call ${at}`);
    let left = at;
    b.onCall = () => (left-- === 0 ? 'power' : null);
    await room.run(2000);
    b.onCall = null;
    expect(b.running).toBeNull();
    const before = room.changes(a);
    await room.group.start(b);
    await room.run(60_000);
    expect(room.changes(a)).toBe(before);
    for (const path of [...Object.keys(TEXTS), 'new/one.txt', 'new/two.txt'])
      expect([path, room.read(b, path)]).toEqual([path, room.read(a, path)]);
    expect(room.problems(b)).toEqual([]);
    room.expectNoFaults();
  },
);

it('an edit made before the power went is an edit', async () => {
  const { room, a, b } = await interrupted('edit');
  await room.run(1000);
  b.kill();
  room.write(b, 'new/one.txt', 'what the person wrote here');
  await room.group.start(b);
  await room.run(30_000);
  expect(room.read(a, 'new/one.txt')).toBe('what the person wrote here');
  room.expectNoFaults();
});

it.each([1, 2, 3])(
  'a disk that goes away while what may be torn is compared, when it is opened for the %ith time',
  async (at) => {
    const { room, a, b } = await interrupted('away');
    await room.run(1000);
    b.losePower(new SeededRandom('away'));
    room.write(b, 'new/one.txt', 'never se');
    let opened = 0;
    b.onCall = ({ name, path }) => {
      if (name !== 'open' || path !== `${ROOT}/new/one.txt` || ++opened < at) return null;
      b.onCall = null;
      b.unmount();
      return null;
    };
    const before = room.changes(a);
    await room.group.start(b);
    await room.run(10_000);
    expect([opened, b.isMounted]).toEqual([at, false]);
    b.remount();
    await room.run(120_000);
    expect([room.changes(a), room.problems(b)]).toEqual([before, []]);
    for (const each of [a, b]) expect(room.read(each, 'new/one.txt')).toBe('never seen before');
    room.expectNoFaults();
  },
);

it('forgets what was written once it is surely on the disk', async () => {
  const room = await KeepRoom.open('forget', 2, TEXTS);
  const b = room.devices[1] as (typeof room.devices)[0];
  const count = () => b.running?.database.prepare('SELECT count(*) FROM unsynced').pluck().get();
  // The files and their three directories.
  expect(count()).toBe(Object.keys(TEXTS).length + 3);
  await room.run(90_000);
  expect(count()).toBe(0);
  b.losePower(new SeededRandom('late'));
  for (const [path, text] of Object.entries(TEXTS)) expect(room.read(b, path)).toBe(text);
});

it('takes an edit for one where nobody else could tell', async () => {
  const room = await KeepRoom.open('alone', 1, { 'a.txt': 'first text' });
  const [device] = room.devices as [(typeof room.devices)[0]];
  await room.run(90_000);
  room.write(device, 'a.txt', 'second one');
  await room.run(100);
  const before = room.changes(device);
  device.losePower(new SeededRandom('alone'));
  room.write(device, 'a.txt', 'third text');
  await room.group.start(device);
  await room.run(120_000);
  expect([room.changes(device), room.problems(device)]).toEqual([before + 1, []]);
  expect(room.read(device, 'a.txt')).toBe('third text');
  room.expectNoFaults();
});

it('takes what was written to a file that may be torn for an edit, while nobody is linked who could tell', async () => {
  const room = await KeepRoom.open('edited while in doubt', 2, { 'a.txt': 'first text' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(90_000);
  room.group.cut(a, b);
  room.write(a, 'a.txt', 'what was saved a moment ago');
  await room.run(100);
  a.losePower(new SeededRandom('edited while in doubt'));
  room.write(a, 'a.txt', 'what was');
  await room.group.start(a);
  await room.run(10_000);
  const before = room.changes(a);
  expect(room.problems(a)).toEqual(['a.txt: content-unavailable']);
  // Also where its record is due once more, though nothing is to be written (other rules have every record be so).
  for (const { construction } of room.replica(a).synchronizers.values())
    for (const { row } of room.replica(a).collection.records.all()) construction.enqueue(row);
  room.write(a, 'b.txt', 'another');
  await room.run(10_000);
  expect(room.problems(a)).toEqual(['a.txt: content-unavailable']);
  room.write(a, 'a.txt', 'written anew');
  await room.run(10_000);
  expect([room.changes(a), room.problems(a)]).toEqual([before + 2, []]);
  room.group.mendAll();
  await room.run(300_000);
  expect([room.read(a, 'a.txt'), room.read(b, 'a.txt'), room.conflicts(a)]).toEqual([
    'written anew',
    'written anew',
    0,
  ]);
  room.expectNoFaults();
});

it('has the device in the middle fetch what it is compared with, where that leaves it out and the author is never linked', async () => {
  const room = await KeepRoom.open('middle', 3, { near: 'near', far: 'far' });
  const [a, b, c] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0], (typeof room.devices)[0]];
  const rules = (device: typeof a, ignore: readonly string[]) => {
    const [row] = room.replica(device).synchronizers.keys();
    const settings = { only: [], ignore, readOnly: false };
    return room.group.until(device, device.engine.changeRules(room.replica(device), row as number, settings));
  };
  await rules(b, ['far']);
  a.running?.handlers.config('history.copy-limit', '0');
  room.write(c, 'far', 'what C wrote at last');
  await room.run(2000);
  expect([room.read(a, 'far'), room.kept(b, 'what C wrote at last')]).toEqual(['what C wrote at last', false]);
  for (const device of [a, b]) room.group.cut(device, c);
  a.losePower(new SeededRandom('middle'));
  room.write(a, 'far', 'what C wr');
  const before = room.changes(c);
  await room.group.start(a);
  await room.run(10_000);
  expect(room.problems(a)).toEqual(['far: content-unavailable']);
  expect(a.engine.contents.here.isHere(digestOf(Buffer.from('what C wrote at last')))).toBe(false);
  // What is left out is no problem, and doubted all the same.
  await rules(a, ['far']);
  await room.run(60_000);
  expect([room.read(a, 'far'), room.problems(a)]).toEqual(['what C wr', []]);
  await rules(a, []);
  await room.run(200_000);
  expect([room.read(a, 'far'), room.problems(a)]).toEqual(['what C wr', ['far: content-unavailable']]);
  room.group.network.mend(b.host, c.host);
  await room.run(900_000);
  expect([room.read(a, 'far'), room.problems(a)]).toEqual(['what C wrote at last', []]);
  expect(room.changes(c)).toBe(before);
  room.expectNoFaults();
});

describe('what the power tore of what its rules leave out', () => {
  /** A holds what B wrote last, and no copy of it beside; `rules` says what A leaves out, `lose` has the power tear it. */
  async function room(seed: string) {
    const room = await KeepRoom.open(seed, 2, { far: 'far', near: 'near' });
    const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
    a.engine.config.set('history.copy-limit', '0');
    room.write(b, 'far', 'what B wrote at last');
    await room.run(2000);
    const { modifiedNs } = a.user.fs.lstat(`${ROOT}/far`) as { modifiedNs: bigint };
    const rules = (ignore: readonly string[]) => {
      const [row] = room.replica(a).synchronizers.keys();
      const settings = { only: [], ignore, readOnly: false };
      return room.group.until(a, a.engine.changeRules(room.replica(a), row as number, settings));
    };
    const lose = () => {
      a.losePower(new SeededRandom('left out'));
      room.write(a, 'far', 'what B wr');
      a.user.touch(`${ROOT}/far`, Number(modifiedNs / 1000n));
    };
    const before = room.changes(b);
    const expectTorn = () => expect([room.read(a, 'far'), room.problems(a)]).toEqual(['what B wr', []]);
    const expectMadeAgain = () =>
      expect([room.read(a, 'far'), room.problems(a), room.changes(b)]).toEqual(['what B wrote at last', [], before]);
    return { room, a, b, rules, lose, expectTorn, expectMadeAgain };
  }
  /** Longer than the journal is kept of what is on the disk. */
  const LONG = 200_000;

  it('is left, and made again once it is let in', async () => {
    const { room: all, a, b, rules, lose, expectTorn, expectMadeAgain } = await room('left out');
    await rules(['far']);
    all.group.cut(a, b);
    lose();
    await all.group.start(a);
    await all.run(100_000);
    all.group.mendAll();
    await all.run(100_000);
    expectTorn();
    await rules([]);
    await all.run(10_000);
    expectMadeAgain();
    all.expectNoFaults();
  });

  it.each(['goes on', 'is stopped', 'is killed'])(
    'is made again once it is let in, though it was found before it was left out, and the program %s',
    async (how) => {
      const { room: all, a, b, rules, lose, expectTorn, expectMadeAgain } = await room(`left out, ${how}`);
      all.group.cut(a, b);
      lose();
      await all.group.start(a);
      await all.run(LONG);
      await rules(['far']);
      all.group.mendAll();
      await all.run(LONG);
      if (how === 'is stopped') await all.group.until(a, a.stop());
      if (how === 'is killed') a.kill();
      if (how !== 'goes on') await all.group.start(a);
      await all.run(2000);
      expectTorn();
      await rules([]);
      await all.run(100_000);
      expectMadeAgain();
      all.expectNoFaults();
    },
  );

  it('is made again once it is let in, though an ignore file left it out before that could be done', async () => {
    const { room: all, a, b, lose, expectTorn } = await room('ignore file');
    all.group.cut(a, b);
    lose();
    await all.group.start(a);
    await all.run(LONG);
    all.write(a, '.lockstepignore', 'far\n');
    await all.run(2000);
    all.group.mendAll();
    await all.run(LONG);
    expectTorn();
    all.write(a, '.lockstepignore', '');
    await all.run(LONG);
    expect([all.read(a, 'far'), all.read(b, 'far'), all.problems(a)]).toEqual([
      'what B wrote at last',
      'what B wrote at last',
      [],
    ]);
    all.expectNoFaults();
  });

  it.each(['edits', 'deletes'])('is held back no more once somebody %s it there', async (how) => {
    const { room: all, a, b, rules, lose, expectMadeAgain } = await room(how);
    all.group.cut(a, b);
    lose();
    await all.group.start(a);
    await all.run(LONG);
    await rules(['far']);
    all.group.mendAll();
    await all.run(LONG);
    if (how === 'edits') all.write(a, 'far', 'written where it is left out');
    else a.user.remove(`${ROOT}/far`);
    all.group.cut(a, b);
    await all.run(LONG);
    all.group.mendAll();
    await all.run(LONG);
    const calls = a.calls;
    await all.run(100_000);
    expect(a.calls - calls).toBeLessThan(100);
    expect(all.read(a, 'far')).toBe(how === 'edits' ? 'written where it is left out' : null);
    await rules([]);
    await all.run(100_000);
    // It is compared as at a join: both versions stand.
    if (how === 'edits') expect([all.read(a, 'far'), all.conflicts(b)]).toEqual(['written where it is left out', 1]);
    else expectMadeAgain();
    all.expectNoFaults();
  });

  it('is made again once it is let in, though there was no room for it before it was left out', async () => {
    const { room: all, a, rules, lose, expectTorn, expectMadeAgain } = await room('no room');
    lose();
    const volume = a.disk.volumeAt(ROOT);
    volume.capacity = volume.used;
    await all.group.start(a);
    await all.run(LONG);
    expect(all.problems(a)).toContain('far: disk-full');
    await rules(['far']);
    volume.capacity = Number.POSITIVE_INFINITY;
    await all.run(LONG);
    expectTorn();
    await rules([]);
    await all.run(100_000);
    expectMadeAgain();
    all.expectNoFaults();
  });
});

it.each(['stopped', 'killed'])('doubts it still after the program was %s, long after it was written', async (how) => {
  const room = await KeepRoom.open(how, 2, { far: 'far' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  a.engine.config.set('history.copy-limit', '0');
  room.write(b, 'far', 'what B wrote at last');
  await room.run(2000);
  expect(room.read(a, 'far')).toBe('what B wrote at last');
  room.group.cut(a, b);
  a.losePower(new SeededRandom(how));
  room.write(a, 'far', 'what B wr');
  const before = room.changes(b);
  await room.group.start(a);
  await room.run(200_000);
  if (how === 'killed') a.kill();
  else await room.group.until(a, a.stop());
  await room.group.start(a);
  await room.run(10_000);
  expect(room.problems(a)).toEqual(['far: content-unavailable']);
  room.group.mendAll();
  await room.run(600_000);
  expect([room.read(a, 'far'), room.problems(a), room.changes(b)]).toEqual(['what B wrote at last', [], before]);
  room.expectNoFaults();
});

it('makes again what somebody saved just before the power went, where it is known', async () => {
  const room = await KeepRoom.open('saved', 2, { 'a.txt': 'first text' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(90_000);
  room.write(a, 'a.txt', 'what was saved a moment ago');
  await room.run(3000);
  expect(room.read(b, 'a.txt')).toBe('what was saved a moment ago');
  const before = room.changes(b);
  a.kill();
  a.user.writeFile(`${ROOT}/a.txt`, 'what was sa');
  a.losePower(new SeededRandom('saved'));
  a.user.writeFile(`${ROOT}/a.txt`, 'what was sa');
  await room.group.start(a);
  await room.run(120_000);
  expect([room.read(a, 'a.txt'), room.changes(b)]).toEqual(['what was saved a moment ago', before]);
  room.expectNoFaults();
});

it.each([
  { there: 'nothing', path: null },
  { there: 'another file', path: 'old/a.txt' },
  { there: 'a folder', path: 'old/a.txt/in.txt' },
])(
  'lets nothing torn come back to the old place of a move that a power loss took back, where $there is',
  async ({ path }) => {
    const room = await KeepRoom.open('moved', 2, { 'old/a.txt': 'first text' });
    const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
    await room.run(90_000);
    a.user.move(`${ROOT}/old`, `${ROOT}/new`);
    await room.run(3000);
    room.write(a, 'new/a.txt', 'what was saved a moment ago');
    if (path !== null) {
      await room.run(100);
      a.user.mkdirp(`${ROOT}/${path}`.slice(0, `${ROOT}/${path}`.lastIndexOf('/')));
      room.write(a, path, 'what came instead');
    }
    await room.run(3000);
    expect(room.read(b, 'new/a.txt')).toBe('what was saved a moment ago');
    const modified = Number((a.user.fs.lstat(`${ROOT}/new/a.txt`)?.modifiedNs ?? 0n) / 1000n);
    const before = room.changes(b);
    a.losePower(new SeededRandom('moved'));
    for (const left of ['new', 'old']) a.user.remove(`${ROOT}/${left}`);
    a.user.mkdirp(`${ROOT}/old`);
    room.write(a, 'old/a.txt', 'what was sa');
    a.user.touch(`${ROOT}/old/a.txt`, modified);
    await room.group.start(a);
    await room.run(120_000);
    for (const device of [a, b]) {
      expect(room.read(device, 'new/a.txt')).toBe('what was saved a moment ago');
      if (path === null) expect(device.disk.tree(ROOT).get('old/a.txt')).toBeUndefined();
      else expect(room.read(device, path)).toBe('what came instead');
    }
    expect(room.changes(b)).toBe(before);
    room.expectNoFaults();
  },
);

it.each(['one', 'two', 'three'])('notes what was written lately where no journal tells of it, %s', async (seed) => {
  const room = await KeepRoom.open(`adopted ${seed}`, 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(200_000);
  b.disk.commitNames();
  for (const [n, path] of Object.keys(TEXTS).entries())
    if (n % 4 !== 0) room.write(a, path, `newer ${path} `.repeat(5));
  await room.run(5000);
  b.kill();
  b.loseDatabase();
  await room.group.start(b);
  await room.run(5000);
  const before = room.changes(a);
  b.losePower(new SeededRandom(seed));
  expect(Object.keys(TEXTS).some((path) => room.read(b, path) !== room.read(a, path))).toBe(true);
  await room.group.start(b);
  await room.run(60_000);
  expect(room.changes(a)).toBe(before);
  for (const path of Object.keys(TEXTS)) expect([path, room.read(b, path)]).toEqual([path, room.read(a, path)]);
  expect(room.problems(b)).toEqual([]);
  room.expectNoFaults();
});

it('gives a torn file its time again, where others come to have the very bytes it has', async () => {
  const room = await KeepRoom.open('emptied', 2, { 'a.txt': 'first text', 'b.txt': 'another' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(200_000);
  room.write(a, 'a.txt', 'second text');
  await room.run(3000);
  expect(room.read(b, 'a.txt')).toBe('second text');
  const pause = (paused: boolean) => b.running?.handlers.pause(room.replica(b).id, paused);
  pause(true);
  b.losePower(new SeededRandom('emptied'));
  b.user.writeFile(`${ROOT}/a.txt`, '');
  await room.group.start(b);
  await room.run(10_000);
  const modified = (device: typeof a) => device.user.fs.lstat(`${ROOT}/a.txt`)?.modifiedNs ?? 0n;
  const before = Number(modified(a) / 1000n);
  room.write(a, 'a.txt', '');
  a.user.touch(`${ROOT}/a.txt`, before);
  await room.run(10_000);
  pause(false);
  await room.run(60_000);
  expect([room.read(a, 'a.txt'), room.read(b, 'a.txt')]).toEqual(['', '']);
  expect(modified(b)).toBe(modified(a));
  expect([room.problems(b), room.conflicts(a)]).toEqual([[], 0]);
  room.expectNoFaults();
});

it('makes again what a power loss emptied that took the database too', async () => {
  const room = await KeepRoom.open('both', 2, TEXTS);
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  await room.run(200_000);
  const before = room.changes(a);
  b.kill();
  for (const path of ['d0/f0.txt', 'd1/f1.txt']) {
    const modified = Number((b.user.fs.lstat(`${ROOT}/${path}`)?.modifiedNs ?? 0n) / 1000n);
    b.user.writeFile(`${ROOT}/${path}`, '');
    b.user.touch(`${ROOT}/${path}`, modified);
  }
  b.disk.losePower({ keepUnsynced: 'all' });
  b.loseDatabase();
  await room.group.start(b);
  await room.run(30_000);
  expect([room.changes(a), room.problems(b)]).toEqual([before, []]);
  for (const path of Object.keys(TEXTS)) expect([path, room.read(b, path)]).toEqual([path, TEXTS[path]]);
  room.expectNoFaults();
});

it('settles a conflict one of whose values the power took for good with the one that is left', async () => {
  const room = await KeepRoom.open('taken', 2, { 'a.txt': 'first text' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  for (const device of [a, b]) device.engine.config.set('history.copy-limit', '0');
  await room.run(90_000);
  room.group.cut(a, b);
  room.write(b, 'a.txt', 'what B wrote, and has');
  room.write(a, 'a.txt', 'what A wrote, and the power takes');
  await room.run(3000);
  // What is told is told, and its content is not asked for before the power goes.
  room.group.mendAll();
  b.kill();
  a.losePower(new SeededRandom('taken'));
  room.write(a, 'a.txt', '\0'.repeat(33));
  await room.group.start(a);
  await room.group.start(b);
  await room.run(180_000);
  expect(room.conflicts(b)).toBe(1);
  const open = b.running?.handlers['conflicts:list'](room.group.collection) as readonly ConflictView[] | undefined;
  const conflict = open?.[0];
  const left = conflict?.values.find(({ device }) => device === b.identity.id);
  await b.running?.handlers['conflicts:resolve'](conflict?.id ?? '', { take: left?.id ?? '' });
  await room.run(60_000);
  for (const device of [a, b]) {
    expect(room.read(device, 'a.txt')).toBe('what B wrote, and has');
    expect(room.conflicts(device)).toBe(0);
    expect(room.problems(device)).toEqual([]);
    expect(
      room
        .replica(device)
        .collection.log.logs()
        .every((log) => log.applied === log.held),
    ).toBe(true);
  }
  expect(room.kept(a, '\0'.repeat(33))).toBe(true);
  room.expectNoFaults();
});
