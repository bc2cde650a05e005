import type { Random } from '../../platform/random.ts';

const FIRST_MS = 5000;
const LONGEST_MS = 5 * 60_000;

/** How long to leave a server alone that fails: longer with every failure, and never in step with the other devices that ask it too. */
export class BackOff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How often it failed since it last did not. */
  get failures(): number {
    return Math.min(this.#failures, 30);
  }
  /** It failed (again): milliseconds until it may be asked once more, between half of the full wait and all of it. */
  failed(): number {
    const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.#failures++;
    const [high = 0, low = 0] = this.#random.bytes(2);
    return Math.round(full * (0.5 + (high * 256 + low) / 2 ** 17));
  }
  succeeded(): void {
    this.#failures = 0;
  }
}
