import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../src/main/peers/identity/certificate.ts';
import type { MemberSigner } from '../../../src/main/peers/identity/identity.ts';
import { type RelayServer, startRelayServer } from '../../../src/relay/http/relay-server.ts';
import type { RelayRole } from '../../../src/relay/http/routes.ts';
import { LIMITS } from '../../../src/relay/rules/limits.ts';
import { Room } from '../../../src/relay/rules/room.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { aclBody, authBody, GROUP, memberNamed } from '../../fakes/relay-bodies.ts';
import { RelayCaller, SaidOn } from '../../fakes/relay-caller.ts';
import { RELAY_ORIGIN, RelayInMemory } from '../../fakes/relay-in-memory.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const [ana, ben] = [memberNamed('ana'), memberNamed('ben')];
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const tls = {
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  certificate: selfSignedCertificate(privateKey, randomBytes(8)),
};

const clock = new FakeClock();
/** For two packs and a half. */
const ROOM = 2.5 * LIMITS.pack;
let relay: RelayInMemory;
let server: RelayServer;
let caller: RelayCaller;
let faults: Error[] = [];

async function start(role: RelayRole = 'all', inMemory = new RelayInMemory()): Promise<void> {
  relay = inMemory;
  faults = [];
  const listen = { host: '127.0.0.1', port: 0, orNext: false };
  const onFault = (fault: Error) => faults.push(fault);
  const room = new Room(ROOM, ROOM);
  server = await startRelayServer({ service: relay.service, role, listen, tls, clock, room, onFault });
  caller = new RelayCaller(`https://127.0.0.1:${server.port}`);
}
async function stop(): Promise<void> {
  caller.close();
  relay.service.close();
  await server.close(0);
  expect(faults).toEqual([]);
}
beforeEach(() => start());
afterEach(stop);

async function enter(...members: readonly MemberSigner[]): Promise<string[]> {
  await caller.call('POST', '/v1/groups', aclBody(GROUP, 1, [ana, ben], ana));
  return Promise.all(
    members.map(async (member) => {
      const { json } = await caller.call('POST', '/v1/auth/challenge', {});
      const body = authBody(json, RELAY_ORIGIN, [{ group: GROUP, member }]);
      return (await caller.call('POST', '/v1/auth', body)).json.token as string;
    }),
  );
}
const at = (rest: string): string => `/v1/groups/${GROUP}/${rest}`;
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const error = (code: string) => ({ error: { code, message: expect.any(String) } });

describe('over HTTP', () => {
  it('a device registers, authenticates, posts and fetches', async () => {
    expect((await caller.call('GET', '/v1/info')).json).toMatchObject({ version: 1, limits: { members: 200 } });
    const registered = await caller.call('POST', '/v1/groups', aclBody(GROUP, 1, [ana, ben], ana));
    expect(registered.status).toBe(201);
    const [asAna, asBen] = await enter(ana, ben);
    const first = randomBytes(1000);
    for (const [body, sid] of [
      [first, 1],
      [Buffer.from('second'), 2],
      [first, 1],
    ] as const)
      expect((await caller.call('POST', at('items'), body, { token: asAna! })).json).toEqual({ sid });
    const { body, headers } = await caller.call('GET', at('items?after=0&limit=9'), undefined, { token: asBen! });
    expect([headers['x-last-sid'], Number(headers['x-group-born'])]).toEqual([
      '2',
      (await relay.store.span(GROUP)).born,
    ]);
    const sids = [body.readBigUInt64BE(0), body.readBigUInt64BE(12 + 1000)];
    expect([sids, body.readUInt32BE(8), body.subarray(12, 1012)]).toEqual([[1n, 2n], 1000, first]);
    expect(body.subarray(1024).toString()).toBe('second');
    expect((await caller.call('PUT', at('cursor'), { sid: 2 }, { token: asBen! })).json).toEqual({ min: 0 });
    await caller.call('PUT', at('heads'), Buffer.from('here'), { token: asBen! });
    const heads = (await caller.call('GET', at('heads'), undefined, { token: asAna! })).body;
    expect([heads.subarray(0, 32).toString('hex'), heads.readUInt32BE(40), heads.subarray(44).toString()]).toEqual([
      ben.key,
      4,
      'here',
    ]);
  });

  it('packs are put, looked for, read in part and deleted', async () => {
    const [asAna] = await enter(ana);
    const token = { token: asAna! };
    const pack = randomBytes(LIMITS.pack);
    const path = at(`packs/${sha256(pack)}`);
    expect((await caller.call('PUT', path, pack, token)).status).toBe(200);
    const head = await caller.call('HEAD', path, undefined, token);
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(LIMITS.pack), 0]);
    const whole = await caller.call('GET', path, undefined, token);
    expect([whole.status, whole.body.equals(pack)]).toEqual([200, true]);
    for (const [range, from, to] of [
      ['bytes=10-19', 10, 20],
      ['bytes=300000-700000', 300_000, 700_001],
      [`bytes=${LIMITS.pack - 3}-`, LIMITS.pack - 3, LIMITS.pack],
      ['bytes=-3', LIMITS.pack - 3, LIMITS.pack],
      [`bytes=5-${LIMITS.pack + 9}`, 5, LIMITS.pack],
    ] as const) {
      const part = await caller.call('GET', path, undefined, { ...token, headers: { range } });
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${from}-${to - 1}/${LIMITS.pack}`]);
      expect(part.body.equals(pack.subarray(from, to))).toBe(true);
    }
    const outside = { ...token, headers: { range: `bytes=${LIMITS.pack}-` } };
    expect(await caller.call('GET', path, undefined, outside)).toMatchObject({ status: 416, json: error('bad-range') });
    const touched = await caller.call('POST', at('packs/touch'), { ids: [sha256(pack), 'ab'.repeat(32)] }, token);
    expect(touched.json).toEqual({ missing: ['ab'.repeat(32)] });
    expect((await caller.call('DELETE', path, undefined, token)).status).toBe(200);
    expect(await caller.call('GET', path, undefined, token)).toMatchObject({ status: 404, json: error('not-found') });
  });

  it('refuses with the status and the code of the reason', async () => {
    const [asAna, asBen] = await enter(ana, ben);
    const token = { token: asAna! };
    const rows: readonly [number, string, string, string, unknown, object][] = [
      [404, 'not-found', 'GET', '/', undefined, {}],
      [404, 'not-found', 'GET', '/v1/info/', undefined, {}],
      [404, 'not-found', 'PATCH', '/v1/info', undefined, {}],
      [404, 'not-found', 'GET', '/v1/groups/../../healthz', undefined, {}],
      [401, 'not-authenticated', 'GET', at('acl'), undefined, {}],
      [401, 'not-authenticated', 'GET', at('acl'), undefined, { token: '00'.repeat(32) }],
      [401, 'not-authenticated', 'GET', at('acl'), undefined, { token: 'nonsense' }],
      [403, 'not-a-member', 'GET', `/v1/groups/${'00'.repeat(16)}/items`, undefined, token],
      [400, 'bad-request', 'GET', '/v1/groups/%2e%2e/items', undefined, token],
      [400, 'bad-request', 'GET', at('items?after=-1'), undefined, token],
      [400, 'bad-request', 'GET', at('items?after=1e9'), undefined, token],
      [400, 'bad-request', 'PUT', at('cursor'), Buffer.from('{"sid":'), token],
      [400, 'bad-request', 'PUT', at('cursor'), [], token],
      [400, 'bad-request', 'PUT', at('packs/..%2f..%2fx'), Buffer.from('x'), token],
      [400, 'bad-request', 'PUT', at(`packs/${'ab'.repeat(32)}`), Buffer.from('x'), token],
      [400, 'bad-request', 'POST', '/v1/groups', Buffer.from([0xff, 0xfe]), {}],
      [400, 'bad-request', 'POST', at('items'), undefined, token],
      [409, 'exists', 'POST', '/v1/groups', aclBody(GROUP, 1, [ben], ben), {}],
      [403, 'not-an-admin', 'PUT', at('acl'), aclBody(GROUP, 2, [ben], ben), { token: asBen! }],
      [413, 'too-large', 'POST', at('items'), Buffer.alloc(LIMITS.item + 1), token],
      [413, 'too-large', 'PUT', at('heads'), Buffer.alloc(20_000_000), token],
    ];
    for (const [status, code, method, path, body, extra] of rows)
      expect([method, path, await caller.call(method, path, body, extra)]).toMatchObject([
        method,
        path,
        { status, json: error(code) },
      ]);
    const stale = await caller.call('PUT', at('acl'), aclBody(GROUP, 2, [ana, ben], ana), token);
    expect(stale.status).toBe(200);
    const again = await caller.call('PUT', at('acl'), aclBody(GROUP, 2, [ana, ben], ana), token);
    expect(again).toMatchObject({ status: 409, json: { ...error('old-generation'), gen: 2 } });
    for (let n = 0; n < 50; n++) await relay.service.post(relay.service.session(asAna!), GROUP, Buffer.from(`${n}`));
    const many = await caller.call('POST', at('items'), Buffer.from('one more'), token);
    expect([many.status, many.headers['retry-after']]).toEqual([429, '1']);
  });

  it('a body that says nothing of its length is cut off where it is too long', async () => {
    const [asAna] = await enter(ana);
    const asked = caller.begin('PUT', at('heads'), { token: asAna!, headers: { 'transfer-encoding': 'chunked' } });
    asked.on('error', () => {});
    const answered = once(asked, 'response');
    asked.write(Buffer.alloc(LIMITS.heads));
    asked.write(Buffer.alloc(1));
    const [response] = await answered;
    expect([response.statusCode, response.headers.connection]).toEqual([413, 'close']);
    asked.destroy();
  });

  it.each([100, 100_000])('a body of %i bytes that does not come on is given up', async (length) => {
    const [asAna] = await enter(ana);
    const headers = { 'content-length': String(length) };
    const asked = caller.begin('PUT', at('heads'), { token: asAna!, headers });
    asked.on('error', () => {});
    const answered = once(asked, 'response');
    // Both may be over before the clock has come so far.
    const closed = answered.then(([response]) => once(response.socket, 'close'));
    asked.write('begun');
    await expect.poll(() => clock.untilNext()).not.toBeNull();
    await clock.advance(20_000);
    const [response] = await answered;
    expect([response.statusCode, response.headers.connection]).toEqual([408, 'close']);
    // And the connection with it, however long the client stays.
    await closed;
    expect(await relay.store.heads(GROUP)).toEqual([]);
  });

  it('there is room for so much at once, which comes back', async () => {
    const [asAna] = await enter(ana);
    const token = { token: asAna! };
    const pack = randomBytes(LIMITS.pack);
    const path = at(`packs/${sha256(pack)}`);
    const headers = { 'content-length': String(LIMITS.pack) };
    // Members are held to 20 MB/s otherwise.
    relay.service.check = () => {};
    // Each promises a pack and sends none of it.
    const waiting = [1, 2].map(() => caller.begin('PUT', path, { ...token, headers }));
    for (const asked of waiting) {
      asked.on('error', () => {});
      asked.flushHeaders();
    }
    const put = async () => (await caller.call('PUT', path, pack, token)).status;
    await expect.poll(put).toBe(429);
    for (const asked of waiting) asked.destroy();
    await expect.poll(put).toBe(200);
    for (let n = 0; n < 5; n++)
      await relay.service.post(relay.service.session(asAna!), GROUP, randomBytes(LIMITS.item));
    for (let n = 0; n < 6; n++) {
      expect((await caller.call('GET', path, undefined, token)).body).toHaveLength(LIMITS.pack);
      expect((await caller.call('GET', at('items'), undefined, token)).status).toBe(200);
    }
  });

  it('a client that goes away in the middle leaves nothing behind', async () => {
    const [asAna] = await enter(ana);
    const asked = caller.begin('POST', at('items'), { token: asAna!, headers: { 'content-length': '9' } });
    asked.on('error', () => {});
    asked.write('half');
    await expect.poll(() => clock.untilNext()).not.toBeNull();
    asked.destroy();
    await expect.poll(() => clock.untilNext()).toBeNull();
    expect(await relay.store.span(GROUP)).toMatchObject({ collected: 0, last: 0 });
  });

  it('who is removed while it sends is refused', async () => {
    const [asBen] = await enter(ben);
    const asked = caller.begin('POST', at('items'), { token: asBen!, headers: { 'content-length': '9' } });
    const answered = once(asked, 'response');
    asked.write('half');
    await expect.poll(() => clock.untilNext()).not.toBeNull();
    await relay.service.setAcl(await relay.enter(ana), GROUP, aclBody(GROUP, 2, [ana], ana));
    asked.end('-half');
    const [response] = await answered;
    expect(response.statusCode).toBe(401);
  });

  it('whatever a member sends, it is answered, is no fault of the relay and harms nobody', async () => {
    const [asAna] = await enter(ana);
    await relay.service.post(relay.service.session(asAna!), GROUP, Buffer.from('before'));
    const random = new SeededRandom('nonsense');
    const odd = [
      '',
      '..',
      '%2e%2e',
      '%00',
      '\\',
      'x'.repeat(300),
      GROUP,
      `${GROUP}0`,
      'ab'.repeat(32),
      '-1',
      '1e3',
      '*',
    ];
    const words = ['v1', 'groups', 'items', 'packs', 'touch', 'acl', 'heads', 'cursor', 'mailbox', 'auth', ...odd];
    const values = [null, [], {}, 0, -1, 2 ** 60, 'x', true, [[]], { k: 1 }, GROUP, ana.key, Array(2000).fill(ana.key)];
    const fields = [
      'g',
      'gen',
      'keys',
      'by',
      'sig',
      'sid',
      'ids',
      'id',
      'token',
      'ttl',
      'challenge',
      'origin',
      'members',
    ];
    const known = [at('items'), at('cursor'), at('acl'), at('packs/touch'), '/v1/mailbox', '/v1/auth', '/v1/groups'];
    const body = () =>
      random.pick([
        () => random.bytes(random.int(400)),
        () => random.pick(values),
        () => Object.fromEntries(random.shuffle(fields).map((name) => [name, random.pick(values)])),
      ])();
    for (let n = 0; n < 400; n++) {
      const free = `/${Array.from({ length: 1 + random.int(6) }, () => random.pick(words)).join('/')}`;
      const query = random.chance(0.3) ? `?after=${random.pick(odd)}&limit=${random.pick(odd)}&after=2` : '';
      const range = random.pick(['bytes=0-', 'bytes=-0', 'bytes=9-1', 'bytes=a-b', 'lines=1-2', 'bytes=0-0,5-9']);
      const method = random.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS']);
      const path = random.chance(0.6) ? random.pick(known) : free;
      const sent = ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method) ? undefined : body();
      const { status } = await caller.call(method, path + query, sent, { token: asAna!, headers: { range } });
      expect([n, method, path, status < 500 || status === 507]).toEqual([n, method, path, true]);
    }
    expect(faults).toEqual([]);
    const items = await relay.store.items(GROUP, 0, 1, 100);
    expect(Buffer.from(items[0]!.bytes).toString()).toBe('before');
    expect((await relay.store.acl(GROUP))?.gen).toBe(1);
  });

  it('what the relay cannot do is answered, and told to its operator', async () => {
    const [asAna] = await enter(ana);
    for (const [fault, status, code] of [
      [new Error('broken'), 500, 'fault'],
      [Object.assign(new Error('no space'), { code: 'ENOSPC' }), 507, 'quota'],
      [Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }), 507, 'quota'],
    ] as const) {
      relay.store.append = () => Promise.reject(fault);
      const answer = await caller.call('POST', at('items'), Buffer.from('x'), { token: asAna! });
      expect(answer).toMatchObject({ status, json: error(code) });
      expect(answer.body.toString()).not.toContain('broken');
      expect(faults.splice(0)).toEqual([fault]);
    }
  });

  it('what is no TLS, and no HTTP, ends and harms nobody', async () => {
    const plain: Socket = connect(server.port, '127.0.0.1');
    plain.on('error', () => {});
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await once(plain, 'close');
    expect((await caller.call('GET', '/v1/info')).status).toBe(200);
  });
});

describe('roles', () => {
  it('storage serves everything but locations', async () => {
    await stop();
    await start('storage');
    const [asAna] = await enter(ana);
    expect((await caller.call('POST', at('items'), Buffer.from('x'), { token: asAna! })).json).toEqual({ sid: 1 });
    expect(await caller.call('GET', at('location'))).toMatchObject({ status: 404, json: error('not-served') });
  });

  it('management lets in, knows the members, and tells where the storage is', async () => {
    await stop();
    await start('management', new RelayInMemory({ storage: 'https://storage:9' }));
    const [asAna] = await enter(ana);
    const token = { token: asAna! };
    expect((await caller.call('GET', at('acl'), undefined, token)).json.gen).toBe(1);
    expect((await caller.call('GET', at('location'))).json).toMatchObject({
      gen: 1,
      api: 'https://storage:9',
      events: 'https://storage:9',
    });
    for (const [method, path] of [
      ['POST', at('items')],
      ['GET', at('items')],
      ['PUT', at('cursor')],
      ['PUT', at('heads')],
      ['POST', '/v1/mailbox'],
    ] as const)
      expect(await caller.call(method, path, method === 'GET' ? undefined : {}, token)).toMatchObject({
        status: 404,
        json: error('not-served'),
      });
    expect(await caller.refusedWith('/v1/events', asAna)).toBe(404);
  });
});

describe('over WebSockets', () => {
  it('nobody listens who is not let in', async () => {
    expect(await caller.refusedWith('/v1/events')).toBe(401);
    expect(await caller.refusedWith('/v1/events', '00'.repeat(32))).toBe(401);
    expect(await caller.refusedWith('/v1/elsewhere')).toBe(404);
    expect(await caller.refusedWith('/v1/live/a/b')).toBe(404);
    expect(await caller.refusedWith(`/v1/mailbox/${'ab'.repeat(16)}`)).toBe(400);
    const unknown = caller.socket(`/v1/live/${'00'.repeat(32)}`);
    expect((await once(unknown, 'close'))[0]).toBe(4404);
  });

  it('hears of items, and is closed when it is removed or says nonsense', async () => {
    const [asAna, asBen] = await enter(ana, ben);
    const socket = caller.socket('/v1/events', asBen);
    const said = new SaidOn(socket);
    expect(await said.event('presence')).toEqual({ is: 'presence', g: GROUP, online: [ben.key] });
    await caller.call('POST', at('items'), Buffer.from('x'), { token: asAna! });
    expect(await said.event('new')).toEqual({ is: 'new', g: GROUP, sid: 1 });
    const closed = once(socket, 'close');
    await caller.call('PUT', at('acl'), aclBody(GROUP, 2, [ana], ana), { token: asAna! });
    expect((await closed)[0]).toBe(4403);
    for (const message of ['nonsense', 'x'.repeat(5000), Buffer.alloc(3)]) {
      const rude = caller.socket('/v1/events', asAna);
      await once(rude, 'open');
      rude.send(message);
      expect([4400, 1009]).toContain((await once(rude, 'close'))[0]);
    }
    expect(relay.service.open.events).toBe(0);
  });

  async function splice() {
    const [asAna, asBen] = await enter(ana, ben);
    const [forAna, forBen] = [caller.socket('/v1/events', asAna), caller.socket('/v1/events', asBen)];
    const [saidToAna, saidToBen] = [new SaidOn(forAna), new SaidOn(forBen)];
    await Promise.all([once(forAna, 'open'), once(forBen, 'open')]);
    await saidToBen.event('presence');
    forAna.send(JSON.stringify({ is: 'live', req: 3, g: GROUP, to: ben.key }));
    const granted = await saidToAna.event('granted');
    const live = await saidToBen.event('live');
    expect([granted.req, live.from]).toEqual([3, ana.key]);
    return { one: caller.socket(`/v1/live/${granted.token}`), second: `/v1/live/${live.token}` };
  }

  it('two members are joined, what was said early included, until one goes', async () => {
    const { one, second } = await splice();
    await once(one, 'open');
    one.send(Buffer.from('early'));
    const two = caller.socket(second);
    const said = new SaidOn(two);
    expect(String(await said.next())).toBe('early');
    const back = new SaidOn(one);
    two.send(Buffer.from('answer'));
    expect(String(await back.next())).toBe('answer');
    const closed = once(one, 'close');
    two.close();
    expect((await closed)[0]).toBe(1000);
  });

  it('who sends to somebody that does not read is held', async () => {
    const { one, second } = await splice();
    const two = caller.socket(second);
    await Promise.all([once(one, 'open'), once(two, 'open')]);
    two.pause();
    const piece = Buffer.alloc(256 * 1024);
    const total = 256;
    for (let n = 0; n < total; n++) one.send(piece);
    // What the relay has taken comes to rest far below all of it: the rest waits at the sender.
    const taken = () => relay.counts.get('live_bytes') ?? 0;
    let before = -1;
    await expect
      .poll(
        () => {
          const isAtRest = taken() > 1024 * 1024 && taken() === before;
          before = taken();
          return isAtRest;
        },
        { interval: 500 },
      )
      .toBe(true);
    expect(taken()).toBeLessThan((total * piece.length) / 2);
    let got = 0;
    const all = new Promise<void>((resolve) => {
      two.on('message', (data: Buffer) => {
        got += data.length;
        if (got === total * piece.length) resolve();
      });
    });
    two.resume();
    await all;
  });

  it('an invitation brings a stranger to who made it', async () => {
    const [asAna] = await enter(ana);
    const [id, secret] = ['cd'.repeat(16), 'ef'.repeat(32)];
    const token = sha256(Buffer.from(secret, 'hex'));
    expect((await caller.call('POST', '/v1/mailbox', { id, token, ttl: 9000 }, { token: asAna! })).status).toBe(201);
    const away = caller.socket(`/v1/mailbox/${id}`, secret);
    expect((await once(away, 'close'))[0]).toBe(4404);
    const events = caller.socket('/v1/events', asAna);
    const said = new SaidOn(events);
    await said.event('presence');
    const wrong = caller.socket(`/v1/mailbox/${id}`, '00'.repeat(32));
    expect((await once(wrong, 'close'))[0]).toBe(4403);
    const joiner = caller.socket(`/v1/mailbox/${id}`, secret);
    await once(joiner, 'open');
    joiner.send(Buffer.from('JOIN'));
    const knock = await said.event('knock');
    expect(knock.mailbox).toBe(id);
    const inviter = caller.socket(`/v1/live/${knock.token}`);
    expect(String(await new SaidOn(inviter).next())).toBe('JOIN');
    const path = `/v1/mailbox/${id}`;
    expect((await caller.call('DELETE', path, undefined, { token: asAna! })).status).toBe(200);
    expect((await caller.call('DELETE', path, undefined, { token: asAna! })).status).toBe(404);
  });
});

it('closing ends the sockets, and connections that say nothing', async () => {
  const [asAna] = await enter(ana);
  const events = caller.socket('/v1/events', asAna);
  await once(events, 'open');
  const silent = connect(server.port, '127.0.0.1');
  silent.on('error', () => {});
  await once(silent, 'connect');
  await expect.poll(() => server.connections()).toBeGreaterThanOrEqual(2);
  const [closed, gone] = [once(events, 'close'), once(silent, 'close')];
  relay.service.close();
  await server.close(100);
  expect((await closed)[0]).toBe(1001);
  await gone;
  await expect.poll(() => server.connections()).toBe(0);
  await start();
});
