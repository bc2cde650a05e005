import type { Collection } from '../collection.ts';
import { isLive } from '../merge/record-state.ts';
import type { Clock } from '../platform/clock.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import type { ItemProblem } from '../sources/source-adapter.ts';
import { DELETED_ELSEWHERE } from '../store/problem-store.ts';
import type { CompareListing } from './compare-listing.ts';
import type { HeldItems } from './held-items.ts';
import { groupOf } from './item-group.ts';

/** What a look names of an item that it met with. */
const READ_PROBLEMS: ReadonlySet<string> = new Set([
  'unreadable',
  'changing',
  'special-file',
  'name-not-unicode',
  'names-collide',
  'malformed',
  'invalid-change',
  'read-only',
  DELETED_ELSEWHERE,
]);

/** What a directory that cannot be listed is named by. */
const LISTING_PROBLEMS: ReadonlySet<string> = new Set(['unreadable', 'io']);

/** What an item is named by that goes, or is written, while it is looked at. */
const PASSING: ReadonlySet<string> = new Set(['changing', 'unreadable']);

/** What could not be written there again and again is named by. */
const REFUSED = 'changed-underneath';

/** What it needs of the look it is a part of. */
export interface LookProblemsPort {
  /** Something was changing there while it was looked at. */
  wasChanging(group: string): void;
  /** As `TakeInPort`. */
  due(row: number): void;
}

/** What one look names of the items of a source that cannot be taken in, and which of the names that were there are over. */
export class LookProblems {
  readonly #collection: Collection;
  readonly #held: HeldItems;
  readonly #clock: Clock;
  readonly #port: LookProblemsPort;
  readonly #noted = new Set<RecordId>();
  /** What ended, and was not looked for what is due yet. */
  readonly #ended = new Set<RecordId>();

  constructor(collection: Collection, held: HeldItems, clock: Clock, port: LookProblemsPort) {
    this.#collection = collection;
    this.#held = held;
    this.#clock = clock;
    this.#port = port;
  }

  /** Something was met that could not be taken in. */
  get areAny(): boolean {
    return this.#noted.size > 0;
  }

  /** An item cannot be taken in, and why. */
  note(problem: ItemProblem): void {
    this.#noted.add(problem.id);
    this.#collection.problems.put(this.#held.source, problem.id, problem.code, problem.detail, this.#clock.now());
    if (problem.code === 'changing') this.#port.wasChanging(groupOf(problem.id));
  }

  /** The item could be read. Of two names that are one record, one can be, and the other still is a problem. Inside a transaction, before `noteDue`. */
  resolved(id: RecordId): void {
    if (this.#collection.problems.count(this.#held.source) > 0 && !this.#noted.has(id)) this.#end(id);
  }

  /**
   * What is named counts as applied. So where that is over, what came for the item meanwhile is due, and has to be said in the same transaction: the
   * program may end before it is written. Once the snapshot says what was read.
   */
  noteDue(): void {
    const { records } = this.#collection;
    for (const id of this.#ended) {
      const found = records.find(id);
      const stored = found === null ? undefined : records.snapshot(this.#held.source, found.row);
      if (found !== null && (stored === undefined ? isLive(found.state) : stored.held !== null))
        this.#port.due(found.row);
    }
    this.#ended.clear();
  }

  #end(id: RecordId): void {
    const { problems } = this.#collection;
    if (!problems.has(this.#held.source, id)) return;
    problems.drop(this.#held.source, id);
    this.#ended.add(id);
  }

  /**
   * An item that never became a record and is not there any more, one that is as it was before the trouble, and a directory that can be
   * listed again, are no problem. `complete`: the look was at everything.
   */
  forget(listing: CompareListing, complete: boolean, heldBack: (id: RecordId) => boolean): void {
    const { problems, records } = this.#collection;
    const { source } = this.#held;
    if (problems.count(source) === 0) return;
    const over: RecordId[] = [];
    for (const id of listing.asKnown)
      if (!this.#noted.has(id) && !this.#isRefused(id) && (listing.hasListed(id) || !this.#isUnlistable(id)))
        over.push(id);
    for (const { record, code } of problems.of(source)) {
      if (this.#noted.has(record) || heldBack(record) || listing.couldNotList(record)) continue;
      const looked = complete || listing.hasListed(groupOf(record)) || listing.wentWithGroup(record);
      const found = records.find(record);
      const isListable =
        code !== REFUSED &&
        listing.hasListed(record) &&
        found !== null &&
        isLive(found.state) &&
        this.#held.has(record);
      // Of what is deleted nothing is there to be read, and nothing to be written; nor is anything of a reader's own that was never taken in and is gone.
      const isOfNothing = READ_PROBLEMS.has(code) && (code === 'read-only' || (found !== null && !isLive(found.state)));
      const isOver = found === null || (isOfNothing && !this.#held.has(record));
      if (isListable || (looked && isOver)) over.push(record);
    }
    if (over.length === 0) return;
    this.#collection.transact(() => {
      for (const id of over) this.#end(id);
      this.noteDue();
    });
  }

  /** A look that halts: what is gone is a part of what it halts for, not something that could not be read as it went. */
  forgetGone(isGone: (id: RecordId) => boolean): void {
    const { problems } = this.#collection;
    const { source } = this.#held;
    for (const { record, code } of problems.count(source) === 0 ? [] : problems.of(source))
      if (PASSING.has(code) && isGone(record) && !this.#noted.has(record)) problems.drop(source, record);
  }

  /** What is refused again and again, though it stands there as before, is so until it is written, or stands there otherwise. */
  #isRefused(id: RecordId): boolean {
    return this.#collection.problems.find(this.#held.source, id)?.code === REFUSED;
  }

  /** A directory that is there as before may still be one that cannot be listed: a look beside it tells nothing of that. */
  #isUnlistable(id: RecordId): boolean {
    const { problems, records } = this.#collection;
    const code = problems.find(this.#held.source, id)?.code;
    if (code === undefined || !LISTING_PROBLEMS.has(code)) return false;
    const found = records.find(id);
    return found !== null && fileEntry(this.#held.of(found)?.get(ENTRY)?.value)?.type === 'directory';
  }
}
