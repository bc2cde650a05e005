import type { Clock } from '../../platform/clock.ts';

/** The link is looked at so often. A computer that slept finds one such pause over when it wakes, and not all of them. */
const PAUSE_MS = 15_000;
/** After so many of them in which nothing came the peer is silent: a minute. */
const PAUSES = 4;

/** What tells whether a peer moves. */
export interface SilencePort {
  /** Bytes that are here of a frame that is not whole yet; 0 between two frames. On a slow link one takes minutes. */
  arriving(): number;
  /** This device lets the peer send no more at the moment. */
  holdsBack(): boolean;
}

/** Finds out that a peer sends nothing of what is waited for. How slowly it does does not matter, nor what of it comes first. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #port: SilencePort;
  readonly #silent: () => void;
  #cancel: (() => void) | null = null;
  #hasMoved = false;
  #arriving = 0;
  #quiet = 0;

  /** `silent`: told once, and the watch is over then. */
  constructor(clock: Clock, port: SilencePort, silent: () => void) {
    this.#clock = clock;
    this.#port = port;
    this.#silent = silent;
  }

  /** Something is waited for. */
  begin(): void {
    if (this.#cancel !== null) return;
    this.#quiet = 0;
    this.#hasMoved = false;
    this.#arriving = this.#port.arriving();
    this.#plan();
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Something of what was asked for came. */
  moved(): void {
    this.#hasMoved = true;
  }

  #plan(): void {
    this.#cancel = this.#clock.after(PAUSE_MS, () => {
      this.#quiet = this.#isMoving() ? 0 : this.#quiet + 1;
      if (this.#quiet < PAUSES) this.#plan();
      else {
        this.#cancel = null;
        this.#silent();
      }
    });
  }

  #isMoving(): boolean {
    const arriving = this.#port.arriving();
    const isMoving = this.#hasMoved || (arriving > 0 && arriving !== this.#arriving) || this.#port.holdsBack();
    this.#arriving = arriving;
    this.#hasMoved = false;
    return isMoving;
  }
}
