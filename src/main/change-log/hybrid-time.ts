/**
 * Hybrid logical time: milliseconds since 1970, times 1024, plus a counter. It rises with every package a device writes and is never
 * behind one it has read, so it orders what happened after what; it decides nothing but display (DESIGN 5).
 */
const TICKS = 1024;
/** A device never lets another's clock move its own further ahead than this. */
const FURTHEST_AHEAD_MS = 10 * 60_000;

/** The milliseconds since 1970 of a hybrid time. */
export const millisecondsOf = (time: number): number => Math.floor(time / TICKS);
/** The earliest hybrid time of a moment. */
export const earliestTimeAt = (milliseconds: number): number => milliseconds * TICKS;

/** The time of a new package, given the last time this device wrote or read. */
export function nextTime(last: number, nowMs: number): number {
  return Math.max(last + 1, nowMs * TICKS);
}

/** The last time to remember after reading a package: its time, unless that is more than ten minutes ahead of our clock. */
export function witnessTime(last: number, read: number, nowMs: number): number {
  return Math.max(last, Math.min(read, (nowMs + FURTHEST_AHEAD_MS) * TICKS));
}
