import { expect, it } from 'vitest';
import { mergeInTurns, sortInTurns } from '../../../src/main/browse/sort-in-turns.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

it('sorts as the array does, equal ones in their order, and lets others go first', async () => {
  const random = new SeededRandom('sort in turns');
  const compare = (a: readonly number[], b: readonly number[]): number => (a[0] ?? 0) - (b[0] ?? 0);
  for (const size of [0, 1, 249, 250, 251, 1000, 9_001]) {
    const list = Array.from({ length: size }, (_, at) => [random.int(300), at]);
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    const immediate = (): void => void setImmediate(() => (turns++ < 1000 ? immediate() : undefined));
    immediate();
    expect(await sortInTurns(list, compare)).toEqual([...list].sort(compare));
    clearInterval(others);
    if (size > 4_000) expect(turns).toBeGreaterThan(2);
    turns = 1000;
  }
  expect(await mergeInTurns([[1, 0]], [[1, 1]], compare)).toEqual([
    [1, 0],
    [1, 1],
  ]);
  expect(await mergeInTurns([], [[1, 1]], compare)).toEqual([[1, 1]]);
});
