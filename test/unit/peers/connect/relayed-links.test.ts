import { describe, expect, it } from 'vitest';
import type { RelayedLinks } from '../../../../src/main/peers/connect/ways-to-device.ts';
import type { Descriptor } from '../../../../src/main/peers/identity/descriptor.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { isRelayed, type PeerLink, RELAYED } from '../../../../src/main/peers/links/peer-link.ts';
import { LockstepError } from '../../../../src/main/platform/trouble.ts';
import type { DeviceId } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { LinkPeer } from '../../../fakes/link-peer.ts';
import { MemoryNetwork } from '../../../fakes/memory-network.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const [one, two] = makeIdentities(new SeededRandom('relayed'), 'one', 'two');
const [smaller, larger] = one.id < two.id ? [one, two] : [two, one];

/** A relay as links see it: who is there can be dialled. It has a network of its own, so that the direct one can fail. */
class FakeRelay {
  readonly network: MemoryNetwork;
  readonly online = new Map<DeviceId, LinkPeer>();
  readonly #listening = new Set<DeviceId>();
  dials = 0;
  latency = 5;
  constructor(clock: FakeClock) {
    this.network = new MemoryNetwork(clock, { latency: () => this.latency });
  }
  linksOf(identity: DeviceIdentity): RelayedLinks {
    const transport = this.network.transport(identity.descriptor, hostOf(identity.id));
    return {
      reaches: (device) => this.online.has(identity.id) && this.online.has(device),
      dial: async (to: Descriptor, signal) => {
        this.dials++;
        if (!this.online.has(to.id)) throw new LockstepError('relay-offline', 'not there', to.id);
        return relayed(await transport.dial(`${hostOf(to.id)}:1`, to, signal));
      },
    };
  }
  async enter(peer: LinkPeer, others: readonly LinkPeer[]): Promise<void> {
    const { identity, manager } = peer;
    const host = hostOf(identity.id);
    this.online.set(identity.id, peer);
    for (const other of others) this.network.mend(host, hostOf(other.identity.id));
    if (!this.#listening.has(identity.id)) await this.#listen(peer, host);
    this.#listening.add(identity.id);
    for (const other of others) other.manager.presenceChanged(identity.id);
    for (const other of others) manager.presenceChanged(other.identity.id);
  }
  #listen(peer: LinkPeer, host: string) {
    const { identity, manager } = peer;
    return this.network.transport(identity.descriptor, host).listen(
      { host, port: 1 },
      {
        admit: () => this.online.has(identity.id),
        known: (spki) => peer.members.map(({ descriptor }) => descriptor).find(({ tls }) => tls === spki) ?? null,
        pairingOpen: () => false,
        onLink: (link) => (manager.admitsRelayed(link.peer) ? manager.welcomeRelayed(relayed(link)) : link.close('no')),
        onStranger: (link) => link.close('no'),
      },
    );
  }
  /** It is gone, with every channel. */
  stop(): void {
    const [one, two] = [...this.online.keys()].map(hostOf);
    this.online.clear();
    this.network.cut(one as string, two as string);
  }
}
const hostOf = (id: DeviceId): string => `relay-${id.slice(0, 6)}`;
const relayed = (link: PeerLink): PeerLink => Object.assign(link, { address: RELAYED });

/** Two devices that expect each other: `a` has the smaller id. */
async function world() {
  const clock = new FakeClock();
  const network = new MemoryNetwork(clock);
  const relay = new FakeRelay(clock);
  const peers = [smaller, larger].map(
    (identity, at) => new LinkPeer(clock, network, identity, `host-${at + 1}`, { relayed: relay.linksOf(identity) }),
  );
  for (const peer of peers) {
    peer.members = [smaller, larger];
    await peer.manager.start({ host: peer.host, port: 21_027, orNext: false });
  }
  const [a, b] = peers as [LinkPeer, LinkPeer];
  const enterBoth = async (): Promise<void> => {
    await relay.enter(a, []);
    await relay.enter(b, [a]);
  };
  return { clock, network, relay, a, b, enterBoth };
}
const ways = (...peers: LinkPeer[]): string[] =>
  peers.map(({ manager }) =>
    manager
      .linked()
      .map(({ stream }) => (isRelayed(stream.link) ? 'relay' : 'direct'))
      .join(),
  );

describe('links through a relay', () => {
  it('come a second after both are there, where no direct address is known', async () => {
    const { clock, relay, a, b, enterBoth } = await world();
    await enterBoth();
    await clock.advance(900);
    expect(ways(a, b)).toEqual(['', '']);
    await clock.advance(500);
    expect([ways(a, b), relay.dials, relay.network.lines]).toEqual([['relay', 'relay'], 1, 1]);
    expect(a.link.stream.link.dialled).toBe(true);
    a.link.stream.send({ is: 'SCAN', h: 1, req: 2 });
    await clock.advance(100);
    expect(b.heard).toEqual([{ is: 'SCAN', h: 1, req: 2 }]);
    await clock.advance(3_600_000);
    expect([ways(a, b), a.events, b.events]).toEqual([['relay', 'relay'], ['linked host-2'], ['linked host-1']]);
  });

  it('are not asked for where a direct address answers in time', async () => {
    const { clock, relay, a, b, enterBoth } = await world();
    a.manager.suggest(larger.id, [b.address]);
    await enterBoth();
    await clock.advance(60_000);
    expect([ways(a, b), relay.dials]).toEqual([['direct', 'direct'], 0]);
  });

  it('are not tried with a device that is not there', async () => {
    const { clock, relay, a, b } = await world();
    await relay.enter(a, [b]);
    a.manager.dialNow();
    await clock.advance(600_000);
    expect([ways(a, b), relay.dials]).toEqual([['', ''], 0]);
  });

  it('help where direct addresses fail, and give way to a direct link as soon as one comes up', async () => {
    const { clock, network, relay, a, b, enterBoth } = await world();
    network.cut(a.host, b.host);
    a.manager.suggest(larger.id, [b.address]);
    b.manager.suggest(smaller.id, [a.address]);
    await enterBoth();
    await clock.advance(4000);
    expect(ways(a, b)).toEqual(['relay', 'relay']);
    await clock.advance(3_600_000);
    expect(ways(a, b)).toEqual(['relay', 'relay']);
    network.mend(a.host, b.host);
    // The longest pause between two tries.
    await clock.advance(5 * 60_000 + 1000);
    expect([ways(a, b), network.lines, relay.network.lines]).toEqual([['direct', 'direct'], 1, 0]);
    expect([a.events, b.events].map((events) => events.slice(-2))).toEqual([
      ['unlinked replaced', 'linked host-2'],
      ['unlinked replaced', 'linked host-1'],
    ]);
    await clock.advance(3_600_000);
    expect([ways(a, b), a.manager.addresses(larger.id)]).toEqual([['direct', 'direct'], [b.address]]);
  });

  it.each([
    ['the smaller id', true],
    ['the larger id', false],
  ])('give way to a direct link that %s dials, young or old', async (_who, bySmaller) => {
    for (const age of [0, 60_000]) {
      const { clock, network, relay, a, b, enterBoth } = await world();
      await enterBoth();
      await clock.advance(2000 + age);
      expect(ways(a, b)).toEqual(['relay', 'relay']);
      if (bySmaller) a.manager.suggest(larger.id, [b.address]);
      else b.manager.suggest(smaller.id, [a.address]);
      await clock.advance(10_000);
      expect([ways(a, b), network.lines, relay.network.lines]).toEqual([['direct', 'direct'], 1, 0]);
    }
  });

  it('give way to a direct link also where the other end asked for them', async () => {
    const { clock, network, relay, a, b } = await world();
    network.cut(a.host, b.host);
    b.manager.suggest(smaller.id, [a.address]);
    await clock.advance(600_000);
    await relay.enter(b, []);
    // Only the first hears of the second: it dials while the second waits for its next try.
    await relay.enter(a, []);
    a.manager.presenceChanged(larger.id);
    await clock.advance(1500);
    expect(ways(a, b)).toEqual(['relay', 'relay']);
    network.mend(a.host, b.host);
    await clock.advance(5 * 60_000 + 1000);
    expect(ways(a, b)).toEqual(['direct', 'direct']);
  });

  it('never replace a direct link that lives, and prove it where the other end does not know it', async () => {
    const { clock, network, relay, a, b, enterBoth } = await world();
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(1000);
    expect(ways(a, b)).toEqual(['direct', 'direct']);
    await enterBoth();
    const { manager } = a;
    // As one would that has no link.
    const again = relay.linksOf(larger).dial(smaller.descriptor, new AbortController().signal);
    void again.then((link) => b.manager.welcomeRelayed(link));
    await clock.advance(60_000);
    expect([ways(a, b), manager.linked().length, network.lines, relay.network.lines]).toEqual([
      ['direct', 'direct'],
      1,
      1,
      0,
    ]);
    expect([a.events, b.events]).toEqual([['linked host-2'], ['linked host-1']]);
  });

  it('come back after the relay was gone', async () => {
    const { clock, relay, a, b, enterBoth } = await world();
    await enterBoth();
    await clock.advance(2000);
    relay.stop();
    await clock.advance(10_000);
    expect(ways(a, b)).toEqual(['', '']);
    await clock.advance(3_600_000);
    await enterBoth();
    await clock.advance(5000);
    expect(ways(a, b)).toEqual(['relay', 'relay']);
  });

  it('are asked whether they live after 25 s of silence, and given up after two questions without a sound', async () => {
    const { clock, relay, a, b, enterBoth } = await world();
    await enterBoth();
    await clock.advance(2000);
    const before = a.link.stream.link.bytesOut;
    await clock.advance(30_000);
    expect(a.link.stream.link.bytesOut).toBeGreaterThan(before);
    // Nothing arrives any more, and no end of it is seen.
    relay.online.clear();
    relay.latency = 1e12;
    await clock.advance(100_000);
    expect([ways(a, b), a.events.at(-1), b.events.at(-1)]).toEqual([['', ''], 'unlinked dead', 'unlinked dead']);
  });

  it('count against who asks for too many', async () => {
    const { a } = await world();
    const asked = Array.from({ length: 9 }, () => a.manager.admitsRelayed(larger.id));
    expect(asked).toEqual([...Array(8).fill(true), false]);
    a.expect(smaller);
    expect(a.manager.admitsRelayed(larger.id)).toBe(false);
  });
});
