import { expect, it } from 'vitest';
import { collectionId, deviceId, sourceId } from '../../../../../src/main/record/ids.ts';
import { FolderOfFiles } from '../../../../../src/main/sources/text/in-files/folder-of-files.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import type { FaultPlan } from '../../../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';
import { SeededRandom } from '../../../../fakes/seeded-random.ts';
import { SimulatedUser } from '../../../../fakes/simulated-user.ts';

const ROOT = '/home/cards';
const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };
const TEXTS: Readonly<Record<string, string>> = { 'a.txt': 'one', 'b.txt': 'two', 'c.txt': 'three' };
const news = Object.entries(TEXTS).map(([name, text]) => ({ name, bytes: new Uint8Array(Buffer.from(text)) }));

function room() {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  for (const path of ['/', '/home']) user.fs.syncDirectory(path);
  const place = (plan: (from: number) => FaultPlan | null = () => null) => {
    const fs = disk.process();
    const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.txt', marker, watch: null });
    folder.mark();
    fs.plan = plan(fs.calls);
    return { folder, fs };
  };
  const there = (): Record<string, string | null> =>
    Object.fromEntries(
      user.fs
        .readDirectory(ROOT)
        .flatMap(({ name }) =>
          name === null || name === '.lockstep' ? [] : [[name, user.readText(`${ROOT}/${name}`)]],
        ),
    );
  return { disk, user, place, there };
}
const dies =
  (at: number) =>
  (from: number): FaultPlan =>
  ({ number }) =>
    number === from + at ? { dies: 'before' } : null;

it('an end of the program at any call leaves whole new texts or none, and nothing beside them', async () => {
  for (let at = 1; ; at++) {
    const { place, there } = room();
    const { folder, fs } = place(dies(at));
    await folder.make(news).catch(() => null);
    await place().folder.list();
    for (const [name, text] of Object.entries(there())) expect([at, name, text]).toEqual([at, name, TEXTS[name]]);
    if (fs.dead) continue;
    expect(there()).toEqual(TEXTS);
    break;
  }
});

it('a loss of power at any call leaves no torn text, and nothing less of what was told to be written', async () => {
  for (const keepUnsynced of ['none', 'all', new SeededRandom('power')] as const)
    for (let at = 1; ; at++) {
      const { disk, place, there } = room();
      const { folder, fs } = place(dies(at));
      const written = await folder.make(news).catch(() => null);
      const isDone = !fs.dead;
      disk.losePower({ keepUnsynced });
      await place().folder.list();
      const left = there();
      for (const [name, text] of Object.entries(left)) expect([at, name, text]).toEqual([at, name, TEXTS[name]]);
      if (!isDone) continue;
      expect(written?.map(({ done }) => done)).toEqual(['written', 'written', 'written']);
      expect(left).toEqual(TEXTS);
      break;
    }
});

it('what is in the way of one, or spoils it, is left alone and stops no other', async () => {
  const { user, place, there } = room();
  user.writeFile(`${ROOT}/b.txt`, 'theirs');
  const { folder } = place(
    () =>
      ({ name, path }) =>
        name === 'write' && path.includes('c.txt') ? { fails: 'ENOSPC' } : null,
  );
  expect(await folder.make(news)).toMatchObject([
    { done: 'written' },
    { done: 'refused', reason: 'changed-underneath' },
    { done: 'refused', reason: 'disk-full' },
  ]);
  expect(there()).toEqual({ 'a.txt': 'one', 'b.txt': 'theirs' });
});

it('who writes to one at once is not taken for us', async () => {
  const { user, place } = room();
  const { folder } = place(() => ({ name, path }) => {
    if (name === 'syncDirectory') user.writeFile(`${path}/a.txt`, 'theirs');
    return null;
  });
  const [first, second] = await folder.make(news);
  expect([first?.done, second?.done]).toEqual(['refused', 'written']);
});

it('the disk is waited for once for all of them', async () => {
  const { place } = room();
  const { folder, fs } = place();
  const before = fs.callsByName.get('syncDirectory') ?? 0;
  await folder.make(news);
  expect((fs.callsByName.get('syncDirectory') ?? 0) - before).toBe(1);
});

it('what an interruption left where one is made goes, and where nothing was left none is looked for', async () => {
  const { user, place, there } = room();
  const looks: string[] = [];
  const { folder } = place(() => ({ name, path }) => {
    if (name === 'lstat' && path.endsWith('.lockstep-new')) looks.push(path);
    return null;
  });
  user.writeFile(`${ROOT}/.b.txt.lockstep-new`, 'half of');
  expect((await folder.make(news)).map(({ done }) => done)).toEqual(['written', 'written', 'written']);
  expect([there(), looks]).toEqual([TEXTS, [`${ROOT}/.b.txt.lockstep-new`]]);
});

it('on a disk without links they are made as well, and nothing that is there is replaced', async () => {
  const { user, place, there } = room();
  user.writeFile(`${ROOT}/b.txt`, 'somebody’s');
  const { folder } = place(
    () =>
      ({ name }) =>
        name === 'link' ? { fails: 'EPERM' } : null,
  );
  expect((await folder.make(news)).map(({ done }) => done)).toEqual(['written', 'refused', 'written']);
  expect(there()).toEqual({ ...TEXTS, 'b.txt': 'somebody’s' });
});
