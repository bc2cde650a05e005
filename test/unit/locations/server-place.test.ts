import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, findServerPlace } from '../../../src/main/locations/server-place.ts';
import { FakeServer, found, multistatus } from '../sources/dav/fake-server.ts';

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

describe('what is found at an address', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(() => server.end());
  const find = (path: string, kind: 'contacts' | null) =>
    findServerPlace(`${server.origin}${path}`, { kind, format: null }, none, []);

  it.each(['contacts', null] as const)('one card is no book, and its book is named (%s)', async (kind) => {
    server.answer = ({ path }) =>
      multistatus(found(path, '<d:resourcetype/><d:getcontenttype>text/vcard; charset=utf-8</d:getcontenttype>'));
    await expect(find('/me/book/x1.vcf', kind)).rejects.toMatchObject({
      code: 'wrong-format',
      message: expect.stringContaining(`${server.origin}/me/book/ is`),
    });
  });

  it.each([
    [404, 'no-such-path', '--kind'],
    [429, 'server-busy', 'asked too much'],
    [503, 'server-trouble', '--kind'],
  ])('%s is said, rather than only that it is not known which kind is meant', async (status, code, words) => {
    server.answer = () => ({ status });
    await expect(find('/me/book/', null)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
