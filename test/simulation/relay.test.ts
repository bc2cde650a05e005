import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it.each([1, 6, 11, 16])(
  'devices that only leave things for each other at a relay come to the same (five seeds from %i)',
  async (first) => {
    const kinds = ['tree', 'crash', 'settle', 'race', 'clock', 'power', 'pause', 'relay'] as const;
    for (let seed = first; seed < first + 5; seed++)
      expect((await simulate(seed, { kinds, every: true })).findings, `--seed ${seed}, all of ${kinds}`).toEqual([]);
  },
  240_000,
);
