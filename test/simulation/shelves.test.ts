import { expect, it } from 'vitest';
import { simulateShelves } from './simulate-shelves.ts';

const SEEDS = Number(process.env.LOCKSTEP_SHELVES ?? 8);

it.each(Array.from({ length: SEEDS }, (_, at) => at + 1))(
  'contacts and calendars in texts, folders of them and tables come to the same, and nothing anyone wrote is lost, seed %i',
  async (seed) => {
    const { findings, trace } = await simulateShelves(seed);
    expect(findings, `npm run simulate -- --shelves --seed ${seed} --verbose`).toEqual([]);
    if (seed === 1) expect((await simulateShelves(seed)).trace).toBe(trace);
  },
  120_000,
);
