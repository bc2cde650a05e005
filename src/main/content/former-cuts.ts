import type { Digest } from '../record/ids.ts';
import { type Chunk, decodeChunkList } from './chunk-list.ts';
import { averageFor } from './chunker.ts';

/**
 * Where a file was cut before, to cut it again after a change. A cut depends on nothing but the bytes since the last one: where a former
 * chunk's bytes still follow a cut, the next cut is known, and only its SHA-256 is needed to see that they do. Beside a change the
 * chunker looks for cuts, until it finds a chunk that was there before.
 */
export class FormerCuts {
  readonly #chunks: readonly Chunk[];
  readonly #size: number;
  readonly #average: number;
  #places: Map<Digest, number> | null = null;
  #next: number | null = 0;

  /** null where the file was cut by another measure than it would be now, or the list is none. It may be any device's. */
  static of(list: Uint8Array, size: number): FormerCuts | null {
    let chunks: readonly Chunk[];
    try {
      chunks = decodeChunkList(list);
    } catch {
      return null;
    }
    const before = chunks.reduce((sum, { length }) => sum + length, 0);
    return averageFor(before) === averageFor(size) ? new FormerCuts(chunks, size) : null;
  }

  private constructor(chunks: readonly Chunk[], size: number) {
    this.#chunks = chunks;
    this.#size = size;
    this.#average = averageFor(size);
  }

  /** The chunk that probably follows the cut at `offset`; null: nothing is known. */
  expected(offset: number): Chunk | null {
    const chunk = this.#next === null ? undefined : this.#chunks[this.#next];
    if (chunk === undefined) return null;
    // The last one was ended by the end of the file.
    if (this.#next === this.#chunks.length - 1) return offset + chunk.length === this.#size ? chunk : null;
    return chunk.length >= this.#average / 4 && chunk.length <= this.#average * 4 ? chunk : null;
  }

  /** It did follow. */
  confirm(): void {
    if (this.#next !== null) this.#next++;
  }

  /** It did not. */
  lose(): void {
    this.#next = null;
  }

  /** The chunker found this one. */
  found(name: Digest): void {
    this.#places ??= new Map(this.#chunks.map((chunk, at) => [chunk.digest, at]));
    const place = this.#places.get(name);
    this.#next = place === undefined ? null : place + 1;
  }
}
