import type { FileSystem } from '../platform/file-system.ts';

/** Writes all of `bytes` at `position` of an open file: a full disk may take a part first and refuse only the rest. */
export function writeFully(fs: FileSystem, fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.write(fd, bytes, done, bytes.length - done, position + done);
  }
}
