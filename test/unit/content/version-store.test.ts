import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { keepsNothing } from '../../../src/main/content/keeps-nothing.ts';
import { ObjectIndex } from '../../../src/main/content/object-index.ts';
import { VersionStore } from '../../../src/main/content/version-store.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { type Digest, digest } from '../../../src/main/record/ids.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { Crash, faultAt } from '../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../../fakes/memory-file-system.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { seededBytes } from './bytes.ts';

const SMALL = Buffer.from('a small object');
const TEXT = Buffer.from('compressible '.repeat(20_000));
const NOISE = seededBytes(200_000, 5);
const nameOf = (bytes: Uint8Array): Digest => digestOf(bytes);
const small = (n: number, length = 3000): Uint8Array => Buffer.from(`${n} `.padEnd(length, String(n)));

let disk: MemoryDisk;
let fs: MemoryFileSystem;
let damaged: [string, string][];

const open = (on: MemoryFileSystem = fs) =>
  new VersionStore(on, '/store', (name, where) => damaged.push([name, where]));

function put(path: string, bytes: Uint8Array): string {
  const fd = fs.open(path, 'create-new');
  fs.write(fd, bytes, 0, bytes.length, 0);
  fs.close(fd);
  return path;
}

function spoil(path: string, at: number): void {
  const fd = fs.open(path, 'write');
  fs.write(fd, Uint8Array.of(0x5a, 0xa5), 0, 2, at);
  fs.close(fd);
}

const sizeOf = (path: string): number => fs.lstat(path)?.size ?? -1;
const looseOf = (name: Digest): string => `/store/objects/${name.slice(0, 2)}/${name.slice(2)}`;
const equal = (a: Uint8Array | null, b: Uint8Array): boolean => a !== null && Buffer.compare(a, b) === 0;

beforeEach(() => {
  disk = new MemoryDisk({ clock: new FakeClock() });
  fs = disk.process();
  fs.makeDirectory('/store');
  fs.makeDirectory('/user');
  damaged = [];
});

describe('version store', () => {
  it('gives back bytes of every size, before and after it is opened again', () => {
    const store = open();
    const all = [SMALL, TEXT, NOISE, new Uint8Array(0), NOISE.subarray(0, 65_536), NOISE.subarray(0, 65_537)];
    for (const bytes of all) store.keepBytes(nameOf(bytes), bytes);
    for (const bytes of all) expect(equal(store.read(nameOf(bytes)), bytes)).toBe(true);
    store.close();
    const again = open();
    for (const bytes of all) {
      expect(again.has(nameOf(bytes))).toBe(true);
      expect(equal(again.read(nameOf(bytes)), bytes)).toBe(true);
    }
    expect(again.has(nameOf(small(1)))).toBe(false);
    expect(again.read(nameOf(small(1)))).toBeNull();
    expect(damaged).toEqual([]);
  });

  it('refuses bytes under a name that is not theirs', () => {
    expect(() => open().keepBytes(nameOf(TEXT), SMALL)).toThrow(expect.objectContaining({ code: 'content-wrong' }));
  });

  it('compresses what gets smaller, and only that', () => {
    const store = open();
    store.keepBytes(nameOf(TEXT), TEXT);
    store.keepBytes(nameOf(NOISE), NOISE);
    expect(sizeOf(`${looseOf(nameOf(TEXT))}.zst`)).toBeLessThan(TEXT.length / 10);
    expect(sizeOf(looseOf(nameOf(NOISE)))).toBe(NOISE.length);
  });

  it('puts many small objects into one file, together smaller than they are', () => {
    const store = open();
    for (let n = 0; n < 500; n++) store.keepBytes(nameOf(small(n)), small(n));
    store.flush();
    expect(fs.readDirectory('/store/packs').map(({ name }) => name)).toEqual(['000001.pack']);
    expect(store.size()).toBeLessThan(150_000);
    expect(equal(open().read(nameOf(small(321))), small(321))).toBe(true);
  });

  it('is private', () => {
    const store = open();
    store.keepBytes(nameOf(SMALL), SMALL);
    store.keepBytes(nameOf(TEXT), TEXT);
    store.keepFile(put('/user/n', NOISE), nameOf(NOISE), { move: true });
    store.flush();
    const modes = ['/store/packs/000001.pack', `${looseOf(nameOf(TEXT))}.zst`, looseOf(nameOf(NOISE))];
    expect(modes.map((path) => fs.lstat(path)!.mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    expect(fs.lstat('/store/objects')!.mode & 0o777).toBe(0o700);
  });

  it('moves a large file without copying it, and packs a small one', () => {
    const store = open();
    const inode = fs.lstat(put('/user/n', NOISE))!.inode;
    put('/user/s', SMALL);
    const results = store.keepFiles(
      [
        { path: '/user/n', digest: nameOf(NOISE) },
        { path: '/user/s', digest: null },
      ],
      { move: true },
    );
    expect(results).toEqual([
      { kept: nameOf(NOISE), left: null },
      { kept: nameOf(SMALL), left: null },
    ]);
    expect(fs.readDirectory('/user')).toEqual([]);
    expect(fs.lstat(looseOf(nameOf(NOISE)))!.inode).toBe(inode);
    expect([equal(store.read(nameOf(NOISE)), NOISE), equal(store.read(nameOf(SMALL)), SMALL)]).toEqual([true, true]);
  });

  it('never keeps an inode that has another name', () => {
    const store = open();
    put('/user/n', NOISE);
    fs.link('/user/n', '/user/other');
    expect(store.keepFile('/user/n', nameOf(NOISE), { move: true })).toBe(nameOf(NOISE));
    expect(fs.lstat('/user/n')).toBeNull();
    spoil('/user/other', 100);
    expect(equal(store.read(nameOf(NOISE)), NOISE)).toBe(true);
  });

  it('copies across file systems and where it shall not move', () => {
    const store = open();
    fs.makeDirectory('/usb');
    disk.mount('/usb');
    put('/usb/n', NOISE);
    put('/user/t', TEXT);
    expect(store.keepFile('/usb/n', null, { move: true })).toBe(nameOf(NOISE));
    expect(store.keepFile('/user/t', null, { move: false })).toBe(nameOf(TEXT));
    expect([fs.lstat('/usb/n'), sizeOf('/user/t')]).toEqual([null, TEXT.length]);
    expect([equal(store.read(nameOf(NOISE)), NOISE), equal(store.read(nameOf(TEXT)), TEXT)]).toEqual([true, true]);
  });

  it('keeps a small file under what it holds, not under what it is said to hold', () => {
    const store = open();
    expect(store.keepFile(put('/user/s', SMALL), nameOf(TEXT), { move: true })).toBe(nameOf(SMALL));
  });

  it('names the file it cannot keep and keeps the others', () => {
    const store = open();
    const results = store.keepFiles(
      [
        { path: '/user/none', digest: null },
        { path: put('/user/s', SMALL), digest: null },
      ],
      { move: true },
    );
    expect(results).toMatchObject([{ kept: null, error: { code: 'not-a-file' } }, { kept: nameOf(SMALL) }]);
  });

  it('writes objects out to a file, whatever their form', () => {
    const store = open();
    store.keepBytes(nameOf(SMALL), SMALL);
    store.keepBytes(nameOf(TEXT), TEXT);
    store.keepFile(put('/user/n', NOISE), nameOf(NOISE), { move: true });
    for (const [at, bytes] of [SMALL, TEXT, NOISE].entries()) {
      expect(store.readTo(nameOf(bytes), `/user/out-${at}`)).toBe(true);
      const fd = fs.open(`/user/out-${at}`, 'read');
      const got = new Uint8Array(bytes.length);
      expect(fs.read(fd, got, 0, got.length, 0)).toBe(bytes.length);
      expect([equal(got, bytes), sizeOf(`/user/out-${at}`)]).toEqual([true, bytes.length]);
    }
    expect(store.readTo(nameOf(small(9)), '/user/never')).toBe(false);
    expect(fs.lstat('/user/never')).toBeNull();
  });

  it('reads what is lent to it until it is returned, and never believes it blindly', () => {
    const store = open();
    store.lend(nameOf(SMALL), put('/user/s', SMALL));
    expect([store.has(nameOf(SMALL)), equal(store.read(nameOf(SMALL)), SMALL)]).toEqual([true, true]);
    expect(store.readTo(nameOf(SMALL), '/user/out')).toBe(true);
    spoil('/user/s', 0);
    expect([store.read(nameOf(SMALL)), store.readTo(nameOf(SMALL), '/user/out-2')]).toEqual([null, false]);
    store.unlend(nameOf(SMALL));
    expect(store.has(nameOf(SMALL))).toBe(false);
    expect(damaged).toEqual([]);
  });

  it('names a damaged object, has it no longer, and takes it again', () => {
    const store = open();
    store.keepBytes(nameOf(SMALL), SMALL);
    store.keepBytes(nameOf(TEXT), TEXT);
    store.keepBytes(nameOf(NOISE), NOISE);
    store.flush();
    spoil('/store/packs/000001.pack', sizeOf('/store/packs/000001.pack') - 5);
    spoil(`${looseOf(nameOf(TEXT))}.zst`, 20);
    spoil(looseOf(nameOf(NOISE)), 1000);
    const all = [SMALL, TEXT, NOISE];
    expect(all.map((bytes) => store.read(nameOf(bytes)))).toEqual([null, null, null]);
    expect(damaged.map(([name]) => name)).toEqual(all.map(nameOf));
    expect(all.map((bytes) => store.has(nameOf(bytes)))).toEqual([false, false, false]);
    for (const bytes of all) store.keepBytes(nameOf(bytes), bytes);
    for (const bytes of all) expect(equal(store.read(nameOf(bytes)), bytes)).toBe(true);
  });

  it('forgets what is dropped for good, and gives its room back', () => {
    const store = open();
    const kept = Array.from({ length: 300 }, (_, n) => seededBytes(20_000, n + 1));
    for (const bytes of kept) store.keepBytes(nameOf(bytes), bytes);
    store.keepBytes(nameOf(NOISE), NOISE);
    store.keepBytes(nameOf(TEXT), TEXT);
    store.flush();
    const full = store.size();
    store.drop([nameOf(NOISE), nameOf(TEXT), nameOf(small(1)), ...kept.slice(0, 200).map(nameOf)]);
    expect(store.size()).toBeLessThan(full / 2);
    for (const on of [store, open()]) {
      expect(kept.map((bytes) => on.has(nameOf(bytes)))).toEqual(kept.map((_, n) => n >= 200));
      expect(equal(on.read(nameOf(kept[250]!)), kept[250]!)).toBe(true);
      expect([on.has(nameOf(NOISE)), on.has(nameOf(TEXT))]).toEqual([false, false]);
    }
    store.drop(kept.slice(200, 210).map(nameOf));
    expect(open().has(nameOf(kept[205]!))).toBe(false);
    expect(open().has(nameOf(kept[215]!))).toBe(true);
  });

  it('has what was kept and was not dropped, however often its packs were written anew', () => {
    const random = new SeededRandom('for months');
    const kept = new Map<number, Uint8Array>();
    let store = open();
    for (let round = 0; round < 300; round++) {
      for (let n = 0; n < 4; n++) {
        const bytes = small(round * 4 + n);
        store.keepBytes(nameOf(bytes), bytes);
        kept.set(round * 4 + n, bytes);
      }
      store.flush();
      const gone = [...kept].filter(() => random.chance(0.2));
      store.drop(gone.map(([, bytes]) => nameOf(bytes)));
      for (const [n] of gone) kept.delete(n);
      if (random.chance(0.02)) {
        store.close();
        store = open();
      }
    }
    for (const bytes of kept.values()) expect(equal(store.read(nameOf(bytes)), bytes)).toBe(true);
    const listed: Digest[] = [];
    for (let part: number | null = 0; part !== null; ) {
      const { items, next } = store.listing(part);
      listed.push(...items.map(({ digest: name }) => name));
      part = next;
    }
    expect(listed).toHaveLength(kept.size);
    expect(new Set(listed)).toEqual(new Set([...kept.values()].map(nameOf)));
    expect(damaged).toEqual([]);
  });
  it('keeps nothing that was being written as all ended, once it is listed; also after a disk that failed just then', () => {
    const path = put('/user/large', NOISE);
    const dying = disk.process(({ name, path: of }) =>
      name === 'sync' && of.endsWith('.new') ? { dies: 'before' } : null,
    );
    expect(() => open(dying).keepFile(path, null, { move: false })).toThrow(Crash);
    const left = `${looseOf(nameOf(NOISE))}.new`;
    expect(sizeOf(left)).toBe(NOISE.length);
    const store = open();
    const parts = (): unknown => {
      for (let part: number | null = 0; part !== null; ) part = store.listing(part).next;
      return sizeOf(left);
    };
    fs.plan = ({ name }) => (name === 'unlink' ? { fails: 'EIO' } : null);
    expect(parts()).toBe(NOISE.length);
    fs.plan = null;
    expect(parts()).toBe(-1);
    store.keepFile(path, null, { move: false });
    expect(equal(store.read(nameOf(NOISE)), NOISE)).toBe(true);
  });
  it('that is written anew beside a damaged block leaves nothing of that behind, which would be another one’s', () => {
    const store = open();
    const [lost, dropped, later] = [small(1), small(2, 9000), small(3)];
    for (const bytes of [lost, dropped]) {
      store.keepBytes(nameOf(bytes), bytes);
      store.flush();
    }
    spoil('/store/packs/000001.pack', 30);
    store.drop([nameOf(dropped)]);
    expect(damaged).toEqual([['', '/store/packs/000001.pack']]);
    expect([store.has(nameOf(lost)), store.read(nameOf(lost))]).toEqual([false, null]);
    store.keepBytes(nameOf(later), later);
    store.flush();
    store.drop([nameOf(lost)]);
    store.close();
    expect(equal(open().read(nameOf(later)), later)).toBe(true);
  });
  it('begins a new pack where one is full', () => {
    const store = open();
    for (let n = 0; n < 20; n++) {
      for (let part = 0; part < 30; part++) {
        const bytes = seededBytes(65_536, n * 100 + part + 1);
        store.keepBytes(nameOf(bytes), bytes);
      }
      store.flush();
    }
    expect(fs.readDirectory('/store/packs').map(({ name }) => name)).toEqual(['000001.pack', '000002.pack']);
    const bytes = seededBytes(65_536, 3);
    expect(equal(open().read(nameOf(bytes)), bytes)).toBe(true);
  });
});

describe('version store after a crash', () => {
  it('has what a flush confirmed, and everything it has is sound, wherever the power went', () => {
    const random = new SeededRandom('torn');
    const setUp = open();
    for (let n = 0; n < 20; n++) setUp.keepBytes(nameOf(small(n)), small(n));
    setUp.close();
    const before = disk.snapshot();
    for (let n = 1; n < 60; n++) {
      disk.restore(before);
      const dying = disk.process(faultAt(n, { dies: 'half-way' }));
      let confirmed = 20;
      try {
        const store = open(dying);
        for (const end of [40, 60]) {
          for (let at = end - 20; at < end; at++) store.keepBytes(nameOf(small(at)), small(at));
          store.flush();
          confirmed = end;
        }
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
      disk.losePower({ keepUnsynced: random });
      fs = disk.process();
      const store = open();
      for (let at = 0; at < 60; at++) {
        if (store.has(nameOf(small(at)))) expect(equal(store.read(nameOf(small(at))), small(at))).toBe(true);
        else expect(at, `call ${n}`).toBeGreaterThanOrEqual(confirmed);
      }
      store.keepBytes(nameOf(SMALL), SMALL);
      store.close();
      expect(equal(open().read(nameOf(SMALL)), SMALL), `call ${n}`).toBe(true);
      expect(damaged).toEqual([]);
    }
  });

  it.each(['of the same disk', 'of another disk'])(
    'has a large file %s, here or where it was, whatever the power leaves',
    (where) => {
      const there = where === 'of another disk' ? '/mnt' : '/from';
      const bytes = new Uint8Array(100_000).fill(7);
      if (fs.lstat(there) === null) fs.makeDirectory(there);
      if (where === 'of another disk') disk.mount(there);
      const store = open();
      put(`${there}/x`, bytes);
      disk.commitNames();
      store.keepFile(`${there}/x`, nameOf(bytes), { move: true });
      disk.losePower({ keepUnsynced: 'none' });
      fs = disk.process();
      const again = open();
      // Its name may be the old one again: then the bytes must be whole there.
      if (again.read(nameOf(bytes)) === null) again.keepFile(`${there}/x`, null, { move: true });
      expect(equal(again.read(nameOf(bytes)), bytes)).toBe(true);
    },
  );

  it('cuts a torn tail off', () => {
    const store = open();
    store.keepBytes(nameOf(SMALL), SMALL);
    store.close();
    const whole = sizeOf('/store/packs/000001.pack');
    const fd = fs.open('/store/packs/000001.pack', 'write');
    fs.write(fd, Buffer.from('LKPB torn'), 0, 9, whole);
    fs.close(fd);
    expect(equal(open().read(nameOf(SMALL)), SMALL)).toBe(true);
    expect(sizeOf('/store/packs/000001.pack')).toBe(whole);
  });

  it('keeps nothing of a flush the disk had no room for, and all that came before', () => {
    const store = open();
    store.keepBytes(nameOf(SMALL), SMALL);
    store.flush();
    fs.plan = (call) => (call.name === 'write' ? { fails: 'ENOSPC' } : null);
    const results = store.keepFiles([{ path: '/user/x', digest: null }], { move: true });
    expect(results).toMatchObject([{ kept: null }]);
    store.keepBytes(nameOf(small(1)), small(1));
    expect(() => store.flush()).toThrow('ENOSPC');
    fs.plan = null;
    expect([store.has(nameOf(small(1))), equal(store.read(nameOf(SMALL)), SMALL)]).toEqual([false, true]);
    store.keepBytes(nameOf(small(1)), small(1));
    store.flush();
    expect(equal(open().read(nameOf(small(1))), small(1))).toBe(true);
  });

  it('leaves a file where it is when its bytes cannot be kept', () => {
    const store = open();
    put('/user/s', SMALL);
    fs.plan = (call) => (call.name === 'sync' ? { fails: 'EIO' } : null);
    expect(store.keepFiles([{ path: '/user/s', digest: null }], { move: true })).toMatchObject([{ kept: null }]);
    expect(sizeOf('/user/s')).toBe(SMALL.length);
  });
});

describe('object index', () => {
  it('behaves as a map does', () => {
    const random = new SeededRandom('index');
    const index = new ObjectIndex();
    const map = new Map<Digest, number>();
    const names = Array.from({ length: 3000 }, (_, n) => digest(createHash('sha256').update(String(n)).digest('hex')));
    for (let step = 0; step < 20_000; step++) {
      const name = names[random.int(names.length)]!;
      if (random.chance(0.6)) {
        index.set(name, step);
        map.set(name, step);
      } else {
        index.delete(name);
        map.delete(name);
      }
    }
    expect(index.count).toBe(map.size);
    expect(names.map((name) => index.get(name))).toEqual(names.map((name) => map.get(name) ?? null));
  });
});

describe('a version store in which nothing was ever kept', () => {
  it.each([
    ['a small', SMALL],
    ['a large', NOISE],
  ])('is told from one with %s object, without opening it', (_, bytes) => {
    expect(keepsNothing(fs, '/never made')).toBe(true);
    const store = open();
    expect(keepsNothing(fs, '/store')).toBe(true);
    store.keepBytes(nameOf(bytes), bytes);
    store.flush();
    expect(keepsNothing(fs, '/store')).toBe(false);
  });
});
