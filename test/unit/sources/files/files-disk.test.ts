import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { collectionId, deviceId, recordId, sourceId } from '../../../../src/main/record/ids.ts';
import { FilesDisk, type FilesDiskOptions } from '../../../../src/main/sources/files/files-disk.ts';
import type { ListEvent } from '../../../../src/main/sources/source-adapter.ts';
import { disturbed, failure, LATER, TempTree } from './temp-tree.ts';

let tree: TempTree;
beforeEach(() => {
  tree = new TempTree();
});
afterEach(() => tree.remove());

const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };

function open(disk: FileSystem = nodeFileSystem, more: Partial<FilesDiskOptions> = {}): FilesDisk {
  return new FilesDisk(disk, tree.root, {
    platform: 'posix',
    folding: false,
    rules: { only: [], ignore: [] },
    marker,
    now: LATER,
    ...more,
  });
}

function listIds(disk: FilesDisk, since: number | null = null): { ids: string[]; token: number; unlisted: string[] } {
  const events: ListEvent[] = [];
  const { token } = disk.list(since, null, (event) => events.push(event));
  const ids = events.flatMap((event) =>
    event.is === 'groups' ? event.groups.flatMap((group) => group.items.map((item) => item.id as string)) : [],
  );
  return {
    ids: ids.sort(),
    token,
    unlisted: events.filter((event) => event.is === 'unlisted').map((event) => event.group),
  };
}

describe('the condition of a root', () => {
  it('is ready with its own marker, in a later session too', () => {
    expect(open().condition()).toMatchObject({ is: 'unavailable', code: 'no-marker' });
    open().makeMarker();
    expect(open().condition()).toEqual({ is: 'ready' });
    open().makeMarker();
    expect(fs.readdirSync(tree.path('.lockstep'))).toEqual(['marker.json']);
  });

  it.each(['collection', 'source', 'device'] as const)(
    'is unavailable with the marker of another %s, which is left alone',
    (part) => {
      open(nodeFileSystem, { marker: { ...marker, [part]: 'other' } }).makeMarker();
      expect(open().condition()).toMatchObject({ is: 'unavailable', code: 'other-marker' });
      // Of this device, it is left of a source that is no more.
      if (part !== 'device') {
        open().makeMarker();
        expect(open().condition()).toEqual({ is: 'ready' });
        return;
      }
      expect(() => open().makeMarker()).toThrow(expect.objectContaining({ code: 'other-marker' }));
      expect(JSON.parse(fs.readFileSync(tree.path('.lockstep/marker.json'), 'utf8'))[part]).toBe('other');
    },
  );

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"collection":"c1"}',
    '{"collection":"c1","source":"s1","device":"d1","mounts":[1]}',
  ])('is unreadable with the damaged marker %j', (text) => {
    tree.write('.lockstep/marker.json', text);
    expect(open().condition()).toMatchObject({ is: 'unavailable', code: 'unreadable' });
  });

  it('does not take a linked marker or directory of ours', () => {
    open().makeMarker();
    fs.renameSync(tree.path('.lockstep'), tree.path('elsewhere'));
    fs.symlinkSync('elsewhere', tree.path('.lockstep'));
    expect(open().condition()).toMatchObject({ code: 'unreadable' });
    fs.unlinkSync(tree.path('.lockstep'));
    fs.mkdirSync(tree.path('.lockstep'));
    fs.symlinkSync('../elsewhere/marker.json', tree.path('.lockstep/marker.json'));
    expect(open().condition()).toMatchObject({ code: 'no-marker' });
  });

  it('is unavailable when the root is emptied, gone, a file, or cannot be looked at', () => {
    const disk = open();
    disk.makeMarker();
    tree.remove('.lockstep');
    expect(disk.condition()).toMatchObject({ code: 'no-marker' });
    expect(() => listIds(disk)).toThrow(expect.objectContaining({ code: 'source-unavailable' }));
    tree.remove();
    expect(disk.condition()).toMatchObject({ code: 'missing' });
    expect(disk.condition()).toMatchObject({ detail: `${tree.root} is not there` });
    fs.writeFileSync(tree.root, '');
    expect(disk.condition()).toMatchObject({ code: 'missing', detail: `${tree.root} is no folder any more` });
    const closed = disturbed({
      lstat() {
        throw failure('EACCES');
      },
    });
    expect(open(closed).condition()).toMatchObject({ code: 'unreadable' });
  });

  it('is another disk when the root is on one', () => {
    let device = 5n;
    const moving = disturbed({
      lstat(path) {
        const stat = nodeFileSystem.lstat(path);
        return stat === null ? null : { ...stat, device };
      },
    });
    const disk = open(moving);
    disk.makeMarker();
    expect(disk.condition()).toEqual({ is: 'ready' });
    device = 6n;
    expect(disk.condition()).toMatchObject({ code: 'other-disk' });
  });
});

describe('listing and reading', () => {
  it('lists, reads what it listed, and then only what differs', () => {
    const disk = open();
    disk.makeMarker();
    tree.write('a/x');
    const first = listIds(disk);
    expect(first.ids).toEqual(['a', 'a/x']);
    expect(disk.read(first.ids.map(recordId)).map((answer) => 'fields' in answer)).toEqual([true, true]);
    expect(listIds(disk, first.token).ids).toEqual([]);
  });

  it('follows the ignore file as it changes, and the settings beside it', () => {
    const disk = open(nodeFileSystem, { rules: { only: [], ignore: ['secret'] } });
    disk.makeMarker();
    for (const id of ['a.tmp', 'b', 'secret']) tree.write(id);
    const first = listIds(disk);
    expect(first.ids).toEqual(['a.tmp', 'b']);
    tree.write('.lockstepignore', '*.tmp\n');
    const second = listIds(disk, first.token);
    expect(second.ids).toEqual(['.lockstepignore', 'b']);
    expect(disk.readRules().outside('a.tmp', false)).toBe(true);
    tree.remove('.lockstepignore');
    expect(listIds(disk, second.token).ids).toEqual(['a.tmp', 'b']);
  });

  it('lists by the text of the ignore file that the caller has, whatever it says by now', () => {
    const disk = open();
    disk.makeMarker();
    for (const id of ['a.tmp', 'b']) tree.write(id);
    tree.write('.lockstepignore', '*.tmp\n');
    const told = [...disk.listing(null, null, { aborted: false }, '')];
    const ids = told.flatMap((event) => (event.is === 'groups' ? event.groups.flatMap((group) => group.items) : []));
    expect(ids.map(({ id }) => id).sort()).toEqual(['.lockstepignore', 'a.tmp', 'b']);
  });

  it('lists nothing while the ignore file cannot be read', () => {
    const disk = open(
      disturbed({
        open(path, how) {
          if (path.endsWith('.lockstepignore')) throw failure('EACCES');
          return nodeFileSystem.open(path, how);
        },
      }),
    );
    disk.makeMarker();
    tree.write('.lockstepignore', 'private/');
    tree.write('private/x');
    expect(() => listIds(disk)).toThrow(/EACCES/);
  });

  it('remembers mounted disks in the marker', () => {
    let mounted = true;
    tree.write('mnt/x');
    const disk = disturbed({
      lstat(path) {
        const stat = nodeFileSystem.lstat(path);
        return stat !== null && mounted && path.startsWith(tree.path('mnt')) ? { ...stat, device: 99n } : stat;
      },
    });
    open(disk).makeMarker();
    const first = open(disk);
    expect(listIds(first).ids).toEqual(['mnt', 'mnt/x']);
    expect(first.read([recordId('mnt/x')])).toEqual([
      expect.objectContaining({ id: 'mnt/x', fields: expect.anything() }),
    ]);
    mounted = false;
    const second = open(disk);
    expect(listIds(second).unlisted).toEqual(['mnt']);
    // Its folder was removed here and added again.
    second.removeMarker();
    second.makeMarker();
    expect(listIds(open(disk)).unlisted).toEqual([]);
  });
});
