import { expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { syncFiles } from '../../../../src/main/sources/files/sync-files.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { ConstructRoom } from './construct-room.ts';

function make() {
  const disk = new MemoryDisk({ clock: new FakeClock(1_767_225_600_000), names: {} });
  const fs = disk.process();
  fs.makeDirectory('/home');
  fs.syncDirectory('/');
  const room = new ConstructRoom(fs, '/home');
  fs.syncDirectory('/home');
  return { disk, fs, room };
}

it('makes sure of contents and names, and waits for many files at once', async () => {
  const { disk, fs, room } = make();
  const names = Array.from({ length: 100 }, (_, at) => `d${at % 3}/f${at}`);
  for (const name of names) room.write(name, `text of ${name}`);
  const waited: number[] = [];
  const { syncAll } = fs;
  fs.syncAll = (fds) => {
    waited.push(fds.length);
    return syncAll.call(fs, fds);
  };
  expect(await syncFiles(room.context, [...names, 'gone', 'd1'].map(recordId))).toEqual(
    [...names, '', ''].map(() => true),
  );
  expect(waited).toEqual([64, 36]);
  disk.losePower({ keepUnsynced: 'none' });
  const after = new ConstructRoom(disk.process(), '/home');
  for (const name of names) expect(after.text(name)).toBe(`text of ${name}`);
});

it('tells which of them it could not make sure of, and leaves none open', async () => {
  const { disk, fs, room } = make();
  for (const name of ['a', 'b', 'c']) room.write(name, name);
  const open: string[] = [];
  fs.plan = ({ name, path }) => {
    if (name === 'open') open.push(path);
    if (name === 'close') open.splice(open.indexOf(path), 1);
    return name === 'sync' && path === room.path('b') ? { fails: 'EIO' } : null;
  };
  expect(await syncFiles(room.context, ['a', 'b', 'c'].map(recordId))).toEqual([true, false, true]);
  expect(open).toEqual([]);
  fs.plan = ({ name, path }) => (name === 'open' && path === room.path('c') ? { fails: 'EACCES' } : null);
  expect(await syncFiles(room.context, ['a', 'c'].map(recordId))).toEqual([true, false]);
  disk.losePower({ keepUnsynced: 'none' });
  expect(new ConstructRoom(disk.process(), '/home').text('a')).toBe('a');
});
