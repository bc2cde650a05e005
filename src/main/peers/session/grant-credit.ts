import type { Clock } from '../../platform/clock.ts';
import { FIRST_CREDIT } from '../connect/hello.ts';
import type { RateLimit } from './rate-limit.ts';

/** Bytes that were dealt with before the sender is granted as many again. */
const GRANT_AT = 2 << 20;

/** Lets a peer send bulk as fast as this device deals with it, and as its limit allows. */
export class CreditGrants {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #send: (bytes: number) => void;
  readonly #isWorth: () => boolean;
  #consumed = 0;
  #hasGranted = false;
  #isPlanned = false;
  #ended = false;

  /**
   * `isWorth`: the link brought something, so that another one is worth dialling for. The first grant comes as soon as that is so: the sender
   * knows it by nothing else, and would take a link that is cut before 2 MiB for one of which nothing came.
   */
  constructor(clock: Clock, limit: RateLimit, send: (bytes: number) => void, isWorth: () => boolean) {
    this.#clock = clock;
    this.#limit = limit;
    this.#send = send;
    this.#isWorth = isWorth;
  }

  /** The link ended: nothing is granted any more. */
  end(): void {
    this.#ended = true;
  }

  /** The peer may have sent all it was granted, and is granted more once this device's limit lets it. */
  get holdsBack(): boolean {
    return this.#isPlanned && this.#consumed >= FIRST_CREDIT;
  }

  /** What arrived is dealt with: the peer may send as much again, as fast as this device's limit lets it. */
  consume(bytes: number): void {
    this.#consumed += bytes;
    this.#limit.passed(bytes, this.#clock.now());
    if (this.#consumed >= GRANT_AT || (!this.#hasGranted && this.#isWorth())) this.#grant();
  }

  #grant(): void {
    if (this.#ended || this.#consumed === 0 || this.#isPlanned) return;
    const wait = this.#limit.delay(this.#clock.now());
    if (wait > 0) {
      this.#isPlanned = true;
      this.#clock.after(wait, () => {
        this.#isPlanned = false;
        this.#grant();
      });
      return;
    }
    this.#send(this.#consumed);
    this.#hasGranted = true;
    this.#consumed = 0;
  }
}
