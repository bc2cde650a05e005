import { expect, it } from 'vitest';
import { hasHoles, hasTimeOfWhole, isTorn } from '../../../src/main/keep/keep-torn.ts';
import { ENTRY, MODIFIED } from '../../../src/main/record/file-entry.ts';
import type { Digest, Dot } from '../../../src/main/record/ids.ts';

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

it.each<[string, { modified: number | null; size: number; holes?: boolean; digest?: string }, boolean]>([
  ['of its time and shorter', { modified: 5, size: 9 }, true],
  ['of its time and as long', { modified: 5, size: 10 }, false],
  ['of its time, as long, with a hole', { modified: 5, size: 10, holes: true }, true],
  ['of its time and longer', { modified: 5, size: 11, holes: true }, false],
  ['of another time', { modified: 6, size: 9, holes: true }, false],
  ['of no time', { modified: null, size: 9 }, false],
  ['the very same', { modified: 5, size: 10, holes: true, digest: 'whole' }, false],
])('a file %s', (_, { modified, size, holes = false, digest = 'found' }, torn) => {
  const whole = { type: 'file', digest: 'whole', size: 10 };
  const earlier = [
    { field: ENTRY, value: { type: 'file', digest: 'other', size: 100 }, dot: 1 as Dot },
    { field: MODIFIED, value: null, dot: 1 as Dot },
    { field: ENTRY, value: whole, dot: 2 as Dot },
    { field: MODIFIED, value: 5, dot: 2 as Dot },
  ];
  expect(hasTimeOfWhole({ type: 'file', digest: digest as Digest, size }, modified, holes, earlier)).toBe(torn);
});

it('a hole is a whole page of zeroes, or an end of them', () => {
  const page = new Uint8Array(4096);
  const full = new Uint8Array(4096).fill(1);
  expect([hasHoles(page), hasHoles(full), hasHoles(Buffer.concat([full, page, full]))]).toEqual([true, false, true]);
  expect([hasHoles(Buffer.concat([full, bytes('__')])), hasHoles(Buffer.concat([full, bytes('_a')]))]).toEqual([
    true,
    false,
  ]);
});
