import type { Clock } from '../../platform/clock.ts';
import { Retry, type RetryPace } from '../../platform/retry.ts';

/** A collection that may only be read is asked so often whether that is still so: one small request. */
const PACE: RetryPace = { first: 2 * 60_000, most: 10 * 60_000 };
/** Forbidden so often, and nothing taken, it is taken for one where a server does not say: one write at a time finds out whether that is over. */
const FORBIDDEN = 3;
/** What the server said of it counts so long for what is forbidden next. */
const TOLD_MS = 60_000;

/**
 * May the account write to a collection at all? Nobody is asked before a write is forbidden (403). Then the server tells its privileges; where it
 * does not, they are judged by whether anything was taken since the start. As long as nothing may be written nothing is sent.
 */
export class WriteRights {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #ask: () => Promise<boolean | null>;
  readonly #again = new Retry(PACE);
  #areNone = false;
  #tookAny = false;
  #forbidden = 0;
  #told: { readonly at: number; readonly may: Promise<boolean | null> } | null = null;

  /** `ask`: may anything be written, as the server says it; null: it does not say. */
  constructor(clock: Pick<Clock, 'now'>, ask: () => Promise<boolean | null>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** May nothing be written there, as far as is known? */
  get isRefusing(): boolean {
    return this.#areNone;
  }

  /**
   * The same. Where it is time the server is asked anew; one that does not say is tried: false, while `isRefusing`, is for one write. Fails as asking
   * does.
   */
  async areNone(): Promise<boolean> {
    if (!this.#areNone || this.#again.dueIn(this.#clock.now()) > 0) return this.#areNone;
    const may = await this.#may();
    this.#judged(may !== true);
    return may === false;
  }

  /** A write was forbidden, and not for what is in its text. Is it so of all? Fails as asking does. */
  async areNoneBy(): Promise<boolean> {
    const may = await this.#may();
    if (may !== null || this.#tookAny) this.#judged(may === false);
    else if (++this.#forbidden >= FORBIDDEN && !this.#areNone) this.#judged(true);
    return may === null ? !this.#tookAny : !may;
  }

  /** A write was taken. */
  took(): void {
    this.#tookAny = true;
    this.#forbidden = 0;
    this.#judged(false);
  }

  /** A person asks: the server is asked anew with the next write. */
  tryNow(): void {
    this.#again.tryNow();
    this.#told = null;
  }

  #judged(areNone: boolean): void {
    this.#areNone = areNone;
    if (areNone) this.#again.failed(this.#clock.now());
    else this.#again.ended();
  }

  #may(): Promise<boolean | null> {
    const now = this.#clock.now();
    if (this.#told === null || now < this.#told.at || now - this.#told.at >= TOLD_MS) {
      const told = { at: now, may: this.#ask() };
      this.#told = told;
      // Who was not told asks again.
      told.may.catch(() => {
        if (this.#told === told) this.#told = null;
      });
    }
    return this.#told.may;
  }
}
