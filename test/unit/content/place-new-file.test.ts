import { describe, expect, it } from 'vitest';
import { besideNew, placeNewFile } from '../../../src/main/content/place-new-file.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { type Fault, faultAt } from '../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';

const TEXT = Buffer.from('BEGIN:VCARD\r\nEND:VCARD\r\n');
const FILE = '/home/book.vcf';

function newDisk(): MemoryDisk {
  const disk = new MemoryDisk({ clock: new FakeClock() });
  disk.process().makeDirectory('/home');
  return disk;
}
const names = (disk: MemoryDisk) =>
  disk
    .process()
    .readDirectory('/home')
    .map(({ name }) => name);

/** The same with a fault at each of its calls. */
function atEachCall(fault: Fault, then: (disk: MemoryDisk, error: unknown) => void): void {
  for (let number = 1; ; number++) {
    const disk = newDisk();
    const fs = disk.process(faultAt(number, fault));
    let error: unknown = null;
    try {
      placeNewFile(fs, FILE, TEXT);
    } catch (thrown) {
      error = thrown;
    }
    if (fs.calls < number) return;
    then(disk, error);
  }
}

describe('a new file in its place', () => {
  it('is as it was dressed, and alone', () => {
    const disk = newDisk();
    const fs = disk.process();
    placeNewFile(fs, FILE, TEXT, (made) => fs.setModified(made, 1_000_000));
    expect(fs.lstat(FILE)).toMatchObject({ size: TEXT.length, modifiedNs: 1_000_000_000n, links: 1 });
    expect(names(disk)).toEqual(['book.vcf']);
  });
  it('takes the place of nothing', () => {
    const disk = newDisk();
    const fs = disk.process();
    placeNewFile(fs, FILE, TEXT);
    expect(() => placeNewFile(fs, FILE, Buffer.from('x'))).toThrow(/EEXIST/);
    expect([fs.lstat(FILE)?.size, names(disk)]).toEqual([TEXT.length, ['book.vcf']]);
  });
  it.each(['before', 'half-way', 'after'] as const)('is whole or not there, where all ends %s a call', (dies) => {
    atEachCall({ dies }, (disk) => {
      const fs = disk.process();
      const left = fs.lstat(FILE);
      expect(left === null || left.size === TEXT.length).toBe(true);
      if (left !== null) return;
      placeNewFile(fs, FILE, TEXT);
      expect(names(disk)).toEqual(['book.vcf']);
    });
  });
  it('is what trouble is told of, whatever call meets with it', () => {
    atEachCall({ fails: 'EIO' }, (_, error) => {
      if (error !== null) expect(error).toMatchObject({ code: 'EIO', path: FILE });
    });
  });
  it('has room for its name, however long that is', () => {
    for (const letter of ['a', 'ü', '家', '👪'])
      expect(Buffer.byteLength(besideNew(`/home/${letter.repeat(120)}`).slice('/home/'.length))).toBeLessThan(255);
  });
});
