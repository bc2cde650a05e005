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
    [{ status: 404 }, 'no-such-path'],
    [{ status: 401 }, 'not-allowed'],
    [{ status: 500 }, 'server-trouble'],
    [{ status: 429 }, 'server-busy'],
    [{ status: 302, headers: { location: 'http://10.0.0.1/feed.ics' } }, 'other-host'],
    [{ status: 200, body: '<html>Log in</html>' }, 'wrong-format'],
  ])('of a published calendar is looked at before it is added: %j', async (answer, code) => {
    server.answer = () => answer;
    await expect(find('/feed.ics', null)).rejects.toMatchObject({ code });
  });
  it('of a published calendar that cannot be given is told with what to do', async () => {
    server.answer = () => ({ status: 500 });
    await expect(find('/feed.ics', null)).rejects.toMatchObject({
      message: expect.stringMatching(/feed\.ics answers 500 .*: the server itself failed/),
    });
  });
  it('that nobody answers at is no place for one', async () => {
    const other = await FakeServer.start();
    const { origin } = other;
    await other.end();
    await expect(findServerPlace(`${origin}/feed.ics`, { kind: null, format: null }, none, [])).rejects.toMatchObject({
      code: 'not-reachable',
    });
  });
  it('is a published calendar where one is given', async () => {
    server.answer = () => ({ status: 200, body: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' });
    expect(await find('/feed.ics', null)).toMatchObject({
      path: `${server.origin}/feed.ics`,
      format: { name: 'subscription' },
    });
  });

  it.each(['/remote.php/dav/', '/SOGo/dav/', '/cloud/remote.php/dav/'])(
    'is found where its makers keep it (%s), though nothing at its address tells so',
    async (dav) => {
      const home = `${dav}me/`;
      server.answer = ({ method, path, body }) => {
        if (method !== 'PROPFIND' || !path.startsWith(dav)) return { status: 200, body: '<html>Welcome</html>' };
        if (body.includes('current-user-principal'))
          return multistatus(
            found(path, `<d:current-user-principal><d:href>${home}</d:href></d:current-user-principal>`),
          );
        if (body.includes('addressbook-home-set'))
          return multistatus(
            found(path, `<card:addressbook-home-set><d:href>${home}</d:href></card:addressbook-home-set>`),
          );
        const book =
          '<d:resourcetype><d:collection/><card:addressbook/></d:resourcetype><d:displayname>B</d:displayname>';
        return multistatus(
          found(home, '<d:resourcetype><d:collection/></d:resourcetype>') + found(`${home}book/`, book),
        );
      };
      const place = await find(dav.startsWith('/cloud') ? '/cloud' : '/', 'contacts');
      expect(place).toMatchObject({ path: `${server.origin}${home}book/` });
    },
  );
  it.each([
    ['Bearer realm="https://accounts.example"', 'lets nobody in by a password'],
    ['Bearer realm="x", Basic realm="x"', 'give a user name and a password'],
    ['', 'give a user name and a password'],
  ])('is said to be closed to passwords where it is (%j)', async (wanted, words) => {
    const headers: Record<string, string> = wanted === '' ? {} : { 'www-authenticate': wanted };
    server.answer = () => ({ status: 401, headers });
    await expect(find('/', 'contacts')).rejects.toMatchObject({
      code: 'not-allowed',
      message: expect.stringContaining(words),
    });
  });
  it('that tells nothing anywhere is said to be perhaps a web page', async () => {
    server.answer = () => ({ status: 200, body: '<html>Welcome</html>' });
    await expect(find('/', 'contacts')).rejects.toMatchObject({
      code: 'server-trouble',
      message: expect.stringMatching(/perhaps it is a web page.*: take the address its provider names/),
    });
  });

  it.each([
    [404, 'no-such-path', '--kind'],
    [429, 'server-busy', 'asked too much'],
    [404, 'no-such-path', 'look at how it is spelled'],
    [503, 'server-trouble', '--kind'],
    [500, 'server-trouble', 'tell whoever runs it'],
    [405, 'server-trouble', 'perhaps a web page'],
    [501, 'server-trouble', 'perhaps a web page'],
  ])('%s is said, rather than only that it is not known which kind is meant', async (status, code, words) => {
    server.answer = () => ({ status });
    await expect(find('/me/book/', null)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
