import { expect, it } from 'vitest';
import type { FileSystem } from '../../../../src/main/platform/file-system.ts';
import type { CollectionId, DeviceId, SourceId } from '../../../../src/main/record/ids.ts';
import { markRoot } from '../../../../src/main/sources/files/source-marker.ts';
import { DiskError, type DiskErrorCode } from '../../../fakes/disk-error.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';

const marker = { collection: 'c' as CollectionId, source: 's' as SourceId, device: 'd' as DeviceId };
/** Where nothing can be made; as in /proc what is not there already cannot be found. */
function refusing(root: string | null, code: DiskErrorCode = 'ENOENT'): FileSystem {
  const fs = new MemoryDisk({ clock: new FakeClock() }).process();
  if (root !== null) fs.makeDirectory(root);
  fs.makeDirectory = (path) => {
    throw new DiskError(code).in('mkdir', path);
  };
  return fs;
}

it('a folder that takes in only what the system makes there is told as one', () => {
  expect(() => markRoot(refusing('/proc'), '/proc', marker)).toThrow(
    expect.objectContaining({ code: 'no-permission', subject: '/proc', message: expect.stringContaining('in /proc:') }),
  );
});
it.each([
  ['EACCES', /your user may not write there/],
  ['EPERM', /your user may not write there/],
  ['EROFS', /can only be read/],
] as const)('one in which nothing can be made is named with why, and what to do: %s', (code, why) => {
  const marked = () => markRoot(refusing('/disk', code), '/disk', marker);
  expect(marked).toThrow(expect.objectContaining({ code: 'no-permission', subject: '/disk' }));
  expect(marked).toThrow(why);
  expect(marked).toThrow(/Choose a folder of your own\.$/);
});
it('one that went away meanwhile is not', () => {
  expect(() => markRoot(refusing(null), '/gone', marker)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
