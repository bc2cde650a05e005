import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountNamed } from '../../../src/contract/account-name.ts';
import { findAccount, logIn } from '../../../src/main/locations/find-account.ts';
import { selfSignedCertificate } from '../../../src/main/peers/identity/certificate.ts';
import type { NameServers, ServiceRecord } from '../../../src/main/platform/service-records.ts';
import { FakeServer } from '../sources/dav/fake-server.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const tls = {
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  cert: selfSignedCertificate(privateKey, randomBytes(8)),
};
const record = (name: string, more: Partial<ServiceRecord> = {}): ServiceRecord => ({
  name,
  port: 443,
  priority: 0,
  weight: 1,
  ...more,
});
const asked: string[] = [];
const names = (services: readonly ServiceRecord[], texts: readonly string[] = []): NameServers => ({
  services: async (name) => {
    asked.push(name);
    return services;
  },
  texts: async () => texts,
});
beforeEach(() => void asked.splice(0));

it.each([
  ['ana@example.org', { user: 'ana', host: 'example.org', port: null }],
  [' example.org ', { user: null, host: 'example.org', port: null }],
  ['dav.example.org:8443', { user: null, host: 'dav.example.org', port: 8443 }],
  ['localhost:5232', { user: null, host: 'localhost', port: 5232 }],
  ['contacts.vcf', null],
  ['people', null],
  ['people@home', null],
  ['a/b@example.org', null],
  ['./example.org', null],
  ['https://example.org', null],
  ['example.org:99999', null],
])('%s names an account: %j', (typed, account) => expect(accountNamed(typed)).toEqual(account));

describe('where an account is, by what its domain says', () => {
  it.each([
    ['contacts', '_carddavs._tcp.example.org'],
    ['calendar', '_caldavs._tcp.example.org'],
  ] as const)('of %s', async (kind, service) => {
    const said = names([record('b.example.org', { priority: 2 }), record('dav.example.org.')], ['path=/dav/']);
    expect(await findAccount('ana@example.org', kind, null, said)).toEqual({
      origin: 'https://dav.example.org',
      addresses: ['https://ana%40example.org@dav.example.org/dav/', 'https://ana@dav.example.org/dav/'],
    });
    expect(asked).toEqual([service]);
  });
  it('it is asked for by the user that is given, and by no other', async () => {
    const said = names([record('dav.example.org', { port: 8443 })]);
    const { addresses } = await findAccount('ana@example.org', 'contacts', 'a.b', said);
    expect(addresses).toEqual(['https://a.b@dav.example.org:8443/']);
  });
  it.each(['dav.elsewhere.net', 'badexample.org'])(
    'at a host of another domain (%s) a person confirms it',
    async (name) => {
      await expect(findAccount('ana@example.org', 'contacts', null, names([record(name)]))).rejects.toMatchObject({
        code: 'other-host',
        subject: `https://ana%40example.org@${name}/`,
        message: expect.stringContaining(`add https://ana%40example.org@${name}/`),
      });
    },
  );
  it.each(['//evil.net/', '//evil.net/dav/', '/\\evil.net/', 'https://evil.net/', '\\\\evil.net'])(
    'a path that leads elsewhere is none: %s',
    async (path) => {
      const { addresses } = await findAccount(
        'x.example.org',
        'contacts',
        null,
        names([record('x.example.org')], [`path=${path}`]),
      );
      expect(addresses).toEqual(['https://x.example.org/']);
    },
  );
  it.each([
    ['.', 'keeps no contacts'],
    ['10.0.0.1', 'no name of one'],
    ['a b.example.org', 'no name of one'],
  ])('what is no server is said to be none: %s', async (name, words) => {
    await expect(findAccount('ana@example.org', 'contacts', null, names([record(name)]))).rejects.toMatchObject({
      code: 'no-collections',
      message: expect.stringContaining(words),
    });
  });
  it('what names no account is refused', async () => {
    await expect(findAccount('people', 'contacts', null, names([]))).rejects.toMatchObject({ code: 'bad-address' });
  });
});

describe('where its domain says nothing the host is asked, as nobody', () => {
  let server: Server;
  let at: string;
  let answer: { readonly status: number; readonly location?: string };
  const heard: (string | undefined)[] = [];
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  beforeEach(async () => {
    heard.splice(0);
    server = createServer(tls, (request, response) => {
      heard.push(request.url, request.headers.authorization);
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    at = `127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const find = () => findAccount(`ana@${at}`, 'contacts', null, names([]), { dispatcher });

  it.each([{ status: 401 }, { status: 404 }, { status: 301, location: '/dav/' }])('and is it: %j', async (said) => {
    answer = said;
    expect((await find()).addresses).toEqual([`https://ana%40127.0.0.1@${at}/`, `https://ana@${at}/`]);
    expect(heard.slice(0, 2)).toEqual(['/.well-known/carddav', undefined]);
    // A port says where it is: nobody else is asked.
    expect(asked).toEqual([]);
  });
  it('and where it sends us to another host a person confirms that', async () => {
    answer = { status: 301, location: 'https://dav.elsewhere.net/x' };
    await expect(find()).rejects.toMatchObject({
      code: 'other-host',
      subject: 'https://ana%40127.0.0.1@dav.elsewhere.net/',
    });
  });
  it('and where it sends us to one without TLS nothing is offered', async () => {
    answer = { status: 301, location: 'http://dav.elsewhere.net/x' };
    await expect(find()).rejects.toMatchObject({
      code: 'other-host',
      message: expect.stringContaining('not followed'),
    });
  });
  it('and where it cannot be reached it is said what was tried', async () => {
    await expect(findAccount(`ana@${at}`, 'contacts', null, names([]))).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringMatching(/was found: https:.* cannot be reached: its certificate.*CardDAV/),
    });
  });
});

it('where its domain says nothing, and is none, it is said what was tried', async () => {
  const unknown = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  const dispatcher = new Agent({ connect: { lookup: (_host, _options, done) => done(unknown, '') } });
  await expect(findAccount('ana@example.org', 'calendar', null, names([]), { dispatcher })).rejects.toMatchObject({
    code: 'not-reachable',
    message: expect.stringMatching(/its domain names none, and https:\/\/example\.org cannot.*CalDAV/),
  });
});

describe('a password', () => {
  let server: FakeServer;
  const kept: string[] = [];
  const secrets = {
    passwordOf: () => null,
    setPassword: ({ user }: { user: string }, password: string) => void kept.push(`${user} ${password}`),
  };
  beforeEach(async () => {
    kept.splice(0);
    server = await FakeServer.start();
  });
  afterEach(() => server.end());
  const addresses = () => ['ana%40example.org', 'ana'].map((user) => `${server.origin.replace('//', `//${user}@`)}/`);
  const letsIn = (user: string) => {
    const wanted = `Basic ${Buffer.from(`${user}:pw`).toString('base64')}`;
    server.answer = ({ headers }) => ({ status: headers.authorization === wanted ? 404 : 401 });
  };

  it.each(['ana@example.org', 'ana'])('is kept for whom the server lets in: %s', async (user) => {
    letsIn(user);
    expect(await logIn(addresses(), 'contacts', 'pw', secrets)).toBe(addresses()[user === 'ana' ? 1 : 0]);
    expect(kept).toEqual([`${user} pw`]);
  });
  it('is kept for nobody where nobody is let in', async () => {
    letsIn('bo');
    await expect(logIn(addresses(), 'contacts', 'pw', secrets)).rejects.toMatchObject({
      code: 'not-allowed',
      message: expect.stringMatching(/ana@example\.org in.* tried as ana too/),
    });
    expect(kept).toEqual([]);
  });
  it('that nobody has is not guessed: only whom one is known for is tried', async () => {
    letsIn('ana');
    const known = { ...secrets, passwordOf: ({ user }: { user: string }) => (user === 'ana' ? 'pw' : null) };
    expect(await logIn(addresses(), 'contacts', null, known)).toBe(addresses()[1]);
    expect(server.asked.filter(({ headers }) => headers.authorization?.startsWith('Basic'))).not.toHaveLength(0);
    expect(new Set(server.asked.map(({ headers }) => headers.authorization)).size).toBe(1);
  });
  it('is given to addresses only', async () => {
    await expect(logIn(['no address'], 'contacts', 'pw', secrets)).rejects.toMatchObject({ code: 'bad-address' });
  });
});
