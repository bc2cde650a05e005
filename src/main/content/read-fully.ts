import type { FileSystem } from '../platform/file-system.ts';

/** Fills `into` from `position` of an open file; returns the bytes read, fewer only where the file ends. */
export function readFully(fs: FileSystem, fd: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const got = fs.read(fd, into, done, into.length - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
