const AT_ONCE = 100;

/** One after the other, letting whatever else waits go first after every `atOnce`: for long walks nobody may feel. */
export async function* inTurns<T>(items: Iterable<T>, atOnce = AT_ONCE): AsyncGenerator<T> {
  let count = 0;
  for (const item of items) {
    yield item;
    if (++count % atOnce === 0) await new Promise((resume) => setImmediate(resume));
  }
}
