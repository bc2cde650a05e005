import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** How long what failed is left alone. Milliseconds. */
export interface RetryPace {
  /** After the first failure. */
  readonly first: number;
  /** However often it failed; the same as `first`: always so long. */
  readonly most: number;
  /** Each time so many times as long as the one before; absent: twice. */
  readonly grows?: number;
}

/** Milliseconds to wait after a failure before which there were so many others in a row. */
export function waitAfter({ first, most, grows = 2 }: RetryPace, before: number): number {
  return Math.min(most, first * grows ** before);
}

/** From 0 up to, not including, 1. */
export function fraction(random: Random): number {
  const bytes = random.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}

/**
 * When one thing that failed is tried again: ever later while it fails, at once where somebody asks or something tells that it may go, and after
 * that as before if it does not. It has no clock: whoever asks says what time it is, in milliseconds since 1970.
 */
export class Retry {
  readonly #pace: RetryPace;
  readonly #random: Random | null;
  #failures = 0;
  #failedAt = 0;
  #wait = 0;

  /** `random`: each wait is between half of it and all of it, so that devices that failed together do not come back together; null: all of it. */
  constructor(pace: RetryPace, random: Random | null = null) {
    this.#pace = pace;
    this.#random = random;
  }

  /** How often it failed since it last went. */
  get failures(): number {
    return this.#failures;
  }

  /** It failed (again). Returns the milliseconds until it is due. */
  failed(now: number): number {
    const full = waitAfter(this.#pace, this.#failures);
    this.#failures++;
    this.#failedAt = now;
    this.#wait = this.#random === null ? full : Math.round(full * (0.5 + fraction(this.#random) / 2));
    return this.#wait;
  }

  /** Milliseconds until it is due; 0: it is. */
  dueIn(now: number): number {
    const passed = now - this.#failedAt;
    // A clock that was set back must not make it wait for long.
    return passed < 0 ? 0 : Math.max(0, this.#wait - passed);
  }

  /** A person asks, or something tells that it may go by now: it is due. Where that fails too the wait is as long as it would have been. */
  tryNow(): void {
    this.#wait = 0;
  }

  /** It went, or is over: the next failure is the first again. */
  ended(): void {
    this.#failures = 0;
    this.#wait = 0;
  }
}

/** The same with a timer: what is left undone is tried again by itself. */
export class PlannedRetry {
  readonly #clock: Clock;
  readonly #pace: RetryPace;
  readonly #retry: Retry;
  readonly #tryAgain: () => void;
  #cancel: (() => void) | null = null;
  /** The least that was waited for as it was planned. */
  #wait = 0;

  constructor(clock: Clock, pace: RetryPace, tryAgain: () => void) {
    this.#clock = clock;
    this.#pace = pace;
    this.#retry = new Retry(pace);
    this.#tryAgain = tryAgain;
  }

  /** It failed, or something is left to be tried: that is planned, unless it is. */
  failed(): void {
    if (this.#cancel === null) this.#cancel = this.#plan();
  }

  /** It got on, or there is something else to be tried: the next wait is the first again, and what is planned for later than that comes as soon. */
  anew(): void {
    this.#retry.ended();
    const planned = this.#cancel;
    if (planned === null || this.#wait <= this.#pace.first) return;
    // Whichever comes first: how much is left of what is planned the clock does not tell, for it may have been set since.
    const sooner = this.#plan();
    this.#cancel = () => {
      planned();
      sooner();
    };
  }

  #plan(): () => void {
    this.#wait = this.#retry.failed(this.#clock.now());
    return this.#clock.after(this.#wait, () => {
      this.#cancel?.();
      this.#cancel = null;
      this.#tryAgain();
    });
  }

  /** Nothing is left to be tried, or nobody tries any more. */
  ended(): void {
    this.#retry.ended();
    this.#cancel?.();
    this.#cancel = null;
  }
}
