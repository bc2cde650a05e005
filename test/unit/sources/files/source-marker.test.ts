import { expect, it } from 'vitest';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import type { CollectionId, DeviceId, SourceId } from '../../../../src/main/record/ids.ts';
import { markRoot } from '../../../../src/main/sources/files/source-marker.ts';
import { DiskError } from '../../../fakes/disk-error.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';

const marker = { collection: 'c' as CollectionId, source: 's' as SourceId, device: 'd' as DeviceId };
/** As /proc: what is not there already cannot be found. */
function selfMade(root: string | null): FileSystem {
  const fs = new MemoryDisk({ clock: new FakeClock() }).process();
  if (root !== null) fs.makeDirectory(root);
  fs.makeDirectory = (path) => {
    throw new DiskError('ENOENT').in('mkdir', path);
  };
  return fs;
}

it('a folder that takes in only what the system makes there is told as one', () => {
  expect(() => markRoot(selfMade('/proc'), '/proc', marker)).toThrow(
    expect.objectContaining({ code: 'no-permission', subject: '/proc', message: expect.stringContaining('in /proc:') }),
  );
});
it('one that went away meanwhile is not', () => {
  expect(() => markRoot(selfMade(null), '/gone', marker)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
