import { hashFile, readBytes } from '../../content/whole-files.ts';
import { writeFully } from '../../content/write-fully.ts';
import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import { digestOf } from '../../platform/hash.ts';
import { EXECUTABLE, type FileEntry, MODIFIED } from '../../record/file-entry.ts';
import type { ConstructItem, ContentPlan } from '../source-adapter.ts';
import { attempt } from './attempt.ts';
import { stagingOf } from './construct-context.ts';
import { type ConstructWork, RefusedItem } from './construct-work.ts';
import { isExecutable, modifiedMicroseconds, revisionOf, sameRevision } from './revision.ts';

export type WantedFile = Extract<FileEntry, { type: 'file' }>;

/** Permission bits; what runs as another user is never carried over to new bytes. */
const PERMISSIONS = 0o777;
/** Copied through memory up to here, which is faster than asking the system to; larger files may be cloned by it. */
const SMALL_COPY = 64 * 1024;

/** A complete new file in staging, with the mode and time it shall have. `ours`: made here, so it goes where it is not used. */
export interface PreparedFile {
  readonly path: string;
  readonly ours: boolean;
}

/** Makes the new bytes of item `n` beside its place, verified. `current`: the file it replaces, whose mode is kept. */
export function prepareFile(
  work: ConstructWork,
  n: number,
  item: ConstructItem,
  wanted: WantedFile,
  current: FileStat | null,
): PreparedFile {
  const { fs, newFileMode } = work.context;
  const plan = item.content ?? emptyContent(wanted);
  if (plan === null) throw new RefusedItem('content-unavailable', `Nothing here has the content of ${item.id}.`);
  const ours = plan.from !== 'staged';
  const path = plan.from === 'staged' ? stagedPath(work, plan.path, wanted) : work.batch.newPath(n);
  try {
    if (ours) bring(work, item, plan, wanted, path);
    else if (work.context.hashes.digest(path) !== wanted.digest) {
      throw new RefusedItem('content-wrong', `The pieces that came for ${item.id} are not the file announced.`);
    }
    if (!ours) work.context.hashes.forget(path);
    const kept = current === null ? newFileMode : current.mode & PERMISSIONS;
    const mode = withExecutable(kept, wantsExecutable(work, item, current));
    if (plan.from !== 'bytes' || mode !== newFileMode) fs.setMode(path, mode);
    const modified = wantedModified(item);
    if (modified !== null) fs.setModified(path, modified);
  } catch (error) {
    if (ours) attempt(() => fs.lstat(path) !== null && fs.unlink(path));
    throw error;
  }
  return { path, ours };
}

/** Sets what of mode and time is not yet as wanted, on a file whose content stays. true: it set something. */
export function adjustFile(work: ConstructWork, item: ConstructItem, path: string, current: FileStat): boolean {
  const { fs } = work.context;
  const executable = wantsExecutable(work, item, current);
  const isOther = executable !== isExecutable(current);
  if (isOther) fs.setMode(path, withExecutable(current.mode & 0o7777, executable));
  const modified = wantedModified(item);
  const isOlder = modified !== null && modified !== modifiedMicroseconds(current);
  if (isOlder) fs.setModified(path, modified);
  return isOther || isOlder;
}

/** Has a file just the size and, give or take so many microseconds, the time it shall have? One whose time nobody wants has not. */
export function isAsWanted(item: ConstructItem, wanted: WantedFile, stat: FileStat, tolerance: number): boolean {
  const modified = wantedModified(item);
  if (stat.type !== 'file' || stat.size !== wanted.size || modified === null) return false;
  return Math.abs(modifiedMicroseconds(stat) - modified) <= tolerance;
}

/** Whoever may read it may execute it, and back. */
function withExecutable(mode: number, executable: boolean): number {
  if (!executable) return mode & ~0o111;
  return (mode & 0o100) !== 0 ? mode : mode | ((mode & 0o444) >> 2);
}

/** Shall the item be executable here? `current`: what stands there. */
export function wantsExecutable(work: ConstructWork, item: ConstructItem, current: FileStat | null): boolean {
  // Windows has no such bit, so there it is neither set nor cleared.
  if (work.context.platform === 'windows') return current !== null && isExecutable(current);
  return item.fields?.get(EXECUTABLE) === true;
}

/** Microseconds; null: the record says nothing. */
function wantedModified(item: ConstructItem): number | null {
  const modified = item.fields?.get(MODIFIED) ?? null;
  return typeof modified === 'number' ? modified : null;
}

function emptyContent(wanted: WantedFile): ContentPlan | null {
  return wanted.size === 0 ? { from: 'bytes', bytes: new Uint8Array(0) } : null;
}

function bring(work: ConstructWork, item: ConstructItem, plan: ContentPlan, wanted: WantedFile, path: string): void {
  const { fs, versions } = work.context;
  if (plan.from === 'bytes') {
    if (plan.bytes.length !== wanted.size || digestOf(plan.bytes) !== wanted.digest) {
      throw new RefusedItem('content-wrong', `The bytes that came for ${item.id} are not the ones announced.`);
    }
    writeNew(fs, path, plan.bytes);
  } else if (plan.from === 'kept') {
    if (plan.digest !== wanted.digest || !versions.readTo(plan.digest, path)) {
      throw new RefusedItem('content-unavailable', `The content of ${item.id} is not in the version store.`);
    }
  } else if (plan.from === 'item') copyItem(work, item, plan, wanted, path);
}

/** Copies another item, from its place if it is still as it was, else from where this batch put it aside. */
function copyItem(
  work: ConstructWork,
  item: ConstructItem,
  plan: Extract<ContentPlan, { from: 'item' }>,
  wanted: WantedFile,
  path: string,
): void {
  const { fs } = work.context;
  const unavailable = new RefusedItem(
    'content-unavailable',
    `${plan.id}, whose content ${item.id} shall have, has changed.`,
  );
  const place = work.guard.place(plan.id);
  const there = place.is === 'there' ? fs.lstat(place.path) : null;
  const inPlace = place.is === 'there' && there !== null && sameRevision(revisionOf(there), plan.revision);
  const source = inPlace ? place.path : work.asides.get(plan.id)?.path;
  if (source === undefined) throw unavailable;
  const size = fs.lstat(source)?.size;
  if (size !== wanted.size) throw unavailable;
  if (size <= SMALL_COPY) {
    const bytes = readBytes(fs, source, size);
    if (digestOf(bytes) !== wanted.digest) throw unavailable;
    writeNew(fs, path, bytes);
  } else {
    fs.copy(source, path);
    if (hashFile(fs, path) !== wanted.digest) throw unavailable;
  }
}

/** A staged file is used where it lies, so that a refused item does not cost the transfer. */
function stagedPath(work: ConstructWork, path: string, wanted: WantedFile): string {
  const { fs, root } = work.context;
  const stat = path === `${stagingOf(root)}/${wanted.digest}.part` ? fs.lstat(path) : null;
  if (stat?.type !== 'file' || stat.size !== wanted.size) {
    throw new RefusedItem('content-unavailable', `${path} is no complete staged file of that content.`);
  }
  return path;
}

function writeNew(fs: FileSystem, path: string, bytes: Uint8Array): void {
  const fd = fs.open(path, 'create-new');
  try {
    writeFully(fs, fd, bytes, 0);
  } finally {
    fs.close(fd);
  }
}
