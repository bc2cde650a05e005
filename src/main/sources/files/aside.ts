import type { FileStat } from '../../platform/file-system.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import type { Digest, RecordId } from '../../record/ids.ts';
import type { ItemProblem } from '../source-adapter.ts';
import { attempt } from './attempt.ts';
import { type ConstructContext, stagingOf } from './construct-context.ts';
import { problemCode } from './path-guard.ts';
import { isExecutable, modifiedMicroseconds } from './revision.ts';
import { removeBatch } from './staging-batch.ts';

/** What was taken from its place, as it was then. */
export interface Aside {
  readonly id: RecordId;
  readonly path: string;
  /** The content this device knows it by; null: not known. */
  readonly digest: Digest | null;
  readonly stat: FileStat;
}
/** What a batch took from its places and has not given to the version store yet. */
export interface AsideBatch {
  readonly directory: string;
  readonly asides: readonly Aside[];
}
/** Somebody wrote to a file after it was replaced or deleted: these bytes, now in the version store, are a change of that item. */
export interface MovedOn {
  /** null: the crash that left it took the journal too. */
  readonly id: RecordId | null;
  readonly digest: Digest;
  /** What was thought to be there, and so to be kept now; null: nobody thought so. */
  readonly instead: Digest | null;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  /** Microseconds since 1970. */
  readonly modified: number;
}
export interface Recheck {
  readonly moved: readonly MovedOn[];
  /** Items whose old bytes could not be given to the version store; they stay aside. */
  readonly problems: readonly ItemProblem[];
  /** To be looked at again two seconds later; null: done, nothing of the batch is left. */
  readonly again: AsideBatch | null;
}

/** Is it still the file that was looked at, written by nobody? Linking and renaming change only the time of change. */
export function sameBytes(a: FileStat, b: FileStat): boolean {
  return a.inode === b.inode && a.size === b.size && a.modifiedNs === b.modifiedNs;
}

/**
 * Looks again at what a batch took aside, about two seconds later. What is as it was goes to the version store and the batch
 * ends; what was written to is copied there, told in `moved`, and stays until it is quiet.
 */
export function recheckAside(context: ConstructContext, batch: AsideBatch): Recheck {
  const { fs, versions } = context;
  const quiet: Aside[] = [];
  const again: Aside[] = [];
  const moved: MovedOn[] = [];
  const problems: ItemProblem[] = [];
  const isAway = () => fs.lstat(batch.directory) === null && fs.lstat(stagingOf(context.root)) === null;
  const stay = (aside: Aside, error: unknown) => {
    problems.push(problemOf(aside.id, error));
    again.push(aside);
  };
  for (const aside of batch.asides) {
    try {
      const stat = fs.lstat(aside.path);
      // Where the whole batch is out of reach its disk went away: it comes back as it was.
      if (stat === null && isAway()) again.push(aside);
      else if (stat === null) endLoan(context, aside);
      else if (sameBytes(stat, aside.stat)) quiet.push({ ...aside, stat });
      else {
        const kept = versions.keepFile(aside.path, null, { move: false });
        if (kept !== aside.digest) moved.push(movedOn(aside, kept, stat));
        endLoan(context, aside);
        again.push({ ...aside, digest: kept, stat });
      }
    } catch (error) {
      stay(aside, error);
    }
  }
  for (const [at, result] of versions.keepFiles(quiet, { move: true }).entries()) {
    const aside = quiet[at]!;
    if (result.kept === null) {
      stay(aside, result.error);
      continue;
    }
    // Written to within the tick of the clock in which it was read: the times are equal, the bytes are not.
    if (aside.digest !== null && result.kept !== aside.digest) moved.push(movedOn(aside, result.kept, aside.stat));
    endLoan(context, aside);
    if (result.left !== null) again.push({ ...aside, digest: result.kept });
  }
  if (again.length > 0) return { moved, problems, again: { directory: batch.directory, asides: again } };
  attempt(() => removeBatch(fs, batch.directory));
  return { moved, problems, again: null };
}

function endLoan(context: ConstructContext, aside: Aside): void {
  if (aside.digest !== null) context.versions.unlend(aside.digest);
}

/** What is told of a file whose bytes went on changing after it was replaced; `kept`: under which digest they are kept now. */
export function movedOn(
  { id, digest: instead }: { readonly id: RecordId | null; readonly digest: Digest | null },
  kept: Digest,
  stat: FileStat,
): MovedOn {
  return {
    id,
    digest: kept,
    instead,
    size: stat.size,
    executable: isExecutable(stat),
    modified: modifiedMicroseconds(stat),
  };
}

function problemOf(id: RecordId, error: unknown): ItemProblem {
  return { id, code: problemCode(error), detail: `Its earlier bytes wait in staging: ${troubleText(error)}` };
}
