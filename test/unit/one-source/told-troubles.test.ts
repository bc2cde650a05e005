import { expect, it } from 'vitest';
import { ToldTroubles } from '../../../src/main/one-source/told-troubles.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';

const busy = (): LockstepError => new LockstepError('server-busy', 'busy', 'https://x');

it('a server that fails on and on in the same way is told once, and again after it went well', () => {
  const told: string[] = [];
  const troubles = new ToldTroubles(({ message }) => void told.push(message));
  for (let at = 0; at < 3; at++) troubles.failed(busy());
  troubles.failed(new LockstepError('not-reachable', 'silent'));
  troubles.failed(busy());
  troubles.passed();
  troubles.failed(busy());
  expect(told).toEqual(['busy', 'silent', 'busy', 'busy']);
});

it('what nobody foresaw is told each time', () => {
  const told: string[] = [];
  const troubles = new ToldTroubles(({ message }) => void told.push(message));
  for (let at = 0; at < 2; at++) troubles.failed(new TypeError('no function'));
  expect(told).toEqual(['no function', 'no function']);
});
