import { expect, it } from 'vitest';
import { FreeKeys } from '../../../../../src/main/sources/text/entry-keys/free-keys.ts';

it('the first of a key has it, the others the next numbers nobody has', () => {
  const free = new FreeKeys(['a', 'b-3']);
  expect(['a', 'b', 'b', 'b', 'c', 'a', 'b-2'].map((key) => free.take(key))).toEqual([
    'a-2',
    'b',
    'b-2',
    'b-4',
    'c',
    'a-3',
    'b-2-2',
  ]);
});
it('a hundred thousand of one key are as many keys', () => {
  const free = new FreeKeys([]);
  expect(new Set(Array.from({ length: 100_000 }, () => free.take('k'))).size).toBe(100_000);
});
