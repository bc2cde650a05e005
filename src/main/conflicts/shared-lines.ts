/** Where one line stands in three texts. */
export interface SharedLine {
  readonly base: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Lines that stand exactly once in each of three texts, as many as can be had in one common order: what lies between two of them can be
 * merged by itself (patience diff, Bram Cohen). Takes about n log n. Pure.
 */
export function sharedLines(
  base: readonly string[],
  left: readonly string[],
  right: readonly string[],
): readonly SharedLine[] {
  const [inLeft, inRight] = [onlyPlaces(left), onlyPlaces(right)];
  const shared: SharedLine[] = [];
  for (const [line, at] of onlyPlaces(base)) {
    const [l, r] = [inLeft.get(line), inRight.get(line)];
    if (at >= 0 && l !== undefined && l >= 0 && r !== undefined && r >= 0) shared.push({ base: at, left: l, right: r });
  }
  const inOrder = rising(shared, (line) => line.left);
  return rising(inOrder, (line) => line.right);
}

/** By line, in order of its first place: that place, or -1 where it stands more than once. */
function onlyPlaces(lines: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  lines.forEach((line, at) => {
    places.set(line, places.has(line) ? -1 : at);
  });
  return places;
}

/** A longest part of a list in which the key only rises (patience sorting). */
function rising<T>(list: readonly T[], key: (item: T) => number): readonly T[] {
  const ends: number[] = [];
  const before: number[] = [];
  list.forEach((item, at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (key(list[ends[middle] as number] as T) < key(item)) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : (ends[low - 1] as number);
    ends[low] = at;
  });
  const longest: T[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) longest.push(list[at] as T);
  return longest.reverse();
}
