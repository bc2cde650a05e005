import { describe, expect, it } from 'vitest';
import { REGRESSIONS } from './regressions.ts';
import { runSeeds, SOUND } from './run-seeds.ts';
import { simulate } from './simulate.ts';

describe('a group of computers, as chance has it', () => runSeeds(1, 2));

describe('what was found before', () => {
  it.each(REGRESSIONS)(
    'seed $seed: $about',
    async ({ seed, kinds }) => {
      expect((await simulate(seed, { kinds })).findings).toEqual([]);
    },
    30_000,
  );
});

describe('the same seed', () => {
  it.each([1, 11, 21, 31, 41])(
    'from %i on gives the same trace again (ten seeds)',
    async (first) => {
      for (let seed = first; seed < first + 10; seed++) {
        const [one, again] = [
          await simulate(seed, { kinds: SOUND, steps: 15 }),
          await simulate(seed, { kinds: SOUND, steps: 15 }),
        ];
        expect(again.trace, `seed ${seed}`).toBe(one.trace);
      }
    },
    120_000,
  );
});
