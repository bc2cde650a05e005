import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

// 91052 and 91092: somebody is let in apart from a rotation, and given its secret by another.
it.each([1, 11, 91_050, 91_090])(
  'members come to know one and the same secret, and who was removed does not (five seeds from %i)',
  async (first) => {
    const kinds = ['links', 'crash', 'members', 'remove', 'roles', 'settle', 'epochs'] as const;
    for (let seed = first; seed < first + 5; seed++)
      expect((await simulate(seed, { kinds })).findings, `--seed ${seed} --kinds ${kinds.join(',')}`).toEqual([]);
  },
  240_000,
);
