import { expect, it } from 'vitest';
import { ReusedRows } from '../../../src/main/content/reused-rows.ts';

it('gives rows of what is gone to what comes, so that they are never more than there were at one time', () => {
  const rows = new ReusedRows<string>();
  expect(['a', 'b', 'a', 'c'].map((item) => rows.add(item))).toEqual([0, 1, 2, 3]);
  rows.remove((item) => item === 'a');
  expect([...rows.entries()]).toEqual([
    [1, 'b'],
    [3, 'c'],
  ]);
  expect(rows.at(2)).toBeNull();
  expect(new Set(['d', 'e', 'f'].map((item) => rows.add(item)))).toEqual(new Set([0, 2, 4]));
  expect(new Set([0, 1, 2, 3, 4].map((row) => rows.at(row)))).toEqual(new Set(['b', 'c', 'd', 'e', 'f']));
});
