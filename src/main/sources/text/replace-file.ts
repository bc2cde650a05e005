import { writeNewFile } from '../../content/write-new-file.ts';
import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import { revisionOf, sameRevision } from '../files/revision.ts';

/** What stands beside a file while it is replaced: the new text, and the old one under a second name. */
const besideNew = (path: string): string => beside(path, 'new');
const besideOld = (path: string): string => beside(path, 'old');

function beside(path: string, what: string): string {
  const at = path.lastIndexOf('/') + 1;
  return `${path.slice(0, at)}.${path.slice(at)}.lockstep-${what}`;
}

/**
 * Puts `bytes` in the place of a file that is as `expected` says (null: there is none), or removes it (`bytes` null). A reader sees the old
 * text or the new one, also across `kill -9` and a loss of power. false: the file is another by now; it stays as it is.
 */
export function replaceFile(
  fs: FileSystem,
  path: string,
  expected: { readonly revision: Uint8Array; readonly mode: number } | null,
  bytes: Uint8Array | null,
): boolean {
  removeLeftOver(fs, path);
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  const [made, aside] = [besideNew(path), besideOld(path)];
  if (bytes !== null) writeNewFile(fs, made, bytes, expected === null ? null : expected.mode & 0o777);
  try {
    if (expected === null) {
      if (fs.lstat(path) !== null) return false;
      fs.link(made, path);
      fs.unlink(made);
    } else {
      if (!isAs(fs.lstat(path), expected.revision)) return false;
      fs.link(path, aside);
      // What is linked is what goes: whoever wrote to it until now is seen in it.
      const before = fs.lstat(aside);
      if (bytes === null) fs.unlink(path);
      else fs.rename(made, path);
      const after = fs.lstat(aside);
      if (!isSameText(before, expected.revision) || !isSameTextOf(before, after)) {
        // Somebody wrote to it meanwhile: that is put back, and nothing of it is lost.
        fs.rename(aside, path);
        return false;
      }
      fs.unlink(aside);
    }
    fs.syncDirectory(directory);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  } finally {
    if (bytes !== null && fs.lstat(made) !== null) fs.unlink(made);
  }
}

/** After an interruption: what was made and is not in its place is made again; what was put aside was replaced. */
export function removeLeftOver(fs: FileSystem, path: string): void {
  const [made, aside] = [besideNew(path), besideOld(path)];
  if (fs.lstat(made)?.type === 'file') fs.unlink(made);
  if (fs.lstat(aside)?.type !== 'file') return;
  // It was to be removed, or replaced: neither is done before the file is in its place.
  if (fs.lstat(path) === null) fs.rename(aside, path);
  else fs.unlink(aside);
}

const isAs = (stat: FileStat | null, revision: Uint8Array): boolean =>
  stat !== null && sameRevision(revisionOf(stat), revision);

/** As `isAs`, but for the time of change, which a second name moves. */
function isSameText(stat: FileStat | null, revision: Uint8Array): boolean {
  if (stat === null) return false;
  const now = revisionOf(stat);
  return now.every((byte, at) => (at >= CHANGED_FROM && at < CHANGED_TO) || byte === revision[at]);
}
const isSameTextOf = (a: FileStat | null, b: FileStat | null): boolean => a !== null && isSameText(b, revisionOf(a));

/** Where a revision holds the time of change (`revisionOf`). */
const CHANGED_FROM = 16;
const CHANGED_TO = 24;
