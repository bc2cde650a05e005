import { LockstepError } from '../platform/trouble.ts';

export interface ToldTroublesOptions {
  /** The place, as people know it. */
  readonly location: string;
  log(line: string): void;
  /** What nobody foresaw: all there is to know of it is told, each time. */
  failed(error: Error): void;
}

/**
 * What the log is told of failures of one source. A server that is down fails with each look, and each time with the same words: they are one line in the
 * log, until it fails in another way, or a look went well in between.
 */
export class ToldTroubles {
  readonly #options: ToldTroublesOptions;
  /** null: nothing is wrong, as far as was told. */
  #last: string | null = null;

  constructor(options: ToldTroublesOptions) {
    this.#options = options;
  }

  failed(error: Error): void {
    if (!(error instanceof LockstepError)) {
      this.#options.failed(error);
      return;
    }
    if (this.#last === error.message) return;
    this.#last = error.message;
    this.#options.log(`${this.#options.location}: ${error.message}`);
  }
  /** A look went well. */
  passed(): void {
    this.#last = null;
  }
}
