import { expect, it } from 'vitest';
import { type Copy, runsOf } from '../../../../src/main/sources/files/copy-runs.ts';

const copy = (id: string, from: number, offset: number, length = 10): Copy =>
  ({ offset, length, digest: '', from: { id, revision: new Uint8Array(0), offset: from } }) as unknown as Copy;
const runs = (...copies: readonly Copy[]) => runsOf(copies).map(({ from, to, length }) => [from, to, length]);

it('joins what follows each other in one item and in the file, in the order of the file', () => {
  expect(runs(copy('a', 110, 10), copy('a', 100, 0), copy('a', 120, 20, 5))).toEqual([[100, 0, 25]]);
});
it('joins nothing that does not', () => {
  expect(runs(copy('a', 100, 0), copy('b', 110, 10))).toHaveLength(2);
  expect(runs(copy('a', 100, 0), copy('a', 100, 10))).toEqual([
    [100, 0, 10],
    [100, 10, 10],
  ]);
  expect(runs(copy('a', 100, 0), copy('a', 110, 20))).toEqual([
    [100, 0, 10],
    [110, 20, 10],
  ]);
});
