import { expect, it } from 'vitest';
import { isTorn } from '../../../src/main/history/keep-torn.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll('_', '\0'));

it.each([
  ['', 'whole', true],
  ['wh', 'whole', true],
  ['_____', 'whole', true],
  ['wh___', 'whole', true],
  ['__ole', 'whole', true],
  ['w_o', 'whole', true],
  ['whole', 'whole', false],
  ['whole_', 'whole', false],
  ['white', 'whole', false],
  ['h', 'whole', false],
  ['', '', false],
  // What should be zero is no trace of a torn write.
  ['a_b', 'a_b', false],
])('%j of %j: %s', (found, whole, torn) => {
  expect(isTorn(bytes(found), bytes(whole))).toBe(torn);
});
