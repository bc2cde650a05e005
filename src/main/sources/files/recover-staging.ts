import { hashFile } from '../../content/whole-files.ts';
import type { FileStat } from '../../platform/file-system.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import { type Digest, type RecordId, recordId } from '../../record/ids.ts';
import type { ItemProblem } from '../source-adapter.ts';
import { type MovedOn, movedOn } from './aside.ts';
import { attempt } from './attempt.ts';
import type { ConstructContext } from './construct-context.ts';
import { stagingOf } from './construct-context.ts';
import { putBack } from './construct-work.ts';
import { ParentGuard, problemCode } from './path-guard.ts';
import {
  batchNumbers,
  forgetPlaced,
  type JournalEntry,
  type PlacedItem,
  readJournal,
  readPlaced,
  removeBatch,
} from './staging-batch.ts';

/** Bytes that are not what the journal says was replaced. They are in the version store, and in staging until `settleRecovered`. */
export interface Recovered extends MovedOn {
  readonly path: string;
}
export interface Recovery {
  readonly moved: readonly Recovered[];
  readonly problems: readonly ItemProblem[];
  /** What was in its place already, or gone from it. Told again until `forgetPlaced`. */
  readonly placed: readonly PlacedItem[];
}

/** A file that was taken aside, item `n` of its batch. */
interface Aside {
  readonly path: string;
  readonly stat: FileStat;
  readonly entry: JournalEntry | undefined;
  /** What was to be there had been made, and was not moved in. */
  readonly isMade: boolean;
}

/**
 * Ends the batches that an interruption left in staging; to be called before the root is listed for the first time. What was made and
 * not yet moved in is removed; what was taken from a place that is empty because of the interruption goes back; all else goes to the
 * version store. What fails stays, is lent to it, and is a problem; calling it again does no harm. `live`: directories of batches
 * that are not interrupted, but wait to be looked at again.
 */
export function recoverStaging(context: ConstructContext, live: ReadonlySet<string> = new Set()): Recovery {
  const { fs } = context;
  const moved: Recovered[] = [];
  const problems: ItemProblem[] = [];
  const placed: PlacedItem[] = [];
  const staging = stagingOf(context.root);
  if (fs.lstat(staging)?.type !== 'directory') return { moved, problems, placed };
  for (const number of batchNumbers(fs, staging)) {
    const directory = `${staging}/${number}`;
    if (live.has(directory)) continue;
    const id = recordId(directory.slice(context.root.length + 1));
    try {
      const inPlace = placedIn(context, directory);
      placed.push(...inPlace);
      recoverBatch(context, directory, moved, problems);
      if (inPlace.length === 0) forgetPlaced(fs, directory);
    } catch (error) {
      problems.push({ id, code: problemCode(error), detail: `Left from an interruption: ${troubleText(error)}` });
    }
  }
  return { moved, problems, placed };
}

/** What `recoverStaging` told of is a change now, or known to be none: it goes from staging. */
export function settleRecovered(context: ConstructContext, paths: readonly string[]): void {
  const { fs } = context;
  for (const path of paths) {
    for (const each of [path, path.replace(/\.old$/, '.new')])
      attempt(() => fs.lstat(each) !== null && remove(context, each));
    attempt(() => removeBatch(fs, path.slice(0, path.lastIndexOf('/'))));
  }
}

/** What was noted as in its place, and the one that was not yet: what lies in staging tells. */
function placedIn(context: ConstructContext, directory: string): readonly PlacedItem[] {
  const { fs, root, platform, folding } = context;
  const guard = new ParentGuard(fs, root, platform, folding);
  const noted = readPlaced(fs, directory);
  const names = new Set(fs.readDirectory(directory).map(({ name }) => name));
  const isAt = (id: RecordId, name: string): boolean => {
    const place = placeOf(guard, id);
    const [there, own] = [place === null ? null : fs.lstat(place), fs.lstat(`${directory}/${name}`)];
    return there !== null && own !== null && there.inode === own.inode && there.device === own.device;
  };
  const isPlaced = (n: number, { id, digest, becomes, makes }: JournalEntry): boolean => {
    if (noted.has(n)) return true;
    // It has both names for a moment.
    if (names.has(`${n}.new`)) return becomes === 'file' && isAt(id, `${n}.new`);
    if (!names.has(`${n}.old`)) return false;
    // It gets its second name once what replaces it is made, which goes to its place in one step. Where there was none it is one that was moved there,
    // and is taken back.
    if (becomes === 'file')
      return digest !== null && makes !== null && fs.lstat(`${stagingOf(root)}/${makes}.part`) === null;
    return becomes === 'gone' && !isAt(id, `${n}.old`);
  };
  return [...readJournal(fs, directory)].flatMap(([n, entry]) => (isPlaced(n, entry) ? [{ ...entry, directory }] : []));
}

function recoverBatch(context: ConstructContext, directory: string, moved: Recovered[], problems: ItemProblem[]): void {
  const { fs, root, platform, folding } = context;
  const journal = readJournal(fs, directory);
  const guard = new ParentGuard(fs, root, platform, folding);
  const names = fs.readDirectory(directory).flatMap(({ name }) => name ?? []);
  const waiting: Aside[] = [];
  for (const name of names.filter((each) => each.endsWith('.old'))) {
    const path = `${directory}/${name}`;
    const entry = journal.get(Number(name.slice(0, -4)));
    const stat = fs.lstat(path)!;
    const aside = { path, stat, entry, isMade: names.includes(`${name.slice(0, -4)}.new`) };
    if (stat.type !== 'file') settleOther(context, guard, aside);
    else if (!settleFile(context, guard, aside)) waiting.push(aside);
  }
  keep(context, waiting, moved, problems);
  // Only now: until everything is where it belongs these tell how far the batch had come.
  for (const name of names.filter((each) => each.endsWith('.new')))
    if (fs.lstat(`${directory}/${name.slice(0, -4)}.old`) === null) remove(context, `${directory}/${name}`);
}

/** Gives files to the version store. What they were known to hold goes from staging; other bytes stay until somebody knows what they are. */
function keep(context: ConstructContext, asides: readonly Aside[], moved: Recovered[], problems: ItemProblem[]): void {
  const { fs, versions } = context;
  const known: (Aside & { readonly digest: Digest })[] = [];
  const unknown: (Aside & { readonly digest: null })[] = [];
  for (const aside of asides) {
    const digest = hashFile(fs, aside.path);
    if (digest === aside.entry?.digest) known.push({ ...aside, digest });
    else unknown.push({ ...aside, digest: null });
  }
  const results = [...versions.keepFiles(known, { move: true }), ...versions.keepFiles(unknown, { move: false })];
  for (const [at, result] of results.entries()) {
    const aside = [...known, ...unknown][at]!;
    if (result.kept === null) {
      attempt(() => versions.lend(hashFile(fs, aside.path), aside.path));
      problems.push(waitingProblem(context, aside, result.error));
      continue;
    }
    versions.unlend(result.kept);
    if (result.kept !== aside.digest)
      moved.push({
        ...movedOn({ id: aside.entry?.id ?? null, digest: aside.entry?.digest ?? null }, result.kept, aside.stat),
        path: aside.path,
      });
  }
}

/** True where nothing is left to keep: the file is back, or was never away. */
function settleFile(context: ConstructContext, guard: ParentGuard, { path, stat, entry, isMade }: Aside): boolean {
  const { fs } = context;
  const place = entry === undefined ? null : placeOf(guard, entry.id);
  if (entry === undefined || place === null) return false;
  const there = fs.lstat(place);
  if (there !== null && there.inode === stat.inode && there.device === stat.device) {
    fs.unlink(path);
    return true;
  }
  // A file or link takes the place of another in one step, so if that is empty somebody removed it later. Nor does what was deleted come
  // back: bytes somebody wrote to it at the last moment will be a change.
  if (there !== null || entry.becomes !== 'directory' || !isMade) return false;
  putBack(context, path, place);
  return true;
}

/** Links and directories hold nothing that history does not have: back to an empty place, or away. */
function settleOther(context: ConstructContext, guard: ParentGuard, { path, entry, isMade }: Aside): void {
  const { fs } = context;
  const place = entry === undefined ? null : placeOf(guard, entry.id);
  const isAway = entry?.becomes === 'directory' ? isMade : entry?.becomes !== 'gone';
  if (place !== null && isAway && fs.lstat(place) === null) fs.rename(path, place);
  else remove(context, path);
}

function remove({ fs }: ConstructContext, path: string): void {
  if (fs.lstat(path)?.type === 'directory') fs.removeDirectory(path);
  else fs.unlink(path);
}

function placeOf(guard: ParentGuard, id: RecordId): string | null {
  const place = guard.place(id);
  return place.is === 'there' ? place.path : null;
}

function waitingProblem(context: ConstructContext, { entry, path }: Aside, error: unknown): ItemProblem {
  const id = entry?.id ?? recordId(path.slice(context.root.length + 1));
  return { id, code: problemCode(error), detail: `Its earlier bytes wait in staging: ${troubleText(error)}` };
}
