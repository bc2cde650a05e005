import type { FileSystem } from '../platform/file-system.ts';
import { LockstepError } from '../platform/trouble.ts';

/** Fails with `already-there` where something is at a place: what is written once is written over nothing. */
export function checkFree(fs: Pick<FileSystem, 'lstat'>, place: string): void {
  // A link to nothing is something too.
  if (fs.lstat(place) !== null)
    throw new LockstepError('already-there', `${place} is there already: move it away, or choose another name.`, place);
}

/** What is to be written has no folder to lie in. */
export const noFolder = (folder: string): LockstepError =>
  new LockstepError('no-such-path', `There is no folder ${folder}. Make it first.`, folder);
