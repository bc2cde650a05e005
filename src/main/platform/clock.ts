/** Time and timers, injected so that a whole group of devices can run under one fake clock. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after `milliseconds`; the function returned cancels. Does not keep the process alive. */
  after(milliseconds: number, call: () => void): () => void;
}

/** The longest a timer of the system can wait; asked for more it would not wait at all. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The clock of this computer. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.min(milliseconds, LONGEST_WAIT_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
