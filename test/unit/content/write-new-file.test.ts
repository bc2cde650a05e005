import { describe, expect, it } from 'vitest';
import { writeNewFile } from '../../../src/main/content/write-new-file.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';

const TEXT = Buffer.from('BEGIN:VCARD\r\nEND:VCARD\r\n');
const FILE = '/home/book.vcf';

function newDisk(): MemoryDisk {
  const disk = new MemoryDisk({ clock: new FakeClock() });
  disk.process().makeDirectory('/home');
  return disk;
}

describe('a new file', () => {
  it('is there whole, with its mode', () => {
    const fs = newDisk().process();
    writeNewFile(fs, FILE, TEXT, 0o600);
    expect(fs.lstat(FILE)).toMatchObject({ type: 'file', size: TEXT.length });
    expect((fs.lstat(FILE)?.mode ?? 0) & 0o777).toBe(0o600);
  });

  it('has its mode before it says anything', () => {
    const disk = newDisk();
    const fs = disk.process();
    const seen: number[] = [];
    fs.plan = ({ name }) => {
      if (name === 'write') seen.push((disk.process().lstat(FILE)?.mode ?? 0) & 0o777);
      return null;
    };
    writeNewFile(fs, FILE, TEXT, 0o600);
    expect(seen).toEqual([0o600]);
  });

  it('takes the place of nothing', () => {
    const fs = newDisk().process();
    writeNewFile(fs, FILE, TEXT);
    expect(() => writeNewFile(fs, FILE, Buffer.from('x'))).toThrow(/EEXIST/);
    expect(fs.lstat(FILE)?.size).toBe(TEXT.length);
  });

  it.each(['setMode', 'write', 'sync'])('leaves nothing behind where %s is refused', (refused) => {
    const fs = newDisk().process();
    fs.plan = ({ name }) => (name === refused ? { fails: 'ENOSPC' } : null);
    expect(() => writeNewFile(fs, FILE, TEXT, 0o600)).toThrow(/ENOSPC/);
    expect(fs.lstat(FILE)).toBeNull();
  });
});
