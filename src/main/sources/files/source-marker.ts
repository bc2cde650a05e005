import { writeNewFile } from '../../content/write-new-file.ts';
import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { CollectionId, DeviceId, SourceId } from '../../record/ids.ts';
import { OWN_DIRECTORY } from './path-guard.ts';

/** Whose root a folder is. */
export interface SourceMarker {
  readonly collection: CollectionId;
  readonly source: SourceId;
  readonly device: DeviceId;
}

/** What `.lockstep/marker.json` says. */
export interface StoredMarker extends SourceMarker {
  /** Where other disks were mounted below the root; null: no listing has told yet. */
  readonly mounts: readonly string[] | null;
}

const MOST_BYTES = 1024 * 1024;

/** The marker of a root; null where it has none. Fails with `marker-unreadable` where what is there is no marker. */
export function readMarker(fs: FileSystem, root: string): StoredMarker | null {
  const directory = fs.lstat(`${root}/${OWN_DIRECTORY}`);
  if (directory === null) return null;
  const path = markerPath(root);
  if (directory.type !== 'directory')
    throw new LockstepError('marker-unreadable', `${root}/${OWN_DIRECTORY} is not a directory`, path);
  const bytes = readSmallFile(fs, path, MOST_BYTES);
  if (bytes === null) return null;
  const marker = decodeMarker(new TextDecoder().decode(bytes));
  if (marker === null) throw new LockstepError('marker-unreadable', `${path} is damaged`, path);
  return marker;
}

/** Writes the marker so that a reader sees the old one or the new one. */
export function writeMarker(fs: FileSystem, root: string, marker: StoredMarker): void {
  const directory = `${root}/${OWN_DIRECTORY}`;
  if (fs.lstat(directory) === null) {
    makeOwnDirectory(fs, root, directory);
    // What is staged in it is for nobody else yet.
    fs.setMode(directory, 0o700);
  }
  const { collection, source, device, mounts } = marker;
  const bytes = new TextEncoder().encode(`${JSON.stringify({ collection, source, device, mounts }, null, 2)}\n`);
  const beside = `${markerPath(root)}.new`;
  if (fs.lstat(beside) !== null) fs.unlink(beside);
  writeNewFile(fs, beside, bytes);
  fs.rename(beside, markerPath(root));
  fs.syncDirectory(directory);
}

/** Why nothing can be made in a folder, by what the system says; in one whose content it makes itself it tells as if that were not there. */
const WHY: { readonly [code: string]: string } = {
  EACCES: 'your user may not write there',
  EPERM: 'your user may not write there',
  EROFS: 'its disk can only be read',
  ENOENT: 'what is there the system makes itself',
};

/** Fails with `no-permission` where nothing can be made. */
function makeOwnDirectory(fs: FileSystem, root: string, directory: string): void {
  try {
    fs.makeDirectory(directory);
  } catch (error) {
    const why = WHY[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined || fs.lstat(root) === null) throw error;
    throw new LockstepError(
      'no-permission',
      `Nothing can be made in ${root}: ${why}. Choose a folder of your own.`,
      root,
      error,
    );
  }
}

/**
 * The marker of a folder that a new source may mark; null where it has none. What this device marked is left of a source that is no more. Fails
 * with `other-marker` where another device did.
 */
export function checkMayMark(fs: FileSystem, root: string, device: DeviceId): StoredMarker | null {
  const there = readMarker(fs, root);
  if (there === null || there.device === device) return there;
  const advice = `If no device keeps it in step, remove ${root}/${OWN_DIRECTORY} and try again.`;
  throw new LockstepError('other-marker', `${root} belongs to another device. ${advice}`, root);
}

/** Marks a folder as a source's own. Fails as `checkMayMark`. */
export function markRoot(fs: FileSystem, root: string, marker: SourceMarker): void {
  const there = checkMayMark(fs, root, marker.device);
  if (there === null || there.source !== marker.source || there.collection !== marker.collection)
    writeMarker(fs, root, { ...marker, mounts: null });
}

/** Where the marker of a root is. */
export const markerPath = (root: string): string => `${root}/${OWN_DIRECTORY}/marker.json`;

function decodeMarker(text: string): StoredMarker | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { collection, source, device, mounts = null } = value as Record<string, unknown>;
  if (typeof collection !== 'string' || typeof source !== 'string' || typeof device !== 'string') return null;
  if (mounts !== null && !(Array.isArray(mounts) && mounts.every((place) => typeof place === 'string'))) return null;
  return { collection, source, device, mounts } as StoredMarker;
}

/**
 * The bytes of a small regular file, never through a link. null: nothing there, or no regular file.
 * Fails with `too-large` past `most` bytes, and with the system's error where it cannot be read.
 */
export function readSmallFile(fs: FileSystem, path: string, most: number): Uint8Array | null {
  const stat = fs.lstat(path);
  if (stat === null || stat.type !== 'file') return null;
  if (stat.size > most) throw new LockstepError('too-large', `${path} is larger than ${most} bytes`, path);
  const fd = fs.open(path, 'read');
  try {
    const bytes = new Uint8Array(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const count = fs.read(fd, bytes, length, bytes.length - length, length);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } finally {
    fs.close(fd);
  }
}

/** A root that bears a marker: whose that is, each look asks. null: it is away. */
export function markedRoot(fs: FileSystem, root: string): FileStat | null {
  try {
    return fs.lstat(markerPath(root)) === null ? null : fs.lstat(root);
  } catch {
    return null;
  }
}

/** Is it the same root still, and not what lies below the mount of a disk that has gone away since? */
export const isSameRoot = (before: FileStat | null, after: FileStat | null): boolean =>
  before !== null && after !== null && before.device === after.device && before.inode === after.inode;
