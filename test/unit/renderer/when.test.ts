import { describe, expect, it, vi } from 'vitest';
import { dayText, whenText } from '../../../src/renderer/components/when.tsx';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

// Local times throughout: what day it is depends on where one is.
const now = new Date(2026, 10, 22, 15, 4).getTime();
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe('moments', () => {
  it.each([
    [at(2026, 10, 22, 15, 4), 'just now'],
    [at(2026, 10, 22, 15, 3), '1 minute ago'],
    [at(2026, 10, 22, 14, 10), '54 minutes ago'],
    [at(2026, 10, 22, 0, 1), 'today, 00:01'],
    [at(2026, 10, 21, 23, 59), 'yesterday, 23:59'],
    [at(2026, 2, 3, 9, 0), '3 Mar, 09:00'],
    [at(2024, 2, 3, 9, 0), '3 Mar 2024, 09:00'],
    [at(2026, 10, 22, 18, 0), 'today, 18:00'],
    ['not a time', 'not a time'],
  ])('%s is %s', (moment, expected) => {
    expect(whenText(moment, now)).toBe(expected);
  });
  it('days as headings', () => {
    expect(
      [at(2026, 10, 22, 1, 0), at(2026, 10, 21, 1, 0), at(2026, 10, 20, 1, 0), at(2025, 0, 2, 1, 0)].map((one) =>
        dayText(one, now),
      ),
    ).toEqual(['Today', 'Yesterday', 'Friday 20 November', '2 Jan 2025']);
  });
});
