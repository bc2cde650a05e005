import { WANTED_MS } from './wanted-contents.ts';

/**
 * Packs of what members wait for that may have applied all the same what names it. They stay as long as anybody waits, and for as long as a member may
 * still come for them: that it lies there is all that it was told.
 */
export class WaitedPacks {
  /** Until when each stays though nobody says that it waits; milliseconds. */
  readonly #until = new Map<string, number>();

  /** It was put there, or told of again, for a member that waits. */
  putUp(pack: string, now: number): void {
    this.#until.set(pack, now + WANTED_MS);
  }
  /** A member has not applied what it is of so far: it has it once it has. */
  isYetToBeApplied(pack: string): void {
    if (this.#until.has(pack)) this.#until.set(pack, Number.NEGATIVE_INFINITY);
  }
  /** Does it stay, though all have applied what it is of? `isAnyAwaited`: a member says that it waits for something. */
  stays(pack: string, isAnyAwaited: boolean, now: number): boolean {
    const until = this.#until.get(pack);
    return until !== undefined && (isAnyAwaited || this.#left(until, now) > 0);
  }
  dropped(pack: string): void {
    this.#until.delete(pack);
  }
  /** Nobody says any more that it waits. */
  nobodyWaits(now: number): void {
    for (const [pack, until] of this.#until) if (this.#left(until, now) <= 0) this.#until.delete(pack);
  }
  /** In so many milliseconds the first of them need not stay any more; null: none of them stays for a time. */
  overIn(now: number): number | null {
    const left = [...this.#until.values()].map((until) => this.#left(until, now)).filter((each) => each > 0);
    return left.length === 0 ? null : Math.min(...left);
  }
  /** A clock that was set back must not keep it for long. */
  #left(until: number, now: number): number {
    return until - now > WANTED_MS ? 0 : until - now;
  }
}
