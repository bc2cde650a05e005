import { describe, expect, it } from 'vitest';
import { REGRESSIONS } from './regressions.ts';
import { simulate } from './simulate.ts';

describe('what was found before', () => {
  it.each(REGRESSIONS)(
    'seed $seed: $about',
    async ({ seed, kinds }) => {
      expect((await simulate(seed, { kinds })).findings).toEqual([]);
    },
    60_000,
  );
});
