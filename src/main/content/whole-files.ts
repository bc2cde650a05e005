import { createHash } from 'node:crypto';
import type { FileSystem } from '../platform/file-system.ts';
import { type Digest, digest } from '../record/ids.ts';
import { readFully } from './read-fully.ts';

/** Bytes of the longest object that is read in one piece. */
export const LONGEST_READ = 1024 * 1024 * 1024;
const HASHED_PIECE = 256 * 1024;

/** A directory only its owner sees, made where it is missing. */
export function makePrivateDirectory(fs: FileSystem, path: string): void {
  if (fs.lstat(path) !== null) return;
  fs.makeDirectory(path);
  fs.setMode(path, 0o700);
  fs.syncDirectory(path.slice(0, path.lastIndexOf('/')));
}

export const isFile = (fs: FileSystem, path: string): boolean => fs.lstat(path)?.type === 'file';

/** The bytes of a file, or null where there is none, or one over 1 GiB. */
export function readFile(fs: FileSystem, path: string): Uint8Array | null {
  const stat = fs.lstat(path);
  return stat?.type !== 'file' || stat.size > LONGEST_READ ? null : readBytes(fs, path, stat.size);
}

/** So many bytes of a file, fewer where it has no more. */
export function readBytes(fs: FileSystem, path: string, size: number): Uint8Array {
  const fd = fs.open(path, 'read');
  try {
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, readFully(fs, fd, bytes, 0));
  } finally {
    fs.close(fd);
  }
}

/** The SHA-256 of a file of whatever length that nobody writes to. */
export function hashFile(fs: FileSystem, path: string): Digest {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(HASHED_PIECE);
  const fd = fs.open(path, 'read');
  try {
    let read = 0;
    for (let got = -1; got !== 0; read += got) {
      got = fs.read(fd, buffer, 0, buffer.length, read);
      hash.update(buffer.subarray(0, got));
    }
  } finally {
    fs.close(fd);
  }
  return digest(hash.digest('hex'));
}
