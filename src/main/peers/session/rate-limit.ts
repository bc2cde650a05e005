/** Lets so many bytes a second pass, with a second's worth at once. Pure: the time comes with each call. */
export class RateLimit {
  readonly #perSecond: () => number;
  #level = 0;
  #at = 0;

  /** `perSecond`: bytes; 0: no limit. */
  constructor(perSecond: () => number) {
    this.#perSecond = perSecond;
  }

  /** Milliseconds to wait before more may pass; 0: now. */
  delay(now: number): number {
    const rate = this.#perSecond();
    if (rate <= 0) return 0;
    this.#drain(now, rate);
    return this.#level < rate ? 0 : Math.ceil(((this.#level - rate) * 1000) / rate) + 1;
  }

  /** Bytes that pass in so many milliseconds; Infinity where there is no limit. */
  in(milliseconds: number): number {
    const rate = this.#perSecond();
    return rate <= 0 ? Number.POSITIVE_INFINITY : (rate * milliseconds) / 1000;
  }

  passed(bytes: number, now: number): void {
    const rate = this.#perSecond();
    if (rate <= 0) return;
    this.#drain(now, rate);
    this.#level += bytes;
  }

  #drain(now: number, rate: number): void {
    // A clock that was set back has let nothing pass.
    this.#level = Math.max(0, this.#level - (Math.max(0, now - this.#at) * rate) / 1000);
    this.#at = now;
  }
}
