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

/** What one look names of the items of a source that cannot be taken in, and which of the names that were there are over. */
export class LookProblems {
  readonly #collection: Collection;
  readonly #held: HeldItems;
  readonly #clock: Clock;
  readonly #lookAgain: (group: string) => void;
  readonly #noted = new Set<RecordId>();

  /** `lookAgain`: something was changing there while it was looked at. */
  constructor(collection: Collection, held: HeldItems, clock: Clock, lookAgain: (group: string) => void) {
    this.#collection = collection;
    this.#held = held;
    this.#clock = clock;
    this.#lookAgain = lookAgain;
  }

  /** An item cannot be taken in, and why. */
  note(problem: ItemProblem): void {
    this.#noted.add(problem.id);
    this.#collection.problems.put(this.#held.source, problem.id, problem.code, problem.detail, this.#clock.now());
    if (problem.code === 'changing') this.#lookAgain(groupOf(problem.id));
  }

  /** The item could be read. Of two names that are one record, one can be, and the other still is a problem. */
  resolved(id: RecordId): void {
    const { problems } = this.#collection;
    if (problems.count(this.#held.source) > 0 && !this.#noted.has(id)) problems.drop(this.#held.source, id);
  }

  /**
   * An item that never became a record and is not there any more, one that is as it was before the trouble, and a directory that can be
   * listed again, are no problem. `complete`: the look was at everything.
   */
  forget(listing: CompareListing, complete: boolean, heldBack: (id: RecordId) => boolean): void {
    const { problems, records } = this.#collection;
    const { source } = this.#held;
    if (problems.count(source) === 0) return;
    for (const id of listing.asKnown)
      if (!this.#noted.has(id) && !this.#isRefused(id) && (listing.hasListed(id) || !this.#isUnlistable(id)))
        problems.drop(source, id);
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
      // Of what is deleted nothing is there to be read, and nothing to be written.
      const isOver = found === null || (READ_PROBLEMS.has(code) && !isLive(found.state) && !this.#held.has(record));
      if (isListable || (looked && isOver)) problems.drop(source, record);
    }
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
