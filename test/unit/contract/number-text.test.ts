import { expect, it } from 'vitest';
import { numberText } from '../../../src/contract/number-text.ts';

it('says whole numbers as people read them, and as the tables of languages would', () => {
  for (const whole of [0, 7, 12, 999, 1000, 1234, 99_999, 100_000, 1_234_567, 2 ** 53 - 1, -1, -999, -1000, -1_234_567])
    expect(numberText(whole)).toBe(whole.toLocaleString('en'));
});
