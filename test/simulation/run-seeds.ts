import { expect, it } from 'vitest';
import type { Kind } from './events.ts';
import { simulate } from './simulate.ts';

/** What runs with every test: the kinds in which no seed tried has a finding. The others (`npm run simulate`) still find bugs: see CHANGELOG. */
export const SOUND: readonly Kind[] = [
  'tree',
  'attributes',
  'links',
  'clock',
  'settle',
  'members',
  'remove',
  'restore',
];
const AT_ONCE = 10;

/** Runs every `of`-th seed from `first` on, ten in a test. `LOCKSTEP_SEEDS` says how many there are in all. */
export function runSeeds(first: number, of: number): void {
  const count = Math.ceil(Number(process.env.LOCKSTEP_SEEDS ?? 40) / of);
  for (let from = 0; from < count; from += AT_ONCE) {
    const seeds = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => first + (from + at) * of);
    it(`seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
      for (const seed of seeds) {
        const { findings } = await simulate(seed, { kinds: SOUND });
        expect(findings, `npm run simulate -- --seed ${seed} --verbose --kinds ${SOUND.join(',')}`).toEqual([]);
      }
    }, 120_000);
  }
}
