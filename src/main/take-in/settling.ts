import type { Clock } from '../platform/clock.ts';
import type { RecordId } from '../record/ids.ts';

/** Files this large are worth waiting for: each read costs as long as some hundred small ones. */
const LARGE_BYTES = 16 << 20;
/** So long after it was read a large file is looked at again. */
export const SETTLE_LARGE_MS = 10_000;

/**
 * Large files that were read within 2 s of their last change. Such a file is hashed again (DESIGN 4), but once and when it has settled, not at
 * each look before, and not while somebody waits for a look. One that changes again is another matter, and is read at once.
 */
export class Settling {
  readonly #clock: Clock;
  readonly #until = new Map<RecordId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It was read now. true: it is large, and is to be looked at again after `SETTLE_LARGE_MS`. */
  begin(id: RecordId, size: number): boolean {
    if (size < LARGE_BYTES) return false;
    this.#until.set(id, this.#clock.now() + SETTLE_LARGE_MS);
    return true;
  }

  /** It is as it was when it was read: need it not be read again yet? */
  isWaiting(id: RecordId): boolean {
    const until = this.#until.get(id);
    if (until === undefined) return false;
    const now = this.#clock.now();
    // A clock that was set back must not make it wait for long.
    if (now < until && until - now <= SETTLE_LARGE_MS) return true;
    this.#until.delete(id);
    return false;
  }
}
