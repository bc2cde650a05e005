import { moveToFree } from '../../../content/move-to-free.ts';
import { writeFully } from '../../../content/write-fully.ts';
import type { FileSystem } from '../../../platform/file-system.ts';
import { troubleText } from '../../../platform/trouble-text.ts';
import type { NewDocument } from '../document-place.ts';
import { changedUnderneath, type MadeFile, readBack, troubleOf } from './one-file.ts';
import { newNameOf, removeMade } from './replace-file.ts';

/** `taken`: something of that name is there, and stays. An error: what went wrong with this one. */
type Made = 'made' | 'taken' | Error;

/**
 * New files in a directory, all on the disk in their places when this resolves, and read back. A reader sees all of one or nothing, also across
 * `kill -9` and a loss of power, as with `replaceFile`; but the disk is waited for once, not for each of them. Same order.
 */
export async function makeFiles(
  fs: FileSystem,
  directory: string,
  files: readonly NewDocument[],
): Promise<readonly MadeFile[]> {
  try {
    const made = await makeAll(fs, directory, files);
    return files.map(({ name, bytes }, at) => {
      const outcome = made[at] as Made;
      const path = `${directory}/${name}`;
      if (outcome === 'made') return readBack(fs, path, bytes);
      return outcome === 'taken' ? changedUnderneath(`${path} changed just now`) : refusedBy(outcome);
    });
  } catch (error) {
    return files.map(() => refusedBy(error));
  }
}

const refusedBy = (error: unknown): MadeFile => ({
  done: 'refused',
  reason: troubleOf(error),
  detail: troubleText(error),
});

async function makeAll(fs: FileSystem, directory: string, files: readonly NewDocument[]): Promise<readonly Made[]> {
  const open = files.map((file) => attempt(() => writeBeside(fs, directory, file)));
  const fds = open.filter((fd) => typeof fd === 'number');
  try {
    const failures = await fs.syncAll(fds);
    fds.forEach((fd, at) => {
      const failure = failures[at] ?? null;
      if (failure !== null) open[open.indexOf(fd)] = failure;
    });
  } finally {
    for (const fd of fds) fs.close(fd);
  }
  const made = files.map(({ name }, at) => {
    const fd = open[at] as number | Error;
    return fd instanceof Error ? fd : attempt(() => putInPlace(fs, directory, name));
  });
  if (made.includes('made')) fs.syncDirectory(directory);
  files.forEach(({ name }, at) => {
    if (made[at] !== 'made') attempt(() => removeMade(fs, newNameOf(directory, name)));
  });
  return made;
}

function writeBeside(fs: FileSystem, directory: string, { name, bytes }: NewDocument): number {
  const beside = newNameOf(directory, name);
  const fd = openNew(fs, beside);
  try {
    writeFully(fs, fd, bytes, 0);
    return fd;
  } catch (error) {
    fs.close(fd);
    throw error;
  }
}

/** An interruption may have left one of that name. */
function openNew(fs: FileSystem, beside: string): number {
  try {
    return fs.open(beside, 'create-new');
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    removeMade(fs, beside);
    return fs.open(beside, 'create-new');
  }
}

function putInPlace(fs: FileSystem, directory: string, name: string): Made {
  try {
    moveToFree(fs, newNameOf(directory, name), `${directory}/${name}`);
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return 'taken';
    throw error;
  }
  return 'made';
}

/** Trouble with one file is not that of the others. */
function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return error as Error;
  }
}
