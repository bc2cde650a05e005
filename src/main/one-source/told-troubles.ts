import { LockstepError } from '../platform/trouble.ts';

/**
 * Which failures of one source are told. A server that is down fails with each look, and each time with the same words: they are told once, until it fails
 * in another way, or a look went well in between. What nobody foresaw is told each time.
 */
export class ToldTroubles {
  readonly #tell: (error: Error) => void;
  /** null: nothing is wrong, as far as was told. */
  #last: string | null = null;

  constructor(tell: (error: Error) => void) {
    this.#tell = tell;
  }

  failed(error: Error): void {
    const said = error instanceof LockstepError ? error.message : null;
    if (said !== null && said === this.#last) return;
    this.#last = said;
    this.#tell(error);
  }
  /** A look went well. */
  passed(): void {
    this.#last = null;
  }
}
