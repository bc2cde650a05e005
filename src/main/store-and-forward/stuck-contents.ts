/** A content over which the line broke off so often, though it went alone, is left out for a while, and with it all that are as long. */
const TRIES = 3;
/** For so long at first, then four times as long, up to a day. */
const FIRST_MS = 60_000;
const LONGEST_MS = 24 * 3600_000;

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
  #pauses = 0;
  #until = 0;

  /** The line broke off over it. */
  brokeOff({ digest, length }: Sent, now: number): void {
    const times = (this.#tries.get(digest) ?? 0) + 1;
    this.#tries.set(digest, times);
    if (length >= this.#shortest) this.#pauses++;
    else if (times >= TRIES) this.#shortest = length;
    else return;
    this.#until = now + Math.min(LONGEST_MS, FIRST_MS * 4 ** this.#pauses);
  }
  /** It went through: so may others. */
  wentThrough({ digest, length }: Sent): void {
    this.#tries.delete(digest);
    if (length >= this.#shortest) this.clear();
  }
  /** Is a content left out now? `size`: about how long it is; 0 where that is not known. */
  isLeftOut(digest: string, size: number, now: number): boolean {
    return now < this.#until && (size >= this.#shortest || (this.#tries.get(digest) ?? 0) >= TRIES);
  }
  /** In so many milliseconds they are tried again; null: none is left out. */
  triedIn(now: number): number | null {
    return now < this.#until ? this.#until - now : null;
  }
  /** Was one left out, and did none as long go through since? */
  get areAny(): boolean {
    return this.#shortest < Number.POSITIVE_INFINITY;
  }
  clear(): void {
    this.#tries.clear();
    this.#shortest = Number.POSITIVE_INFINITY;
    this.#pauses = 0;
    this.#until = 0;
  }
}
