import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { SourceCondition } from '../source-adapter.ts';
import { BackOff } from './back-off.ts';

/** What was answered within this time does for anybody: several things may be asked of one answer. */
const JUST_NOW_MS = 1000;

export interface AskedServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** A server tells nobody of changes by itself: it is asked so often. */
  readonly askMs: number;
  /** An answer counts so long. */
  readonly freshMs: number;
}

/** When a server is asked: on a timer, not again while an answer is fresh, and ever less often while it fails. */
export class AskedServer {
  readonly #options: AskedServerOptions;
  readonly #backOff: BackOff;
  #answer: { readonly from: number; readonly until: number; readonly is: SourceCondition } | null = null;
  #onDirty: (() => void) | null = null;
  #stopRetry = (): void => undefined;

  constructor(options: AskedServerOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.random);
  }

  readonly watch = (onDirty: () => void): Promise<() => Promise<void>> => {
    const { clock, askMs } = this.#options;
    let stop = (): void => undefined;
    const again = (): void => {
      stop = clock.after(askMs, () => {
        onDirty();
        again();
      });
    };
    again();
    this.#onDirty = onDirty;
    return Promise.resolve(() => {
      this.#onDirty = null;
      this.#stopRetry();
      stop();
      return Promise.resolve();
    });
  };

  /** The condition as `ask` tells it, or told it lately; where a person waits for it, just now. */
  async condition(ask: () => Promise<SourceCondition>, isAsked = false): Promise<SourceCondition> {
    const { clock, freshMs } = this.#options;
    const now = clock.now();
    if (this.#answer !== null) {
      const { from, until, is } = this.#answer;
      if (now >= from && now < (isAsked ? Math.min(until, from + JUST_NOW_MS) : until)) return is;
    }
    const is = await ask();
    this.#stopRetry();
    let wait = freshMs;
    if (is.is === 'ready') this.#backOff.succeeded();
    else {
      wait = this.#backOff.failed();
      this.#stopRetry = clock.after(wait, () => this.#onDirty?.());
    }
    this.#answer = { from: clock.now(), until: clock.now() + wait, is };
    return is;
  }
  /** Something failed since: the answer counts no more. */
  forget(): void {
    this.#answer = null;
  }
}
