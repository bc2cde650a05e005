import type Database from 'better-sqlite3';
import { LockstepError } from '../platform/trouble.ts';

/** Transactions of one collection, until this device leaves it. */
export class Transactions {
  readonly #database: Database.Database;
  readonly #begins: () => () => void;
  /** Why nothing is stored any more; null: it is. */
  #over: LockstepError | null = null;

  /** `begins`: gives what is to be done where the transaction is rolled back, for what was remembered meanwhile is not so. */
  constructor(database: Database.Database, begins: () => () => void) {
    this.#database = database;
    this.#begins = begins;
  }

  /**
   * Nothing is stored any more, whatever is still under way: what belongs to nothing would come to belong to the next collections and folders that
   * get its rows. Whoever tries fails with `stopped`.
   */
  end(name: string): void {
    this.#over = new LockstepError('stopped', `${name} was left on this device.`, name);
  }
  get isOver(): boolean {
    return this.#over !== null;
  }

  /** Commits all of `work` or none of it. */
  run<T>(work: () => T): T {
    if (this.#over !== null) throw this.#over;
    const undo = this.#begins();
    try {
      return this.#database.transaction(work).immediate();
    } catch (error) {
      undo();
      throw error;
    }
  }

  /**
   * As `run`, for what is said or found again if the power fails before the disk has it: does not wait for the disk. Whatever is committed later
   * with `run` is on the disk only together with it, for both are in one write-ahead log.
   */
  runSoon<T>(work: () => T): T {
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.run(work);
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }
}
