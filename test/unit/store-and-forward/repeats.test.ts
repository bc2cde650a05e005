import { expect, it } from 'vitest';
import { Repeats } from '../../../src/main/store-and-forward/repeats.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

it('what is done in vain is done at once, after a minute, and less and less often, but each day', () => {
  const repeats = new Repeats();
  const done: number[] = [];
  for (let now = 0; now < 4 * DAY; now += MINUTE) if (repeats.take('one', now) === 0) done.push(now / MINUTE);
  expect(done.slice(0, 6)).toEqual([0, 1, 5, 21, 85, 341]);
  expect(done.slice(6)).toEqual([1365, 2805, 4245, 5685]);
  expect(repeats.take('one', 4 * DAY)).toBeGreaterThan(0);
  expect(repeats.take('other', 4 * DAY)).toBe(0);
  repeats.forget('one');
  expect(repeats.take('one', 4 * DAY)).toBe(0);
});
