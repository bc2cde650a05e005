/** Taken at import, so that nobody's fake timers stand in its way. */
const immediate = setImmediate;

/**
 * Lets everything that waits on promises alone run until nothing more happens. One turn of the event loop is enough, however long the
 * chains: the loop goes on only when the queues of microtasks and ticks are empty. It does not wait for work that leaves the
 * thread (real I/O, workers, WebCrypto); inject those in what is to be deterministic.
 */
export function flush(): Promise<void> {
  return new Promise((resolve) => {
    immediate(() => resolve());
  });
}
