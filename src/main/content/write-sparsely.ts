import type { FileSystem } from '../platform/file-system.ts';
import { writeFully } from './write-fully.ts';

/** What is shorter is not worth a hole: a cluster of most file systems is this long at most. */
const SHORTEST_HOLE = 64 * 1024;
const ZEROES = new Uint8Array(1 << 20);

/** As `writeFully`; a long run of zeros beyond the end of the file only moves that end, so that it takes no room where the disk can have holes. */
export function writeSparsely(fs: FileSystem, fd: number, bytes: Uint8Array, position: number): void {
  if (bytes.length >= SHORTEST_HOLE && isZero(bytes) && fs.fstat(fd).size <= position)
    fs.truncate(fd, position + bytes.length);
  else writeFully(fs, fd, bytes, position);
}

function isZero(bytes: Uint8Array): boolean {
  // Nearly all that is not zero shows it at once.
  if (bytes[0] !== 0 || bytes[bytes.length >> 1] !== 0 || bytes[bytes.length - 1] !== 0) return false;
  for (let at = 0; at < bytes.length; at += ZEROES.length) {
    const part = bytes.subarray(at, at + ZEROES.length);
    if (Buffer.compare(part, ZEROES.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}
