import { describe, expect, it } from 'vitest';
import { LockstepError } from '../../../../../src/main/platform/trouble.ts';
import { FolderOfFiles } from '../../../../../src/main/sources/text/in-files/folder-of-files.ts';
import { makeFiles } from '../../../../../src/main/sources/text/in-files/make-files.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';

const ROOT = '/home/cards';
const MARKER = { collection: 'c', source: 's', device: 'd' } as ConstructorParameters<
  typeof FolderOfFiles
>[0]['marker'];

describe('a folder of texts whose disk has just gone away', () => {
  it('takes no text: it would lie below the mount, and seem deleted once the disk is back', async () => {
    const clock = new FakeClock();
    const disk = new MemoryDisk({ clock });
    const fs = disk.process();
    for (const path of ['/home', ROOT]) fs.makeDirectory(path);
    disk.mount(ROOT);
    const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch: null });
    folder.mark();
    expect(await folder.write('a.vcf', null, Buffer.from('A'))).toMatchObject({ done: 'written' });
    const volume = disk.unmount(ROOT);
    expect(await folder.write('b.vcf', null, Buffer.from('B'))).toMatchObject({
      done: 'refused',
      reason: 'changed-underneath',
    });
    expect(fs.readDirectory(ROOT)).toEqual([]);
    disk.mount(ROOT, volume);
    expect((await folder.list()).documents.map(({ name }) => name)).toEqual(['a.vcf']);
  });
});

it('a text of a folder of which the disk tells nothing just now is there', async () => {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const fs = disk.process();
  for (const path of ['/home', ROOT]) fs.makeDirectory(path);
  const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch: null });
  folder.mark();
  for (const name of ['a', 'b']) await folder.write(`${name}.vcf`, null, Buffer.from(name));
  fs.plan = ({ name, path }) => (name === 'lstat' && path.endsWith('/a.vcf') ? { fails: 'EIO' } : null);
  const { documents, problems } = await folder.list();
  expect(documents.map(({ name }) => name)).toEqual(['b.vcf']);
  expect(problems).toMatchObject([{ name: 'a.vcf', code: 'io' }]);
});

it('a folder is looked at though the disk does not let go of what an interruption left, and that goes once it does', async () => {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const fs = disk.process();
  for (const path of ['/home', ROOT]) fs.makeDirectory(path);
  const open = (): FolderOfFiles => {
    const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch: null });
    folder.mark();
    return folder;
  };
  const made = await open().write('a.vcf', null, Buffer.from('A'));
  expect(made).toMatchObject({ done: 'written' });
  for (const left of ['.a.vcf.lockstep-new', '.a.vcf.lockstep-old-0123456789abcdef', '.a.vcf.lockstep-past-01234567'])
    fs.close(fs.open(`${ROOT}/${left}`, 'create-new'));
  // A person's own, however much it is called like one of ours.
  const own = [
    '.a.vcf.lockstep-new.txt',
    'a.vcf.lockstep-new',
    '.lockstep-new',
    '.a.vcf.lockstep-old-0123',
    'a.kept-1',
  ];
  for (const name of own) fs.close(fs.open(`${ROOT}/${name}`, 'create-new'));
  const names = (): readonly unknown[] =>
    fs
      .readDirectory(ROOT)
      .map(({ name }) => name)
      .filter((name) => name !== '.lockstep')
      .sort();
  const before = names();
  fs.plan = ({ name }) => (name === 'unlink' || name === 'rename' ? { fails: 'EROFS' } : null);
  const folder = open();
  expect((await folder.list()).documents.map(({ name }) => name)).toEqual(['a.vcf']);
  expect(names()).toEqual(before);
  fs.plan = null;
  expect((await folder.list()).documents.map(({ name }) => name)).toEqual(['a.vcf']);
  // What is not as it was replaced stays, for it may be what another program wrote.
  expect(names().filter((name) => !/^a\.vcf\.kept-[0-9a-f]{8}$/.test(name as string))).toEqual(
    ['a.vcf', ...own].sort(),
  );
});

it('a text that could not be put back is not taken for deleted', async () => {
  const clock = new FakeClock();
  const fs = new MemoryDisk({ clock }).process();
  for (const path of ['/home', ROOT]) fs.makeDirectory(path);
  const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch: null });
  folder.mark();
  fs.close(fs.open(`${ROOT}/.a.vcf.lockstep-old-0123456789abcdef`, 'create-new'));
  fs.plan = ({ name }) => (name === 'rename' ? { fails: 'EIO' } : null);
  await expect(async () => folder.list()).rejects.toThrow('EIO');
});

it('makes many new texts also where the thread that should have has ended, but for those it had made', async () => {
  const clock = new FakeClock();
  const fs = new MemoryDisk({ clock }).process();
  for (const path of ['/home', ROOT]) fs.makeDirectory(path);
  const make = async (directory: string) => {
    await makeFiles(fs, directory, [{ name: 'c0.vcf', bytes: Buffer.from('0') }]);
    throw new LockstepError('thread-ended', 'a worker thread ended: exit 1', '');
  };
  const options = { fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch: null, texts: { make } };
  const folder = new FolderOfFiles(options);
  folder.mark();
  const news = Array.from({ length: 30 }, (_, at) => ({ name: `c${at}.vcf`, bytes: Buffer.from(String(at)) }));
  const made = await folder.make(news);
  expect(made[0]).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
  expect(made.slice(1).every(({ done }) => done === 'written')).toBe(true);
  expect((await folder.list()).documents).toHaveLength(30);
});

describe('new texts that are made in a thread', () => {
  const NEWS = Array.from({ length: 20 }, (_, at) => ({ name: `c${at}.vcf`, bytes: Buffer.from(String(at)) }));

  /** `then`: what happens once they are made. */
  function open(then: (room: { readonly clock: FakeClock; readonly disk: MemoryDisk }) => unknown) {
    const clock = new FakeClock();
    const disk = new MemoryDisk({ clock });
    const fs = disk.process();
    for (const path of ['/home', ROOT]) fs.makeDirectory(path);
    disk.mount(ROOT);
    const make = async (directory: string) => {
      const made = await makeFiles(fs, directory, NEWS);
      await then({ clock, disk });
      return made;
    };
    const options = { fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch: null, texts: { make } };
    const folder = new FolderOfFiles(options);
    folder.mark();
    return folder;
  }

  it('are judged by the moment before: what happens to one while others are made may be told by no time', async () => {
    const made = await open(({ clock }) => clock.advance(10_000)).make(NEWS);
    expect(made.map((each) => (each.done === 'written' ? each.document?.fresh : each.detail))).toEqual(
      NEWS.map(() => true),
    );
  });

  it('are not there where the disk went away meanwhile', async () => {
    const made = await open(({ disk }) => disk.unmount(ROOT)).make(NEWS);
    expect(made.every((each) => each.done === 'refused' && each.reason === 'changed-underneath')).toBe(true);
  });

  it('are made nowhere else where it failed', async () => {
    const made = open(() => Promise.reject(new Error('a fault'))).make(NEWS);
    await expect(made).rejects.toThrow('a fault');
  });
});

it('makes nothing of a name that leads elsewhere or is hidden, and knows what it made though nobody tells', async () => {
  const clock = new FakeClock();
  const fs = new MemoryDisk({ clock }).process();
  for (const path of ['/home', ROOT, `${ROOT}/sub`]) fs.makeDirectory(path);
  const watch = () => Promise.resolve(() => Promise.resolve());
  const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.vcf', marker: MARKER, watch });
  folder.mark();
  await folder.watch?.(() => undefined);
  await folder.list();
  const made = await folder.make(['.a.vcf', 'sub/b.vcf', 'c.vcf'].map((name) => ({ name, bytes: Buffer.from(name) })));
  expect(made.map((each) => (each.done === 'refused' ? each.reason : each.done))).toEqual([
    'name-not-allowed',
    'name-not-allowed',
    'written',
  ]);
  expect(fs.readDirectory(`${ROOT}/sub`)).toEqual([]);
  expect((await folder.list(true)).documents.map(({ name }) => name)).toEqual(['c.vcf']);
});
