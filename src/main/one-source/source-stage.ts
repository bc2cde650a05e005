import type { Collection } from '../collection.ts';
import type { RunConstruction } from '../construct/run-construction.ts';
import type { StoredSource } from '../store/registry-store.ts';

/** What a stage needs of the source it is of. */
export interface StagePort {
  readonly construction: Pick<RunConstruction, 'open' | 'enqueue' | 'forgetNew'>;
  /** As `SourceAdapter`. */
  rulesVersion(): number;
  /** It is to be stored like this. */
  updated(source: StoredSource): void;
}

/**
 * How far a source is with being brought to all its collection says: first it is compared with that (*adopting*), then what it lacks is written, which
 * no package asks for any more (*filling*). Both are stored, so a restart goes on with them.
 */
export class SourceStage {
  readonly #collection: Collection;
  readonly #port: StagePort;
  #source: StoredSource;
  /** Rows of what a look found due, as long as that is under way, or where it failed. */
  readonly #due = new Set<number>();
  /** Version of the rules by which it was looked at everywhere last; null: not since the start. */
  #rules: number | null = null;

  constructor(collection: Collection, source: StoredSource, port: StagePort) {
    this.#collection = collection;
    this.#source = source;
    this.#port = port;
  }

  get source(): StoredSource {
    return this.#source;
  }
  /** Is what was left out, or is new to it, still to be brought to it, though packages of before count as applied? */
  get isFilling(): boolean {
    return this.#source.adopting || this.#source.filling;
  }

  /** What is due, and no package asks for, is found after a restart too. Inside the transaction in which it comes to be due. */
  fill(): void {
    if (!this.isFilling) this.#set({ filling: true });
  }
  /** A look that is under way found that this is due. Inside a transaction. */
  foundDue(row: number): void {
    this.#due.add(row);
    this.fill();
  }
  /** What looks found due that failed since. */
  leftDue(): readonly number[] {
    return [...this.#due];
  }
  /** A look ended as it should: what it found due, and what was left by those before it, is written. */
  queueDue(due: readonly number[]): void {
    for (const row of due) this.#port.construction.enqueue(row);
    this.#due.clear();
  }

  /** It was looked at everywhere: now it is known what is due of a source that is new or has other rules. */
  lookedEverywhere(): void {
    const { adopting } = this.#source;
    if (adopting && this.#collection.records.hasSnapshots(this.#source.row)) this.#port.construction.forgetNew();
    const rules = this.#port.rulesVersion();
    const isOther = this.#rules !== rules;
    // The first look since the start: it may have ended in the middle of it.
    if (adopting || (isOther && (this.#rules !== null || this.#source.filling))) this.#queueAll();
    this.#rules = rules;
  }
  /** Whatever the source does not hold as it is shown is due. No package asks for it any more. */
  #queueAll(): void {
    this.#set({ adopting: false, filling: true });
    for (const row of this.#collection.records.notAsShown(this.#source.row)) this.#port.construction.enqueue(row);
  }

  /** Is all queued that is due? Before the first look nothing of what is missing is. */
  get isQueued(): boolean {
    const { adopting, filling } = this.#source;
    return !adopting && (!filling || (this.#rules !== null && this.#due.size === 0));
  }
  /** Is all written by now? */
  noteFilled(): void {
    if (this.#source.filling && this.isQueued && this.#port.construction.open === 0) this.#set({ filling: false });
  }

  /** What is gone from it is written there again, compared with whatever stands in its place by then. */
  putBack(rows: readonly number[]): void {
    // Until it is there again others must not take this device for one that has it: said before, whatever ends the program in between.
    this.#set({ filling: true });
    this.#collection.transact(() => {
      for (const row of rows) this.#collection.records.dropSnapshot(this.#source.row, row);
    });
    for (const row of rows) this.#port.construction.enqueue(row);
  }

  /** It has other rules from now on: it is compared with the collection as at a join. */
  changeSettings(settings: StoredSource['settings']): void {
    this.#set({ settings, adopting: true });
  }

  #set(changed: Partial<Pick<StoredSource, 'adopting' | 'filling' | 'settings'>>): void {
    this.#source = { ...this.#source, ...changed };
    this.#port.updated(this.#source);
  }
}
