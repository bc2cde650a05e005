import type { FileSystem } from '../platform/file-system.ts';
import { moveToFree } from './move-to-free.ts';
import { writeNewFile } from './write-new-file.ts';

/** So much of a name fits with what is put around it, whatever letters it is of. */
const NAME_LETTERS = 48;

/** Where a file or a folder of ours stands, in the same folder, until it is whole. */
export function besideNew(path: string): string {
  const at = path.lastIndexOf('/') + 1;
  return `${path.slice(0, at)}.${path.slice(at, at + NAME_LETTERS)}.lockstep-new`;
}

/**
 * A new file of these bytes, which nobody sees before it is whole, and an interruption leaves whole or not at all. `dress`: gives it what else it
 * shall have. Throws EEXIST where something is there; after other trouble nothing of it stays. What an earlier interruption left goes.
 */
export function placeNewFile(
  fs: FileSystem,
  path: string,
  bytes: Uint8Array,
  dress: (made: string) => void = () => undefined,
): void {
  const made = besideNew(path);
  try {
    if (fs.lstat(made)?.type === 'file') fs.unlink(made);
    writeNewFile(fs, made, bytes);
    try {
      dress(made);
      moveToFree(fs, made, path);
    } catch (error) {
      fs.unlink(made);
      throw error;
    }
  } catch (error) {
    throw toldOf(path, error);
  }
}

/** What went wrong beside it is told of the file that was to be: of no other a person knows. */
export function toldOf(path: string, error: unknown): unknown {
  return error instanceof Error && 'code' in error ? Object.assign(error, { path }) : error;
}
