import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { checkRecordPath, ParentGuard } from '../../../../src/main/sources/files/path-guard.ts';

describe('checkRecordPath', () => {
  it.each([
    'a',
    'a/b/c',
    'a b',
    '...',
    '..a',
    'a..',
    '.hidden',
    '-',
    'é',
    '한/글',
    'a\nb',
    'a\\b',
    'C:x',
    'con',
    'sub/.lockstep',
    '.lockstepignore',
    'lockstep',
    'Lockst',
    'lockst~x',
    'sub/lockst~1',
    '.lockstep2',
    'x'.repeat(255),
    Array(16).fill('x'.repeat(255)).join('/'),
    'ﬁ',
    'a/.lockstep/b',
  ])('takes %j', (id) => expect(checkRecordPath(id)).toBeNull());

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/..',
    '../a',
    'a/../b',
    'a/./b',
    './a',
    'nul\0',
    'e\u0301',
    'lone\ud800',
    'x'.repeat(256),
    'é'.repeat(128),
    Array(17).fill('x'.repeat(255)).join('/'),
    '.lockstep',
    '.lockstep/marker.json',
    '.LockStep/x',
    '.LOCKSTEP',
    '.lock\u200bstep',
    '\ufeff.lockstep',
    '.lockstep\u200d/x',
    '\uff0elockstep',
    '.locKstep',
    '.lock\u017ftep',
    '.lockstep.',
    '.lockstep ',
    '.lockstep. ./x',
    'lockst~1',
    'LOCKST~2/staging',
    'a/nul\0',
    'a//',
    `a/${'x'.repeat(256)}`,
  ])('refuses %j', (id) => expect(checkRecordPath(id)).toEqual(expect.any(String)));
});

describe('ParentGuard', () => {
  let root: string;
  let guard: ParentGuard;
  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'guard-'));
    guard = new ParentGuard(nodeFileSystem, root, 'posix');
    fs.mkdirSync(join(root, 'a/b'), { recursive: true });
    fs.writeFileSync(join(root, 'file'), '');
    fs.symlinkSync('/etc', join(root, 'out'));
    fs.symlinkSync('a', join(root, 'in'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  it('gives the place of what is there and of what could be', () => {
    expect(guard.place('a/b/c')).toEqual({ is: 'there', path: `${root}/a/b/c` });
    expect(guard.place('top')).toEqual({ is: 'there', path: `${root}/top` });
    expect(guard.place('in')).toEqual({ is: 'there', path: `${root}/in` });
  });

  it('names the parents to be made, outermost first', () => {
    expect(guard.place('a/x/y/z')).toEqual({
      is: 'parent-missing',
      path: `${root}/a/x/y/z`,
      make: [
        { id: 'a/x', path: `${root}/a/x` },
        { id: 'a/x/y', path: `${root}/a/x/y` },
      ],
    });
    fs.mkdirSync(join(root, 'a/x/y'), { recursive: true });
    expect(guard.place('a/x/y/z')).toEqual({ is: 'there', path: `${root}/a/x/y/z` });
  });

  it.each(['out/passwd', 'in/b', 'in/new/deep', 'file/x', 'file/x/y'])(
    'refuses a way through a link or file: %s',
    (id) => {
      expect(guard.place(id)).toMatchObject({ is: 'refused', code: 'parent-is-file' });
    },
  );

  it.each(['../x', '.lockstep/marker.json', '/etc/passwd'])('refuses %s at the door', (id) => {
    expect(guard.place(id)).toMatchObject({ is: 'refused', code: 'name-not-allowed' });
  });

  it('keeps what it checked within a batch, and looks again after forget', () => {
    expect(guard.place('a/b/c').is).toBe('there');
    fs.renameSync(join(root, 'a'), join(root, 'was-a'));
    fs.symlinkSync('was-a', join(root, 'a'));
    expect(guard.place('a/b/c').is).toBe('there');
    guard.forget('a');
    expect(guard.place('a/b/c')).toMatchObject({ is: 'refused', code: 'parent-is-file' });
  });

  it('refuses another disk below the root, unless it may cross', () => {
    const mounted: FileSystem = {
      ...nodeFileSystem,
      lstat(path) {
        const stat = nodeFileSystem.lstat(path);
        return stat !== null && path.startsWith(`${root}/a`) ? { ...stat, device: 999n } : stat;
      },
    };
    expect(new ParentGuard(mounted, root, 'posix').place('a/b/c')).toMatchObject({ is: 'refused', code: 'io' });
    const crossing = new ParentGuard(mounted, root, 'posix', false, (id) => id === 'a');
    expect(crossing.place('a/b/c')).toEqual({ is: 'there', path: `${root}/a/b/c` });
  });

  it('finds a name that is on disk in another Unicode form', () => {
    fs.mkdirSync(join(root, 'cafe\u0301'));
    fs.writeFileSync(join(root, 'cafe\u0301', 'u\u0308.txt'), 'x');
    const place = guard.place('caf\u00e9/\u00fc.txt');
    expect(place.is).toBe('there');
    expect(fs.readFileSync((place as { path: string }).path, 'utf8')).toBe('x');
    expect(guard.place('caf\u00e9/new \u00fc')).toEqual({ is: 'there', path: `${root}/cafe\u0301/new \u00fc` });
  });

  it('maps the names of new parents where the system cannot hold them', () => {
    const windows = new ParentGuard(nodeFileSystem, root, 'windows');
    expect(windows.place('a:b/c?/nul')).toMatchObject({
      is: 'parent-missing',
      path: `${root}/a\uf03ab/c\uf03f/\uf06eul`,
    });
  });

  it('refuses where the root itself is not there or cannot be looked at', () => {
    fs.rmSync(root, { recursive: true });
    expect(guard.place('x')).toMatchObject({ is: 'refused', code: 'io' });
    const closed: FileSystem = {
      ...nodeFileSystem,
      lstat() {
        throw Object.assign(new Error('no'), { code: 'EACCES' });
      },
    };
    expect(new ParentGuard(closed, root, 'posix').place('x')).toMatchObject({ is: 'refused', code: 'no-permission' });
  });
});
