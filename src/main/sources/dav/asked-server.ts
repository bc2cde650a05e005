import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { Retry, type RetryPace } from '../../platform/retry.ts';
import type { SourceCondition } from '../source-adapter.ts';
import { ServerBusy } from './server-busy.ts';

/** A server that fails is left alone so long. */
const FAILING: RetryPace = { first: 5000, most: 5 * 60_000 };
/** A person who asks is told of an older answer only where the server said that it wants to be left alone, and no older one than this. */
const BUSY_MS = 60_000;

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
  readonly #retry: Retry;
  /** It counts from, until; for a person who waits, until an earlier moment. */
  #answer: {
    readonly from: number;
    readonly until: number;
    readonly untilAsked: number;
    readonly is: SourceCondition;
  } | null = null;
  #onDirty: (() => void) | null = null;
  #stopRetry = (): void => undefined;

  constructor(options: AskedServerOptions) {
    this.#options = options;
    // Never in step with the other devices that ask it too.
    this.#retry = new Retry(FAILING, options.random);
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

  /**
   * The condition as `ask` tells it, or told it lately. A person who waits hears what it says now: what was changed there before they asked has to be
   * seen. Where `ask` fails the server is unavailable.
   */
  async condition(ask: () => Promise<SourceCondition>, isAsked = false): Promise<SourceCondition> {
    const now = this.#options.clock.now();
    if (this.#answer !== null) {
      const { from, until, untilAsked, is } = this.#answer;
      if (now >= from && now < (isAsked ? untilAsked : until)) return is;
    }
    try {
      const is = await ask();
      if (is.is !== 'ready') return this.#leaveAlone(is, null);
      this.#stopRetry();
      this.#note(is, this.#options.freshMs, 0);
      return is;
    } catch (error) {
      return this.failed(error as Error);
    }
  }
  /** It answered what else was asked of it: the next failure is the first again. */
  worked(): void {
    this.#retry.ended();
  }
  /** It failed at what else was asked of it: it is unavailable, and left alone as after any failure. */
  failed(error: Error): SourceCondition {
    const is: SourceCondition = { is: 'unavailable', code: 'unreadable', detail: error.message };
    return this.#leaveAlone(is, error instanceof ServerBusy ? error.wait : null);
  }
  /** Something failed since: the answer counts no more. */
  forget(): void {
    this.#answer = null;
  }

  /** `told`: so many milliseconds at least. */
  #leaveAlone(is: SourceCondition, told: number | null): SourceCondition {
    const { clock } = this.#options;
    const wait = Math.max(this.#retry.failed(clock.now()), told ?? 0);
    this.#stopRetry();
    this.#stopRetry = clock.after(wait, () => this.#onDirty?.());
    this.#note(is, wait, Math.min(BUSY_MS, told ?? 0));
    return is;
  }
  #note(is: SourceCondition, wait: number, forAsked: number): void {
    const from = this.#options.clock.now();
    this.#answer = { from, until: from + wait, untilAsked: from + Math.min(wait, forAsked), is };
  }
}
