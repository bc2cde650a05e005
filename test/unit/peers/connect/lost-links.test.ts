import { describe, expect, it } from 'vitest';
import { type Message, PIECE_LAST } from '../../../../src/main/peers/protocol/messages.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { LinkPeer as Peer } from '../../../fakes/link-peer.ts';
import { MemoryNetwork } from '../../../fakes/memory-network.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const [one, two] = makeIdentities(new SeededRandom('lost links'), 'one', 'two');
const [smaller, larger] = one.id < two.id ? [one, two] : [two, one];

/** Two devices that may link. */
async function world() {
  const clock = new FakeClock();
  const network = new MemoryNetwork(clock);
  const peers = [new Peer(clock, network, smaller, 'host-1'), new Peer(clock, network, larger, 'host-2')] as const;
  for (const peer of peers) {
    peer.members = [smaller, larger];
    await peer.manager.start({ host: peer.host, port: 21_027, orNext: false });
  }
  return { clock, network, peers };
}

describe('LinkManager, when a link is lost soon after it stood', () => {
  const bulk = (bytes: number, total = bytes): Message => ({
    is: 'CONTENT',
    req: 1,
    pieces: [{ item: 0, offset: 0, length: bytes, total, flags: bytes === total ? PIECE_LAST : 0 }],
    data: [new Uint8Array(bytes)],
  });
  const outOfPlace: Message = { is: 'HELLO_OK', version: 1, caps: [], credit: 1 };

  type Use = (dialler: Peer, other: Peer) => void;
  /** How long each of twelve links in a row was waited for, milliseconds; `use` is what the two say, and `last` before it is cut. */
  async function pauses(use: Use, stands = 100, last: Use = () => {}): Promise<readonly number[]> {
    const { clock, network, peers } = await world();
    const [a, b] = peers;
    a.manager.suggest(larger.id, [b.address]);
    const waited: number[] = [];
    for (let link = 0; link < 12; link++) {
      const lost = clock.now();
      while (a.manager.linked().length === 0 || b.manager.linked().length === 0) await clock.advance(5);
      waited.push(clock.now() - lost);
      use(a, b);
      await clock.advance(stands);
      last(a, b);
      await clock.advance(10);
      network.cut(a.host, b.host);
      network.mend(a.host, b.host);
    }
    return waited;
  }
  const longest = async (use: Use, stands?: number, last?: Use) => Math.max(...(await pauses(use, stands, last)));
  const FIRST = 1000 + 10;

  it('dials soon where it brought something, or the peer took what it was sent', async () => {
    expect(await longest((a, b) => b.link.stream.send(bulk(64 * 1024)))).toBeLessThan(FIRST);
    const taken = (a: Peer, b: Peer) => {
      a.link.stream.send(bulk(64 * 1024));
      b.link.stream.send({ is: 'CREDIT', bytes: 64 * 1024 });
    };
    expect(await longest(taken)).toBeLessThan(FIRST);
    // But not at once: who is lost is not dialled in a tight loop.
    expect((await pauses(taken)).reduce((sum, each) => sum + each)).toBeGreaterThan(3000);
  });

  it('pauses longer and longer where next to nothing came of it, whatever the peer says', async () => {
    expect(await longest(() => {})).toBeGreaterThan(60_000);
    expect(await longest((a, b) => b.link.stream.send(bulk(60 * 1024)))).toBeGreaterThan(60_000);
    expect(await longest((a, b) => b.link.stream.send({ is: 'CREDIT', bytes: 1 << 30 }))).toBeGreaterThan(60_000);
  });

  it('pauses longer and longer where no content came to its end: all of it has to be sent again', async () => {
    const half = bulk(200 * 1024, 400 * 1024);
    expect(await longest((a, b) => b.link.stream.send(half))).toBeGreaterThan(60_000);
    const taken = (a: Peer, b: Peer) => {
      a.link.stream.send(half);
      b.link.stream.send({ is: 'CREDIT', bytes: 200 * 1024 });
    };
    expect(await longest(taken)).toBeGreaterThan(60_000);
  });

  it('pauses about as long as the links stood, where little was said', async () => {
    // The first pause that may be longer than five seconds may be eight.
    expect(await longest(() => {}, 5000)).toBeLessThan(8000 + 10);
    expect(await longest((a, b) => b.link.stream.send(bulk(60 * 1024)), 5000)).toBeLessThan(8000 + 10);
  });

  it('pauses longer and longer also where they stood so long, but much was sent in vain or the protocol broken', async () => {
    const half = bulk(250 * 1024, 500 * 1024);
    const twice = (from: Peer): void => {
      for (let each = 0; each < 2; each++) from.link.stream.send(half);
    };
    expect(await longest((a) => twice(a), 5000)).toBeGreaterThan(60_000);
    expect(await longest((a, b) => twice(b), 5000)).toBeGreaterThan(60_000);
    const junk: Use = (_, b) => void b.link.stream.send(outOfPlace);
    expect(await longest(() => {}, 5000, junk)).toBeGreaterThan(60_000);
  });

  it('dials soon where the network is another one since', async () => {
    const moved: Use = (...both) => {
      for (const { manager } of both) manager.networkChanged();
    };
    expect(await longest(moved)).toBeLessThan(2000 + 10);
  });

  it('dials soon whom it dialled in vain for long before, and who came by itself', async () => {
    const { clock, network, peers } = await world();
    const [a, b] = peers;
    network.cut(a.host, b.host);
    a.manager.suggest(larger.id, [b.address]);
    await clock.advance(24 * 3_600_000);
    network.mend(a.host, b.host);
    b.manager.suggest(smaller.id, [a.address]);
    await clock.advance(100);
    expect(b.events).toEqual(['linked host-1']);
    // It cannot come again: only the one that dialled in vain can bring them together.
    await b.manager.stop();
    const again = new Peer(clock, network, larger, 'host-2');
    again.members = [smaller];
    await again.manager.start({ host: 'host-2', port: 21_027, orNext: false });
    const stopped = clock.now();
    while (again.manager.linked().length === 0) await clock.advance(5);
    expect(clock.now() - stopped).toBeLessThan(2000 + 10);
  });

  it('pauses longer and longer where either end breaks the protocol, whatever came before', async () => {
    const junkFrom = (from: Peer, to: Peer): void => {
      to.link.stream.send(bulk(64 * 1024));
      from.link.stream.send(bulk(64 * 1024));
      from.link.stream.send(outOfPlace);
    };
    expect(await longest((a, b) => junkFrom(b, a))).toBeGreaterThan(60_000);
    expect(await longest((a, b) => junkFrom(a, b))).toBeGreaterThan(60_000);
  });
});
