import type { Random } from '../../src/main/platform/random.ts';

/**
 * Randomness that a seed decides: xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32. The same seed gives the
 * same values on every machine. Not for secrets.
 */
export class SeededRandom implements Random {
  /** What it was made from: put it in every failure message. */
  readonly seed: string;
  readonly #state = new Uint32Array(4);

  constructor(seed: number | string) {
    this.seed = String(seed);
    let mix = hashText(this.seed);
    for (let at = 0; at < 4; at++) {
      mix = (mix + 0x9e3779b9) >>> 0;
      this.#state[at] = finish(mix);
    }
  }

  /** 32 random bits as an unsigned number. */
  next(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 11);
    return result;
  }

  /** A whole number from 0 to n - 1, each equally likely. n from 1 to 2^32. */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`int(${n}): 1 to 2^32`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = this.next();
    while (value >= limit) value = this.next();
    return value % n;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** true with this probability, 0 to 1. Always draws, so that a changed probability shifts nothing that comes after. */
  chance(probability: number): boolean {
    return this.next() / 2 ** 32 < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('pick from an empty list');
    return list[this.int(list.length)] as T;
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(list: readonly T[]): T[] {
    const shuffled = [...list];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.int(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
    }
    return shuffled;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 4) {
      const word = this.next();
      for (let byte = 0; byte < 4 && at + byte < count; byte++) bytes[at + byte] = word >>> (8 * byte);
    }
    return bytes;
  }

  /**
   * A stream of its own, a function of this one's seed and the label alone: it draws nothing here, so a part of a simulation that draws
   * more does not disturb the others. The same label gives the same stream again.
   */
  fork(label: string): SeededRandom {
    return new SeededRandom(`${this.seed}/${label}`);
  }
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** FNV-1a over UTF-16 units, finished so that near seeds end far apart. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return finish(hash);
}

/** The finalizer of MurmurHash3. */
function finish(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
