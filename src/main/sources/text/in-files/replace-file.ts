import { hasNoLinks, moveToFree } from '../../../content/move-to-free.ts';
import { writeNewFile } from '../../../content/write-new-file.ts';
import type { DirectoryName, FileStat, FileSystem } from '../../../platform/file-system.ts';
import { digestOf } from '../../../platform/hash.ts';
import { attempt } from '../../files/attempt.ts';
import { revisionOf, sameRevision } from '../../files/revision.ts';
import type { Revision } from '../../source-adapter.ts';

/** What a file name ends with while it stands beside the file that is replaced: the new text, or the old one under a second name. */
const NEW = /^\.(.+)\.lockstep-new$/;
/** The old one's name tells what it was when it was to be replaced, and what was to take its place (`markOf`). */
const OLD = /^\.(.+)\.lockstep-old-([0-9a-f]{8})([0-9a-f]{8})$/;
const NOTHING = '00000000';

/**
 * Puts `bytes` in the place of a file that is as `expected` says (null: there is none), or removes it (`bytes` null). A reader sees the
 * old text or the new one, also across `kill -9` and a loss of power. false: the file is another by now; it stays as it is. What an
 * interruption leaves is settled by `settleLeftOvers`. On a disk without links nobody can have two names, so what is written to the old
 * text at the very moment goes with it, and of two that make a file at once the later one stays. `replaced`: takes over what was there,
 * which stands at `aside` and was as `was` says.
 */
export function replaceFile(
  fs: FileSystem,
  path: string,
  expected: { readonly revision: Revision; readonly mode: number } | null,
  bytes: Uint8Array | null,
  replaced: (aside: string, was: string) => void,
): boolean {
  const { directory, name } = placeOf(path);
  const made = newNameOf(directory, name);
  removeMade(fs, made);
  if (bytes !== null) writeNewFile(fs, made, bytes, expected === null ? null : expected.mode & 0o777);
  try {
    if (expected === null) {
      if (fs.lstat(path) !== null) return false;
      moveToFree(fs, made, path);
    } else {
      if (!isAs(fs.lstat(path), expected.revision)) return false;
      syncOld(fs, path);
      const marks = `${markOf(expected.revision)}${markOfStat(bytes === null ? null : fs.lstat(made))}`;
      const aside = `${directory}/.${name}.lockstep-old-${marks}`;
      if (!linkAside(fs, path, aside)) {
        if (!isAs(fs.lstat(path), expected.revision)) return false;
        if (bytes === null) fs.unlink(path);
        else fs.rename(made, path);
        fs.syncDirectory(directory);
        return true;
      }
      // What is linked is what goes: whoever wrote to it until now is seen in it.
      const before = fs.lstat(aside);
      if (bytes === null) fs.unlink(path);
      else fs.rename(made, path);
      const after = fs.lstat(aside);
      if (!isSameText(before, expected.revision) || !isSameText(after, expected.revision)) {
        // Somebody wrote to it meanwhile: that is put back, and nothing of it is lost.
        fs.rename(aside, path);
        return false;
      }
      replaced(aside, markOf(expected.revision));
    }
    fs.syncDirectory(directory);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  } finally {
    if (bytes !== null) removeMade(fs, made);
  }
}

/** Else a loss of power could leave the old text, while it stands aside, as if somebody had written to it. */
function syncOld(fs: FileSystem, path: string): void {
  try {
    const fd = fs.open(path, 'read');
    try {
      fs.sync(fd);
    } finally {
      fs.close(fd);
    }
  } catch (error) {
    // Windows flushes only what is open for writing: there it is as it was.
    if ((error as { code?: string }).code === undefined) throw error;
  }
}

/** false: this disk has no links. */
function linkAside(fs: FileSystem, path: string, aside: string): boolean {
  try {
    fs.link(path, aside);
    return true;
  } catch (error) {
    if (hasNoLinks(error)) return false;
    throw error;
  }
}

/**
 * After an interruption, of all files in a directory, or of the one called `only`: what was made and is not in its place is made again; what
 * was put aside goes where it was replaced as it was expected to be. Where somebody wrote to it at that very moment it is put back,
 * and what was to replace it is made again. Where somebody also wrote to what replaced it, it stays beside that, as `NAME.kept-…`.
 * What the disk does not let go of stays for the next time; throws where a text could not be put back, for it would seem deleted. true: something may be other than it was listed.
 */
export function settleLeftOvers(
  fs: FileSystem,
  directory: string,
  listed: readonly DirectoryName[],
  only: string | null = null,
): boolean {
  let any = false;
  for (const { name: found } of listed) {
    if (found === null || !found.startsWith('.')) continue;
    const made = NEW.exec(found);
    const old = OLD.exec(found);
    const name = made?.[1] ?? old?.[1];
    if (name === undefined || (only !== null && name.normalize() !== only.normalize())) continue;
    any = true;
    if (old === null) attempt(() => removeMade(fs, `${directory}/${found}`));
    else settleAside(fs, `${directory}/${found}`, `${directory}/${name}`, old[2] as string, old[3] as string);
  }
  return any;
}

function settleAside(fs: FileSystem, aside: string, path: string, was: string, made: string): void {
  const [old, now] = [fs.lstat(aside), fs.lstat(path)];
  if (old?.type !== 'file') return;
  // It was to be removed, or replaced: neither is done before the file is in its place.
  if (now === null) fs.rename(aside, path);
  else
    attempt(() => {
      if (now.inode === old.inode || markOfStat(old) === was) fs.unlink(aside);
      else if (markOfStat(now) === made) fs.rename(aside, path);
      else fs.rename(aside, `${path}.kept-${markOfStat(old)}`);
    });
}

/** The last part of a path, and what it lies in. */
export function placeOf(path: string): { readonly directory: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { directory: path.slice(0, at) || '/', name: path.slice(at + 1) };
}

/** Where a new text stands until it takes its place. */
export const newNameOf = (directory: string, name: string): string => `${directory}/.${name}.lockstep-new`;

/** Removes what stands in the way under a name of our own, if it is a file. */
export function removeMade(fs: FileSystem, made: string): void {
  if (fs.lstat(made)?.type === 'file') fs.unlink(made);
}

const isAs = (stat: FileStat | null, revision: Revision): boolean =>
  stat !== null && sameRevision(revisionOf(stat), revision);

/** As `isAs`, but for the time of change, which a second name moves. */
const isSameText = (stat: FileStat | null, revision: Revision): boolean =>
  stat !== null && sameRevision(textOf(revisionOf(stat)), textOf(revision));

/** Eight letters that stand for a file as it is, but for its time of change. */
const markOf = (revision: Revision): string => digestOf(textOf(revision)).slice(0, 8);
/** As `markOf`, of a file that is there. */
export const markOfFile = (stat: FileStat): string => markOf(revisionOf(stat));
const markOfStat = (stat: FileStat | null): string => (stat === null ? NOTHING : markOfFile(stat));

/** Where a revision holds the time of change (`revisionOf`). */
const CHANGED_FROM = 16;
const CHANGED_TO = 24;
const textOf = (revision: Revision): Revision => revision.slice().fill(0, CHANGED_FROM, CHANGED_TO);
