import type { FileToKeep } from '../../content/version-store.ts';
import type { FileStat } from '../../platform/file-system.ts';
import { type RecordId, recordId } from '../../record/ids.ts';
import type { ItemProblem } from '../source-adapter.ts';
import { type MovedOn, movedOn } from './aside.ts';
import type { ConstructContext } from './construct-context.ts';
import { stagingOf } from './construct-context.ts';
import { putBack } from './construct-work.ts';
import { ParentGuard, problemCode } from './path-guard.ts';
import { hashFile } from './prepare-file.ts';
import { batchNumbers, type JournalEntry, readJournal, removeBatch } from './staging-batch.ts';

export interface Recovery {
  /** Bytes that are not what the journal says was replaced: somebody's edit, now in the version store. */
  readonly moved: readonly MovedOn[];
  readonly problems: readonly ItemProblem[];
}

interface Waiting extends FileToKeep {
  readonly entry: JournalEntry | undefined;
  readonly stat: FileStat;
}

/**
 * Ends the batches that an interruption left in staging; to be called before the root is listed for the first time. What was made and
 * not yet moved in is removed; what was taken from a place that is empty and should not be goes back; all else goes to the version
 * store. What fails stays and is a problem; calling it again does no harm.
 */
export function recoverStaging(context: ConstructContext): Recovery {
  const { fs } = context;
  const moved: MovedOn[] = [];
  const problems: ItemProblem[] = [];
  const staging = stagingOf(context.root);
  if (fs.lstat(staging)?.type !== 'directory') return { moved, problems };
  for (const number of batchNumbers(fs, staging)) {
    const directory = `${staging}/${number}`;
    const id = recordId(directory.slice(context.root.length + 1));
    try {
      recoverBatch(context, directory, moved, problems);
      removeBatch(fs, directory);
    } catch (error) {
      problems.push({ id, code: problemCode(error), detail: `Left from an interruption: ${(error as Error).message}` });
    }
  }
  return { moved, problems };
}

function recoverBatch(context: ConstructContext, directory: string, moved: MovedOn[], problems: ItemProblem[]): void {
  const { fs, root, platform, folding, versions } = context;
  const journal = readJournal(fs, directory);
  const guard = new ParentGuard(fs, root, platform, folding);
  const waiting: Waiting[] = [];
  for (const { name } of fs.readDirectory(directory)) {
    const path = `${directory}/${name}`;
    if (name?.endsWith('.new')) fs.unlink(path);
    if (!name?.endsWith('.old')) continue;
    const entry = journal.get(Number(name.slice(0, -4)));
    const stat = fs.lstat(path)!;
    if (stat.type === 'file') {
      if (!settleFile(context, guard, path, stat, entry)) waiting.push({ path, digest: null, entry, stat });
    } else settleOther(context, guard, path, stat, entry);
  }
  for (const [at, result] of versions.keepFiles(waiting, { move: true }).entries()) {
    const { entry, stat } = waiting[at]!;
    if (result.kept === null) problems.push(waitingProblem(context, waiting[at]!, result.error));
    else if (result.kept !== (entry?.digest ?? null)) moved.push(movedOn(entry?.id ?? null, result.kept, stat));
  }
}

/** True where nothing is left to keep: the file is back, or was never away. */
function settleFile(
  context: ConstructContext,
  guard: ParentGuard,
  path: string,
  stat: FileStat,
  entry: JournalEntry | undefined,
): boolean {
  const { fs } = context;
  const place = entry === undefined ? null : placeOf(guard, entry.id);
  if (entry === undefined || place === null) return false;
  const there = fs.lstat(place);
  if (there !== null && there.inode === stat.inode && there.device === stat.device) {
    fs.unlink(path);
    return true;
  }
  if (there !== null) return false;
  // Deleted as asked, unless it was written to at the last moment: then it must not be gone.
  if (entry.gone && hashFile(fs, path) === entry.digest) return false;
  putBack(context, path, place);
  return true;
}

/** Links and directories hold nothing that history does not have: back to an empty place, or away. */
function settleOther(
  context: ConstructContext,
  guard: ParentGuard,
  path: string,
  stat: FileStat,
  entry: JournalEntry | undefined,
): void {
  const { fs } = context;
  const place = entry === undefined ? null : placeOf(guard, entry.id);
  if (place !== null && entry?.gone === false && fs.lstat(place) === null) fs.rename(path, place);
  else if (stat.type === 'directory') fs.removeDirectory(path);
  else fs.unlink(path);
}

function placeOf(guard: ParentGuard, id: RecordId): string | null {
  const place = guard.place(id);
  return place.is === 'there' ? place.path : null;
}

function waitingProblem(context: ConstructContext, waiting: Waiting, error: unknown): ItemProblem {
  const id = waiting.entry?.id ?? recordId(waiting.path.slice(context.root.length + 1));
  return { id, code: problemCode(error), detail: `Its earlier bytes wait in staging: ${(error as Error).message}` };
}
