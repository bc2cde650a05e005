import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it('groups of which some disks do not tell case apart lose nothing, and end with the same', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const kinds = ['tree', 'links', 'settle', 'members', 'folding'] as const;
    const { findings } = await simulate(seed, { kinds, every: true });
    expect(findings, `npm run simulate -- --seed ${seed} --verbose --kinds ${kinds.join(',')}`).toEqual([]);
  }
}, 600_000);
