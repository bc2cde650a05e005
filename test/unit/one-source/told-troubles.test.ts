import { expect, it } from 'vitest';
import { ToldTroubles } from '../../../src/main/one-source/told-troubles.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';

const busy = (): LockstepError => new LockstepError('server-busy', 'the server is busy', 'https://x');

it('a server that fails on and on in the same way is one line in the log, without a stack', () => {
  const told: string[] = [];
  const troubles = new ToldTroubles({
    location: 'https://x/book/',
    log: (line) => void told.push(line),
    failed: () => void told.push('a stack'),
  });
  for (let at = 0; at < 3; at++) troubles.failed(busy());
  troubles.failed(new LockstepError('not-reachable', 'it does not answer'));
  troubles.failed(busy());
  troubles.passed();
  troubles.failed(busy());
  expect(told).toEqual([
    'https://x/book/: the server is busy',
    'https://x/book/: it does not answer',
    'https://x/book/: the server is busy',
    'https://x/book/: the server is busy',
  ]);
});

it('what nobody foresaw is told whole, each time', () => {
  const told: string[] = [];
  const troubles = new ToldTroubles({
    location: 'https://x/book/',
    log: (line) => void told.push(line),
    failed: ({ message }) => void told.push(`whole: ${message}`),
  });
  for (let at = 0; at < 2; at++) troubles.failed(new TypeError('undefined is no function'));
  expect(told).toEqual(['whole: undefined is no function', 'whole: undefined is no function']);
});
