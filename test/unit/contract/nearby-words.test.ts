import { expect, it } from 'vitest';
import { nearbyEndWords, timeLeft } from '../../../src/contract/nearby-words.ts';

it('says how a pairing nearby ended, also where it does not know the code', () => {
  expect(nearbyEndWords('time')).toContain('no device came');
  expect(nearbyEndWords('different')).toContain('Nothing was shared');
  expect(nearbyEndWords('pairing-refused')).toContain('Nothing was shared');
  expect(nearbyEndWords('pairing-refused', '10.0.0.7')).toMatch(/^Something at 10\.0\.0\.7 tried/);
  expect(nearbyEndWords('disturbed', '10.0.0.7')).toMatch(/^Something at 10\.0\.0\.7 .*wait again.*with a link/);
});

it('counts down to nothing, and not below', () => {
  const now = Date.parse('2026-11-22T15:00:00Z');
  expect(timeLeft('2026-11-22T15:02:00Z', now)).toBe('2:00');
  expect(timeLeft('2026-11-22T15:01:04.100Z', now)).toBe('1:05');
  expect(timeLeft('2026-11-22T14:59:00Z', now)).toBe('0:00');
});
