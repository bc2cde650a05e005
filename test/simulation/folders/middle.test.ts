import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it.each([1, 6, 11])(
  'two that never meet have from each other what the one between them leaves out (five seeds from %i)',
  async (first) => {
    const kinds = ['tree', 'links', 'crash', 'settle', 'select', 'sources', 'middle'] as const;
    for (let seed = first; seed < first + 5; seed++)
      expect((await simulate(seed, { kinds, every: true })).findings, `--seed ${seed}, all of ${kinds}`).toEqual([]);
  },
  240_000,
);
