/** Time and timers, injected so that a whole group of devices can run under one fake clock. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after `milliseconds`; the function returned cancels. Does not keep the process alive. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
