import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { DeviceIdentity, makeSecrets } from '../../../../src/main/peers/identity/identity.ts';
import { type ByteLink, isRelayed } from '../../../../src/main/peers/links/peer-link.ts';
import { SplicedTls } from '../../../../src/main/peers/links/spliced-tls.ts';
import { equalBytes } from '../../../../src/main/platform/equal-bytes.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import type { LockstepError } from '../../../../src/main/platform/trouble.ts';
import { type ChannelEnd, channelPair } from '../../../fakes/channel-pair.ts';
import { closed, collect } from '../../../fakes/link-bytes.ts';

const ana = new DeviceIdentity(makeSecrets(systemRandom));
const ben = new DeviceIdentity(makeSecrets(systemRandom));
const eve = new DeviceIdentity(makeSecrets(systemRandom));
const never = new AbortController().signal;

const opened: ByteLink[] = [];
afterEach(() => {
  for (const link of opened.splice(0)) link.close('test over');
});

const links = (identity: DeviceIdentity): SplicedTls => new SplicedTls(identity);
/** A link that `ana` asked for; she or ben serves. */
async function pairOf(anaServes: boolean, carry?: (chunk: Buffer) => Buffer) {
  const [near, far] = channelPair(carry === undefined ? {} : { carry });
  const pair = await Promise.all([
    links(ana).link(near, ben.descriptor, { dialled: true, serves: anaServes }, never),
    links(ben).link(far, ana.descriptor, { dialled: false, serves: !anaServes }, never),
  ]);
  opened.push(...pair);
  return { anas: pair[0], bens: pair[1], near, far };
}

describe('TLS inside a channel of a relay', () => {
  it.each([true, false])('links two devices that expect each other, whichever serves (%s)', async (anaServes) => {
    const { anas, bens, near, far } = await pairOf(anaServes);
    expect([anas.peer, anas.dialled, bens.peer, bens.dialled]).toEqual([ben.id, true, ana.id, false]);
    expect([anas.address, isRelayed(bens)]).toEqual(['relay', true]);
    expect(anas.exporter('EXPORTER-lockstep', 32)).toEqual(bens.exporter('EXPORTER-lockstep', 32));
    const long = systemRandom.bytes(3_000_000);
    const [heard, answer] = [collect(bens, long.length), collect(anas, 2)];
    anas.send(long);
    bens.send(Uint8Array.of(1, 2));
    expect(equalBytes(await heard, long)).toBe(true);
    expect([...(await answer)]).toEqual([1, 2]);
    // As they went through the relay, TLS included.
    expect([anas.bytesOut, bens.bytesIn]).toEqual([near.bytesWritten, far.bytesRead]);
    expect(anas.bytesOut).toBeGreaterThan(long.length);
  });

  it('holds a sender back until the receiver takes what was sent', async () => {
    const { anas, bens } = await pairOf(true);
    bens.onFrames(() => undefined);
    bens.pause();
    let sent = 0;
    do sent += 1 << 20;
    while (anas.send(new Uint8Array(1 << 20)));
    const drained = new Promise<void>((resolve) => anas.onDrain(resolve));
    const heard = collect(bens, sent);
    bens.resume();
    await drained;
    expect((await heard).length).toBe(sent);
  });

  it.each([true, false])('refuses another device at the other end, on either side (%s)', async (anaServes) => {
    const [near, far] = channelPair();
    const [anas, eves] = await Promise.allSettled([
      links(ana).link(near, ben.descriptor, { dialled: true, serves: anaServes }, never),
      links(eve).link(far, ana.descriptor, { dialled: false, serves: !anaServes }, never),
    ]);
    expect(anas).toMatchObject({ status: 'rejected', reason: { code: 'wrong-peer', subject: ben.id } });
    // Where Eve is the server she may have seen a finished handshake; not one byte came to her, and the channel is gone.
    if (eves.status === 'fulfilled') expect(['lost', 'closed-by-peer']).toContain(await closed(eves.value));
    expect(near.destroyed).toBe(true);
  });

  it('refuses an end without a certificate', async () => {
    const [near, far] = channelPair();
    const stranger = connect({ socket: far, rejectUnauthorized: false, ALPNProtocols: ['lockstep/1'] });
    stranger.on('error', () => undefined);
    await expect(links(ana).link(near, ben.descriptor, { dialled: false, serves: true }, never)).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('shows who carries it nothing of what is sent, and breaks where a bit of it is changed', async () => {
    const seen: Buffer[] = [];
    let spoil = false;
    const { anas, bens } = await pairOf(true, (chunk) => {
      seen.push(Buffer.from(chunk));
      if (spoil) chunk[chunk.length - 1] = (chunk.at(-1) as number) ^ 1;
      return chunk;
    });
    const heard = collect(bens, 13);
    anas.send(Buffer.from('planted words'));
    await heard;
    expect(seen.length).toBeGreaterThan(2);
    expect(Buffer.concat(seen).includes('planted')).toBe(false);
    expect(Buffer.concat(seen).includes(Buffer.from(ana.descriptor.tls))).toBe(false);
    spoil = true;
    const ended = Promise.all([closed(anas), closed(bens)]);
    anas.send(Buffer.from('more'));
    expect((await ended)[1]).toBe('lost');
  });

  it('tells both ends when one closes, after what was sent arrived', async () => {
    const { anas, bens } = await pairOf(false);
    const heard = collect(bens, 1_000_000);
    anas.send(new Uint8Array(1_000_000));
    anas.close('stopping');
    expect([(await heard).length, await closed(bens), await closed(anas)]).toEqual([
      1_000_000,
      'closed-by-peer',
      'stopping',
    ]);
  });

  it('is lost with the relay', async () => {
    const { anas, bens, near } = await pairOf(false);
    near.destroy(new Error('the relay went away'));
    for (const link of [anas, bens]) expect(['lost', 'closed-by-peer']).toContain(await closed(link));
  });

  /** How the two ends come out where something happens to whoever receives the chunk of that number, with which it arrives. */
  async function breaking(number: number, happens: (end: ChannelEnd) => void): Promise<readonly string[]> {
    let chunks = 0;
    const ends = channelPair();
    for (const end of ends) {
      const arrive = end.arrive.bind(end);
      end.arrive = (chunk, taken) => {
        const isIt = ++chunks === number;
        arrive(chunk, taken);
        if (isIt) happens(end);
      };
    }
    const outcome = (linking: Promise<ByteLink>): Promise<string> =>
      linking.then(
        (link) => {
          link.onFrames(() => undefined);
          return closed(link);
        },
        (error: LockstepError) => error.code,
      );
    return Promise.all([
      outcome(links(ana).link(ends[0], ben.descriptor, { dialled: true, serves: false }, never)),
      outcome(links(ben).link(ends[1], ana.descriptor, { dialled: false, serves: true }, never)),
    ]);
  }
  const junk = Buffer.concat([Buffer.from([0x17, 3, 3, 0, 40]), Buffer.alloc(40, 7)]);
  // Hello; the server's answer, by which the client is done; the client's, by which the server is; what the server says first.
  it.each([1, 2, 3])('breaks, and nothing else does, where something comes with chunk %i', async (number) => {
    const known = ['unreachable', 'lost', 'closed-by-peer'];
    for (const happens of [
      (end: ChannelEnd) => end.arrive(junk, () => undefined),
      (end: ChannelEnd) => void end.destroy(new Error('the relay went away')),
      (end: ChannelEnd) => void end.destroy(),
      (end: ChannelEnd) => end.endsHere(),
    ])
      for (const how of await breaking(number, happens)) expect(known).toContain(how);
  });

  it('gives up where nobody answers, when it is told to', async () => {
    const [near] = channelPair();
    const giveUp = new AbortController();
    const linking = links(ana).link(near, ben.descriptor, { dialled: true, serves: false }, giveUp.signal);
    giveUp.abort();
    await expect(linking).rejects.toMatchObject({ code: 'unreachable' });
    expect(near.destroyed).toBe(true);
  });

  it('links strangers for pairing, and never takes one protocol for the other', async () => {
    const [near, far] = channelPair();
    const [joiner, inviter] = await Promise.all([
      links(ana).linkStranger(near, { serves: false }, never),
      links(ben).linkStranger(far, { serves: true }, never),
    ]);
    opened.push(joiner, inviter);
    expect([equalBytes(joiner.spki, ben.descriptor.tls), equalBytes(inviter.spki, ana.descriptor.tls)]).toEqual([
      true,
      true,
    ]);
    expect([joiner.dialled, inviter.dialled]).toEqual([true, false]);

    const [one, other] = channelPair();
    const [mixed, strange] = await Promise.allSettled([
      links(ana).linkStranger(one, { serves: false }, never),
      links(ben).link(other, ana.descriptor, { dialled: false, serves: true }, never),
    ]);
    expect([mixed.status, strange.status]).toEqual(['rejected', 'rejected']);
  });
});
