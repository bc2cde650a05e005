import type { Collection } from '../collection.ts';
import type { RecordId } from '../record/ids.ts';
import { CONTENT_GONE, DISK_FULL, type StoredProblem } from '../store/problem-store.ts';
import type { RunConstruction } from './run-construction.ts';
import { WRITE_PROBLEMS } from './write-problems.ts';

/** Items of one source that could not be kept in step: what is named as a problem is due again when it may go now. */
export class RetryProblems {
  readonly #collection: Collection;
  readonly #source: number;
  readonly #construction: RunConstruction;
  readonly #heldBack: (id: RecordId) => boolean;

  /** `source`: its row. `heldBack`: nothing of the item is known for sure yet, and whoever lets go of it has it constructed. */
  constructor(
    collection: Collection,
    source: number,
    construction: RunConstruction,
    heldBack: (id: RecordId) => boolean,
  ) {
    this.#collection = collection;
    this.#source = source;
    this.#construction = construction;
    this.#heldBack = heldBack;
  }

  /** How many records wait for what may come about and nothing would tell: content that nobody linked had, room on the disk. */
  get lacking(): number {
    return this.#construction.lacking + this.#withoutRoom().length;
  }
  /** They are tried again. */
  retryLacking(): void {
    this.#construction.retryLacking();
    this.#retry(this.#withoutRoom());
  }
  /** Somebody may have again what nobody had any more. true: there is something of that. */
  retryGone(): boolean {
    const gone = this.#collection.problems.withCode(this.#source, CONTENT_GONE);
    this.#retry(gone);
    return gone.length > 0;
  }

  /** What is named now, before a look at the source. */
  named(): readonly StoredProblem[] {
    const { problems } = this.#collection;
    return problems.count(this.#source) === 0 ? [] : problems.of(this.#source);
  }

  /**
   * After a look, at everything or not (`wasLookedAt`): `before` is what was named until then. An item that can be read is no problem of reading any
   * more, but what could not be written there is still due: it stays named, and only a look at everything tries it again. A try can itself be what the
   * next look is called for, so trying after each would never rest. Not so of what is new and had no place in a damaged text: that is refused
   * without a look, and this one may be of the text mended. Nor of what stands in a text as it did, but for the rest of which it could not be written:
   * only a look tells what became of that, and a try that is refused once more calls for none.
   */
  looked(before: readonly StoredProblem[], all: boolean, wasLookedAt: (id: RecordId) => boolean): void {
    const { problems, records, kind } = this.#collection;
    for (const { source, record, code, detail, since } of before) {
      const found = records.find(record);
      if (found === null) continue;
      const isGone = problems.find(source, record) === null;
      if (WRITE_PROBLEMS.has(code) && isGone) problems.put(source, record, code, detail, since);
      if (this.#heldBack(record)) continue;
      // What came meanwhile was not written over what stood there.
      const hadNoPlace = code === 'malformed' && records.snapshot(source, found.row) === undefined;
      const waitedForRest = code === 'changed-underneath' && kind !== 'files' && wasLookedAt(record);
      if (all || hadNoPlace || waitedForRest || (isGone && !WRITE_PROBLEMS.has(code)))
        this.#construction.enqueue(found.row);
    }
  }

  #withoutRoom(): readonly RecordId[] {
    return this.#collection.problems.withCode(this.#source, DISK_FULL);
  }

  #retry(ids: readonly RecordId[]): void {
    for (const id of ids) {
      const found = this.#heldBack(id) ? null : this.#collection.records.find(id);
      if (found !== null) this.#construction.enqueue(found.row);
    }
  }
}
