import { describe, expect, it } from 'vitest';
import { FolderOfFiles } from '../../../../src/main/sources/text/folder-of-files.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';

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
