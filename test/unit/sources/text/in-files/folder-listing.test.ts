import { describe, expect, it } from 'vitest';
import { FolderOfFiles, type WatchFolder } from '../../../../../src/main/sources/text/in-files/folder-of-files.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';
import { SeededRandom } from '../../../../fakes/seeded-random.ts';
import { SimulatedUser } from '../../../../fakes/simulated-user.ts';

const ROOT = '/home/cards';
const marker = { collection: 'c', source: 's', device: 'd' } as ConstructorParameters<
  typeof FolderOfFiles
>[0]['marker'];

/** A folder of twenty texts that have rested, listed once. */
async function room({ watched = true, tells = true } = {}) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  for (let at = 10; at < 30; at++) user.writeFile(`${ROOT}/${at}.txt`, `text ${at}`);
  await clock.advance(60_000);
  const fs = disk.process();
  let tell: (name: string | null) => void = () => undefined;
  const watch: WatchFolder = (_path, onChange) => {
    tell = onChange;
    const stop = disk.onChange((path) => {
      const name = path.slice(ROOT.length + 1);
      if (tells && path.startsWith(`${ROOT}/`) && !name.startsWith('.')) onChange(name);
    });
    return Promise.resolve(() => Promise.resolve(void stop()));
  };
  const made = () =>
    new FolderOfFiles({ fs, clock, root: ROOT, ending: '.txt', marker, watch: watched ? watch : null });
  const folder = made();
  folder.mark();
  let dirty = 0;
  await folder.watch?.(() => void dirty++);
  await folder.list();
  const looks = (): number => (fs.callsByName.get('glance') ?? 0) + (fs.callsByName.get('readDirectory') ?? 0);
  /** How many looks at the disk a listing takes, and whether it says what one that remembers nothing says. */
  const near = async () => {
    const before = looks();
    const { documents, problems } = await folder.list(true);
    const took = looks() - before;
    const whole = await made().list();
    const told = ({ name, revision, fresh, size }: (typeof documents)[number]) => ({ name, revision, fresh, size });
    return {
      took,
      documents,
      isRight:
        JSON.stringify([documents.map(told), problems]) === JSON.stringify([whole.documents.map(told), whole.problems]),
    };
  };
  return { clock, user, fs, folder, near, tell: (name: string | null) => tell(name), dirty: () => dirty };
}

describe('a folder of texts that is watched', () => {
  it('looks at nothing where nothing was told', async () => {
    const { folder, near } = await room();
    const { documents } = await folder.list(true);
    expect(await near()).toEqual({ took: 0, documents, isRight: true });
    expect((await folder.list()).documents).toBe(documents);
  });

  it('looks at the text that was told of alone, and again until it rests', async () => {
    const { clock, user, folder, near } = await room();
    const { documents } = await folder.list(true);
    user.writeFile(`${ROOT}/15.txt`, 'another');
    const changed = await near();
    expect(changed).toMatchObject({ took: 1, isRight: true });
    expect(changed.documents.filter((each, at) => each !== documents[at])).toMatchObject([
      { name: '15.txt', fresh: true },
    ]);
    await clock.advance(1000);
    expect(await near()).toMatchObject({ took: 1, isRight: true });
    await clock.advance(2000);
    expect(await near()).toMatchObject({ took: 1, isRight: true });
    expect(await near()).toMatchObject({ took: 0, isRight: true });
  });

  it.each([
    ['came', (user: SimulatedUser) => user.writeFile(`${ROOT}/new.txt`, 'new')],
    ['went', (user: SimulatedUser) => user.fs.unlink(`${ROOT}/12.txt`)],
    [
      'became a folder',
      (user: SimulatedUser) => {
        user.fs.unlink(`${ROOT}/12.txt`);
        user.mkdirp(`${ROOT}/12.txt`);
      },
    ],
    ['stays beside a text', (user: SimulatedUser) => user.writeFile(`${ROOT}/12.txt.kept-01234567`, 'kept')],
  ])('looks at everything when something %s', async (_what, work) => {
    const { user, near } = await room();
    work(user);
    const { took, isRight } = await near();
    expect(took).toBeGreaterThan(19);
    expect(isRight).toBe(true);
  });

  it('looks at everything where it was not told to what something happened, or of very much', async () => {
    const { near, tell } = await room();
    tell(null);
    expect((await near()).took).toBeGreaterThan(19);
    for (let at = 0; at < 2000; at++) tell('10.txt');
    expect((await near()).took).toBeGreaterThan(19);
    expect((await near()).took).toBe(0);
  });

  it('looks at everything where a text could not be looked at', async () => {
    const { fs, folder, near } = await room();
    fs.plan = ({ name, path }) => (name === 'glance' && path.endsWith('/15.txt') ? { fails: 'EIO' } : null);
    expect((await folder.list()).problems).toMatchObject([{ name: '15.txt' }]);
    fs.plan = null;
    expect(await near()).toMatchObject({ isRight: true });
  });

  it('looks at what it wrote or read itself, though nothing told of that', async () => {
    const { folder, near, user } = await room({ tells: false });
    await folder.read(['12.txt']);
    expect((await near()).took).toBe(1);
    const { documents } = await folder.list();
    user.writeFile(`${ROOT}/15.txt`, 'another');
    expect(await folder.write('15.txt', documents[5]?.revision ?? null, null)).toMatchObject({ done: 'refused' });
    expect(await near()).toMatchObject({ took: 1, isRight: true });
    await folder.write('10.txt', documents[0]?.revision ?? null, null);
    await folder.make([{ name: 'new.txt', bytes: Buffer.from('new') }]);
    expect((await near()).isRight).toBe(true);
  });

  it('tells of texts alone', async () => {
    const { user, dirty } = await room();
    const before = dirty();
    user.writeFile(`${ROOT}/notes.md`, 'none of ours');
    user.writeFile(`${ROOT}/.12.txt.swp`, 'hidden');
    expect(dirty()).toBe(before);
    user.writeFile(`${ROOT}/12.TXT`, 'one');
    expect(dirty()).toBeGreaterThan(before);
  });

  it.each([1, 2, 3, 4, 5, 6])('says the same as one that remembers nothing, whatever happens (%i)', async (seed) => {
    const random = new SeededRandom(`folder ${seed}`);
    const { clock, user, folder, near } = await room();
    for (let step = 0; step < 120; step++) {
      for (let at = random.int(3); at > 0; at--) {
        const path = `${ROOT}/${10 + random.int(25)}.txt`;
        if (random.chance(0.15) && user.read(path) !== null) user.fs.unlink(path);
        else user.writeFile(path, `text ${random.int(1000)}`);
      }
      if (random.chance(0.3)) await clock.advance(random.int(3000));
      if (random.chance(0.1)) await folder.list();
      expect((await near()).isRight, `step ${step}`).toBe(true);
    }
  });
});

it('a folder of texts that nothing watches is looked at whole', async () => {
  const { user, near } = await room({ watched: false });
  user.writeFile(`${ROOT}/15.txt`, 'another');
  expect(await near()).toMatchObject({ isRight: true });
});
