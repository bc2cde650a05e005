import { hasNoLinks, moveToFree } from '../../content/move-to-free.ts';
import type { FileStat } from '../../platform/file-system.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import type { RecordId } from '../../record/ids.ts';
import type { ProblemCode } from '../source-adapter.ts';
import { type Aside, sameBytes } from './aside.ts';
import { attempt } from './attempt.ts';
import type { ConstructContext } from './construct-context.ts';
import { type ParentGuard, problemCode } from './path-guard.ts';
import type { StagingBatch } from './staging-batch.ts';

/** What the steps of one batch share. */
export interface ConstructWork {
  readonly context: ConstructContext;
  readonly guard: ParentGuard;
  readonly batch: StagingBatch;
  /** What was taken from its place so far. */
  readonly asides: Map<RecordId, Aside>;
  /** Directories made because something shall lie in them. */
  readonly made: RecordId[];
  /** Directories ('' is the root) from which this batch took something. */
  readonly emptied: Set<string>;
}

/** An item that is not written; ends that item and nothing else. */
export class RefusedItem extends Error {
  readonly reason: ProblemCode;
  constructor(reason: ProblemCode, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** What stands there is not what was expected. */
export const changedUnderneath = (id: RecordId): RefusedItem =>
  new RefusedItem('changed-underneath', `${id} was changed here in the meantime.`);

/**
 * Gives the file at `place` a second name in staging, so that replacing it loses nothing; returns how that is now. Where the disk has
 * no links it is copied; what is written to the old inode during the replacement can then not be seen. Throws where it is not
 * `checked` any more.
 */
export function linkAside(work: ConstructWork, id: RecordId, place: string, old: string, checked: FileStat): FileStat {
  const { fs } = work.context;
  try {
    let isLinked = true;
    try {
      fs.link(place, old);
    } catch (error) {
      if (!hasNoLinks(error)) throw error;
      fs.copy(place, old);
      isLinked = false;
    }
    // By the name it is replaced under: that may be another file's by now.
    const now = fs.lstat(place);
    const aside = isLinked ? now : fs.lstat(old);
    if (now !== null && aside !== null && sameBytes(now, checked)) return aside;
    throw changedUnderneath(id);
  } catch (error) {
    attempt(() => fs.lstat(old) !== null && fs.unlink(old));
    throw error;
  }
}

/**
 * Takes a file or link from its place by renaming it into staging. Where it turns out not to be what was `checked` it goes back,
 * and if its place was taken meanwhile, into the version store; throws `changed-underneath`.
 */
export function takeAside(work: ConstructWork, id: RecordId, place: string, old: string, checked: FileStat): void {
  const { fs } = work.context;
  fs.rename(place, old);
  try {
    const taken = fs.lstat(old);
    if (taken !== null && sameBytes(taken, checked)) return;
    throw changedUnderneath(id);
  } catch (error) {
    attempt(() => putBack(work.context, old, place));
    throw error;
  }
}

/**
 * Takes from the file of `source` the further name `place` that it was given here. What somebody saved under that name meanwhile goes back, and
 * so does the file itself where it has no other name any more.
 */
export function takeNameBack(
  work: ConstructWork,
  place: string,
  old: string,
  source: { readonly path: string; readonly stat: FileStat },
): void {
  const { fs } = work.context;
  // By way of staging: between a look at the name and its removal somebody may save a file under it.
  fs.rename(place, old);
  const taken = fs.lstat(old);
  // What was linked may also be what somebody had just saved at the source.
  const isSource = taken?.inode === source.stat.inode || taken?.inode === fs.lstat(source.path)?.inode;
  if (isSource && taken !== null && taken.links > 1) fs.unlink(old);
  else putBack(work.context, old, place);
}

/** Returns what was taken aside to its place; where something newer is there, the version store has it. */
export function putBack(context: ConstructContext, old: string, place: string): void {
  const { fs, versions } = context;
  const type = fs.lstat(old)?.type;
  if (type === 'file') {
    try {
      moveToFree(context.fs, old, place);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
      versions.keepFile(old, null, { move: true });
    }
  } else if (fs.lstat(place) === null) fs.rename(old, place);
}

/** The refusal that trouble of any kind means for an item. */
export function refusalOf(id: RecordId, error: unknown): RefusedItem {
  if (error instanceof RefusedItem) return error;
  const code = (error as { code?: string }).code;
  if (code === 'EEXIST') return changedUnderneath(id);
  if (code === 'ENOTEMPTY') return new RefusedItem('not-empty', `${id} holds something that is not synced.`);
  return new RefusedItem(problemCode(error), troubleText(error));
}
