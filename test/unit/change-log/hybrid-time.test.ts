import { describe, expect, it } from 'vitest';
import { earliestTimeAt, millisecondsOf, nextTime, witnessTime } from '../../../src/main/change-log/hybrid-time.ts';

const NOW = 1_767_225_600_000;
const TEN_MINUTES = 600_000;

describe('hybrid time', () => {
  it('is the time of the clock, at first', () => {
    expect(millisecondsOf(nextTime(0, NOW))).toBe(NOW);
    expect(nextTime(0, NOW)).toBe(earliestTimeAt(NOW));
  });
  it('rises with every package, within a millisecond and where the clock is set back', () => {
    let last = nextTime(0, NOW);
    for (const now of [NOW, NOW, NOW - 3_600_000, NOW + 1, NOW + 1]) {
      const next = nextTime(last, now);
      expect(next).toBeGreaterThan(last);
      last = next;
    }
    expect(millisecondsOf(last)).toBe(NOW + 1);
  });
  it('goes on from what was read', () => {
    const read = earliestTimeAt(NOW + 5000) + 3;
    expect(nextTime(witnessTime(0, read, NOW), NOW)).toBe(read + 1);
    expect(witnessTime(read, read - 1, NOW)).toBe(read);
  });
  it('is never led further ahead than ten minutes by the clock of another', () => {
    expect(witnessTime(0, earliestTimeAt(NOW + TEN_MINUTES), NOW)).toBe(earliestTimeAt(NOW + TEN_MINUTES));
    expect(witnessTime(0, Number.MAX_SAFE_INTEGER, NOW)).toBe(earliestTimeAt(NOW + TEN_MINUTES));
  });
  it('stays a whole number for two hundred years', () => {
    expect(Number.isSafeInteger(earliestTimeAt(Date.UTC(2225, 0, 1)) + 1023)).toBe(true);
  });
});
