import type { Collection } from '../collection.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { inTurns } from '../platform/in-turns.ts';
import type { RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';

/** So many records are read in one go: whoever browses asks often, and others want their turn. */
export const AT_ONCE = 200;

/** What a record shows. */
export const shownOf = ({ kind, log }: Collection, { state }: StoredRecord): Fields =>
  fieldsOf(shownFields(kind, state, log.order));

/**
 * A row made of each live record of a collection, kept as long as people browse it: all records are read but once, and then those that changed.
 */
export class FollowedRows<Row> {
  /** Of records as they were for the last answer. */
  readonly rows: ReadonlyMap<RecordId, Row>;
  readonly #rows = new Map<RecordId, Row>();
  readonly #collection: Collection;
  readonly #rowOf: (record: StoredRecord) => Row;
  readonly #changed = new Set<RecordId>();
  #unfollow: (() => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(collection: Collection, rowOf: (record: StoredRecord) => Row) {
    this.#collection = collection;
    this.#rowOf = rowOf;
    this.rows = this.#rows;
  }

  /**
   * What `answer` makes of the rows as they are by then; one after the other, so that no row changes under it. `changed`: which rows are other ones, or
   * gone, since the last answer; null: all were made anew.
   */
  answer<T>(answer: (changed: ReadonlySet<RecordId> | null) => T | Promise<T>): Promise<T> {
    const answered = this.#last.then(async () => answer(await this.#bringUpToDate()));
    this.#last = answered.catch(() => this.#forget());
    return answered;
  }

  /** Everything is forgotten once it has answered: the next answer reads all. */
  letGo(): void {
    this.#last = this.#last.then(() => this.#forget());
  }

  async #bringUpToDate(): Promise<ReadonlySet<RecordId> | null> {
    const { records } = this.#collection;
    const isFirst = this.#unfollow === null;
    this.#unfollow ??= records.follow(this.#changed);
    if (isFirst) for await (const record of inTurns(records.all(AT_ONCE), AT_ONCE)) this.#take(record.id, record);
    // What changed as they were read is among these.
    const changed = new Set(this.#changed);
    this.#changed.clear();
    for await (const id of inTurns(changed, AT_ONCE)) this.#take(id, records.find(id));
    return isFirst ? null : changed;
  }

  #forget(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    this.#changed.clear();
    this.#rows.clear();
  }

  #take(id: RecordId, record: StoredRecord | null): void {
    if (record !== null && isLive(record.state)) this.#rows.set(id, this.#rowOf(record));
    else this.#rows.delete(id);
  }
}
