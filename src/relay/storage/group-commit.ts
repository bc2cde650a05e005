import type Database from 'better-sqlite3';
import type { Clock } from '../../main/platform/clock.ts';

/** How long a write waits for others to share its transaction. */
const COLLECT_MS = 3;
/** So many do not wait for more. */
const MOST = 64;

interface Write {
  /** Settles its caller once the transaction is durable, or could not be. */
  settle(fault: unknown): void;
  run(): void;
}

/**
 * Writes of many callers in one transaction: one sync of the disk for all of them. Each is whole or not at all, in the order of asking; one
 * that throws takes nothing of the others along. Resolves when it is durable.
 */
export class GroupCommit {
  readonly #clock: Clock;
  readonly #all: (writes: readonly Write[]) => void;
  readonly #one: (write: Write) => void;
  readonly #committed: (writes: number) => void;
  #waiting: Write[] = [];
  #cancel: (() => void) | null = null;

  /** `committed`: told of each transaction, and how many shared it. */
  constructor(database: Database.Database, clock: Clock, committed: (writes: number) => void) {
    this.#clock = clock;
    this.#committed = committed;
    this.#one = database.transaction((write: Write) => write.run());
    const all = database.transaction((writes: readonly Write[]) => {
      for (const write of writes) {
        try {
          // Within the transaction each is a savepoint.
          this.#one(write);
        } catch (fault) {
          // A full disk, for one, ends the transaction of all.
          if (!database.inTransaction) throw fault;
        }
      }
    });
    this.#all = (writes) => all.immediate(writes);
  }

  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { readonly value: T } | { readonly fault: unknown } | null = null;
      this.#waiting.push({
        run: () => {
          try {
            result = { value: work() };
          } catch (fault) {
            result = { fault };
            throw fault;
          }
        },
        settle: (fault) => {
          if (result !== null && 'fault' in result) reject(result.fault);
          else if (fault !== null || result === null) reject(fault);
          else resolve(result.value);
        },
      });
      if (this.#waiting.length >= MOST) this.flush();
      else this.#cancel ??= this.#clock.after(COLLECT_MS, () => this.flush());
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length === 0) return;
    let fault: unknown = null;
    try {
      this.#all(writes);
      this.#committed(writes.length);
    } catch (failure) {
      fault = failure;
    }
    for (const write of writes) write.settle(fault);
  }
}
