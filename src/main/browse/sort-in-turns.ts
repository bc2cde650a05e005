/** So many comparisons are made in one go, or a few more: some milliseconds. */
const AT_ONCE = 4_000;
const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** A sorted copy (by merging; what is equal stays in its order), letting whatever else waits go first now and then. */
export async function sortInTurns<T>(list: readonly T[], compare: (a: T, b: T) => number): Promise<readonly T[]> {
  const size = AT_ONCE / 16;
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < list.length; at += size) {
    runs.push(list.slice(at, at + size).sort(compare));
    if (at % AT_ONCE === 0) await nextTurn();
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await mergeInTurns(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

/** Two sorted lists as one; of what is equal that of the first comes first. */
export async function mergeInTurns<T>(
  one: readonly T[],
  other: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<readonly T[]> {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one;
  const merged: T[] = [];
  let [a, b] = [0, 0];
  while (a < one.length && b < other.length) {
    merged.push(compare(one[a] as T, other[b] as T) <= 0 ? (one[a++] as T) : (other[b++] as T));
    if (merged.length % AT_ONCE === 0) await nextTurn();
  }
  for (; a < one.length; a++) merged.push(one[a] as T);
  for (; b < other.length; b++) merged.push(other[b] as T);
  return merged;
}
