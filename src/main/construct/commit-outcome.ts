import type { Collection } from '../collection.ts';
import type { FoundContent } from '../content-exchange/contents.ts';
import { conflictFields } from '../merge/record-state.ts';
import type { Clock } from '../platform/clock.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import { foldedName } from '../record/folded-name.ts';
import { type Digest, type RecordId, recordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { sameFields } from '../snapshot/lens.ts';
import { isAt, storedRevision } from '../snapshot/stored-revision.ts';
import type { ConstructOutcome, ProblemCode, Revision } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import { STAYS } from '../store/problem-store.ts';
import type { StoredSource } from '../store/registry-store.ts';
import type { Job } from './construction-queue.ts';
import type { PreparedItem } from './prepare-item.ts';
import { isOfWriting } from './write-problems.ts';

/**
 * What stands in the source and cannot be taken in, or is refused again and again, is named: until that is over nothing is written over it, and
 * then what came meanwhile is due.
 */
const NOT_TAKEN_IN: ReadonlySet<string> = new Set(['read-only', 'malformed', 'invalid-change', 'changed-underneath']);

/** What was looked at is found as it was expected, and is refused again and again: after so many times that is a problem, and not tried at once. */
const MOST_REFUSALS = 5;

/** An item that was to be constructed, and the job it is done for. */
export interface Attempt extends PreparedItem {
  readonly job: Job;
  /** Where its content was found; null: it takes none. */
  readonly content: FoundContent | null;
  /** Contents its fields refer to. */
  readonly attachments: ReadonlyMap<Digest, Uint8Array>;
  /** The list of chunks by which its content was put together; null: it was not. */
  readonly chunkList: Uint8Array | null;
}

/** Writes down what became of items in one source: its snapshot moves by what was really achieved, the rest is a problem. Inside transactions. */
export class CommitOutcome {
  readonly #collection: Collection;
  readonly #source: StoredSource;
  readonly #contents: ContentStore;
  readonly #clock: Clock;
  readonly #heldBack: (id: RecordId) => boolean;

  /** `heldBack`: nothing of the item is known for sure yet, so a problem it has stands. */
  constructor(
    collection: Collection,
    source: StoredSource,
    contents: ContentStore,
    clock: Clock,
    heldBack: (id: RecordId) => boolean = () => false,
  ) {
    this.#collection = collection;
    this.#source = source;
    this.#contents = contents;
    this.#clock = clock;
    this.#heldBack = heldBack;
  }

  /**
   * Nothing was to be written: the source holds what it is to show. false: something else was found to stand there since (what a power loss left
   * of it), so that has to be compared anew.
   */
  agreed(item: Attempt): boolean {
    const { job, id, planned, asShown, expected, target } = item;
    const { records, problems } = this.#collection;
    const source = this.#source.row;
    const stored = records.snapshot(source, job.row);
    if (!isSame(stored?.revision ?? null, expected)) return false;
    // What only reading tells stands, though there is nothing to write.
    if (isOfWriting(problems.find(source, id)?.code ?? '') && !this.#heldBack(id)) problems.drop(source, id);
    if (planned.fields === null && asShown) {
      records.dropSnapshot(source, job.row);
      return true;
    }
    const held = asShown && !job.touched ? null : planned.held;
    records.putSnapshot(source, job.row, stored?.revision ?? null, held, stored?.native ?? this.#apart(item, target));
    return true;
  }

  /** What the source made of it. Returns the item that was not as expected: once it was looked at, this one is tried again. null: there is none. */
  outcome(item: Attempt, outcome: ConstructOutcome): RecordId | null {
    if (outcome.done === 'refused') {
      const unexpected = unexpectedAt(item, outcome.reason);
      if (unexpected === item.id && this.#isNamed(item.id)) return null;
      if (unexpected !== null && !this.#givesUp(item)) return unexpected;
      this.#refused(item, outcome.reason, outcome.detail);
      return null;
    }
    this.#noteContents(item, outcome.kept);
    const { records, problems } = this.#collection;
    const source = this.#source.row;
    const asShown = item.asShown && !item.job.touched;
    if (outcome.revision === null && asShown) records.dropSnapshot(source, item.job.row);
    else {
      const revision = outcome.revision === null ? null : storedRevision(outcome.revision, outcome.fresh === true);
      const native = this.#apart(item, outcome.holds ?? item.target);
      records.putSnapshot(source, item.job.row, revision, asShown ? null : item.planned.held, native);
    }
    if (problems.count(source) > 0) problems.drop(source, item.id);
    if (this.#collection.kind !== 'files') this.#collection.sent.drop(source, item.job.row);
    return null;
  }

  /** What the source holds, where that is other than what its format shows of the record; null: it is just that. */
  #apart({ shown }: Attempt, holds: Fields | null): Fields | null {
    const isMeant = holds === null || holds === shown || sameFields(this.#collection.kind, holds, shown ?? holds);
    return isMeant ? null : holds;
  }

  /** It was not tried: why, for people. */
  problem(id: RecordId, code: ProblemCode | typeof STAYS, detail: string): void {
    this.#collection.problems.put(this.#source.row, id, code, detail, this.#clock.now());
  }

  /** What stands there is named as a problem already: it becomes no other by looking again and again. */
  #isNamed(id: RecordId): boolean {
    return NOT_TAKEN_IN.has(this.#collection.problems.find(this.#source.row, id)?.code ?? '');
  }

  /**
   * Rows of the problems that these items were in the way of: what was in a directory that is to be a file, a file where a directory is to be, what
   * had a name that the disk does not tell from theirs.
   */
  freedBy(written: readonly RecordId[]): readonly number[] {
    const { problems, records } = this.#collection;
    if (written.length === 0 || problems.count(this.#source.row) === 0) return [];
    const keys = new Set(written.map(foldedName));
    return problems.of(this.#source.row).flatMap(({ record, code }) => {
      const isFreed =
        ((code === 'not-empty' || code === STAYS) && written.some((id) => id.startsWith(`${record}/`))) ||
        (code === 'parent-is-file' && written.some((id) => record.startsWith(`${id}/`))) ||
        (code === 'names-collide' && pathsTo(foldedName(record)).some((path) => keys.has(path)));
      return isFreed ? (records.find(record)?.row ?? []) : [];
    });
  }

  /** Which contents the source holds by now, and which it does not any more. */
  #noteContents({ job, planned, before: held, attachments, chunkList }: Attempt, kept: Digest | null): void {
    const contents = this.#contents;
    const source = this.#source.row;
    for (const digest of attachments.keys()) contents.noteReference(digest, job.row);
    const before = fileEntry(held?.get(ENTRY)?.value);
    const after = fileEntry(planned.fields?.get(ENTRY));
    if (before?.type === 'file' && !(after?.type === 'file' && after.digest === before.digest))
      contents.forgetHolder(before.digest, source, job.row, this.#clock.now());
    if (after?.type === 'file' && after.size > 0) contents.noteHolder(after.digest, source, job.row);
    if (after?.type === 'file' && after.chunks !== undefined && chunkList !== null)
      contents.putChunkList(after.chunks, after.digest, chunkList);
    if (kept !== null && before?.type === 'file') contents.noteKept(kept, before.size, this.#clock.now());
  }

  #refused({ id, planned }: Attempt, reason: ProblemCode, detail: string): void {
    const above = reason === 'parent-is-file' ? this.#fileInConflictAbove(id) : null;
    if (above !== null)
      this.problem(id, reason, `${above} is a file here and a folder on another device: settle its conflict.`);
    else if (reason === 'not-empty' && planned.fields === null && this.#collection.records.hasLiveBelow(id))
      this.#stays(id);
    else this.problem(id, reason, detail);
  }

  /** That is no problem, so it takes the place of none that a look told: a person would hear of neither. */
  #stays(id: RecordId): void {
    const named = this.#collection.problems.find(this.#source.row, id);
    if (named === null || isOfWriting(named.code))
      this.problem(id, STAYS, `${id} is deleted, and other items are in it.`);
  }

  #fileInConflictAbove(id: RecordId): RecordId | null {
    const { records, kind } = this.#collection;
    for (let at = id.lastIndexOf('/'); at > 0; at = id.lastIndexOf('/', at - 1)) {
      const above = records.find(recordId(id.slice(0, at)));
      if (above === null) continue;
      if (records.isCovered(above.row) || conflictFields(kind, above.state).includes(ENTRY)) return above.id;
    }
    return null;
  }

  /** Is this once too often? */
  #givesUp({ job, expected }: Attempt): boolean {
    const isSame =
      expected === null
        ? job.refusedAt === null
        : job.refusedAt !== null && Buffer.compare(expected, job.refusedAt) === 0;
    job.refusals = isSame ? job.refusals + 1 : 1;
    job.refusedAt = expected;
    return job.refusals >= MOST_REFUSALS;
  }
}

/** A path, and those of all that it lies in. */
function pathsTo(path: string): readonly string[] {
  const paths = [path];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) paths.push(path.slice(0, at));
  return paths;
}

/** Has the source what is stored of it in that revision? */
const isSame = (stored: Uint8Array | null, revision: Revision | null): boolean =>
  stored === null || revision === null ? stored === revision : isAt(stored, revision);

/** Where something else was found than expected: at its place, or at that of the item it was to be copied from. null: nowhere. */
function unexpectedAt({ id, content }: Attempt, reason: ProblemCode): RecordId | null {
  if (reason === 'changed-underneath') return id;
  return reason === 'content-unavailable' && content?.from === 'item' ? content.id : null;
}
