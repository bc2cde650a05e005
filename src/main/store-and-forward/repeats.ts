/** What was done in vain is done again so much later, then four times as much, up to a day. */
const FIRST_MS = 60_000;
const LONGEST_MS = 24 * 3600_000;

/**
 * How soon what is there already may be put there once more. Who seems to lack it may never take it, or say so on purpose: then it is done a few
 * times, and not each time anything happens.
 */
export class Repeats {
  readonly #last = new Map<string, { readonly at: number; readonly pause: number }>();

  /** Milliseconds until it may be done (again); 0: now, and that counts as done. */
  take(what: string, now: number): number {
    const last = this.#last.get(what);
    const left = last === undefined ? 0 : last.at + last.pause - now;
    if (left > 0) return left;
    this.#last.set(what, { at: now, pause: last === undefined ? FIRST_MS : Math.min(LONGEST_MS, last.pause * 4) });
    return 0;
  }
  /** It was not in vain. */
  forget(what: string): void {
    this.#last.delete(what);
  }
  clear(): void {
    this.#last.clear();
  }
}
