import { describe, expect, it } from 'vitest';
import { DoorLimits } from '../../../../src/main/peers/connect/door-limits.ts';
import type { GreetedLink } from '../../../../src/main/peers/connect/hello.ts';
import { greet } from '../../../../src/main/peers/connect/hello.ts';
import { LinkManager } from '../../../../src/main/peers/connect/link-manager.ts';
import { MessageStream } from '../../../../src/main/peers/connect/message-stream.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { LanTlsTransport } from '../../../../src/main/peers/links/lan-tls-link.ts';
import { ownAddresses } from '../../../../src/main/peers/links/own-addresses.ts';
import type { PeerLink, Transport } from '../../../../src/main/peers/links/peer-link.ts';
import type { Message } from '../../../../src/main/peers/protocol/messages.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { LinkPeer as Peer } from '../../../fakes/link-peer.ts';
import { MemoryNetwork } from '../../../fakes/memory-network.ts';
import { noRelay } from '../../../fakes/no-relay.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('links');
const [one, two, third] = makeIdentities(random, 'one', 'two', 'three');
const [smaller, larger] = one.id < two.id ? [one, two] : [two, one];
const never = new AbortController().signal;

async function world(...identities: DeviceIdentity[]) {
  const clock = new FakeClock();
  const network = new MemoryNetwork(clock);
  const peers = identities.map((identity, at) => new Peer(clock, network, identity, `host-${at + 1}`));
  for (const peer of peers) {
    peer.members = identities;
    await peer.manager.start({ host: peer.host, port: 21_027, orNext: false });
  }
  return { clock, network, peers };
}

describe('LinkManager', () => {
  it('links to a device at the address suggested', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    expect([a.events, b.events]).toEqual([['linked host-2'], ['linked host-1']]);
    expect(a.link).toMatchObject({ version: 1, caps: [], credit: 4 * 1024 * 1024 });
    a.link.stream.send({ is: 'SCAN', h: 1, req: 2 });
    await clock.advance(100);
    expect(b.heard).toEqual([{ is: 'SCAN', h: 1, req: 2 }]);
  });

  it('keeps one link where both dialled, the one the smaller id dialled', async () => {
    const { clock, network, peers } = await world(larger, smaller);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(smaller.id, [b.address]);
    b.manager.suggest(larger.id, [a.address]);
    await clock.advance(1000);
    expect(network.lines).toBe(1);
    expect([a.link.stream.link.dialled, b.link.stream.link.dialled]).toEqual([false, true]);
    await clock.advance(600_000);
    expect([network.lines, a.events.at(-1), b.events.at(-1)]).toEqual([1, 'linked host-2', 'linked host-1']);
  });

  it('knows nobody it does not expect', async () => {
    const { clock, network, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    b.expect();
    a.manager.suggest(larger.id, [b.address]);
    a.manager.suggest(third.id, ['host-9:1']);
    a.manager.suggest(larger.id, ['no address']);
    await clock.advance(100);
    expect([a.events, b.events, network.lines, a.manager.addresses(larger.id), a.manager.addresses(third.id)]).toEqual([
      [],
      [],
      0,
      [b.address],
      [],
    ]);
  });

  it('closes the link to a device that is not expected any more', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    a.expect();
    await clock.advance(100);
    expect([a.events.at(-1), b.events.at(-1), a.manager.linked()]).toEqual([
      'unlinked removed',
      'unlinked closed-by-peer',
      [],
    ]);
    expect(b.heard).toEqual([{ is: 'BYE', reason: 'removed', retryAfter: 0 }]);
  });

  it('lets in a device that was removed, for it may not know, and does not look for it', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.former = [larger];
    a.expect(smaller);
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(60_000);
    expect(a.events).toEqual([]);
    b.manager.suggest(smaller.id, [a.address]);
    await clock.advance(100);
    expect(a.events).toEqual(['linked host-2']);
    a.former = [];
    a.expect(smaller);
    await clock.advance(100);
    expect([a.events, b.events.at(-1)]).toEqual([['linked host-2', 'unlinked removed'], 'unlinked closed-by-peer']);
  });

  it('closes the link to a device when it is removed, and lets it in again to be told', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    a.former = [larger];
    a.expect(smaller);
    b.manager.suggest(smaller.id, [a.address]);
    await clock.advance(5000);
    expect(a.events).toEqual(['linked host-2', 'unlinked removed', 'linked host-2']);
  });

  it('dials again after growing pauses, and at once when the network changes', async () => {
    const { clock, network, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    network.cut('host-1', 'host-2');
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(3_600_000);
    expect(a.events).toEqual([]);
    network.mend('host-1', 'host-2');
    a.manager.networkChanged();
    await clock.advance(100);
    expect(a.events).toEqual(['linked host-2']);
    network.cut('host-1', 'host-2');
    await clock.advance(60_000);
    network.mend('host-1', 'host-2');
    await clock.advance(300_000);
    expect(a.events).toEqual(['linked host-2', 'unlinked lost', 'linked host-2']);
  });

  it('takes the link of a peer that saw the former one go, without waiting for the end of that', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    await clock.advance(60_000);
    // Only its own end: no word of it goes to the other.
    (b.link.stream.link as PeerLink & { drop(reason: string): void }).drop('lost');
    b.manager.suggest(smaller.id, [a.address]);
    await clock.advance(100);
    expect(a.events).toEqual(['linked host-2', 'unlinked replaced', 'linked host-2']);
    expect(b.events).toEqual(['linked host-1', 'unlinked lost', 'linked host-1']);
  });

  it('pauses five minutes at most between two tries', async () => {
    const clock = new FakeClock();
    const network = new MemoryNetwork(clock);
    const at: number[] = [];
    const transport: Transport = {
      ...network.transport(smaller.descriptor, 'host-1'),
      dial: async () => {
        at.push(clock.now());
        throw new Error('unreachable');
      },
    };
    const a = new Peer(clock, network, smaller, 'host-1', { transport });
    a.expect(larger);
    a.manager.suggest(larger.id, ['host-2:1']);
    await clock.advance(24 * 3_600_000);
    const pauses = at.slice(1).map((time, index) => time - (at[index] as number));
    expect(pauses[0]).toBeLessThanOrEqual(2000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300_000);
    expect(Math.max(...pauses)).toBeGreaterThan(200_000);
    // Full jitter: 150 s on average.
    expect(at.length).toBeGreaterThan(400);
    expect(at.length).toBeLessThan(800);
  });

  it('races addresses a quarter of a second apart and remembers the best', async () => {
    const { clock, network, peers } = await world(smaller, larger);
    const [, b] = peers as [Peer, Peer];
    const dialled: string[] = [];
    const real = network.transport(smaller.descriptor, 'host-3');
    const transport: Transport = {
      ...real,
      dial: (address, expected, signal) => {
        dialled.push(`${address} +${clock.now() - start}`);
        if (address === b.address) return real.dial(address, expected, signal);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
      },
    };
    const c = new Peer(clock, network, smaller, 'host-3', { transport });
    c.expect(larger);
    const start = clock.now();
    for (const address of ['slow:1', 'slow:2', b.address, 'slow:3']) c.manager.suggest(larger.id, [address]);
    await clock.advance(2000);
    expect(dialled).toEqual(['slow:1 +0', 'slow:2 +250', `${b.address} +500`]);
    expect(c.manager.addresses(larger.id)).toEqual([b.address, 'slow:1', 'slow:2', 'slow:3']);
  });

  it('finds out that a silent link is dead', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    b.link.stream.link.pause();
    await clock.advance(269_000);
    expect(a.events).toEqual(['linked host-2']);
    await clock.advance(2000);
    // The far end hears nothing either: whichever counts to the end first closes.
    expect(a.events[1]).toMatch(/^unlinked (dead|closed-by-peer)$/);
  });

  it('keeps a quiet link that answers', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(24 * 3_600_000);
    expect([a.events, b.events]).toEqual([['linked host-2'], ['linked host-1']]);
    expect(a.link.stream.link.bytesIn).toBeGreaterThan(1000);
  });

  it('takes a device that was started anew for its former run at once', async () => {
    const { clock, network, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    // The former run of the larger one never said good-bye: its end hangs.
    b.link.stream.link.pause();
    const again = new Peer(clock, network, larger, 'host-4');
    again.expect(smaller);
    again.manager.suggest(smaller.id, [a.address]);
    await clock.advance(100);
    expect(a.events).toEqual(['linked host-2', 'unlinked replaced', 'linked host-4']);
    expect(again.events).toEqual(['linked host-1']);
  });

  it('remembers where a device may be that becomes a member later', async () => {
    const { clock, peers } = await world(smaller, larger);
    const [a, b] = peers as [Peer, Peer];
    a.expect();
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(100);
    expect(a.events).toEqual([]);
    a.expect(larger);
    await clock.advance(100);
    expect(a.events).toEqual(['linked host-2']);
  });

  it('stops with a word to everyone', async () => {
    const { clock, network, peers } = await world(smaller, larger, third);
    const [a, b, c] = peers as [Peer, Peer, Peer];
    a.manager.suggest(larger.id, [b.address]);
    a.manager.suggest(third.id, [c.address]);
    await clock.advance(100);
    await a.manager.stop();
    await clock.advance(600_000);
    expect([a.manager.linked(), network.lines]).toEqual([[], 0]);
    expect(b.heard.at(-1)).toMatchObject({ is: 'BYE', reason: 'stopping' });
    expect(a.events.slice(2)).toEqual(['unlinked stopping', 'unlinked stopping']);
  });

  it('takes the next port where the usual one is in use', async () => {
    const { clock, network, peers } = await world(smaller);
    const [a] = peers as [Peer];
    const other = (): LinkManager => new Peer(clock, network, larger, a.host).manager;
    expect(await other().start({ host: a.host, port: 21_027, orNext: true })).toBe(`${a.host}:21028`);
    await expect(other().start({ host: a.host, port: 21_028, orNext: false })).rejects.toMatchObject({
      code: 'address-in-use',
    });
  });

  it('links two devices over TLS', async () => {
    const linked = [Promise.withResolvers<GreetedLink>(), Promise.withResolvers<GreetedLink>()] as const;
    const managers = [smaller, larger].map(
      (identity, at) =>
        new LinkManager({
          identity,
          members: () => new Map([smaller, larger].map((each) => [each.id, each.descriptor])),
          former: () => [],
          transport: new LanTlsTransport(identity),
          relayed: noRelay,
          clock: systemClock,
          random: systemRandom,
          app: 'test',
          onLinked: (link) => (linked[at] as (typeof linked)[0]).resolve(link),
          onUnlinked: () => {},
          pairingOpen: () => false,
          onStranger: (link) => link.close('no'),
        }),
    ) as [LinkManager, LinkManager];
    for (const manager of managers) await manager.start({ host: '127.0.0.1', port: 0, orNext: false });
    managers[0].suggest(larger.id, managers[1].ownAddresses());
    const [near, far] = await Promise.all(linked.map((each) => each.promise));
    const heard = new Promise((resolve) => far?.stream.receive(resolve));
    near?.stream.send({ is: 'CREDIT', bytes: 5 });
    expect(await heard).toEqual({ is: 'CREDIT', bytes: 5 });
    await Promise.all(managers.map((manager) => manager.stop()));
  });
});

describe('strangers', () => {
  it('are eight of a host a minute, but for those who have shown that somebody invited them', async () => {
    const clock = new FakeClock();
    const network = new MemoryNetwork(clock);
    const strangers: (() => void)[] = [];
    const manager = new LinkManager({
      identity: smaller,
      members: () => new Map(),
      former: () => [],
      transport: network.transport(smaller.descriptor, 'near'),
      relayed: noRelay,
      clock,
      random: systemRandom,
      app: 'test',
      onLinked: () => {},
      onUnlinked: () => {},
      pairingOpen: () => true,
      onStranger: (_, onProven) => void strangers.push(onProven),
    });
    await manager.start({ host: 'near', port: 1, orNext: false });
    const ring = async (times: number): Promise<number> => {
      const before = strangers.length;
      for (let at = 0; at < times; at++) {
        network
          .transport(larger.descriptor, 'far')
          .dialStranger('near:1', never)
          .catch(() => undefined);
        await clock.advance(10);
      }
      return strangers.length - before;
    };
    for (let at = 0; at < 20; at++) {
      expect(await ring(1)).toBe(1);
      strangers.at(-1)?.();
    }
    expect(await ring(20)).toBe(8);
    await manager.stop();
  });
});

describe('greeting', () => {
  /** Both ends of a fresh link; the far one speaks as the test likes. */
  async function fresh() {
    const clock = new FakeClock();
    const network = new MemoryNetwork(clock);
    const arrived = Promise.withResolvers<PeerLink>();
    await network.transport(larger.descriptor, 'far').listen(
      { host: 'far', port: 1 },
      {
        admit: () => true,
        known: () => smaller.descriptor,
        pairingOpen: () => false,
        onLink: arrived.resolve,
        onStranger: () => {},
      },
    );
    const dialling = network.transport(smaller.descriptor, 'near').dial('far:1', larger.descriptor, never);
    await clock.advance(10);
    const far = new MessageStream(await arrived.promise, 'greeting');
    const heard: Message[] = [];
    far.receive((message) => heard.push(message));
    return { clock, near: await dialling, far, heard };
  }
  const own = (who: DeviceIdentity) => ({
    descriptor: who.descriptor.bytes,
    app: 'x',
    caps: ['a', 'b'],
    run: new Uint8Array(32),
  });
  const hello = {
    is: 'HELLO',
    versions: [1, 7],
    descriptor: larger.descriptor.bytes,
    app: 'y',
    caps: ['b', 'c'],
    nonce: new Uint8Array(32),
  } as const;
  const outcome = (greeting: Promise<GreetedLink>) =>
    greeting.then(
      (greeted) => greeted.caps,
      (error) => error.code,
    );

  it('agrees on the newest version and on what both can', async () => {
    const { clock, near, far, heard } = await fresh();
    const greeting = greet(near, own(smaller), clock);
    far.send(hello);
    await clock.advance(10);
    expect(heard.map((message) => message.is)).toEqual(['HELLO', 'HELLO_OK']);
    expect(heard[1]).toMatchObject({ version: 1, caps: ['b'] });
    far.send({ is: 'HELLO_OK', version: 1, caps: ['b'], credit: 9 });
    await clock.advance(10);
    expect(await greeting).toMatchObject({ version: 1, caps: ['b'], credit: 9, app: 'y' });
  });

  it('keeps what comes right behind the greeting for who takes it later', async () => {
    const { clock, near, far } = await fresh();
    const greeting = greet(near, own(smaller), clock);
    far.send(hello);
    far.send({ is: 'HELLO_OK', version: 1, caps: ['b'], credit: 9 });
    far.send({ is: 'CREDIT', bytes: 1 });
    far.send({ is: 'MEMBERS', h: 1, heads: [], ops: [new Uint8Array(9000)] });
    await clock.advance(10);
    const { stream } = await greeting;
    const seen: string[] = [];
    stream.receive((message) => seen.push(message.is));
    await clock.advance(10);
    expect(seen).toEqual(['CREDIT', 'MEMBERS']);
  });

  const refused: readonly [string, readonly Message[], string][] = [
    ['no common version', [{ ...hello, versions: [2] }], 'version-unsupported'],
    ['another device', [{ ...hello, descriptor: third.descriptor.bytes }], 'wrong-peer'],
    ['HELLO_OK before HELLO', [{ is: 'HELLO_OK', version: 1, caps: [], credit: 1 }], 'protocol-error'],
    ['a version not agreed', [hello, { is: 'HELLO_OK', version: 7, caps: [], credit: 1 }], 'protocol-error'],
    ['a second HELLO', [hello, hello], 'protocol-error'],
    ['anything else', [{ is: 'PING', n: 1 }], 'protocol-error'],
    ['a frame of more than 4 KiB', [{ is: 'MEMBERS', h: 1, heads: [], ops: [new Uint8Array(5000)] }], 'protocol-error'],
    ['good-bye', [{ is: 'BYE', reason: 'stopping', retryAfter: 0 }], 'link-lost'],
    ['a version error', [{ is: 'ERROR', code: 'version-unsupported', text: '', fatal: true }], 'version-unsupported'],
    ['silence', [], 'hello-timeout'],
  ];
  for (const [what, messages, code] of refused) {
    it(`ends the link at ${what}`, async () => {
      const { clock, near, far } = await fresh();
      const greeting = outcome(greet(near, own(smaller), clock));
      for (const message of messages) far.send(message);
      const closed = new Promise((resolve) => near.onClose(() => resolve('closed')));
      await clock.advance(10_000);
      expect([await greeting, await closed]).toEqual([code, 'closed']);
    });
  }
});

describe('DoorLimits', () => {
  it('lets a host try eight times a minute to become a link', async () => {
    const clock = new FakeClock();
    const limits = new DoorLimits(clock);
    const tries = (): boolean[] => Array.from({ length: 9 }, () => limits.admit('10.0.0.1'));
    expect(tries()).toEqual([...Array(8).fill(true), false]);
    expect(limits.admit('10.0.0.2')).toBe(true);
    await clock.advance(60_000);
    expect(tries()).toEqual([...Array(8).fill(true), false]);
  });

  it('does not count links that came to be, nor devices of this machine', () => {
    const limits = new DoorLimits(new FakeClock());
    for (let turn = 0; turn < 50; turn++) {
      expect([limits.admit('10.0.0.1'), limits.admit('127.0.0.1')]).toEqual([true, true]);
      limits.greeted('10.0.0.1');
    }
  });

  it('bans for ten minutes after fifty protocol errors in an hour', async () => {
    const clock = new FakeClock();
    const limits = new DoorLimits(clock);
    for (let error = 0; error < 50; error++) limits.erred('d');
    expect(limits.banned('d')).toBe(false);
    limits.erred('d');
    expect([limits.banned('d'), limits.admit('d'), limits.banned('other')]).toEqual([true, false, false]);
    await clock.advance(600_000);
    expect(limits.banned('d')).toBe(false);
    for (let error = 0; error < 50; error++) limits.erred('slow');
    await clock.advance(3_600_000);
    limits.erred('slow');
    expect(limits.banned('slow')).toBe(false);
  });
});

describe('ownAddresses', () => {
  const card = (address: string, internal = false) =>
    ({ address, internal, netmask: '', mac: '', family: 'IPv4', cidr: null }) as never;
  const interfaces = {
    lo: [card('127.0.0.1', true)],
    eth0: [card('fe80::1'), card('fd00::2'), card('192.168.1.2'), card('169.254.0.9')],
  };
  it('names where others reach this device', () => {
    expect(ownAddresses('0.0.0.0', 7, interfaces)).toEqual(['192.168.1.2:7']);
    expect(ownAddresses('::', 7, interfaces)).toEqual(['192.168.1.2:7', '[fd00::2]:7']);
    expect(ownAddresses('10.1.1.1', 7, interfaces)).toEqual(['10.1.1.1:7']);
    expect(ownAddresses('0.0.0.0', 7, { lo: interfaces.lo })).toEqual(['127.0.0.1:7']);
  });
});
