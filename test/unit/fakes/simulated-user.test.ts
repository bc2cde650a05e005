import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import { type SaveHow, SimulatedUser } from '../../fakes/simulated-user.ts';

let disk: MemoryDisk;
let user: SimulatedUser;
beforeEach(() => {
  disk = new MemoryDisk({ clock: new FakeClock() });
  user = new SimulatedUser(disk);
});

describe('SimulatedUser', () => {
  it('writes and appends in two steps, others seeing the half', () => {
    const finish = user.writeInTwoSteps('/a', 'abcdef');
    expect(user.readText('/a')).toBe('abc');
    finish();
    expect(user.readText('/a')).toBe('abcdef');
    const append = user.appendInTwoSteps('/a', '1234');
    expect(user.readText('/a')).toBe('abcdef12');
    append();
    expect(user.readText('/a')).toBe('abcdef1234');
    user.writeFile('/a', 'x');
    expect(user.readText('/a')).toBe('x');
    expect(user.fs.openPaths).toEqual([]);
  });

  it.each(['in-place', 'rename', 'backup'] as const)('saves as programs do: %s', (how: SaveHow) => {
    user.writeFile('/a', 'old');
    user.chmod('/a', 0o755);
    const before = user.fs.lstat('/a')?.inode;
    user.save('/a', 'new', how);
    expect(user.readText('/a')).toBe('new');
    expect((user.fs.lstat('/a')?.mode ?? 0) & 0o777).toBe(0o755);
    expect(user.fs.lstat('/a')?.inode === before).toBe(how === 'in-place');
    expect(user.readText('/a~')).toBe(how === 'backup' ? 'old' : null);
    expect([...disk.tree('/').keys()]).toEqual(how === 'backup' ? ['a', 'a~'] : ['a']);
  });

  it('saves through a link, and removes the link, not what it leads to', () => {
    user.mkdirp('/docs/deep');
    user.writeFile('/docs/a', 'old');
    user.symlink('/docs', '/d');
    user.symlink('docs/a', '/a');
    user.save('/a', 'new', 'rename');
    expect(user.readText('/docs/a')).toBe('new');
    user.remove('/a');
    user.remove('/d');
    expect([...disk.tree('/')]).toEqual([
      ['docs', 'directory'],
      ['docs/a', 'file "new"'],
      ['docs/deep', 'directory'],
    ]);
    user.remove('/docs');
    user.remove('/docs');
    expect(disk.tree('/').size).toBe(0);
  });

  it('touches, and copies with or without the time', () => {
    user.touch('/a', 1_234_567);
    expect(user.fs.lstat('/a')?.modifiedNs).toBe(1_234_567_000n);
    user.copy('/a', '/kept', true);
    user.copy('/a', '/now');
    expect(user.fs.lstat('/kept')?.modifiedNs).toBe(1_234_567_000n);
    expect(user.fs.lstat('/now')?.modifiedNs).not.toBe(1_234_567_000n);
  });

  it('goes on after a loss of power, its half-written file lost', () => {
    const finish = user.writeInTwoSteps('/a', 'abcdef');
    disk.losePower({ keepUnsynced: 'none' });
    finish();
    expect(user.read('/a')).toBeNull();
    user.writeFile('/a', 'again');
    expect(user.readText('/a')).toBe('again');
  });
});
