import type { Digest } from '../record/ids.ts';

const EMPTY = -1;
const REMOVED = -2;
/** Words of a digest that are the key. 128 bits: nobody finds two objects that share them. */
const WORDS = 4;

/**
 * A map from digests to whole numbers >= 0 in 24 bytes a place and no object an entry, so that an index of millions of objects
 * fits in memory. Open addressing with linear probing; never more than two thirds full.
 */
export class ObjectIndex {
  #keys = new Uint32Array(64 * WORDS);
  #values = new Float64Array(64).fill(EMPTY);
  /** Places that are not empty, removed ones included. */
  #used = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** null: not there. */
  get(digest: Digest): number | null {
    const at = this.#find(keyOf(digest));
    return at < 0 ? null : this.#values[at]!;
  }

  set(digest: Digest, value: number): void {
    if ((this.#used + 1) * 3 > this.#values.length * 2) this.#grow();
    const key = keyOf(digest);
    const at = this.#find(key);
    if (at >= 0) this.#values[at] = value;
    else this.#insert(key, value);
  }

  delete(digest: Digest): void {
    const at = this.#find(keyOf(digest));
    if (at < 0) return;
    this.#values[at] = REMOVED;
    this.#count--;
  }

  /** How many there were. Looks at every place. */
  deleteWhere(isGone: (value: number) => boolean): number {
    const before = this.#count;
    for (const [at, value] of this.#values.entries()) {
      if (value < 0 || !isGone(value)) continue;
      this.#values[at] = REMOVED;
      this.#count--;
    }
    return before - this.#count;
  }

  #find(key: Uint32Array): number {
    const mask = this.#values.length - 1;
    for (let at = key[0]! & mask; this.#values[at] !== EMPTY; at = (at + 1) & mask) {
      if (this.#values[at] !== REMOVED && this.#holds(at, key)) return at;
    }
    return -1;
  }

  #holds(at: number, key: Uint32Array): boolean {
    for (let word = 0; word < WORDS; word++) if (this.#keys[at * WORDS + word] !== key[word]) return false;
    return true;
  }

  #insert(key: Uint32Array, value: number): void {
    const mask = this.#values.length - 1;
    let at = key[0]! & mask;
    while (this.#values[at] !== EMPTY) at = (at + 1) & mask;
    this.#keys.set(key, at * WORDS);
    this.#values[at] = value;
    this.#used++;
    this.#count++;
  }

  /** Twice the places, or as many where most of them were only removed ones. */
  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    const places = this.#count * 3 > values.length ? values.length * 2 : values.length;
    this.#keys = new Uint32Array(places * WORDS);
    this.#values = new Float64Array(places).fill(EMPTY);
    this.#used = 0;
    this.#count = 0;
    for (const [at, value] of values.entries()) {
      if (value >= 0) this.#insert(keys.subarray(at * WORDS, (at + 1) * WORDS), value);
    }
  }
}

function keyOf(digest: Digest): Uint32Array {
  const key = new Uint32Array(WORDS);
  for (let word = 0; word < WORDS; word++) key[word] = Number.parseInt(digest.slice(word * 8, word * 8 + 8), 16);
  return key;
}
