import { expect, it } from 'vitest';
import { accountOf } from '../../../src/main/locations/server-place.ts';

const none = { passwordOf: () => null, setPassword: () => undefined };

it.each(['https://a%zz@cards.example/', 'https://:secret@cards.example/', 'https://', 'no address'])(
  'is refused where it is none: %s',
  (address) => expect(() => accountOf(address, none)).toThrow(expect.objectContaining({ code: 'bad-address' })),
);
it('goes by the password there is when it is asked for', () => {
  let password = 'old';
  const { account } = accountOf('https://ana@cards.example/', { ...none, passwordOf: () => password });
  expect(account.password).toBe('old');
  password = 'new';
  expect(account.password).toBe('new');
});
it('tells who asks, and where', () => {
  const { url, account } = accountOf('webcal://ana%40home@cards.example/me/', none);
  expect([url.href, account.user, account.origin]).toEqual([
    'https://cards.example/me/',
    'ana@home',
    'https://cards.example',
  ]);
});
