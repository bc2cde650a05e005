import type { Clock } from '../../platform/clock.ts';

/** So long (milliseconds) what is new at a start waits for peers; more than it takes to find and link one. */
const NEWS_WAIT_MS = 60_000;

interface NewsPort {
  /** Is all here that members told of, and did one tell? */
  caughtUp(): boolean;
  /** It is to be looked at again. */
  look(): void;
}

/**
 * What a source holds at a start that nobody knows and that states nothing by which it could be known, as a row of a table. Where the database was
 * restored from a backup we may have written it ourselves, of a record that peers are yet to tell of: taken for somebody new it would be doubled. So it
 * waits until that is here, and is known by what it says. Where no peer is there it waits a minute: then nothing could tell.
 */
export class StartNews {
  readonly #clock: Clock;
  readonly #port: NewsPort;
  #isOver = false;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, port: NewsPort) {
    this.#clock = clock;
    this.#port = port;
  }

  /** Is it left for a later look? */
  get isHeld(): boolean {
    return !this.#isOver && !this.#port.caughtUp();
  }
  /** Did the last look leave some? */
  get waits(): boolean {
    return this.#cancel !== null;
  }

  /** A look has ended. `waits`: it left some. What comes after one that left none is no news of the start. */
  looked(waits: boolean): void {
    if (!waits) this.stop();
    else
      this.#cancel ??= this.#clock.after(NEWS_WAIT_MS, () => {
        this.#isOver = true;
        this.#port.look();
      });
  }

  /** Peers told something: a look is due where what it waited for is here. */
  told(): void {
    if (this.waits && !this.isHeld) this.#port.look();
  }

  /** Nothing waits any more. */
  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
    this.#cancel = null;
  }
}
