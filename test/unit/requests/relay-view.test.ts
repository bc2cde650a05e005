import { expect, it } from 'vitest';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { relayViewOf } from '../../../src/main/requests/relay-view.ts';

const url = 'https://relay.example.org:8443';
const full = new LockstepError('relay-quota', 'The relay has no room left.', url);
const silent = new LockstepError('relay-unreachable', 'The relay does not answer.', url);

it('trouble of an exchange is told while there is a session, else why there is none', () => {
  const exchange = { is: 'trouble', toPutUp: 3, trouble: full, notPutUp: [], isFull: false } as const;
  expect(relayViewOf(url, exchange, { is: 'online', why: null })).toEqual({
    url,
    state: 'trouble',
    waiting: 3,
    why: 'The relay has no room left.',
  });
  const offline = { ...exchange, is: 'offline' } as const;
  expect(relayViewOf(url, offline, { is: 'offline', why: silent }).why).toBe('The relay does not answer.');
  // As just after another relay was set.
  expect(relayViewOf(url, offline, { is: 'connecting', why: null }).why).toBeNull();
  expect(relayViewOf(url, offline, null).why).toBeNull();
});

it('a relay is full where this device or another finds no room there, as long as it is reached', () => {
  const exchange = { is: 'level', toPutUp: 0, trouble: null, notPutUp: [], isFull: true } as const;
  expect(relayViewOf(url, exchange, { is: 'online', why: null })).toMatchObject({ state: 'level', full: true });
  expect(relayViewOf(url, { ...exchange, is: 'offline' }, { is: 'offline', why: silent }).full).toBeUndefined();
  expect(relayViewOf(url, { ...exchange, isFull: false }, { is: 'online', why: null }).full).toBeUndefined();
});
