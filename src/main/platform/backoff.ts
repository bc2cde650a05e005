import type { Random } from './random.ts';
import { fraction, type RetryPace, waitAfter } from './retry.ts';

const PACE: RetryPace = { first: 1000, most: 5 * 60_000 };

/**
 * Milliseconds to wait after so many failures in a row: up to one second after none, twice as long after each, five minutes at most. Full jitter: who
 * lost the same thing at one moment does not come back at one moment.
 */
export function backoff(failures: number, random: Random): number {
  return Math.floor(longestWait(failures) * fraction(random));
}

/** Milliseconds that wait takes at most. */
export function longestWait(failures: number): number {
  return waitAfter(PACE, failures);
}
