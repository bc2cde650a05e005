import { expect, it } from 'vitest';
import { allAhead, batches } from '../../../src/main/content-exchange/request-batches.ts';
import { flush } from '../../fakes/flush.ts';

const MIB = 1 << 20;

it('requests are of two megabytes at most, and of 512 items; what is larger goes alone', () => {
  const cut = (...sizes: readonly number[]) => batches(sizes, (size) => size);
  expect(cut()).toEqual([]);
  expect(cut(MIB, MIB, 1)).toEqual([[MIB, MIB], [1]]);
  expect(cut(MIB + 1, MIB, 1)).toEqual([[MIB + 1], [MIB, 1]]);
  expect(cut(1, 5 * MIB, 1)).toEqual([[1], [5 * MIB], [1]]);
  expect(cut(...Array.from({ length: 1025 }, () => 1)).map(({ length }) => length)).toEqual([512, 512, 1]);
});

it('four are worked on at a time, beginning in order', async () => {
  const begun: number[] = [];
  const end: (() => void)[] = [];
  const all = allAhead([0, 1, 2, 3, 4, 5], (item) => {
    begun.push(item);
    return new Promise((resolve) => void end.push(resolve));
  });
  await flush();
  expect(begun).toEqual([0, 1, 2, 3]);
  end[2]?.();
  await flush();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  for (const each of end.splice(0)) each();
  await flush();
  for (const each of end.splice(0)) each();
  await all;
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
});
