import { describe, expect, it } from 'vitest';
import { KINDS, type Kind } from './events.ts';
import { simulate } from './simulate.ts';

/** Kinds that came later: the seeds kept before were kept without them. */
const LATER: ReadonlySet<Kind> = new Set([
  'sources',
  'select',
  'retention',
  'middle',
  'folding',
  'second',
  'epochs',
  'relay',
  'relay-fails',
  'state-disk',
  'leave',
  'come-again',
]);
/** What runs with every test: every kind of trouble there is but roles, which `members.test.ts` has. */
export const SOUND: readonly Kind[] = KINDS.filter((kind) => kind !== 'roles' && !LATER.has(kind));
export const WITH_ROLES: readonly Kind[] = [...SOUND, 'roles'];
/** And with folders that come and go, or are held in part. */
const NO_PLACES: ReadonlySet<Kind> = new Set([
  'middle',
  'folding',
  'second',
  'epochs',
  'relay',
  'relay-fails',
  'state-disk',
  'leave',
  'come-again',
]);
export const WITH_PLACES: readonly Kind[] = KINDS.filter((kind) => !NO_PLACES.has(kind));
const SEEDS = Number(process.env.LOCKSTEP_SEEDS ?? 500);
const AT_ONCE = 10;

/**
 * Runs every `of`-th of `LOCKSTEP_SEEDS` seeds (500), from `first` on, ten in a test. One of the ten is run once more and has to go just the
 * same way (I15).
 */
export function runSeeds(first: number, of: number): void {
  describe('a group of computers, as chance has it', () => {
    const count = Math.ceil((SEEDS - first + 1) / of);
    for (let from = 0; from < count; from += AT_ONCE) {
      const seeds = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => first + (from + at) * of);
      it(`seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
        for (const [at, seed] of seeds.entries()) {
          const { findings, trace } = await simulate(seed, { kinds: SOUND });
          expect(findings, `npm run simulate -- --seed ${seed} --verbose --kinds ${SOUND.join(',')}`).toEqual([]);
          if (at === 0) expect((await simulate(seed, { kinds: SOUND })).trace, `trace of seed ${seed}`).toBe(trace);
        }
      }, 240_000);
    }
  });
}
