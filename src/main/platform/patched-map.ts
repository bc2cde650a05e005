/** From this part of the whole on, changes are put into a map of their own. */
const MOST_CHANGED = 1 / 16;

/** Some entries of a map that are others, or not there any more (undefined). */
export type MapChanges<K, V> = ReadonlyMap<K, V | undefined>;

/** A map that is another but for some entries, and shares what is the same with it. It never changes itself. */
export class PatchedMap<K, V> implements ReadonlyMap<K, V> {
  readonly size: number;
  readonly #base: ReadonlyMap<K, V>;
  readonly #changes: MapChanges<K, V>;

  private constructor(base: ReadonlyMap<K, V>, changes: MapChanges<K, V>) {
    this.#base = base;
    this.#changes = changes;
    let { size } = base;
    for (const [key, value] of changes) size += (value === undefined ? 0 : 1) - (base.has(key) ? 1 : 0);
    this.size = size;
  }

  /** `before` with these changes; neither may change from now on. */
  static from<K, V>(before: ReadonlyMap<K, V>, changes: MapChanges<K, V>): ReadonlyMap<K, V> {
    const isPatched = before instanceof PatchedMap;
    const base: ReadonlyMap<K, V> = isPatched ? before.#base : before;
    const all: MapChanges<K, V> = isPatched ? new Map([...before.#changes, ...changes]) : changes;
    const patched = new PatchedMap(base, all);
    return all.size > base.size * MOST_CHANGED ? new Map(patched) : patched;
  }

  /** Keys whose values differ between the two. */
  static changed<K, V>(before: ReadonlyMap<K, V>, now: ReadonlyMap<K, V>): ReadonlySet<K> {
    const changed = new Set<K>();
    const note = (keys: Iterable<K>): void => {
      for (const key of keys) if (before.get(key) !== now.get(key)) changed.add(key);
    };
    const [base, changes] = now instanceof PatchedMap ? [now.#base, now.#changes] : [now, null];
    const [former, formerChanges] = before instanceof PatchedMap ? [before.#base, before.#changes] : [before, null];
    // What neither changed both have of the one they share.
    note(base === former ? (changes?.keys() ?? []) : now.keys());
    note(base === former ? (formerChanges?.keys() ?? []) : before.keys());
    return changed;
  }

  get(key: K): V | undefined {
    return this.#changes.get(key) ?? (this.#changes.has(key) ? undefined : this.#base.get(key));
  }
  has(key: K): boolean {
    return this.get(key) !== undefined;
  }
  entries(): MapIterator<[K, V]> {
    return this.#map((key, value) => [key, value]);
  }
  keys(): MapIterator<K> {
    return this.#map((key) => key);
  }
  values(): MapIterator<V> {
    return this.#map((_key, value) => value);
  }
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }
  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    this.#base.forEach((value, key) => {
      const now = this.#changes.has(key) ? this.#changes.get(key) : value;
      if (now !== undefined) call(now, key, this);
    });
    for (const [key, value] of this.#changes) if (value !== undefined && !this.#base.has(key)) call(value, key, this);
  }

  /** All at once: of ten thousand, stepping from one to the next takes longer. */
  #map<T>(of: (key: K, value: V) => T): MapIterator<T> {
    const all: T[] = [];
    this.forEach((value, key) => void all.push(of(key, value)));
    return all.values();
  }
}
