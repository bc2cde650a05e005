import type { Clock } from '../../platform/clock.ts';
import type { RecordId } from '../../record/ids.ts';

/** After this what was just changing is looked at again: only then can its revision vouch for it (DESIGN 4). */
export const SETTLE_MS = 2100;
/** Files this large are worth waiting for: each read costs as long as some hundred small ones. */
const LARGE_BYTES = 16 << 20;
/** So long after it was read a large file is looked at again. */
export const SETTLE_LARGE_MS = 10_000;

/**
 * Items that were read within 2 s of their last change. Such an item is read again (DESIGN 4); a large file but once and when it has settled, not at
 * each look before, and not while somebody waits for a look. One that changes again is another matter, and is read at once.
 */
export class Settling {
  readonly #clock: Pick<Clock, 'now'>;
  /** Of the large ones only. */
  readonly #until = new Map<RecordId, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** It was read now. Returns the milliseconds until it is to be looked at again. `size`: bytes; 0 of what is no file. */
  begin(id: RecordId, size: number): number {
    if (size < LARGE_BYTES) return SETTLE_MS;
    this.#until.set(id, this.#clock.now() + SETTLE_LARGE_MS);
    return SETTLE_LARGE_MS;
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
