import { hasNoLinks, moveToFree } from '../../content/move-to-free.ts';
import { hashFile } from '../../content/whole-files.ts';
import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import type { FileEntry } from '../../record/file-entry.ts';
import type { Digest, RecordId } from '../../record/ids.ts';
import type { ConstructItem, Revision } from '../source-adapter.ts';
import { sameBytes } from './aside.ts';
import { attempt } from './attempt.ts';
import {
  type ConstructWork,
  changedUnderneath,
  linkAside,
  putBack,
  RefusedItem,
  takeAside,
  takeNameBack,
} from './construct-work.ts';
import { type Place, parentOf } from './path-guard.ts';
import { adjustFile, isAsWanted, prepareFile, type WantedFile, wantsExecutable } from './prepare-file.ts';
import { isExecutable, revisionOf, sameRevision } from './revision.ts';

/** What is larger is not read here only to be sure. */
const LARGEST_CHECKED = 64 << 20;
/** The roundest times a disk keeps; microseconds. */
const ROUNDED = 2_000_000;

/** What became of an item that was not refused. */
export interface Written {
  readonly revision: Revision | null;
  /** Somebody may have written to it at that very moment: the revision cannot vouch for it. */
  readonly fresh?: boolean;
  readonly kept: Digest | null;
}
export type FreePlace = Exclude<Place, { is: 'refused' }>;
/** An item of a batch, by its number there, and what is to stand in which place. */
export interface ItemTask<Entry extends FileEntry = FileEntry> {
  readonly n: number;
  readonly item: ConstructItem;
  readonly entry: Entry;
  readonly place: FreePlace;
}

/** Is `target` what the item's author last saw there? A directory that this batch emptied is as good as nothing. */
function asExpected(work: ConstructWork, item: ConstructItem, target: FileStat | null): boolean {
  if (target?.type === 'directory' && item.expected === null) return work.emptied.has(item.id);
  if (target === null || item.expected === null) return target === null && item.expected === null;
  return sameRevision(revisionOf(target), item.expected);
}

/** Makes the place of an item hold its entry. `target`: what is there now. */
export function writeItem(work: ConstructWork, task: ItemTask, target: FileStat | null): Written {
  const { n, item, entry, place } = task;
  if (target?.type === 'other') throw new RefusedItem('special-file', `${item.id} is no file, directory or link here.`);
  if (!asExpected(work, item, target) || (target?.type === 'directory' && entry.type === 'directory')) {
    if (target === null || !isAlready(work, item, entry, place.path, target)) throw changedUnderneath(item.id);
    if (entry.type === 'file') return adjust(work, item, entry, place.path, target);
    return { ...asMade(work, item, entry, place.path), kept: null };
  }
  if (entry.type === 'directory') return writeDirectory(work, task, target);
  if (entry.type === 'file' && target?.type === 'file' && staysAsIs(item, entry)) {
    return adjust(work, item, entry, place.path, target);
  }
  const made =
    entry.type === 'file' ? prepareFile(work, n, item, entry, fileOf(target)) : makeLink(work, n, entry.target);
  try {
    return moveIn(work, task, made.path, target);
  } catch (error) {
    if (made.ours) attempt(() => work.context.fs.lstat(made.path) !== null && work.context.fs.unlink(made.path));
    throw error;
  }
}

/** Takes the item from its place. A directory goes only when it is empty. */
export function deleteItem(
  work: ConstructWork,
  n: number,
  item: ConstructItem,
  path: string,
  target: FileStat,
): Written {
  const { fs } = work.context;
  if (target.type === 'other') throw new RefusedItem('special-file', `${item.id} is no file, directory or link here.`);
  if (!asExpected(work, item, target)) throw changedUnderneath(item.id);
  if (target.type === 'directory') {
    fs.removeDirectory(path);
    work.guard.forget(item.id);
    work.emptied.add(parentOf(item.id));
    return { revision: null, kept: null };
  }
  const old = work.batch.oldPath(n);
  takeAside(work, item.id, path, old, target);
  work.emptied.add(parentOf(item.id));
  return { revision: null, kept: settleAside(work, item, old, target) };
}

/**
 * Moves the file of an item that is to be deleted to this one's place: the same inode, so nothing is copied and an editor that has
 * it open goes on in it. null: this disk has no links, so the bytes must be copied.
 */
export function takeItem(
  work: ConstructWork,
  { n, item, entry, place }: ItemTask<WantedFile>,
  source: { readonly n: number; readonly id: RecordId; readonly path: string; readonly stat: FileStat },
): Written | null {
  const { fs } = work.context;
  // Where there is no room for staging nothing is begun: without it a link could not be taken back.
  const old = work.batch.oldPath(source.n);
  try {
    withParents(work, place, () => fs.link(source.path, place.path));
  } catch (error) {
    if (hasNoLinks(error)) return null;
    throw error;
  }
  let adjusted: Adjusted;
  try {
    const linked = fs.lstat(place.path);
    if (linked === null || !sameBytes(linked, source.stat)) throw changedUnderneath(source.id);
    adjusted = adjustTo(work, item, entry, place.path, linked);
    takeAside(work, source.id, source.path, old, adjusted.stat);
  } catch (error) {
    attempt(() => takeNameBack(work, place.path, work.batch.oldPath(n), source));
    throw error;
  }
  attempt(() => fs.unlink(old));
  const after = fs.lstat(place.path);
  if (after === null) throw changedUnderneath(item.id);
  return writtenAs(after, adjusted.fresh || !sameBytes(after, adjusted.stat));
}

function writeDirectory(work: ConstructWork, { n, item, place }: ItemTask, target: FileStat | null): Written {
  const { fs } = work.context;
  let kept: Digest | null = null;
  if (target === null) withParents(work, place, () => fs.makeDirectory(place.path));
  else if (target.type !== 'directory') {
    const [made, old] = [work.batch.newPath(n), work.batch.oldPath(n)];
    // Made beside and moved in, so that after an interruption it can be told whether that was done.
    fs.makeDirectory(made);
    try {
      takeAside(work, item.id, place.path, old, target);
      try {
        fs.rename(made, place.path);
      } catch (error) {
        attempt(() => putBack(work.context, old, place.path));
        throw error;
      }
    } catch (error) {
      attempt(() => fs.removeDirectory(made));
      throw error;
    }
    kept = settleAside(work, item, old, target);
  }
  work.guard.forget(item.id);
  return { ...asMade(work, item, { type: 'directory' }, place.path), kept };
}

/** Moves what was made in staging to its place, whatever was there. */
function moveIn(work: ConstructWork, task: ItemTask, made: string, target: FileStat | null): Written {
  const { n, item, entry, place } = task;
  const { fs } = work.context;
  if (target === null) {
    withParents(work, place, () => moveNew(work, entry, made, place.path));
    return { ...asMade(work, item, entry, place.path), kept: null };
  }
  // Making the new bytes may have taken long, so the place is compared again at the last moment.
  const now = fs.lstat(place.path);
  if (now === null || !asExpected(work, item, now)) throw changedUnderneath(item.id);
  if (now.type === 'directory') return replaceDirectory(work, task, made);
  if (now.type === 'symlink') {
    fs.rename(made, place.path);
    return { ...asMade(work, item, entry, place.path), kept: null };
  }
  const old = work.batch.oldPath(n);
  const aside = linkAside(work, item.id, place.path, old, now);
  try {
    fs.rename(made, place.path);
  } catch (error) {
    attempt(() => fs.unlink(old));
    throw error;
  }
  refuseIfMovedOn(work, item, place.path, old, aside);
  const sameContent = entry.type === 'file' && entry.digest === item.replaces;
  const kept = settleAside(work, item, old, aside);
  return { ...asMade(work, item, entry, place.path), kept: sameContent ? null : kept };
}

/**
 * Someone wrote to the old inode between the comparison and the rename: theirs goes back, ours comes again in another cycle. Where what stands
 * there now cannot be kept, theirs stays aside, as if they had written a moment later.
 */
function refuseIfMovedOn(
  work: ConstructWork,
  item: ConstructItem,
  place: string,
  old: string,
  checked: FileStat,
): void {
  const { fs, versions } = work.context;
  const after = fs.lstat(old);
  if (after !== null && sameBytes(after, checked)) return;
  if (after !== null) {
    // The new bytes are known elsewhere, but someone may already have written to them too.
    if (!attempt(() => versions.keepFile(place, null, { move: false }))) return;
    fs.rename(old, place);
  }
  throw changedUnderneath(item.id);
}

function replaceDirectory(work: ConstructWork, { n, item, entry, place: { path } }: ItemTask, made: string): Written {
  const { fs } = work.context;
  const old = work.batch.oldPath(n);
  // What is in use there does not go for a moment; moved aside it is looked at again, as somebody may just have put something in it.
  refuseIfNotEmpty(fs, item.id, path);
  fs.rename(path, old);
  try {
    refuseIfNotEmpty(fs, item.id, old);
    moveNew(work, entry, made, path);
  } catch (error) {
    attempt(() => putBack(work.context, old, path));
    throw error;
  }
  attempt(() => fs.removeDirectory(old));
  work.guard.forget(item.id);
  return { ...asMade(work, item, entry, path), kept: null };
}

function refuseIfNotEmpty(fs: FileSystem, id: RecordId, path: string): void {
  if (fs.readDirectory(path).length > 0) throw new RefusedItem('not-empty', `${id} is a directory that is not empty.`);
}

/** A link has no second name on every system, so it is moved by rename after a look. */
function moveNew(work: ConstructWork, entry: FileEntry, made: string, place: string): void {
  const { fs } = work.context;
  if (entry.type === 'file') {
    moveToFree(work.context.fs, made, place);
    return;
  }
  if (fs.lstat(place) !== null) throw Object.assign(new Error(`EEXIST: ${place}`), { code: 'EEXIST' });
  fs.rename(made, place);
}

function makeLink(work: ConstructWork, n: number, target: string): { readonly path: string; readonly ours: true } {
  const path = work.batch.newPath(n);
  work.context.fs.symlink(target, path);
  return { path, ours: true };
}

/** Makes missing parents only now that what goes there is complete, and takes them away again where that fails. */
function withParents(work: ConstructWork, place: FreePlace, put: () => void): void {
  const { fs } = work.context;
  const made: string[] = [];
  try {
    for (const parent of place.is === 'parent-missing' ? place.make : []) {
      fs.makeDirectory(parent.path);
      made.push(parent.path);
    }
    put();
  } catch (error) {
    for (const path of made.reverse()) attempt(() => fs.removeDirectory(path));
    work.guard.forget();
    throw error;
  }
  if (place.is === 'parent-missing') work.made.push(...place.make.map(({ id }) => id));
}

/** Notes what was taken aside. Returns the digest under which history will find it. */
function settleAside(work: ConstructWork, item: ConstructItem, old: string, stat: FileStat): Digest | null {
  if (stat.type === 'symlink') {
    attempt(() => work.context.fs.unlink(old));
    return null;
  }
  work.asides.set(item.id, { id: item.id, path: old, digest: item.replaces, stat });
  if (item.replaces !== null) work.context.versions.lend(item.replaces, old);
  return item.replaces;
}

function staysAsIs(item: ConstructItem, wanted: WantedFile): boolean {
  return item.content === null && (item.replaces === null || item.replaces === wanted.digest);
}

/** A file whose content stays, as it is once its mode and time are as wanted. */
interface Adjusted {
  readonly stat: FileStat;
  /** As in `Written`. */
  readonly fresh: boolean;
}

/** Setting a time hides what somebody wrote since the file was looked at, so where something was set its content is looked at after it. */
function adjustTo(
  work: ConstructWork,
  item: ConstructItem,
  entry: WantedFile,
  path: string,
  target: FileStat,
): Adjusted {
  const { fs } = work.context;
  const isSet = adjustFile(work, item, path, target);
  const stat = fs.lstat(path);
  const isKnown = stat !== null && stat.inode === target.inode && stat.size === target.size;
  if (!isKnown || (!isSet && !sameBytes(stat, target))) throw changedUnderneath(item.id);
  return { stat, fresh: isSet && !hasContent(fs, path, entry, stat) };
}

/** See `adjustTo`. */
export function adjust(
  work: ConstructWork,
  item: ConstructItem,
  entry: WantedFile,
  path: string,
  target: FileStat,
): Written {
  const { stat, fresh } = adjustTo(work, item, entry, path, target);
  return writtenAs(stat, fresh);
}

const writtenAs = (stat: FileStat, fresh: boolean): Written => ({
  revision: revisionOf(stat),
  ...(fresh ? { fresh } : {}),
  kept: null,
});

/** How that stands which was just put in its place: as it was made, or somebody wrote to it at once. */
function asMade(
  work: ConstructWork,
  item: ConstructItem,
  entry: FileEntry,
  path: string,
): Pick<Written, 'revision' | 'fresh'> {
  const { fs } = work.context;
  const stat = fs.lstat(path);
  if (stat === null) throw changedUnderneath(item.id);
  let isOurs = stat.type === entry.type;
  if (isOurs && entry.type === 'symlink') isOurs = fs.readLink(path) === entry.target;
  if (isOurs && entry.type === 'file') {
    const tolerance = stat.size > LARGEST_CHECKED ? ROUNDED : 0;
    isOurs = isAsWanted(item, entry, stat, tolerance) || hasContent(fs, path, entry, stat);
  }
  return isOurs ? { revision: revisionOf(stat) } : { revision: revisionOf(stat), fresh: true };
}

/** Does the file hold this content, and did nobody write to it since it was as `stat` says? false also where that takes too long to tell. */
function hasContent(fs: FileSystem, path: string, entry: WantedFile, stat: FileStat): boolean {
  if (stat.size !== entry.size || stat.size > LARGEST_CHECKED) return false;
  try {
    const after = hashFile(fs, path) === entry.digest ? fs.lstat(path) : null;
    return after !== null && sameBytes(after, stat);
  } catch {
    return false;
  }
}

/** Is what was not expected there the very thing that is wanted? Then a crash or another device's copy came before. */
function isAlready(
  work: ConstructWork,
  item: ConstructItem,
  entry: FileEntry,
  path: string,
  target: FileStat,
): boolean {
  const { fs } = work.context;
  if (entry.type !== target.type) return false;
  if (entry.type === 'directory') return true;
  if (entry.type === 'symlink') return fs.readLink(path) === entry.target;
  if (target.size !== entry.size || isExecutable(target) !== wantsExecutable(work, item, target)) return false;
  const found = hashFile(fs, path);
  const after = fs.lstat(path);
  return found === entry.digest && after !== null && sameBytes(after, target);
}

function fileOf(target: FileStat | null): FileStat | null {
  return target?.type === 'file' ? target : null;
}
