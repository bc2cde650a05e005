import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeviceIdentity, type MemberSigner, makeSecrets } from '../../../src/main/peers/identity/identity.ts';
import { HttpsRelayConnector } from '../../../src/main/peers/relay/https-relay-session.ts';
import type { RelayChannel, RelaySession } from '../../../src/main/peers/relay/relay-session.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import type { MemberKey } from '../../../src/main/record/ids.ts';
import { type RelayServer, startRelayServer } from '../../../src/relay/http/relay-server.ts';
import { Room } from '../../../src/relay/rules/room.ts';
import { GROUP, memberNamed } from '../../fakes/relay-bodies.ts';
import { RelayInMemory } from '../../fakes/relay-in-memory.ts';

// Both ends of the relay as they are, over real sockets: what the one says the other understands.

const relayIdentity = new DeviceIdentity(makeSecrets(systemRandom));
const pin = createHash('sha256').update(relayIdentity.descriptor.tls).digest('base64url');
const tls = { key: relayIdentity.tlsKey, certificate: relayIdentity.certificate };
const [ana, ben, cara] = [memberNamed('ana'), memberNamed('ben'), memberNamed('cara')];
const never = new AbortController().signal;

let relay: RelayInMemory;
let server: RelayServer;
const endings: (() => Promise<void>)[] = [];
beforeEach(async () => {
  relay = new RelayInMemory({ key: pin });
  const listen = { host: '127.0.0.1', port: 0, orNext: false };
  const onFault = (fault: Error): never => {
    throw fault;
  };
  const room = new Room(1e8, 1e8);
  const { service } = relay;
  server = await startRelayServer({ service, role: 'all', listen, tls, clock: systemClock, room, onFault });
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  relay.service.close();
  await server.close(0);
});

/** A device of one member, and what it was told. */
class Told {
  readonly session: RelaySession;
  readonly ready: string[] = [];
  readonly news: number[] = [];
  readonly words: Uint8Array[] = [];
  heads = 0;
  online: readonly MemberKey[] = [];
  readonly channels: RelayChannel[] = [];
  state = '';
  readonly #member: MemberSigner;

  constructor(member: MemberSigner) {
    this.#member = member;
    const url = `https://127.0.0.1:${server.port}#k=${pin}`;
    this.session = new HttpsRelayConnector(systemClock, systemRandom).open(url, {
      onReady: (group) => this.ready.push(group),
      onRefused: () => undefined,
      onWord: (_, word) => this.words.push(word),
      onNew: (_, sid) => this.news.push(sid),
      onHeads: () => this.heads++,
      onPresence: (_, online) => {
        this.online = online;
      },
      onLive: (_, from, channel) => this.channels.push(channel),
      onKnock: (_, channel) => this.channels.push(channel),
      onState: ({ is }) => {
        this.state = is;
      },
    });
    endings.push(() => this.session.close());
  }

  /** `keys`: what this device, an admin, would set; null: it is none. */
  async enter(keys: readonly MemberSigner[] | null, removed: readonly MemberSigner[] = []): Promise<this> {
    this.begin(keys, removed);
    await expect.poll(() => this.ready.length, { interval: 10 }).toBeGreaterThan(0);
    return this;
  }
  begin(keys: readonly MemberSigner[] | null, removed: readonly MemberSigner[] = []): void {
    const acl = keys?.map(({ key }) => ({ key, admin: key === this.#member.key })) ?? null;
    this.session.setMembers([
      {
        group: GROUP,
        key: this.#member.key,
        sign: (bytes) => this.#member.sign(bytes),
        isAdmin: () => acl !== null,
        belongs: () => true,
        acl: () => acl,
        removed: () => removed.map(({ key }) => key),
        words: () => removed.map(({ key }) => ({ key, bytes: new TextEncoder().encode(`${key} was removed`) })),
      },
    ]);
  }
}

async function both(): Promise<readonly [Told, Told]> {
  const a = await new Told(ana).enter([ana, ben]);
  const b = await new Told(ben).enter(null);
  await expect.poll(() => [a.online, b.online], { interval: 10 }).toEqual([[ben.key], [ana.key]]);
  return [a, b];
}

it('items, heads and packs pass from one device to the other', async () => {
  const [a, b] = await both();
  const items = [randomBytes(100), randomBytes(1_000_000)];
  expect([await a.session.post(GROUP, items[0]!), await a.session.post(GROUP, items[1]!)]).toEqual([1, 2]);
  await expect.poll(() => b.news, { interval: 10 }).toEqual([1, 2]);
  const fetched = await b.session.items(GROUP, 0);
  expect([fetched.last, fetched.items.map(({ sid, bytes }) => [sid, items[sid - 1]!.equals(bytes)])]).toEqual([
    2,
    [
      [1, true],
      [2, true],
    ],
  ]);
  expect((await b.session.items(GROUP, 0, 1)).items.map(({ sid }) => sid)).toEqual([1]);
  await b.session.setCursor(GROUP, 2);
  expect(await relay.store.cursor(GROUP, ben.key)).toBe(2);
  await b.session.putHeads(GROUP, Uint8Array.of(7));
  await expect.poll(() => a.heads, { interval: 10 }).toBe(1);
  expect(await a.session.heads(GROUP)).toEqual([{ key: ben.key, bytes: Uint8Array.of(7) }]);
  const pack = randomBytes(3_000_000);
  const id = await a.session.putPack(GROUP, pack);
  expect(pack.subarray(1_000_000, 2_500_000).equals((await b.session.pack(GROUP, id, 1_000_000, 1_500_000))!)).toBe(
    true,
  );
  expect(await b.session.touchPacks(GROUP, [id, '00'.repeat(32)])).toEqual(['00'.repeat(32)]);
  // At its end there is less, and beyond it nothing.
  expect(await b.session.pack(GROUP, id, 2_999_990, 100)).toHaveLength(10);
  expect(await b.session.pack(GROUP, id, 3_000_000, 100)).toBeNull();
  const many = Array.from({ length: 1001 }, (_, at) => at.toString(16).padStart(64, '0'));
  expect(await b.session.touchPacks(GROUP, [...many, id])).toEqual(many);
  // It is not theirs.
  await b.session.deletePack(GROUP, id);
  expect(await b.session.pack(GROUP, id, 0, 1)).toHaveLength(1);
  await a.session.deletePack(GROUP, id);
  expect(await b.session.pack(GROUP, id, 0, 1)).toBeNull();
});

it('what was collected is said to be', async () => {
  const [a, b] = await both();
  await a.session.post(GROUP, Uint8Array.of(1));
  for (const { session } of [a, b]) await session.setCursor(GROUP, 1);
  const now = relay.clock.now() + 1000 * 3_600_000;
  const times = { graceOver: now, keep: now, life: now };
  expect([await relay.store.collectItems(times, now), await relay.store.collectItems(times, now)]).toEqual([0, 1]);
  // It passed what went.
  expect(await b.session.items(GROUP, 0)).toMatchObject({ items: [], last: 1 });
  await a.enter([ana, ben, cara]);
  await expect.poll(async () => (await relay.store.acl(GROUP))?.keys.length, { interval: 10 }).toBe(3);
  const c = await new Told(cara).enter(null);
  await expect(c.session.items(GROUP, 0)).rejects.toMatchObject({ code: 'relay-collected' });
});

it('a channel joins two devices, and what is refused has its name', async () => {
  const [a, b] = await both();
  const channel = await a.session.live(GROUP, ben.key, never);
  await expect.poll(() => b.channels.length, { interval: 10 }).toBe(1);
  const there = b.channels[0]!;
  const [sent, got] = [randomBytes(5_000_000), [] as Buffer[]];
  there.on('data', (bytes: Buffer) => got.push(bytes));
  channel.end(sent);
  await once(there, 'end');
  expect(Buffer.concat(got).equals(sent)).toBe(true);
  await expect(a.session.live(GROUP, cara.key, never)).rejects.toMatchObject({ code: 'relay-offline' });
  await expect(a.session.post(GROUP, new Uint8Array(2_000_000))).rejects.toMatchObject({ code: 'relay-refused' });
});

it('an invitation is answered by who has its secret', async () => {
  const [a] = await both();
  const [id, secret] = ['cd'.repeat(16), randomBytes(32)];
  await a.session.openMailbox(id, createHash('sha256').update(secret).digest('hex'), 60_000);
  const joiner = new Told(cara);
  const channel = await joiner.session.knock(id, secret, never);
  channel.write('JOIN');
  await expect.poll(() => a.channels.length, { interval: 10 }).toBe(1);
  const [bytes] = await once(a.channels[0]!, 'data');
  expect(String(bytes)).toBe('JOIN');
  await a.session.closeMailbox(id);
  const late = await joiner.session.knock(id, secret, never);
  await expect(once(late, 'data')).rejects.toMatchObject({ code: 'relay-offline' });
});

it('who is removed is cut off, and not let in again', async () => {
  const [a, b] = await both();
  await a.enter([ana], [ben]);
  await expect.poll(() => b.state, { interval: 10 }).not.toBe('online');
  await expect.poll(() => a.online, { interval: 10 }).toEqual([]);
  await expect(b.session.post(GROUP, Uint8Array.of(1))).rejects.toMatchObject({ code: 'relay-refused' });
});

it('who is removed is given the word that was left for it, and who is let in again is not', async () => {
  const a = await new Told(ana).enter([ana, ben]);
  await a.enter([ana], [ben]);
  await expect.poll(async () => (await relay.store.words(GROUP)).length, { interval: 10 }).toBe(1);
  const b = new Told(ben);
  b.begin(null);
  await expect.poll(() => b.words.map((word) => Buffer.from(word).toString())[0]).toBe(`${ben.key} was removed`);
  await b.session.close();
  await a.enter([ana, ben]);
  await new Told(ben).enter(null);
  expect(await relay.store.words(GROUP)).toEqual([]);
});
