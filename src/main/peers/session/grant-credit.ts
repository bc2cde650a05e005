import type { Clock } from '../../platform/clock.ts';
import type { RateLimit } from './rate-limit.ts';

/** Bytes that were dealt with before the sender is granted as many again. */
const GRANT_AT = 2 << 20;

/** Lets a peer send bulk as fast as this device deals with it, and as its limit allows. */
export class CreditGrants {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #send: (bytes: number) => void;
  #consumed = 0;
  #ended = false;

  constructor(clock: Clock, limit: RateLimit, send: (bytes: number) => void) {
    this.#clock = clock;
    this.#limit = limit;
    this.#send = send;
  }

  /** The link ended: nothing is granted any more. */
  end(): void {
    this.#ended = true;
  }

  /** What arrived is dealt with: the peer may send as much again, as fast as this device's limit lets it. */
  consume(bytes: number): void {
    this.#consumed += bytes;
    this.#limit.passed(bytes, this.#clock.now());
    if (this.#consumed >= GRANT_AT) this.#grant();
  }

  #grant(): void {
    if (this.#ended || this.#consumed === 0) return;
    const wait = this.#limit.delay(this.#clock.now());
    if (wait > 0) {
      this.#clock.after(wait, () => this.#grant());
      return;
    }
    this.#send(this.#consumed);
    this.#consumed = 0;
  }
}
