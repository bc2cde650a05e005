import { describe, expect, it } from 'vitest';
import { REGRESSIONS } from './regressions.ts';
import { simulate } from './simulate.ts';

describe('what was found before', () => {
  it.each(REGRESSIONS)(
    'seed $seed: $about',
    async ({ seed, kinds, drawsBatches }) => {
      expect((await simulate(seed, { kinds, wholeBatches: drawsBatches !== true })).findings).toEqual([]);
    },
    60_000,
  );
});
