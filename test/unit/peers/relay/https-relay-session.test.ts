import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeviceIdentity, makeSecrets } from '../../../../src/main/peers/identity/identity.ts';
import { aclBytes, authenticationBytes } from '../../../../src/main/peers/protocol/relay-statements.ts';
import { HttpsRelayConnector } from '../../../../src/main/peers/relay/https-relay-session.ts';
import type { RelayError } from '../../../../src/main/peers/relay/relay-error.ts';
import type {
  RelayChannel,
  RelayKey,
  RelayMember,
  RelaySession,
  RelayState,
} from '../../../../src/main/peers/relay/relay-session.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { type CollectionId, collectionId, type MemberKey, memberKey } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { grantAll, type Heard, located, ScriptedRelay } from '../../../fakes/scripted-relay.ts';

const relayIdentity = new DeviceIdentity(makeSecrets(systemRandom));
const PHOTOS = collectionId('0'.repeat(32));
const NOTES = collectionId('1'.repeat(32));
const never = new AbortController().signal;

// Where nothing is told, a test would wait for ever.
vi.setConfig({ testTimeout: 60_000 });

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

/** One device, all it is told, and a relay of its own. */
async function world(script: (relay: ScriptedRelay) => void = () => {}, connect = (url: string): string => url) {
  const relay = new ScriptedRelay(relayIdentity);
  script(relay);
  await relay.start();
  const clock = new FakeClock();
  const told: string[] = [];
  const states: RelayState[] = [];
  const channels: RelayChannel[] = [];
  let changed = Promise.withResolvers<void>();
  const note = (what: string): void => {
    told.push(what);
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const session: RelaySession = new HttpsRelayConnector(clock, systemRandom).open(connect(relay.url), {
    onReady: (group) => note(`ready ${group[0]}`),
    onRefused: (group, why) => note(`refused ${group[0]} ${/let this|know this|elsewhere|&a=/.exec(why.message)?.[0]}`),
    onWord: (group, word) => note(`word ${group[0]} ${Buffer.from(word)}`),
    onNew: (group, sid) => note(`new ${group[0]} ${sid}`),
    onHeads: (group) => note(`heads ${group[0]}`),
    onPresence: (group, online) => note(`presence ${group[0]} ${online.map((key) => key.slice(0, 2)).join(' ')}`),
    onLive: (group, from, channel) => {
      channels.push(channel);
      note(`live ${group[0]} ${from.slice(0, 2)}`);
    },
    onKnock: (mailbox, channel) => {
      channels.push(channel);
      note(`knock ${mailbox.slice(0, 2)}`);
    },
    onState: (state) => {
      states.push(state);
      note(state.why === null ? state.is : `${state.is} ${state.why.code}`);
    },
  });
  running.push({
    async stop() {
      await session.close();
      await relay.stop();
    },
  });
  /** Waits until this was told, after what was told so far or was waited for. */
  let seen = 0;
  const hears = async (what: string): Promise<void> => {
    for (;;) {
      const at = told.indexOf(what, seen);
      if (at !== -1) {
        seen = at + 1;
        return;
      }
      await changed.promise;
    }
  };
  const begin = async (...members: RelayMember[]): Promise<void> => {
    session.setMembers(members);
    await clock.advance(0);
  };
  return { relay, clock, session, told, states, channels, hears, begin };
}

const pair = generateKeyPairSync('ed25519');
const own = memberKey(pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'));
const other = memberKey('ee'.repeat(32));
function member(group: CollectionId, more: Partial<RelayMember> = {}): RelayMember {
  return {
    group,
    key: own,
    sign: (bytes) => new Uint8Array(sign(null, bytes, pair.privateKey)),
    isAdmin: () => more.acl?.()?.some((each) => each.key === own && each.admin) === true,
    belongs: () => true,
    acl: () => null,
    removed: () => [],
    words: () => [],
    ...more,
  };
}
const admins = (...keys: MemberKey[]): readonly RelayKey[] => keys.map((key) => ({ key, admin: true }));
const holds = (bytes: Uint8Array, sig: string): boolean => verify(null, bytes, pair.publicKey, Buffer.from(sig, 'hex'));
const isTo = (what: string) => (heard: Heard) => `${heard.method} ${heard.path}` === what;

describe('a session with a relay', () => {
  it('proves who this device is in each group, asks where things are, and listens', async () => {
    const { relay, told, hears, begin } = await world();
    await begin(member(PHOTOS), member(NOTES));
    await hears('ready 1');
    expect(told).toEqual(['connecting', 'online', 'ready 0', 'ready 1']);
    const { json } = relay.heard.find(isTo('POST /v1/auth')) as Heard;
    expect(json).toMatchObject({ challenge: 'cd'.repeat(32), origin: `k=${relay.pin}` });
    for (const { g, k, sig } of json.members) {
      expect(k).toBe(own);
      const what = { origin: `k=${relay.pin}`, challenge: json.challenge, group: g, time: 1000 };
      expect(holds(authenticationBytes(what), sig)).toBe(true);
    }
    expect(relay.heard.filter(({ path }) => path.endsWith('/location')).map(({ token }) => token)).toEqual([
      null,
      null,
    ]);
    expect(relay.heard[0]?.path).toBe(`/v1/groups/${PHOTOS}/location`);
    expect(relay.listeners).toHaveLength(1);
  });

  it('sends nothing to a server with another key, and says so', async () => {
    const wrong = Buffer.alloc(32, 1).toString('base64url');
    const { relay, states, hears, begin } = await world(undefined, (url) => url.replace(/k=.*/, `k=${wrong}`));
    await begin(member(PHOTOS));
    await hears('offline relay-wrong-key');
    expect(relay.heard).toEqual([]);
    expect(states.at(-1)?.why?.message).toContain('another key');
    expect(states.at(-1)?.why?.message).not.toContain('#k=');
  });

  it('trusts no self-made certificate where no key is given', async () => {
    const { relay, states, hears, begin } = await world(undefined, (url) => url.replace(/#.*/, ''));
    await begin(member(PHOTOS));
    await hears('offline relay-unreachable');
    expect([relay.heard, states.at(-1)?.why?.message]).toEqual([[], expect.stringContaining('no authority vouches')]);
  });

  it('registers a group the relay does not know, where it may, and goes in', async () => {
    let registered = false;
    const { relay, hears, begin } = await world((it) => {
      it.scripts.set('POST /v1/auth', ({ json }) => {
        const grant = grantAll(json);
        return { body: registered ? grant : { ...grant, groups: [{ g: PHOTOS, error: 'unknown-group' }] } };
      });
      it.scripts.set('POST /v1/groups', () => {
        registered = true;
        return { status: 201 };
      });
    });
    await begin(member(PHOTOS, { acl: () => [...admins(own), { key: other, admin: false }] }));
    await hears('ready 0');
    const { json } = relay.heard.find(isTo('POST /v1/groups')) as Heard;
    expect(json).toMatchObject({ g: PHOTOS, gen: 1, by: own });
    expect(new Set(json.keys)).toEqual(
      new Set([
        { k: own, admin: true },
        { k: other, admin: false },
      ]),
    );
    expect(holds(aclBytes(PHOTOS, 1, json.keys), json.sig)).toBe(true);
  });

  it('shows a private relay what its address ends in; without it other groups go on, and it says what to do', async () => {
    const admission = Buffer.alloc(16, 9).toString('base64url');
    for (const ending of [`&a=${admission}`, '']) {
      let registered = false;
      const { relay, told, hears, begin } = await world(
        (it) => {
          it.scripts.set('POST /v1/auth', ({ json }) => {
            const groups = [
              { g: PHOTOS, error: registered ? null : 'unknown-group' },
              { g: NOTES, error: null },
            ];
            return { body: { ...grantAll(json), groups } };
          });
          it.scripts.set('POST /v1/groups', ({ json }) => {
            registered = json.a === admission;
            return registered ? { status: 201 } : { status: 403, body: { error: { code: 'not-admitted' } } };
          });
        },
        (url) => url + ending,
      );
      await begin(member(PHOTOS, { acl: () => admins(own) }), member(NOTES));
      await hears(ending === '' ? 'refused 0 &a=' : 'ready 0');
      await relay.until(() => told.includes('ready 1'));
      const { json } = relay.heard.find(isTo('POST /v1/groups')) as Heard;
      expect(json.a).toBe(ending === '' ? undefined : admission);
      expect(told.some((line) => line.startsWith('refused'))).toBe(ending === '');
    }
  });

  it('asks again for a group it is not let into yet, and tells of the others meanwhile', async () => {
    let isIn = false;
    const { clock, session, hears, begin, relay } = await world((it) => {
      it.scripts.set('POST /v1/auth', ({ json }) => {
        const grant = grantAll(json);
        return {
          body: isIn
            ? grant
            : {
                ...grant,
                groups: [
                  { g: PHOTOS, error: null },
                  { g: NOTES, error: 'not-a-member' },
                ],
              },
        };
      });
    });
    await begin(member(PHOTOS), member(NOTES));
    await hears('refused 1 let this');
    await expect(session.post(NOTES, Uint8Array.of(1))).rejects.toMatchObject({ code: 'relay-refused' });
    isIn = true;
    await clock.advance(2000);
    await hears('ready 1');
    // The former socket is left once the new one stands.
    await relay.until(() => relay.listeners.filter((socket) => socket.readyState === socket.OPEN).length === 1);
  });

  it('sets the list of members as an admin knows it, leaves strange keys alone, and gives way to who was faster', async () => {
    const gone = memberKey('dd'.repeat(32));
    const strange = memberKey('cc'.repeat(32));
    let gen = 4;
    const put: any[] = [];
    const { clock, hears, begin, relay } = await world((it) => {
      it.scripts.set(`GET /v1/groups/${PHOTOS}/acl`, () => ({
        body: { gen, keys: [own, gone, strange].map((k) => ({ k, admin: k === own })) },
      }));
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/acl`, ({ json }) => {
        put.push(json);
        if (put.length > 1) return { body: { gen: json.gen } };
        gen = 9;
        return { status: 409, body: { gen } };
      });
    });
    await begin(member(PHOTOS, { acl: () => [...admins(own), { key: other, admin: false }], removed: () => [gone] }));
    await hears('ready 0');
    await clock.advance(5000);
    await relay.until(() => put.length === 2);
    expect(put.map((each) => each.gen)).toEqual([5, 10]);
    expect(put[1].keys).toEqual([strange, other, own].sort().map((k) => ({ k, admin: k === own })));
  });

  it.each([
    ['was removed', (gone: MemberKey) => ({ acl: () => admins(own), removed: () => [gone] }), []],
    [
      'is none any more',
      (gone: MemberKey) => ({ acl: () => [...admins(own), { key: gone, admin: false }], removed: () => [] }),
      [memberKey('dd'.repeat(32))],
    ],
  ])('takes out strange keys together with an admin that %s, who could stay by them', async (_how, knows, left) => {
    const gone = memberKey('dd'.repeat(32));
    const put: any[] = [];
    const { clock, hears, begin, relay } = await world((it) => {
      const keys = [own, gone, memberKey('cc'.repeat(32))].map((k) => ({ k, admin: true }));
      it.scripts.set(`GET /v1/groups/${PHOTOS}/acl`, () => ({ body: { gen: 4, keys } }));
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/acl`, ({ json }) => {
        put.push(json);
        return { body: { gen: json.gen } };
      });
    });
    await begin(member(PHOTOS, knows(gone)));
    await hears('ready 0');
    await clock.advance(5000);
    await relay.until(() => put.length === 1);
    expect(put[0].keys).toEqual([...left, own].sort().map((k) => ({ k, admin: k === own })));
  });

  it('fetches what was left for a device that was removed, and tells it with each try', async () => {
    const { relay, clock, hears, begin } = await world((it) => {
      it.scripts.set('POST /v1/auth', ({ json }) => ({
        body: {
          ...grantAll(json),
          groups: json.members.map(({ g }: any) => ({ g, error: 'not-a-member', word: true })),
        },
      }));
      it.scripts.set(`GET /v1/groups/${PHOTOS}/words/${own}`, () => ({ body: Buffer.from('removed') }));
    });
    await begin(member(PHOTOS));
    await hears('refused 0 let this');
    await hears('word 0 removed');
    expect(relay.heard.at(-1)?.token).toBe('ab'.repeat(32));
    await clock.advance(2000);
    await hears('word 0 removed');
  });

  it('passes over a location that leads elsewhere', async () => {
    const { relay, session, hears, begin } = await world((it) => {
      const elsewhere = `https://127.0.0.1:1#k=${Buffer.alloc(32, 1).toString('base64url')}`;
      it.scripts.set(`GET /v1/groups/${PHOTOS}/location`, () => ({
        body: { api: elsewhere, events: elsewhere, live: elsewhere, blob: { kind: 'relay', base: elsewhere }, ttl: 60 },
      }));
      it.scripts.set(`POST /v1/groups/${PHOTOS}/items`, () => ({ body: { sid: 7 } }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    expect(await session.post(PHOTOS, Uint8Array.of(1, 2))).toBe(7);
    expect([...(relay.heard.at(-1)?.body ?? [])]).toEqual([1, 2]);
  });

  it('goes where a relay that only tells locations sends it, for members and for invitations', async () => {
    const storage = await new ScriptedRelay(relayIdentity).start();
    running.push(storage);
    const guests: string[] = [];
    storage.sockets.set('/v1/mailbox/', (socket, path) => {
      guests.push(path);
      socket.on('message', (data) => socket.send(data));
    });
    storage.scripts.set(`POST /v1/groups/${PHOTOS}/items`, () => ({ body: { sid: 7 } }));
    const { relay, session, hears, begin } = await world((it) => {
      const { url } = storage;
      const body = { api: url, events: url, live: url, blob: { kind: 'relay', base: url }, ttl: 60 };
      it.scripts.set('GET /v1/groups/', () => ({ body }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    expect(await session.post(PHOTOS, Uint8Array.of(1))).toBe(7);
    expect([relay.heard.map(({ method }) => method), relay.listeners.length, storage.listeners.length]).toEqual([
      ['GET'],
      0,
      1,
    ]);
    const channel = await session.knock('aa'.repeat(16), Uint8Array.of(1), never);
    channel.write('x');
    for await (const part of channel) if (String(part) === 'x') break;
    expect([guests.length, relay.heard.map(({ path }) => path).at(-1)]).toEqual([
      1,
      `/v1/groups/${'0'.repeat(32)}/location`,
    ]);
  });

  it('serves the groups it could ask after, where the relay wants a pause before the others', async () => {
    let busy = true;
    const { clock, hears, begin, told } = await world((it) => {
      it.scripts.set(`GET /v1/groups/${NOTES}/location`, () =>
        busy ? { status: 429, headers: { 'retry-after': '3' } } : { body: located },
      );
    });
    await begin(member(PHOTOS), member(NOTES));
    await hears('ready 0');
    await hears('refused 1 elsewhere');
    busy = false;
    await clock.advance(2000);
    await hears('ready 1');
  });

  it('takes another token where the one it has expired', async () => {
    let asked = 0;
    const { relay, session, hears, begin } = await world((it) => {
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/cursor`, () => (++asked === 1 ? { status: 401 } : { body: { min: 0 } }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    await session.setCursor(PHOTOS, 12);
    expect([asked, relay.heard.filter(isTo('POST /v1/auth')).length, relay.heard.at(-1)?.json]).toEqual([
      2,
      2,
      { sid: 12 },
    ]);
  });

  it('tells what it hears, answers whether it is there, and passes over what is of no group of its own', async () => {
    const { relay, told, hears, begin } = await world();
    await begin(member(PHOTOS));
    await hears('ready 0');
    relay.tell({ is: 'new', g: NOTES, sid: 3 });
    relay.tell({ is: 'something-later', g: 5 });
    relay.tell({ is: 'new', g: PHOTOS, sid: 3 });
    relay.tell({ is: 'heads', g: PHOTOS });
    relay.tell({ is: 'presence', g: PHOTOS, online: [own, other] });
    relay.tell({ is: 'ping' });
    await hears('presence 0 ee');
    await relay.until(() => relay.said.length === 1);
    expect([told.slice(-3), relay.said]).toEqual([['new 0 3', 'heads 0', 'presence 0 ee'], [{ is: 'pong' }]]);
  });

  it('comes back after the connection broke, and tells that all may be fetched anew', async () => {
    const { relay, clock, hears, begin } = await world();
    await begin(member(PHOTOS));
    await hears('ready 0');
    relay.cut();
    await hears('offline relay-unreachable');
    await clock.advance(1000);
    await hears('online');
    await hears('ready 0');
  });

  it('comes back within seconds after the relay was restarted', async () => {
    const { relay, clock, hears, begin } = await world();
    await begin(member(PHOTOS));
    await hears('ready 0');
    await relay.stop();
    await hears('offline relay-unreachable');
    await clock.advance(1000);
    // Though it has a token and knows where everything is: nobody answers.
    await hears('offline relay-unreachable');
    await relay.start();
    await clock.advance(4000);
    await hears('ready 0');
  });

  it('waits longer each time a relay does not answer, as long as it is told to, and not at all when the network is another one', async () => {
    let isUp = false;
    let asked = 0;
    const { clock, session, hears, begin } = await world((it) => {
      it.scripts.set('POST /v1/auth/challenge', () => {
        asked++;
        return isUp
          ? { body: { challenge: 'cd'.repeat(32), time: 1, origins: [] } }
          : { status: 429, headers: { 'retry-after': '600' } };
      });
    });
    await begin(member(PHOTOS));
    await hears('offline relay-too-many');
    isUp = true;
    await clock.advance(599_000);
    expect(asked).toBe(1);
    session.retryNow();
    await clock.advance(0);
    await hears('ready 0');
    expect(asked).toBe(2);
  });

  it('asks each minute where nothing can be heard, and is online all the same', async () => {
    const { relay, clock, hears, begin } = await world((it) => it.sockets.delete('/v1/events'));
    await begin(member(PHOTOS));
    await hears('online relay-refused');
    await hears('ready 0');
    await clock.advance(60_000);
    await hears('ready 0');
    expect(relay.heard.filter(isTo('POST /v1/auth'))).toHaveLength(1);
  });

  it('looks once more when the relay can be heard again: what was said before nobody heard', async () => {
    const { relay, clock, hears, begin } = await world();
    const events = relay.sockets.get('/v1/events');
    relay.sockets.delete('/v1/events');
    await begin(member(PHOTOS));
    await hears('online relay-refused');
    await hears('ready 0');
    relay.sockets.set('/v1/events', events ?? (() => {}));
    await clock.advance(60_000);
    await hears('online');
    await hears('ready 0');
  });

  it('leaves a relay that says nothing for too long', async () => {
    const { clock, hears, begin } = await world();
    await begin(member(PHOTOS));
    await hears('ready 0');
    await clock.advance(90_000);
    await hears('offline relay-unreachable');
  });

  it('leaves a relay that asks again and again whether it is there, and takes no answer', async () => {
    const { relay, hears, begin } = await world();
    await begin(member(PHOTOS));
    await hears('ready 0');
    const [server] = relay.listeners;
    // The device reads on, and what it says goes nowhere.
    server?.pause();
    let isLeft = false;
    const left = hears('offline relay-unreachable').then(() => {
      isLeft = true;
    });
    const many = (): void => {
      for (let asked = 0; asked < 1000; asked++) server?.send('{"is":"ping"}');
    };
    for (let round = 0; round < 2000 && !isLeft; round++) {
      many();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await left;
  });

  it('takes no answer for what is none: another protocol that nobody asked for', async () => {
    let isOdd = true;
    const switched = { status: 101, headers: { connection: 'upgrade', upgrade: 'other' } };
    const { clock, hears, begin } = await world((it) => {
      it.scripts.set('POST /v1/auth/challenge', () =>
        isOdd ? switched : { body: { challenge: 'cd'.repeat(32), time: 1_000, origins: [] } },
      );
    });
    await begin(member(PHOTOS));
    await hears('offline relay-unreachable');
    isOdd = false;
    await clock.advance(60_000);
    await hears('ready 0');
  });

  it('proves that it still hears where the network is another one, and leaves the relay where it does not', async () => {
    const { relay, clock, session, told, hears, begin } = await world();
    await begin(member(PHOTOS));
    await hears('ready 0');
    const [server] = relay.listeners;
    const asked = new Promise((resolve) => server?.once('ping', resolve));
    session.retryNow();
    await asked;
    // The answer is on its way before what is said next.
    relay.tell({ is: 'new', g: PHOTOS, sid: 1 });
    await hears('new 0 1');
    await clock.advance(15_000);
    expect(told.at(-1)).toBe('new 0 1');
    server?.pause();
    session.retryNow();
    await clock.advance(10_000);
    await hears('offline relay-unreachable');
  });

  it('sets the list again where that failed', async () => {
    let tries = 0;
    const { relay, clock, hears, begin } = await world((it) => {
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/acl`, ({ json }) =>
        ++tries === 1 ? { status: 503 } : { body: { gen: json.gen } },
      );
    });
    await begin(member(PHOTOS, { acl: () => admins(own) }));
    await hears('ready 0');
    await clock.advance(5000);
    await relay.until(() => tries === 1);
    for (let round = 0; round < 5000 && tries < 2; round++) await clock.advance(10);
    expect(tries).toBe(2);
  });

  it('sets the list of a group though another group came at the same moment', async () => {
    const put: any[] = [];
    const { relay, clock, session, hears, begin } = await world((it) => {
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/acl`, ({ json }) => {
        put.push(json);
        return { body: { gen: json.gen } };
      });
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    const admitted = member(PHOTOS, { acl: () => [...admins(own), { key: other, admin: false }] });
    session.setMembers([admitted]);
    session.setMembers([admitted, member(NOTES)]);
    await clock.advance(0);
    await hears('ready 1');
    await relay.until(() => put.length > 0);
    expect(put[0].keys).toContainEqual({ k: other, admin: false });
  });

  it('counts what it asks and is answered', async () => {
    const { session, hears, begin } = await world((it) => {
      it.scripts.set(`POST /v1/groups/${PHOTOS}/items`, () => ({ body: { sid: 7 } }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    const before = session.bytes;
    expect(before.bytesIn).toBeGreaterThan(100);
    await session.post(PHOTOS, new Uint8Array(100_000));
    const sent = session.bytes.bytesOut - before.bytesOut;
    expect([sent > 100_000, sent < 101_000]).toEqual([true, true]);
  });

  it('joins a member that is there through a channel, and fails where it is not', async () => {
    const { relay, session, hears, begin } = await world((it) => {
      it.sockets.set('/v1/live/', (socket, path) => {
        socket.send(Buffer.from(path.slice(-2)));
        socket.on('message', (data) => socket.send(data));
      });
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    const channel = session.live(PHOTOS, other, never);
    const asked = await relay.until(() => relay.said.at(-1));
    expect(asked).toEqual({ is: 'live', req: 1, g: PHOTOS, to: other });
    relay.tell({ is: 'granted', req: 1, token: 'f0'.repeat(32) });
    const open = await channel;
    open.write('hello');
    const parts: Buffer[] = [];
    for await (const part of open) {
      parts.push(part);
      if (Buffer.concat(parts).length === 7) break;
    }
    expect([Buffer.concat(parts).toString(), open.bytesRead, open.bytesWritten]).toEqual(['f0hello', 7, 5]);

    const refused = session.live(PHOTOS, other, never);
    await relay.until(() => relay.said.length === 2);
    relay.tell({ is: 'no', req: 2, why: 'offline' });
    await expect(refused).rejects.toMatchObject({ code: 'relay-offline' });
  });

  it('waits half a minute for a channel that the relay never opens, whoever asked', async () => {
    const { relay, session, clock, hears, begin } = await world((it) => {
      it.unanswered = '/v1/';
    });
    const codeOf = (error: RelayError): string => error.code;
    const knocking = session.knock('aa'.repeat(16), Uint8Array.of(1), never).catch(codeOf);
    await relay.until(() => relay.askedInVain.length === 1);
    await clock.advance(30_000);
    expect(await knocking).toBe('relay-unreachable');

    relay.unanswered = '/v1/live/';
    await begin(member(PHOTOS));
    await hears('ready 0');
    const channel = session.live(PHOTOS, other, never).catch(codeOf);
    await relay.until(() => relay.said.length === 1);
    relay.tell({ is: 'granted', req: 1, token: 'f0'.repeat(32) });
    await relay.until(() => relay.askedInVain.length === 2);
    await clock.advance(30_000);
    expect(await channel).toBe('relay-unreachable');
  });

  it('takes channels members and guests ask for, guests only at an open mailbox', async () => {
    const { relay, session, told, channels, hears, begin } = await world((it) => {
      it.sockets.set('/v1/live/', (socket) => socket.send(Buffer.from('hi')));
      it.scripts.set('POST /v1/mailbox', () => ({ body: {} }));
      it.scripts.set('DELETE /v1/mailbox/', () => ({ body: {} }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    await session.openMailbox('aa'.repeat(16), 'bb'.repeat(32), 60_000);
    expect(relay.heard.at(-1)?.json).toEqual({ id: 'aa'.repeat(16), token: 'bb'.repeat(32), ttl: 60_000 });
    relay.tell({ is: 'knock', mailbox: 'a0'.repeat(16), token: 'f1'.repeat(32) });
    relay.tell({ is: 'knock', mailbox: 'aa'.repeat(16), token: 'f2'.repeat(32) });
    await hears('knock aa');
    relay.tell({ is: 'live', g: PHOTOS, from: other, token: 'f3'.repeat(32) });
    await hears('live 0 ee');
    expect([channels.length, told.filter((each) => each.startsWith('knock'))]).toEqual([2, ['knock aa']]);
    for (const channel of channels) for await (const part of channel) if (String(part) === 'hi') break;
    await session.closeMailbox('aa'.repeat(16));
    expect(relay.heard.at(-1)?.method).toBe('DELETE');
  });

  it('knocks without being a member of anything', async () => {
    const asked: string[] = [];
    const { session } = await world((it) => {
      it.sockets.set('/v1/mailbox/', (socket, path) => {
        asked.push(path);
        if (path.endsWith('00')) socket.close(4404);
        else socket.on('message', (data) => socket.send(data));
      });
    });
    const channel = await session.knock('aa'.repeat(16), Uint8Array.of(1, 2), never);
    channel.write('x');
    for await (const part of channel) if (String(part) === 'x') break;
    const nobody = await session.knock('00'.repeat(16), Uint8Array.of(1, 2), never);
    const why = await new Promise((resolve) => nobody.on('error', resolve).on('data', () => {}));
    expect([asked.length, why]).toEqual([2, expect.objectContaining({ code: 'relay-offline' })]);
  });

  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const item = (sid: number, bytes: string, length = bytes.length): Buffer =>
    Buffer.concat([u32(0), u32(sid), u32(length), Buffer.from(bytes)]);

  it('reads items, heads and parts of packs', async () => {
    const { session, hears, begin, relay } = await world((it) => {
      it.scripts.set(`GET /v1/groups/${PHOTOS}/items?after=4`, () => ({
        headers: { 'x-last-sid': '90', 'x-group-born': '700' },
        body: Buffer.concat([item(5, 'five'), item(9, '')]),
      }));
      it.scripts.set(`GET /v1/groups/${PHOTOS}/heads`, () => ({
        body: Buffer.concat([Buffer.from(other, 'hex'), u32(0), u32(1), u32(2), Buffer.from('me')]),
      }));
      it.scripts.set(`GET /v1/groups/${PHOTOS}/packs/`, ({ path }) =>
        path.endsWith('00') ? { status: 404 } : { status: 206, body: Buffer.from('part') },
      );
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/packs/`, () => ({ body: {} }));
      it.scripts.set(`POST /v1/groups/${PHOTOS}/packs/touch`, ({ json }) => ({
        body: { missing: [json.ids[1], 'zz'] },
      }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    expect(await session.items(PHOTOS, 4)).toEqual({
      items: [
        { sid: 5, bytes: new Uint8Array(Buffer.from('five')) },
        { sid: 9, bytes: new Uint8Array(0) },
      ],
      last: 90,
      born: 700,
    });
    expect(await session.heads(PHOTOS)).toEqual([{ key: other, bytes: new Uint8Array(Buffer.from('me')) }]);
    expect(Buffer.from((await session.pack(PHOTOS, '11'.repeat(32), 10, 4)) ?? []).toString()).toBe('part');
    expect(relay.heard.at(-1)?.headers.range).toBe('bytes=10-13');
    expect(await session.pack(PHOTOS, '00'.repeat(32), 0, 4)).toBeNull();
    expect(await session.putPack(PHOTOS, Buffer.from('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(await session.touchPacks(PHOTOS, ['a1', 'a2'])).toEqual(['a2']);
  });

  it('puts a large pack up piece by piece, none of which is encrypted before those before it went', async () => {
    const { session, hears, begin, relay } = await world((it) => {
      it.scripts.set(`PUT /v1/groups/${PHOTOS}/packs/`, () => ({ body: {} }));
    });
    await begin(member(PHOTOS));
    await hears('ready 0');
    let most = 0;
    const watched = (message: unknown): void => {
      const { request } = message as { readonly request: ClientRequest };
      request.once('socket', (socket) => {
        const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
        socket.write = ((...given: unknown[]) => {
          const more = write(...given);
          most = Math.max(most, socket.writableLength);
          return more;
        }) as typeof socket.write;
      });
    };
    subscribe('http.client.request.created', watched);
    const pack = Buffer.alloc(5_000_000, 'a large pack, ');
    const name = await session.putPack(PHOTOS, pack).finally(() => unsubscribe('http.client.request.created', watched));
    expect(relay.heard.find(isTo(`PUT /v1/groups/${PHOTOS}/packs/${name}`))?.body.equals(pack)).toBe(true);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(1_000_000);
  });

  describe('with a relay that lies', () => {
    const over = Buffer.alloc(10 * 1024 * 1024);
    it.each<[string, Buffer | string, string]>([
      ['numbers that go back', Buffer.concat([item(9, 'a'), item(5, 'b')]), 'out of order'],
      ['a number not asked for', item(3, 'a'), 'out of order'],
      ['an item longer than it is', item(9, 'a', 500), 'cut off'],
      ['an item longer than may be', item(9, 'a', 0xffff_ffff), 'longer than it may be'],
      ['half a number', Buffer.alloc(3), 'cut off'],
      ['more than fits', over, 'more than it may'],
    ])('takes no items with %s', async (_what, body, why) => {
      const { session, hears, begin } = await world((it) => {
        it.scripts.set(`GET /v1/groups/${PHOTOS}/items`, () => ({ body }));
      });
      await begin(member(PHOTOS));
      await hears('ready 0');
      await expect(session.items(PHOTOS, 4)).rejects.toMatchObject({
        code: 'relay-refused',
        message: expect.stringContaining(why),
      });
    });

    it.each<[string, unknown]>([
      ['no JSON', 'hello'],
      ['no number', { sid: '7' }],
      ['half a number', { sid: 1.5 }],
      ['a list', [1]],
      ['far too much', `"${'x'.repeat(300_000)}"`],
    ])('takes no number of an item that is %s', async (_what, body) => {
      const { session, hears, begin } = await world((it) => {
        it.scripts.set(`POST /v1/groups/${PHOTOS}/items`, () => ({ body }));
      });
      await begin(member(PHOTOS));
      await hears('ready 0');
      await expect(session.post(PHOTOS, Uint8Array.of(1))).rejects.toMatchObject({ code: 'relay-refused' });
    });

    it.each([
      [{ is: 'new', g: 'zz', sid: 1 }],
      [{ is: 'new', g: PHOTOS, sid: -1 }],
      [{ is: 'presence', g: PHOTOS, online: ['x'] }],
      [{ is: 'live', g: PHOTOS, from: other, token: '../../x' }],
      ['[]'],
      ['{'],
    ])('leaves it after an event that makes no sense (%#)', async (event) => {
      const { relay, hears, begin } = await world();
      await begin(member(PHOTOS));
      await hears('ready 0');
      relay.tell(event);
      await hears('offline relay-unreachable');
    });

    it('gives up an answer that never comes', async () => {
      const { relay, clock, session, hears, begin } = await world((it) => {
        it.scripts.set(`POST /v1/groups/${PHOTOS}/items`, () => new Promise(() => {}));
      });
      await begin(member(PHOTOS));
      await hears('ready 0');
      const posted = session.post(PHOTOS, Uint8Array.of(1));
      const failed = expect(posted).rejects.toMatchObject({ code: 'relay-unreachable' });
      await relay.until(() => relay.heard.find(({ path }) => path.endsWith('/items')));
      await clock.advance(30_000);
      await failed;
    });

    it.each([
      [410, 'relay-collected'],
      [507, 'relay-quota'],
      [429, 'relay-too-many'],
      [403, 'relay-refused'],
      [413, 'relay-refused'],
      [503, 'relay-unreachable'],
      [302, 'relay-refused'],
    ])('calls a status of %i %s', async (status, code) => {
      const { session, hears, begin } = await world((it) => {
        it.scripts.set(`POST /v1/groups/${PHOTOS}/items`, () => ({
          status,
          headers: { 'retry-after': '7', location: 'https://elsewhere.example' },
          body: { error: { code: 'some-code', message: 'Call 555 and give your password' } },
        }));
      });
      await begin(member(PHOTOS));
      await hears('ready 0');
      const failure = await session.post(PHOTOS, Uint8Array.of(1)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, retryAfter: 7 });
      expect((failure as Error).message).not.toContain('password');
    });
  });
});
