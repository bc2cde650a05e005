import type { Random } from './random.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;

/**
 * Milliseconds to wait after so many failures in a row: up to one second after none, twice as long after each, five minutes at most. Full jitter: who
 * lost the same thing at one moment does not come back at one moment.
 */
export function backoff(failures: number, random: Random): number {
  return Math.floor(longestWait(failures) * fraction(random));
}

/** Milliseconds that wait takes at most. */
export function longestWait(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
}

/** From 0 up to, not including, 1. */
function fraction(random: Random): number {
  const bytes = random.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}
