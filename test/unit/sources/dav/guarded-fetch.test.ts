import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { MockAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DavServer } from '../../../../src/main/sources/dav/dav-server.ts';
import { guardedFetch } from '../../../../src/main/sources/dav/guarded-fetch.ts';
import { FakeServer, found, multistatus } from './fake-server.ts';

const MIB = 1 << 20;
const digestOf = (text: string): string => createHash('md5').update(text).digest('hex');
let server: FakeServer;
let other: FakeServer;
beforeEach(async () => {
  [server, other] = await Promise.all([FakeServer.start(), FakeServer.start()]);
});
afterEach(() => Promise.all([server.end(), other.end()]));
const account = () => ({ origin: server.origin, user: 'me', password: 'secret' });
const ask = (path: string, options = {}) =>
  guardedFetch({ account: account(), timeout: 240_000, most: 50 * MIB, ...options })(new URL(path, server.origin));

describe('an address a person confirmed', () => {
  it('is asked with the password of the account', async () => {
    server.answer = () => ({ status: 200, body: 'hello' });
    expect(await (await ask('/')).text()).toBe('hello');
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  });

  it('is given a digest where it wants one, and no more than once a second one of the same', async () => {
    let nonce = 'first';
    const wants = (): { status: number; headers: Record<string, string> } => ({
      status: 401,
      headers: { 'www-authenticate': `Digest realm="cards", qop="auth", nonce="${nonce}"` },
    });
    const secret = digestOf('me:cards:secret');
    server.answer = ({ method, path, headers }) => {
      const sent = new Map(
        [...(headers.authorization ?? '').matchAll(/(\w+)="?([^",]*)/g)].map(([, name, value]) => [name, value]),
      );
      const proof = `${nonce}:${sent.get('nc')}:${sent.get('cnonce')}:auth:${digestOf(`${method}:${path}`)}`;
      return sent.get('response') === digestOf(`${secret}:${proof}`) ? { status: 200, body: method } : wants();
    };
    const fetch = guardedFetch({ account: account(), timeout: 240_000, most: MIB });
    const put = async (path: string) => (await fetch(server.origin + path, { method: 'PUT', body: 'x' })).status;
    expect([await put('/a?b=1'), await put('/c')]).toEqual([200, 200]);
    const sent = (): readonly string[] => server.asked.map(({ headers }) => headers.authorization ?? '');
    expect(sent().map((each) => /^Basic|nc=\d+/.exec(each)?.[0])).toEqual(['Basic', 'nc=00000001', 'nc=00000002']);
    expect(server.asked.at(-1)?.body).toBe('x');
    // A nonce does not last.
    nonce = 'second';
    expect(await put('/d')).toBe(200);
    server.asked.length = 0;
    const wrong = guardedFetch({ account: { ...account(), password: 'wrong' }, timeout: 240_000, most: MIB });
    expect((await wrong(`${server.origin}/`)).status).toBe(401);
    expect((await wrong(`${server.origin}/`)).status).toBe(401);
    expect(server.asked).toHaveLength(3);
  });

  it.each([301, 302, 303, 307, 308])(
    'a redirect (%s) to another host is refused and named, and nothing is sent there',
    async (status) => {
      server.answer = () => ({ status, headers: { location: `${other.origin}/cards` } });
      await expect(ask('/')).rejects.toMatchObject({
        code: 'other-host',
        message: expect.stringContaining(other.origin),
        subject: other.origin,
      });
      expect(other.asked).toEqual([]);
    },
  );

  it.each(['https://127.0.0.1/', 'http://10.0.0.1/', 'http://[::1]/', 'http://localhost/', 'file:///etc/passwd'])(
    'nobody leads it to %s',
    async (location) => {
      server.answer = () => ({ status: 302, headers: { location } });
      await expect(ask('/')).rejects.toMatchObject({ code: 'other-host' });
      await expect(ask(location)).rejects.toMatchObject({ code: 'other-host' });
    },
  );

  it('who is sent to what is no server is not told to add that', async () => {
    server.answer = () => ({ status: 302, headers: { location: 'file:///etc/passwd' } });
    const error = await ask('/').then(
      () => '',
      ({ message }: Error) => message,
    );
    expect(error).toMatch(/file:\/\/\/etc\/passwd, which is no address of a server/);
    expect(error).not.toContain('add the collection');
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['ENOTFOUND', 'no server of this name'],
    ['ECONNREFUSED', 'nothing answers there'],
    ['EODD', 'just so'],
  ])('whose server fails with %s is told in words', async (code, words) => {
    const dispatcher = new MockAgent();
    const failing = dispatcher.get(server.origin).intercept({ path: '/' });
    failing.replyWithError(Object.assign(new Error('just so'), { code }));
    await expect(ask('/', { dispatcher })).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringContaining(words),
    });
  });

  it('that has no TLS is told apart from a server nobody reaches', async () => {
    const origin = server.origin.replace('http:', 'https:');
    const guarded = guardedFetch({ account: { ...account(), origin }, timeout: 240_000, most: MIB });
    await expect(guarded(origin)).rejects.toMatchObject({ message: expect.stringContaining('does not speak TLS') });
  });

  it('a redirect on the same host is followed, with its method and body, five times at most', async () => {
    server.answer = ({ path }) =>
      path === '/end' ? { status: 200, body: 'here' } : { status: 308, headers: { location: '/end' } };
    const guarded = guardedFetch({ account: account(), timeout: 240_000, most: MIB });
    const response = await guarded(`${server.origin}/begin`, { method: 'PUT', body: 'text' });
    expect(await response.text()).toBe('here');
    expect(server.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PUT', '/begin', 'text'],
      ['PUT', '/end', 'text'],
    ]);
    server.answer = () => ({ status: 302, headers: { location: '/again' } });
    await expect(ask('/')).rejects.toMatchObject({ code: 'too-many-redirects' });
    expect(server.asked).toHaveLength(2 + 6);
  });

  it('answers of more than 50 MiB are refused, packed or not', async () => {
    server.answer = () => ({ status: 200, body: Buffer.alloc(50 * MIB + 1) });
    await expect(ask('/')).rejects.toMatchObject({ code: 'too-large', message: expect.stringContaining('50 MiB') });
    const packed = gzipSync(Buffer.alloc(60 * MIB));
    expect(packed.length).toBeLessThan(MIB);
    server.answer = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: packed });
    await expect(ask('/')).rejects.toMatchObject({ code: 'too-large' });
  });

  it('a port that is none of the web is told as what is wrong', async () => {
    const origin = 'https://127.0.0.1:9';
    const nobody = { origin, user: null, password: null };
    await expect(guardedFetch({ account: nobody, timeout: 5000, most: 100 })(origin)).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringContaining('look at the port in the address'),
    });
  });

  it('one that never answers is given up', async () => {
    server.answer = () => null;
    await expect(ask('/', { timeout: 50 })).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringContaining('did not answer in time'),
    });
  });
});

describe('the collections of an account', () => {
  const home = '<card:addressbook-home-set><d:href>/dav/me/</d:href></card:addressbook-home-set>';
  const type = '<d:resourcetype><d:collection/><card:addressbook/></d:resourcetype><d:displayname>Book</d:displayname>';

  it('are found where the well-known address leads', async () => {
    server.answer = ({ path }) => {
      if (path.startsWith('/.well-known')) return { status: 301, headers: { location: '/dav/' } };
      if (path === '/dav/')
        return multistatus(
          found('/dav/', '<d:current-user-principal><d:href>/dav/principal/</d:href></d:current-user-principal>'),
        );
      if (path === '/dav/principal/') return multistatus(found(path, home));
      if (path === '/dav/me/') return multistatus(found('/dav/me/book/', type));
      return path === '/dav/me/book/'
        ? multistatus(found(path, '<d:supported-report-set></d:supported-report-set>'))
        : { status: 404 };
    };
    expect(await new DavServer(account()).collections(`${server.origin}/`, 'contacts')).toEqual([
      { url: `${server.origin}/dav/me/book/`, name: 'Book' },
    ]);
  });

  it('are refused, and the other host is named, where the well-known address leads to one', async () => {
    server.answer = ({ path }) =>
      path.startsWith('/.well-known')
        ? { status: 301, headers: { location: `${other.origin}/dav/` } }
        : { status: 404 };
    await expect(new DavServer(account()).collections(`${server.origin}/`, 'contacts')).rejects.toMatchObject({
      code: 'other-host',
      subject: other.origin,
    });
    expect(other.asked).toEqual([]);
  });

  it('behind a wrong password: that is said', async () => {
    server.answer = () => ({ status: 401 });
    await expect(new DavServer(account()).collections(`${server.origin}/`, 'contacts')).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });
});
