import { RelayError } from '../peers/relay/relay-error.ts';

/** Four times less each time, so often at most. */
const MOST_QUARTERINGS = 5;
/** After so many requests that went through it is tried whether larger ones do. */
const THROUGH_BEFORE_MORE = 16;

/**
 * How much goes to a relay, or comes from it, in one request. Some lines break off each time after so many bytes: what is longer never goes
 * through, and all behind it waits. So it is less after one broke off, and more again once many went through.
 */
export class RequestSize {
  #quarterings = 0;
  #through = 0;

  /** Where it is `most` as long as nothing breaks off, and never less than `least`. */
  of(most: number, least: number): number {
    return Math.max(least, Math.floor(most / 4 ** this.#quarterings));
  }
  /** The line broke off in the middle of one of this size. */
  brokeOff(): void {
    this.#quarterings = Math.min(MOST_QUARTERINGS, this.#quarterings + 1);
    this.#through = 0;
  }
  /** One of this size went through. */
  wentThrough(): void {
    if (this.#quarterings === 0 || ++this.#through < THROUGH_BEFORE_MORE) return;
    this.#quarterings--;
    this.#through = 0;
  }
}

/** The relay gave no answer that counts, so that less at a time may go through. `again`: at once, on another connection; `later`: it took too long. */
export function brokenOff(error: unknown): 'again' | 'later' | null {
  if (!(error instanceof RelayError) || error.code !== 'relay-unreachable' || error.status !== null) return null;
  return (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT' ? 'later' : 'again';
}
