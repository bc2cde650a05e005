import { Retry, type RetryPace } from '../platform/retry.ts';

/** A content over which the line broke off so often, though it went alone, is left out for a while, and with it all that are as long. */
const TRIES = 3;
const PACE: RetryPace = { first: 60_000, most: 24 * 3600_000, grows: 4 };

/** A content, and how long it is. */
interface Sent {
  readonly digest: string;
  readonly length: number;
}

/** Contents that do not go through the line to a relay in one piece, however often they are tried: what comes after them does not wait for them. */
export class StuckContents {
  readonly #tries = new Map<string, number>();
  /** Bytes of the shortest one. */
  #shortest = Number.POSITIVE_INFINITY;
  readonly #pause = new Retry(PACE);

  /** The line broke off over it. */
  brokeOff({ digest, length }: Sent, now: number): void {
    const times = (this.#tries.get(digest) ?? 0) + 1;
    this.#tries.set(digest, times);
    if (length < this.#shortest) {
      if (times < TRIES) return;
      // How often longer ones broke off says nothing of these.
      this.#pause.ended();
      this.#shortest = length;
    }
    this.#pause.failed(now);
  }
  /** It went through: so may others. */
  wentThrough({ digest, length }: Sent): void {
    this.#tries.delete(digest);
    if (length >= this.#shortest) this.clear();
  }
  /** Is a content left out now? `size`: about how long it is; 0 where that is not known. */
  isLeftOut(digest: string, size: number, now: number): boolean {
    return this.#pause.dueIn(now) > 0 && (size >= this.#shortest || (this.#tries.get(digest) ?? 0) >= TRIES);
  }
  /** In so many milliseconds they are tried again; null: none is left out. */
  triedIn(now: number): number | null {
    return this.#pause.dueIn(now) || null;
  }
  /** A person asks: they are tried once more. */
  tryNow(): void {
    this.#pause.tryNow();
  }
  /** Was one left out, and did none as long go through since? */
  get areAny(): boolean {
    return this.#shortest < Number.POSITIVE_INFINITY;
  }
  clear(): void {
    this.#tries.clear();
    this.#shortest = Number.POSITIVE_INFINITY;
    this.#pause.ended();
  }
}
