import type { Clock } from '../../platform/clock.ts';

/** Changes that come within this time are looked at together. */
const DEBOUNCE_MS = 20;
/** So many looks in a row come at once; each further one waits twice as long as the one before it, up to the second. */
const LOOKS_AT_ONCE = 20;
const LONGEST_PAUSE_MS = 500;
/** One of those is forgotten each time this passes. */
const FORGOTTEN_AFTER_MS = 500;
/** A computer that slept in the middle of a look is one whose look took a night. */
const LONGEST_LOOK_MS = 10_000;

/**
 * How long a look at what changed is put off. One thing that is saved is seen at once. Where a program writes on and on (an archive that is unpacked, a log)
 * a look each time would see the same folder again for each of its files, take the processor from whoever writes, and make a package of every one.
 */
export class LookPace {
  readonly #clock: Pick<Clock, 'now'>;
  #looks = 0;
  #at = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** A look ended. */
  looked(): void {
    this.#looks = this.#recent() + 1;
    this.#at = this.#clock.now();
  }

  /** Milliseconds from now. `took`: of the last look; in a row of them no more than half of the time is spent with looking. */
  pause(took: number): number {
    const more = this.#recent() - LOOKS_AT_ONCE;
    if (more < 0) return DEBOUNCE_MS;
    const grown = Math.round(DEBOUNCE_MS * 2 ** (more + 1));
    return Math.max(Math.min(grown, LONGEST_PAUSE_MS), Math.min(took, LONGEST_LOOK_MS));
  }

  #recent(): number {
    const passed = this.#clock.now() - this.#at;
    // A clock that was set back tells nothing of how long that is.
    return passed < 0 ? 0 : Math.max(0, this.#looks - passed / FORGOTTEN_AFTER_MS);
  }
}
