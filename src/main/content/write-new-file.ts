import type { FileSystem } from '../platform/file-system.ts';
import { writeFully } from './write-fully.ts';

/**
 * A new file of these bytes, on the disk when this returns; its name is after `syncDirectory`. It has its mode (null: the usual one) before it
 * says anything, so nobody reads what is not meant for him. Throws EEXIST where something is there; after other trouble nothing of it stays.
 */
export function writeNewFile(fs: FileSystem, path: string, bytes: Uint8Array, mode: number | null = null): void {
  const fd = fs.open(path, 'create-new');
  try {
    if (mode !== null) fs.setMode(path, mode);
    writeFully(fs, fd, bytes, 0);
    fs.sync(fd);
  } catch (error) {
    fs.unlink(path);
    // The system says what is wrong with an open file, not which file it is.
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path }) : error;
  } finally {
    fs.close(fd);
  }
}
