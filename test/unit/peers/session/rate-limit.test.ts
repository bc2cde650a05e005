import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../../src/main/peers/session/rate-limit.ts';

const START = 1_767_225_600_000;

describe('a limit of bytes a second', () => {
  it('of 0 is none', () => {
    const limit = new RateLimit(() => 0);
    limit.passed(1e12, START);
    expect(limit.delay(START)).toBe(0);
  });
  it("lets a second's worth pass at once", () => {
    const limit = new RateLimit(() => 1000);
    expect(limit.delay(START)).toBe(0);
    limit.passed(999, START);
    expect(limit.delay(START)).toBe(0);
    limit.passed(1, START);
    expect(limit.delay(START)).toBeGreaterThan(0);
  });
  it('lets more pass after the time it says, and not before', () => {
    const limit = new RateLimit(() => 1000);
    limit.passed(3000, START);
    const wait = limit.delay(START);
    expect(wait).toBe(2001);
    expect(limit.delay(START + wait - 2)).toBeGreaterThan(0);
    expect(limit.delay(START + wait)).toBe(0);
  });
  it.each([1, 1000, 65_536, 1e9])('of %d keeps to it over a long time', (rate) => {
    const limit = new RateLimit(() => rate);
    let now = START;
    let passed = 0;
    while (now < START + 100_000) {
      const wait = limit.delay(now);
      now += wait;
      if (wait > 0) continue;
      limit.passed(rate / 3, now);
      passed += rate / 3;
    }
    expect(passed / rate).toBeGreaterThan(95);
    expect(passed / rate).toBeLessThan(103);
  });
  it('is the one set now', () => {
    let rate = 1000;
    const limit = new RateLimit(() => rate);
    limit.passed(10_000, START);
    rate = 0;
    expect(limit.delay(START)).toBe(0);
    rate = 100_000;
    expect(limit.delay(START)).toBe(0);
  });
  it('holds nothing up where the clock is set back', () => {
    const limit = new RateLimit(() => 1000);
    limit.passed(1500, START);
    const before = START - 3_600_000;
    expect(limit.delay(before)).toBeLessThanOrEqual(501);
    expect(limit.delay(before + 501)).toBe(0);
  });
});
