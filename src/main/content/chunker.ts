import { GEAR } from './gear.ts';

const KIB = 1024;
const GIB = 1024 * KIB * KIB;
const FIRST_LIMIT = 1.5 * GIB;
const SMALLEST_AVERAGE = 64 * KIB;
const LARGEST_AVERAGE = 1024 * KIB;

/** No chunk is longer (bytes): four times the largest average. */
export const LONGEST_CHUNK = 4 * LARGEST_AVERAGE;

/**
 * The average chunk length (bytes, a power of two) for a file of `size` bytes: 64 KiB up to 1.5 GiB, then doubling with each
 * fourfold size up to 1 MiB, so that a list stays short while an edit of a small file stays cheap. A file that grows over a limit is
 * cut anew and sent whole, so the limits lie where sizes seldom do: not at round ones (docs/decisions/019).
 */
export function averageFor(size: number): number {
  let average = SMALLEST_AVERAGE;
  for (let limit = FIRST_LIMIT; size > limit && average < LARGEST_AVERAGE; limit *= 4) average *= 2;
  return average;
}

/**
 * FastCDC (Xia et al., USENIX ATC 2016) with normalized chunking, fed a buffer at a time. Cuts depend on nothing but the bytes
 * since the last cut: the first quarter of an average is skipped, up to the average the mask has two bits more than log2(average),
 * beyond it two fewer, and at four averages a cut is forced. Masks are on the top bits, where all of the last 32 bytes count.
 */
export class Chunker {
  readonly #shortest: number;
  readonly #average: number;
  readonly #longest: number;
  readonly #hard: number;
  readonly #easy: number;
  #length = 0;
  #hash = 0;

  /** `average`: a power of two from 1 KiB to `LONGEST_CHUNK`. */
  constructor(average: number) {
    const bits = Math.log2(average);
    if (!Number.isInteger(bits) || bits < 10 || bits > 22) throw new RangeError(`no average chunk length: ${average}`);
    this.#shortest = average / 4;
    this.#average = average;
    this.#longest = average * 4;
    this.#hard = -1 << (32 - bits - 2);
    this.#easy = -1 << (32 - bits + 2);
  }

  /** Bytes since the last cut. */
  get length(): number {
    return this.#length;
  }

  /**
   * Goes on through `bytes[start, end)`. Returns where the chunk ends (just past its last byte), or -1 where it goes on behind
   * `end`. After a cut call again from there; what is left at the end of the file is the last chunk.
   */
  next(bytes: Uint8Array, start: number, end: number): number {
    const begin = start - this.#length;
    const from = Math.max(start, begin + this.#shortest);
    if (from >= end) {
      this.#length = end - begin;
      return -1;
    }
    const middle = Math.min(end, begin + this.#average);
    const last = Math.min(end, begin + this.#longest);
    let cut = from < middle ? this.#scan(bytes, from, middle, this.#hard) : -1;
    if (cut < 0) cut = this.#scan(bytes, Math.max(from, middle), last, this.#easy);
    if (cut < 0 && last - begin === this.#longest) cut = last;
    if (cut < 0) {
      this.#length = end - begin;
      return -1;
    }
    this.#length = 0;
    this.#hash = 0;
    return cut;
  }

  /** Two bytes a turn: a fifth faster than one. */
  #scan(bytes: Uint8Array, from: number, to: number, mask: number): number {
    const gear = GEAR;
    let hash = this.#hash;
    let at = from;
    for (const even = to - 1; at < even; at += 2) {
      hash = ((hash << 1) + gear[bytes[at]!]!) | 0;
      if ((hash & mask) === 0) return at + 1;
      hash = ((hash << 1) + gear[bytes[at + 1]!]!) | 0;
      if ((hash & mask) === 0) return at + 2;
    }
    if (at < to) {
      hash = ((hash << 1) + gear[bytes[at]!]!) | 0;
      if ((hash & mask) === 0) return at + 1;
    }
    this.#hash = hash;
    return -1;
  }
}
