import { expect, it } from 'vitest';
import { BackOff } from '../../../../src/main/sources/dav/back-off.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

it('waits twice as long after each failure, up to five minutes, a random part of it less; and begins anew after a success', () => {
  const [one, other] = [1, 2].map((seed) => new BackOff(new SeededRandom(seed)));
  const waits = [5, 10, 20, 40, 80, 160, 300, 300].map((full) => {
    const [a, b] = [one!.failed(), other!.failed()];
    for (const wait of [a, b]) expect(wait).toBeGreaterThanOrEqual(full * 500);
    for (const wait of [a, b]) expect(wait).toBeLessThanOrEqual(full * 1000);
    return a !== b;
  });
  expect(waits.filter((differs) => differs).length).toBeGreaterThan(6);
  one!.succeeded();
  expect(one!.failed()).toBeLessThanOrEqual(5000);
});
