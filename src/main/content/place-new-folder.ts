import type { FileSystem } from '../platform/file-system.ts';
import { LockstepError } from '../platform/trouble.ts';
import { besideNew, toldOf } from './place-new-file.ts';

/** Places beside which a folder is being made by this process: what lies there is left by nobody. */
const underWay = new Set<string>();

/**
 * A new folder, which nobody sees before it is whole: a part of it would be taken for all. `fill` writes into the folder it is given, beside the place. After
 * trouble nothing of it stays, and what an earlier interruption left there goes. Fails with `already-there` while the same is being written.
 */
export async function placeNewFolder<T>(fs: FileSystem, path: string, fill: (made: string) => Promise<T>): Promise<T> {
  const made = besideNew(path);
  if (underWay.has(made))
    throw new LockstepError('already-there', `${path} is being written at this moment: wait for that to end.`, path);
  underWay.add(made);
  try {
    clear(fs, made);
    fs.makeDirectory(made);
    try {
      const filled = await fill(made);
      fs.rename(made, path);
      return filled;
    } catch (error) {
      clear(fs, made);
      throw error;
    }
  } catch (error) {
    throw toldOf(path, error);
  } finally {
    underWay.delete(made);
  }
}

/** Takes away a folder of ours and all that is in it, never through a link. */
function clear(fs: FileSystem, path: string): void {
  const type = fs.lstat(path)?.type;
  if (type === undefined) return;
  if (type !== 'directory') {
    fs.unlink(path);
    return;
  }
  for (const { name } of fs.readDirectory(path)) if (name !== null) clear(fs, `${path}/${name}`);
  fs.removeDirectory(path);
}
