import { Agent } from 'undici';
import { expect, it } from 'vitest';
import { guardedFetch } from '../../../../src/main/sources/dav/guarded-fetch.ts';
import { guardedLookup } from '../../../../src/main/sources/dav/guarded-lookup.ts';
import { FakeServer } from './fake-server.ts';

/** A name server that answers with these, one after the other. */
function names(...answers: readonly (readonly string[])[]) {
  const rest = [...answers];
  const lookup = guardedLookup((_host, _options, done) => {
    const found = (rest.shift() ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    done(null, found);
  });
  const ask = (host = 'dav.example.org') =>
    new Promise<unknown>((resolve) => {
      lookup(host, { all: true }, (error, found) => resolve(error === null ? found : error.message));
    });
  return { lookup, ask };
}
const NEAR = ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1'];
const NEAR6 = ['fd00::1', 'fe80::1', '::ffff:192.168.1.1', '::'];

it.each([...NEAR, ...NEAR6])('a name that was on the internet is not followed to %s', async (address) => {
  const { ask } = names(['203.0.113.7'], [address], ['2001:db8::7']);
  expect(await ask()).toEqual([{ address: '203.0.113.7', family: 4 }]);
  expect(await ask('DAV.example.org')).toContain('leads into this network');
  expect(await ask()).toEqual([{ address: '2001:db8::7', family: 6 }]);
});

it('a server in the own network is found there, each name by itself', async () => {
  const { ask } = names(['203.0.113.7'], ['192.168.1.1'], ['192.168.1.2']);
  await ask();
  expect(await ask('nas.lan')).toEqual([{ address: '192.168.1.1', family: 4 }]);
  expect(await ask('nas.lan')).toEqual([{ address: '192.168.1.2', family: 4 }]);
});

it('of addresses of both kinds only those on the internet count', async () => {
  const { ask } = names(['192.168.1.1', '203.0.113.7', '::1']);
  expect(await ask()).toEqual([{ address: '203.0.113.7', family: 4 }]);
});

it('what was looked up is what is connected to, and asked about', async () => {
  const server = await FakeServer.start();
  server.answer = () => ({ status: 200, body: 'here' });
  const { port } = new URL(server.origin);
  const origin = `http://dav.example.org:${port}`;
  const { lookup, ask } = names(['127.0.0.1'], ['203.0.113.7'], ['127.0.0.1']);
  const dispatcher = new Agent({ connect: { lookup }, pipelining: 0 });
  const fetch = guardedFetch({
    account: { origin, user: null, password: null },
    timeout: 240_000,
    most: 1000,
    dispatcher,
  });
  expect(await (await fetch(origin)).text()).toBe('here');
  await ask();
  await expect(fetch(origin)).rejects.toMatchObject({
    code: 'not-reachable',
    message: expect.stringContaining('leads into'),
  });
  expect(server.asked).toHaveLength(1);
  await dispatcher.close();
  await server.end();
});
