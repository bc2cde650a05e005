import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../../src/main/peers/identity/descriptor.ts';
import { DeviceIdentity, makeSecrets } from '../../../../src/main/peers/identity/identity.ts';
import { LanTlsTransport } from '../../../../src/main/peers/links/lan-tls-link.ts';
import type { ByteLink, Door, Listener, PeerLink, StrangerLink } from '../../../../src/main/peers/links/peer-link.ts';
import { equalBytes } from '../../../../src/main/platform/equal-bytes.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { closed, collect } from '../../../fakes/link-bytes.ts';

const ana = new DeviceIdentity(makeSecrets(systemRandom));
const ben = new DeviceIdentity(makeSecrets(systemRandom));
const eve = new DeviceIdentity(makeSecrets(systemRandom));
const never = new AbortController().signal;

const opened: { close(reason: string): unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close('test over');
});

interface Reception {
  readonly listener: Listener;
  readonly address: string;
  readonly links: PeerLink[];
  readonly strangers: StrangerLink[];
  next(): Promise<void>;
}
async function receive(
  owner: DeviceIdentity,
  members: readonly Descriptor[],
  more: Partial<Door> = {},
): Promise<Reception> {
  const links: PeerLink[] = [];
  const strangers: StrangerLink[] = [];
  let arrived = Promise.withResolvers<void>();
  const take = <L extends ByteLink>(into: L[], link: L): void => {
    opened.push(link);
    into.push(link);
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
  };
  const listener = await new LanTlsTransport(owner).listen(
    { host: '127.0.0.1', port: 0 },
    {
      admit: () => true,
      known: (spki) => members.find((member) => equalBytes(member.tls, spki)) ?? null,
      pairingOpen: () => false,
      onLink: (link) => take(links, link),
      onStranger: (link) => take(strangers, link),
      ...more,
    },
  );
  opened.push(listener);
  return { listener, address: listener.address, links, strangers, next: () => arrived.promise };
}
async function dial(from: DeviceIdentity, address: string, expect: Descriptor): Promise<PeerLink> {
  const link = await new LanTlsTransport(from).dial(address, expect, never);
  opened.push(link);
  return link;
}

describe('LanTlsTransport', () => {
  it.each([
    ['much', 1024 * 1024, 100],
    ['many short parts', 1, 400_000],
  ])('leaves who takes nothing of what it is sent: %s', async (_, length, count) => {
    const at = await receive(ben, [ana.descriptor]);
    const next = at.next();
    const near = await dial(ana, at.address, ben.descriptor);
    await next;
    at.links[0]?.pause();
    const left = closed(near);
    const part = new Uint8Array(length);
    let sent = 0;
    for (let each = 0; each < count; each++) near.send(part, () => sent++);
    expect(await left).toBe('takes-nothing');
    expect(sent).toBeLessThan(count);
    expect(near.send(part)).toBe(false);
  });

  it('links two devices that expect each other, both pinned', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const next = at.next();
    const near = await dial(ana, at.address, ben.descriptor);
    await next;
    const far = at.links[0] as PeerLink;
    expect([near.peer, near.dialled, far.peer, far.dialled]).toEqual([ben.id, true, ana.id, false]);
    expect(near.exporter('EXPORTER-lockstep', 32)).toEqual(far.exporter('EXPORTER-lockstep', 32));

    const heard = collect(far, 5);
    near.send([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    near.send(Uint8Array.of(4, 5));
    expect([...(await heard)]).toEqual([1, 2, 3, 4, 5]);
    const answer = collect(near, 300_000);
    far.send(new Uint8Array(300_000).fill(9));
    expect(equalBytes(await answer, new Uint8Array(300_000).fill(9))).toBe(true);
    // Who accepted counts where they cross the network, who dialled what is in them.
    expect(near.bytesIn).toBe(300_000);
    expect(far.bytesOut).toBeGreaterThan(near.bytesIn);
  });

  it('keeps what arrives before somebody takes it, and lends what arrives later', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const next = at.next();
    const near = await dial(ana, at.address, ben.descriptor);
    await next;
    const far = at.links[0] as PeerLink;
    far.send(Uint8Array.of(1));
    const answered = collect(far, 1);
    near.send(Uint8Array.of(0));
    await answered;
    const chunks: [number, boolean][] = [];
    await new Promise<void>((resolve) => {
      near.onFrames((chunk, lent) => {
        for (const byte of chunk) chunks.push([byte, lent]);
        if (chunks.length === 1) far.send(Uint8Array.of(2));
        else resolve();
      });
    });
    expect(chunks.map(([byte]) => byte)).toEqual([1, 2]);
    expect(chunks[1]?.[1]).toBe(true);
  });

  it('tells both ends when one closes, after what was sent arrived', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const next = at.next();
    const near = await dial(ana, at.address, ben.descriptor);
    await next;
    const far = at.links[0] as PeerLink;
    const heard = collect(far, 1_000_000);
    const ended = closed(far);
    near.send(new Uint8Array(1_000_000));
    near.close('stopping');
    expect(near.send(Uint8Array.of(1))).toBe(false);
    expect((await heard).length).toBe(1_000_000);
    expect([await ended, await closed(near), await closed(far)]).toEqual([
      'closed-by-peer',
      'stopping',
      'closed-by-peer',
    ]);
  });

  it('asks a fast sender to wait, and says when to go on', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const next = at.next();
    const near = await dial(ana, at.address, ben.descriptor);
    await next;
    const far = at.links[0] as PeerLink;
    let sent = 0;
    do sent += 1 << 20;
    while (near.send(new Uint8Array(1 << 20)));
    const drained = new Promise<void>((resolve) => near.onDrain(resolve));
    const heard = collect(far, sent);
    await drained;
    expect((await heard).length).toBe(sent);
  });

  it('refuses a server that is another device', async () => {
    const at = await receive(eve, [ana.descriptor]);
    await expect(dial(ana, at.address, ben.descriptor)).rejects.toMatchObject({
      code: 'wrong-peer',
      subject: at.address,
    });
  });

  it('says unreachable where nobody answers, and bad-address where it is none', async () => {
    const at = await receive(ben, []);
    await at.listener.close();
    await expect(dial(ana, at.address, ben.descriptor)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(dial(ana, 'nowhere', ben.descriptor)).rejects.toMatchObject({ code: 'bad-address' });
  });

  it('gives up a dial that is cancelled', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const cancel = new AbortController();
    const dialling = new LanTlsTransport(ana).dial(
      `127.0.0.1:${(silent.address() as { port: number }).port}`,
      ben.descriptor,
      cancel.signal,
    );
    silent.once('connection', () => cancel.abort());
    await expect(dialling).rejects.toMatchObject({ code: 'unreachable' });
    silent.close();
  });

  const members = { minVersion: 'TLSv1.3', rejectUnauthorized: false, ALPNProtocols: ['lockstep/1'] } as const;
  /** What a raw TLS client hears until it is closed. */
  async function hears(address: string, options: object): Promise<{ bytes: number; failed: boolean }> {
    const [host, port] = address.split(':') as [string, string];
    const socket = connectTls({ host, port: Number(port), ...members, ...options });
    const seen = { bytes: 0, failed: false };
    socket.on('error', () => {
      seen.failed = true;
    });
    socket.on('data', (chunk) => {
      seen.bytes += chunk.length;
    });
    await new Promise((resolve) => socket.once('close', resolve));
    return seen;
  }

  it('closes strangers before one byte', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const strangers = [
      { key: eve.tlsKey, cert: eve.certificate },
      {},
      { key: eve.tlsKey, cert: eve.certificate, ALPNProtocols: ['lockstep-pair/1'] },
    ];
    for (const options of strangers) expect(await hears(at.address, options)).toMatchObject({ bytes: 0 });
    expect([at.links, at.strangers]).toEqual([[], []]);
  });

  it('refuses TLS 1.2 and other protocols', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const key = { key: ana.tlsKey, cert: ana.certificate };
    expect(await hears(at.address, { ...key, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toEqual({
      bytes: 0,
      failed: true,
    });
    expect(await hears(at.address, { ...key, ALPNProtocols: ['http/1.1'] })).toEqual({ bytes: 0, failed: true });
    expect(await hears(at.address, { ...key, ALPNProtocols: undefined })).toMatchObject({ bytes: 0 });
    expect(at.links).toEqual([]);
  });

  it('asks before the first byte whether a host may come', async () => {
    const hosts: string[] = [];
    const at = await receive(ben, [ana.descriptor], { admit: (host) => hosts.push(host) > 1 });
    await expect(dial(ana, at.address, ben.descriptor)).rejects.toMatchObject({ code: 'unreachable' });
    await dial(ana, at.address, ben.descriptor);
    expect(hosts).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('hands strangers over while someone is invited, also devices it knows', async () => {
    const at = await receive(ben, [ana.descriptor], { pairingOpen: () => true });
    for (const joiner of [eve, ana]) {
      const next = at.next();
      const link = await new LanTlsTransport(joiner).dialStranger(at.address, never);
      opened.push(link);
      await next;
      expect(link.spki).toEqual(ben.descriptor.tls);
      expect(at.strangers.at(-1)?.spki).toEqual(joiner.descriptor.tls);
    }
    expect(at.links).toEqual([]);
  });

  it('lets a member in after somebody sent garbage', async () => {
    const at = await receive(ben, [ana.descriptor]);
    const garbage = connectTcp(at.listener.port, '127.0.0.1');
    garbage.on('error', () => {});
    garbage.on('data', () => {});
    garbage.write(Buffer.alloc(5000, 0x16));
    await once(garbage, 'close');
    await dial(ana, at.address, ben.descriptor);
  });

  it('names the address it cannot listen at', async () => {
    const at = await receive(ben, []);
    const again = new LanTlsTransport(ana).listen({ host: '127.0.0.1', port: at.listener.port }, {} as Door);
    await expect(again).rejects.toMatchObject({
      code: 'address-in-use',
      subject: at.address,
      message: expect.stringContaining('choose another port'),
    });
    const elsewhere = new LanTlsTransport(ana).listen({ host: '192.0.2.1', port: 0 }, {} as Door);
    await expect(elsewhere).rejects.toMatchObject({
      code: 'cannot-listen',
      message: expect.stringContaining('this computer has no such address'),
    });
  });

  it('carries bytes out of a worker thread', async () => {
    const at = await receive(ben, [ana.descriptor], {
      onLink: (link) => {
        opened.push(link);
        link.onFrames((chunk) => link.send(chunk));
      },
    });
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { LanTlsTransport } = await import(workerData.transport);
      const own = workerData.own;
      const link = await new LanTlsTransport(own).dial(workerData.address, workerData.expect, new AbortController().signal);
      link.onFrames((chunk) => { parentPort.postMessage(chunk); link.close('done'); });
      link.send(Uint8Array.of(7));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
      workerData: {
        transport: new URL('../../../../src/main/peers/links/lan-tls-link.ts', import.meta.url).href,
        own: { tlsKey: ana.tlsKey, certificate: ana.certificate },
        address: at.address,
        expect: ben.descriptor,
      },
    });
    const heard: number[] = [];
    worker.on('message', (chunk: Uint8Array) => heard.push(...chunk));
    // All it said is told before its end, maybe at once: who waits for the one and only then for the other misses the other.
    expect(await once(worker, 'exit')).toEqual([0]);
    expect(heard).toEqual([7]);
  });
});
