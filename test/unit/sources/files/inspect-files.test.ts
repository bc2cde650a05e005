import { expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { inspectFiles } from '../../../../src/main/sources/files/inspect-files.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { ConstructRoom } from './construct-room.ts';

it('sees nothing of an item where a disk that does not tell case apart has another one', () => {
  const disk = new MemoryDisk({ clock: new FakeClock(1_767_225_600_000), names: { caseless: true } });
  const fs = disk.process();
  fs.makeDirectory('/home');
  const room = new ConstructRoom(fs, '/home', { folding: true });
  room.write('README', 'R');
  room.write('Dir/inner', 'I');
  const ids = ['readme', 'README', 'dir/inner', 'Dir/inner', 'dir'].map(recordId);
  expect(inspectFiles(room.context, ids).map(({ is }) => is)).toEqual([
    'missing',
    'there',
    'missing',
    'there',
    'missing',
  ]);
});
