import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { Crash, faultAt, faultsByChance, firstFault } from '../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../fakes/memory-file-system.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { SimulatedUser } from '../../fakes/simulated-user.ts';

let clock: FakeClock;
let disk: MemoryDisk;
let user: SimulatedUser;
let fs: MemoryFileSystem;
beforeEach(() => {
  clock = new FakeClock();
  disk = new MemoryDisk({ clock });
  user = new SimulatedUser(disk);
  fs = disk.process();
});

const text = (content: string) => new TextEncoder().encode(content);
const code = (wanted: string) => expect.objectContaining({ code: wanted });
function store(path: string, content: string, process = fs): void {
  const fd = process.open(path, 'create-new');
  process.write(fd, text(content), 0, content.length, 0);
  process.close(fd);
}

describe('open files', () => {
  it('outlive the name they were opened by', () => {
    user.writeFile('/a', 'kept');
    const fd = fs.open('/a', 'read');
    const number = fs.fstat(fd).inode;
    user.move('/a', '/b');
    user.remove('/b');
    const into = new Uint8Array(4);
    expect(fs.read(fd, into, 0, 4, 0)).toBe(4);
    expect(into).toEqual(text('kept'));
    expect(fs.fstat(fd).links).toBe(0);
    user.writeFile('/c', 'other');
    expect(fs.lstat('/c')?.inode).not.toBe(number);
    fs.close(fd);
    user.writeFile('/d', 'takes the number that is free now');
    expect(fs.lstat('/d')?.inode).toBe(number);
    expect(fs.openPaths).toEqual([]);
    expect(() => fs.close(fd)).toThrow(code('EBADF'));
  });
});

describe('time stamps', () => {
  it('rise with every change of one millisecond, and follow the clock back', async () => {
    const world = new FakeClock(5000);
    const device = world.device();
    const other = new SimulatedUser(new MemoryDisk({ clock: device }));
    other.writeFile('/a', '1');
    const first = other.fs.lstat('/a')!.modifiedNs;
    other.writeFile('/a', '2');
    const second = other.fs.lstat('/a')!.modifiedNs;
    expect(second).toBeGreaterThan(first);
    expect(second / 1_000_000n).toBe(5000n);
    device.jump(-1000);
    other.writeFile('/a', '3');
    expect(other.fs.lstat('/a')!.modifiedNs / 1_000_000n).toBe(4000n);
  });

  it('are as coarse as the tick', () => {
    const coarse = new SimulatedUser(new MemoryDisk({ clock: new FakeClock(5003), tick: 4_000_000n }));
    coarse.writeFile('/a', '1');
    const first = coarse.fs.lstat('/a')!.modifiedNs;
    coarse.writeFile('/a', '2');
    expect(coarse.fs.lstat('/a')!.modifiedNs).toBe(first);
    expect(first).toBe(5_000_000_000n);
  });
});

describe('names', () => {
  it('fold where the volume folds', () => {
    const mac = new MemoryDisk({ clock, names: { caseless: true, unicode: 'nfd' } });
    const person = new SimulatedUser(mac);
    person.writeFile('/Caf\u00e9', 'one');
    expect(mac.process().readDirectory('/')).toEqual([{ name: 'Cafe\u0301', type: 'file' }]);
    expect(person.readText('/CAFE\u0301')).toBe('one');
    expect(() => mac.process().makeDirectory('/CAF\u00c9')).toThrow(code('EEXIST'));
    person.move('/caf\u00e9', '/CAFE');
    person.move('/CAFE', '/cafe');
    expect([...mac.tree('/').keys()]).toEqual(['cafe']);
    person.mkdirp('/Folder');
    person.move('/folder', '/FOLDER');
    expect([...mac.tree('/').keys()]).toEqual(['FOLDER', 'cafe']);
    expect(person.fs.lstat('/')?.links).toBe(3);
  });

  it('keep their spelling where the volume only compares loosely', () => {
    const disk = new MemoryDisk({ clock, names: { unicode: 'insensitive' } });
    const person = new SimulatedUser(disk);
    person.writeFile('/\u00e9', 'x');
    expect(person.readText('/e\u0301')).toBe('x');
    expect([...disk.tree('/').keys()]).toEqual(['\u00e9']);
  });

  it('have a limit in bytes, and what the volume refuses is refused', () => {
    const small = new MemoryDisk({ clock, names: { longest: 4, refuses: (name) => name.includes(':') } });
    expect(() => store('/\u00e9\u00e9\u00e9', '', small.process())).toThrow(code('ENAMETOOLONG'));
    expect(() => store('/a:b', '', small.process())).toThrow(code('EINVAL'));
    expect(() => fs.makeDirectory(`/${'a/'.repeat(2100)}`)).toThrow(code('ENAMETOOLONG'));
  });

  it('that are not Unicode are told as bytes', () => {
    disk.makeRawName('/', new Uint8Array([0x66, 0xff]));
    expect(fs.readDirectory('/')).toEqual([{ name: null, bytes: new Uint8Array([0x66, 0xff]), type: 'file' }]);
    expect([...disk.tree('/')]).toEqual([['<66ff>', 'name that is not Unicode']]);
  });
});

describe('links', () => {
  it('in the middle of a path are followed, so a swapped directory leads elsewhere', () => {
    user.mkdirp('/root/dir');
    user.mkdirp('/secret');
    user.writeFile('/secret/a', 'secret');
    user.move('/root/dir', '/root/gone');
    user.symlink('/secret', '/root/dir');
    const fd = fs.open('/root/dir/a', 'write');
    fs.write(fd, text('STOLEN'), 0, 6, 0);
    expect(user.readText('/secret/a')).toBe('STOLEN');
    expect(() => fs.open('/root/dir', 'read')).toThrow(code('ELOOP'));
    expect(fs.lstat('/root/dir')?.type).toBe('symlink');
  });

  it('in a circle end in ELOOP', () => {
    user.symlink('b', '/a');
    user.symlink('a', '/b');
    expect(() => fs.lstat('/a/x')).toThrow(code('ELOOP'));
    expect(() => fs.readDirectory('/a')).toThrow(code('ELOOP'));
  });
});

it('a directory cannot have a second name', () => {
  user.mkdirp('/d');
  expect(() => fs.link('/d', '/e')).toThrow(code('EPERM'));
});

describe('mounts', () => {
  it('hide what is below, have their own device and refuse renames across', () => {
    user.mkdirp('/m');
    user.writeFile('/m/hidden', '1');
    const volume = disk.mount('/m');
    expect(fs.readDirectory('/m')).toEqual([]);
    expect(fs.lstat('/m')?.device).not.toBe(fs.lstat('/')?.device);
    user.writeFile('/m/on it', '2');
    expect(() => fs.rename('/m/on it', '/x')).toThrow(code('EXDEV'));
    expect(() => fs.link('/m/on it', '/x')).toThrow(code('EXDEV'));
    expect(() => fs.removeDirectory('/m')).toThrow(code('EBUSY'));
    expect(() => fs.rename('/m', '/n')).toThrow(code('EBUSY'));
    expect(fs.lstat('/m/..')?.inode).toBe(fs.lstat('/')?.inode);
    expect(disk.unmount('/m')).toBe(volume);
    expect([...disk.tree('/m').keys()]).toEqual(['hidden']);
    user.mkdirp('/n');
    disk.mount('/n', volume);
    expect(user.readText('/n/on it')).toBe('2');
  });
});

describe('room', () => {
  it('ends: a write is first short, then fails, and deleting helps', () => {
    const full = new MemoryDisk({ clock, capacity: 10 });
    const process = full.process();
    const fd = process.open('/a', 'create-new');
    expect(process.write(fd, new Uint8Array(8), 0, 8, 0)).toBe(8);
    expect(process.write(fd, new Uint8Array(8), 0, 8, 8)).toBe(2);
    expect(() => process.write(fd, new Uint8Array(8), 0, 8, 10)).toThrow(code('ENOSPC'));
    expect(process.write(fd, new Uint8Array(8), 0, 8, 0)).toBe(8);
    expect(() => process.copy('/a', '/b')).toThrow(code('ENOSPC'));
    process.unlink('/a');
    expect(full.free(full.root)).toBe(0);
    process.close(fd);
    expect(full.free(full.root)).toBe(10);
  });
});

describe('permission', () => {
  it('follows the mode, the owner and the volume', () => {
    user.mkdirp('/d');
    user.writeFile('/d/a', '1');
    user.chmod('/d', 0o500);
    expect(() => fs.unlink('/d/a')).toThrow(code('EACCES'));
    expect(() => fs.makeDirectory('/d/b')).toThrow(code('EACCES'));
    user.chmod('/d', 0o000);
    expect(() => fs.lstat('/d/a')).toThrow(code('EACCES'));
    expect(() => fs.readDirectory('/d')).toThrow(code('EACCES'));
    user.chmod('/d', 0o700);
    disk.deny('/d/a');
    expect(() => fs.open('/d/a', 'read')).toThrow(code('EACCES'));
    expect(() => fs.setMode('/d/a', 0o700)).toThrow(code('EPERM'));
    expect(disk.tree('/').get('d/a')).toBe('file "1"');
    disk.volumeAt('/').readOnly = true;
    expect(() => fs.unlink('/d/a')).toThrow(code('EROFS'));
  });
});

describe('faults', () => {
  it('hit the call they are planned for, and name it', () => {
    fs.plan = faultAt(2, { fails: 'EIO' });
    const fd = fs.open('/a', 'create-new');
    expect(() => fs.write(fd, text('x'), 0, 1, 0)).toThrow("EIO: i/o error, write '/a'");
    expect(fs.write(fd, text('x'), 0, 1, 0)).toBe(1);
    expect(fs.calls).toBe(3);
    expect([...fs.callsByName]).toEqual([
      ['open', 1],
      ['write', 2],
    ]);
  });

  it('make reads and writes short', () => {
    fs.plan = () => ({ short: 3 });
    const fd = fs.open('/a', 'create-new');
    expect(fs.write(fd, text('abcdef'), 0, 6, 0)).toBe(3);
    expect(user.readText('/a')).toBe('abc');
  });

  it('by chance are the same for the same seed, and a second plan does not disturb them', () => {
    const run = (more: boolean) => {
      const chance = faultsByChance(new SeededRandom(4), 0.3, [{ fails: 'EIO' }, { fails: 'ENOSPC' }]);
      const process = disk.process(more ? firstFault(faultAt(3, { short: 1 }), chance) : chance);
      return Array.from({ length: 50 }, () => {
        try {
          return process.lstat('/') !== null;
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
    };
    expect(run(false)).toContain('EIO');
    expect(run(false)).toContain('ENOSPC');
    expect(run(false)).toEqual(run(false));
    expect(run(true).slice(3)).toEqual(run(false).slice(3));
  });

  it('let another process act in the middle of ours', () => {
    store('/a', 'old');
    fs.plan = (call) => {
      if (call.name === 'rename') user.writeFile('/a', 'typed at that very moment');
      return null;
    };
    fs.rename('/a', '/b');
    expect(user.readText('/b')).toBe('typed at that very moment');
  });
});

describe('the death of a process', () => {
  it.each([
    ['before', null],
    ['half-way', 'abc'],
    ['after', 'abcdef'],
  ] as const)('%s a write leaves what was done, and nothing cleans up', (dies, left) => {
    fs.plan = faultAt(2, { dies });
    const attempt = () => {
      const fd = fs.open('/a', 'create-new');
      try {
        fs.write(fd, text('abcdef'), 0, 6, 0);
      } finally {
        fs.unlink('/a');
      }
    };
    expect(attempt).toThrow(Crash);
    expect(fs.dead).toBe(true);
    expect(user.readText('/a')).toBe(left ?? '');
    expect(() => fs.lstat('/')).toThrow(Crash);
    expect(disk.process().lstat('/a')?.links).toBe(1);
  });

  it('closes its files and loses nothing', () => {
    store('/a', 'never synced');
    const fd = fs.open('/a', 'read');
    user.remove('/a');
    const { used } = disk.root;
    expect(used).toBe(12);
    fs.kill();
    expect(disk.root.used).toBe(0);
    expect(() => fs.close(fd)).toThrow(Crash);
  });
});

describe('the loss of power', () => {
  const losePower = (keep: 'all' | 'none' | SeededRandom) => disk.losePower({ keepUnsynced: keep });

  it('takes what was never synced and keeps what was', () => {
    user.mkdirp('/d');
    const fd = fs.open('/d/a', 'create-new');
    fs.write(fd, text('synced'), 0, 6, 0);
    fs.sync(fd);
    fs.syncDirectory('/d');
    fs.write(fd, text('unsynced'), 0, 8, 0);
    user.writeFile('/d/b', 'new');
    user.chmod('/d/a', 0o755);
    losePower('none');
    expect([...disk.tree('/')]).toEqual([
      ['d', 'directory'],
      ['d/a', 'file "synced"'],
    ]);
    expect(() => fs.lstat('/')).toThrow(Crash);
    expect(user.readText('/d/a')).toBe('synced');
  });

  it('can leave a renamed file without its bytes where nobody synced them', () => {
    user.writeFile('/a', 'precious');
    const fd = fs.open('/a', 'write');
    fs.sync(fd);
    fs.syncDirectory('/');
    user.writeFile('/a.tmp', 'newer');
    user.move('/a.tmp', '/a');
    const before = disk.snapshot();
    const seen = new Set<string | undefined>();
    for (let seed = 0; seed < 200; seed++) {
      disk.restore(before);
      losePower(new SeededRandom(seed));
      seen.add(disk.tree('/').get('a'));
    }
    expect(seen).toContain('file "precious"');
    expect(seen).toContain('file "newer"');
    expect(seen).toContain('file ""');
    expect(seen).toContain('file "new"');
  });

  it('keeps the safe order safe: write, sync, rename, sync of the directory', () => {
    user.writeFile('/a', 'old');
    fs.sync(fs.open('/a', 'write'));
    fs.syncDirectory('/');
    const start = disk.snapshot();
    const seen = new Set<string | undefined>();
    for (let seed = 0; seed < 100; seed++) {
      disk.restore(start);
      const process = disk.process(faultAt(1 + (seed % 7), { dies: 'half-way' }));
      expect(() => {
        const fd = process.open('/tmp', 'create-new');
        process.write(fd, text('newer'), 0, 5, 0);
        process.sync(fd);
        process.close(fd);
        process.rename('/tmp', '/a');
        process.syncDirectory('/');
        process.lstat('/a');
      }).toThrow(Crash);
      losePower(new SeededRandom(seed));
      seen.add(disk.tree('/').get('a'));
      if (seed % 7 >= 5) expect(disk.tree('/').get('a')).toBe('file "newer"');
    }
    expect(seen).toEqual(new Set(['file "old"', 'file "newer"']));
  });

  it('leaves no file as long as before it was cut that has the time of after it', async () => {
    user.writeFile('/a', 'long before');
    const { modifiedNs } = user.fs.lstat('/a')!;
    await clock.advance(1000);
    user.writeFile('/a', 'short');
    const before = disk.snapshot();
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      disk.restore(before);
      losePower(new SeededRandom(seed));
      const stat = disk.process().lstat('/a');
      if (stat !== null)
        seen.add(`${stat.size > 5 ? 'long' : 'short'}, ${stat.modifiedNs === modifiedNs ? 'old' : 'new'}`);
    }
    expect(seen).toContain('long, old');
    expect(seen).toContain('short, new');
    expect(seen).not.toContain('long, new');
  });

  it('undoes names in order: none survives without those before it', () => {
    for (let at = 0; at < 6; at++) user.mkdirp(`/d${at}`);
    const before = disk.snapshot();
    const lengths = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      disk.restore(before);
      losePower(new SeededRandom(seed));
      const names = [...disk.tree('/').keys()];
      expect(names).toEqual(['d0', 'd1', 'd2', 'd3', 'd4', 'd5'].slice(0, names.length));
      expect(disk.process().lstat('/')?.links).toBe(2 + names.length);
      lengths.add(names.length);
    }
    expect(lengths.size).toBe(7);
  });

  it('brings removed items back with their links, numbers and room', () => {
    user.writeFile('/a', '12345');
    user.hardLink('/a', '/b');
    fs.sync(fs.open('/a', 'write'));
    fs.syncDirectory('/');
    const { inode } = fs.lstat('/a')!;
    fs.kill();
    user.remove('/a');
    user.remove('/b');
    user.writeFile('/c', 'has the number now');
    losePower('none');
    expect([...disk.tree('/')]).toEqual([
      ['a', 'file "12345"'],
      ['b', 'file "12345"'],
    ]);
    expect(user.fs.lstat('/a')).toMatchObject({ inode, links: 2 });
    expect(disk.root.used).toBe(5);
    user.writeFile('/c', '1');
    expect(user.fs.lstat('/c')?.inode).not.toBe(inode);
  });

  it('comes too late for what has lain for a minute', async () => {
    user.writeFile('/a', 'old enough');
    await clock.advance(60_000);
    user.writeFile('/b', 'too young');
    losePower('none');
    expect([...disk.tree('/')]).toEqual([['a', 'file "old enough"']]);
  });
});

describe('snapshots', () => {
  it('are independent of what comes after, and can be restored again and again', () => {
    user.mkdirp('/d/e');
    user.writeFile('/d/a', 'one');
    user.hardLink('/d/a', '/d/b');
    disk.mount('/d/e');
    user.writeFile('/d/e/f', 'mounted');
    const snapshot = disk.snapshot();
    const tree = disk.tree('/');
    for (let round = 0; round < 3; round++) {
      user.overwrite('/d/a', 0, 'TWO');
      user.remove('/d/b');
      user.writeFile('/d/e/f', 'changed');
      user.writeFile('/new', 'x');
      expect(disk.tree('/')).not.toEqual(tree);
      disk.restore(snapshot);
      expect(disk.tree('/')).toEqual(tree);
      expect(user.fs.lstat('/d/a')?.links).toBe(2);
      expect(() => user.fs.rename('/d/e/f', '/x')).toThrow(code('EXDEV'));
    }
  });
});

describe('changes', () => {
  it('are told with the path they happened at', () => {
    const told: string[] = [];
    user.mkdirp('/d');
    const stop = disk.onChange((path) => told.push(path));
    store('/d/a', 'x');
    fs.rename('/d/a', '/b');
    fs.setMode('/b', 0o600);
    expect(told).toEqual(['/d/a', '/d/a', '/d/a', '/b', '/b']);
    stop();
    fs.unlink('/b');
    expect(told).toHaveLength(5);
  });
});
