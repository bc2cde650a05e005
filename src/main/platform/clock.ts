/** Time and timers, injected so that a whole group of devices can run under one fake clock. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after `milliseconds`, soon where that is over already; the function returned cancels. Does not keep the process alive. */
  after(milliseconds: number, call: () => void): () => void;
}

/** The longest a timer of the system can wait; asked for more it would not wait at all. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The clock of this computer. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    // Of a wait of less than nothing the system would complain.
    const timer = setTimeout(call, Math.min(Math.max(0, milliseconds), LONGEST_WAIT_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Has so long passed since then, in milliseconds? It counts as passed where the clock was set back since, for nothing is to wait until it has come there
 * again. `since` null: it never was.
 */
export const hasPassed = (milliseconds: number, since: number | null, now: number): boolean =>
  since === null || now < since || now - since >= milliseconds;
