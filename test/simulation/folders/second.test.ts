import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it.each([1, 6, 11])(
  'a computer with two folders of one collection, of which one comes and goes, loses nothing (five seeds from %i)',
  async (first) => {
    const kinds = ['tree', 'crash', 'power', 'settle', 'sources', 'second'] as const;
    for (let seed = first; seed < first + 5; seed++) {
      const { findings } = await simulate(seed, { kinds, every: true });
      expect(findings, `npm run simulate -- --seed ${seed}, all of ${kinds}`).toEqual([]);
    }
  },
  240_000,
);
