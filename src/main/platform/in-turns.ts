const AT_ONCE = 100;

/** One after the other, letting whatever else waits go first now and then: for long walks nobody may feel. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  let count = 0;
  for (const item of items) {
    yield item;
    if (++count % AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
  }
}
