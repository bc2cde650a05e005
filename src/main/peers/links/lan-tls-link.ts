import { type AddressInfo, createServer as createTcpServer, type OnReadOpts, type Server, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
  type TLSSocket,
} from 'node:tls';
import { equalBytes } from '../../platform/equal-bytes.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import { deviceTls, HANDSHAKE_MS, LINK_PROTOCOL, PAIR_PROTOCOL, peerKey } from './device-tls.ts';
import { formatHostPort, parseHostPort, plainHost } from './host-port.ts';
import type { CarriedTransport, Door, Listener, PeerLink, StrangerLink, Transport } from './peer-link.ts';
import { SplicedTls } from './spliced-tls.ts';
import { type Below, ReadBuffer, TlsPeerLink, TlsStrangerLink } from './tls-link.ts';

/**
 * Links over TLS 1.3 on the local network. In TLS 1.3 a client is told it is connected before the server has judged it: only HELLO_OK makes
 * the link one.
 */
export class LanTlsTransport implements Transport {
  readonly #identity: DeviceIdentity;
  readonly carried: CarriedTransport;

  constructor(identity: DeviceIdentity) {
    this.#identity = identity;
    this.carried = new SplicedTls(identity);
  }

  async listen(at: { readonly host: string; readonly port: number }, door: Door): Promise<Listener> {
    const waiting = new Map<string, Socket>();
    const secure = createTlsServer({
      ...deviceTls(this.#identity),
      ALPNProtocols: [LINK_PROTOCOL, PAIR_PROTOCOL],
      handshakeTimeout: HANDSHAKE_MS,
    });
    secure.on('secureConnection', (socket) => {
      const name = remoteName(socket);
      const raw = waiting.get(name);
      waiting.delete(name);
      if (raw === undefined || !accept(socket, raw, door)) socket.destroy();
    });
    secure.on('tlsClientError', (_error, socket) => {
      waiting.get(remoteName(socket))?.destroy();
      waiting.delete(remoteName(socket));
      socket.destroy();
    });
    const server = createTcpServer({ noDelay: true }, (raw) => {
      raw.on('error', () => raw.destroy());
      if (!door.admit(plainHost(raw.remoteAddress ?? ''))) {
        raw.destroy();
        return;
      }
      const name = remoteName(raw);
      waiting.set(name, raw);
      raw.once('close', () => {
        if (waiting.get(name) === raw) waiting.delete(name);
      });
      secure.emit('connection', raw);
    });
    await open(server, at);
    const bound = server.address() as AddressInfo;
    return {
      address: formatHostPort(bound.address, bound.port),
      port: bound.port,
      close: () => shut(server, waiting),
    };
  }

  async dial(address: string, expect: Descriptor, signal: AbortSignal): Promise<PeerLink> {
    const { socket, reads, spki } = await this.#connect(address, LINK_PROTOCOL, signal);
    if (!equalBytes(spki, expect.tls)) {
      socket.destroy();
      throw new LockstepError('wrong-peer', `another device answers at ${address}`, address);
    }
    return new TlsPeerLink(socket, overReads(socket, reads), expect);
  }

  async dialStranger(address: string, signal: AbortSignal): Promise<StrangerLink> {
    const { socket, reads, spki } = await this.#connect(address, PAIR_PROTOCOL, signal);
    return new TlsStrangerLink(socket, overReads(socket, reads), spki);
  }

  #connect(address: string, protocol: string, signal: AbortSignal): Promise<Connected> {
    const place = parseHostPort(address);
    if (place === null) return Promise.reject(new LockstepError('bad-address', `${address} is not host:port`, address));
    return new Promise((resolve, reject) => {
      const reads = new ReadBuffer();
      // Node documents `onread` here; its types do not know it.
      const options: ConnectionOptions & { onread: OnReadOpts } = {
        ...place,
        ...deviceTls(this.#identity),
        ALPNProtocols: [protocol],
        onread: reads.onread,
      };
      const socket = connectTls(options);
      socket.setNoDelay(true);
      const fail = (cause: unknown): void => {
        clearTimeout(late);
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        reject(new LockstepError('unreachable', `no answer from ${address}`, address, cause));
      };
      const onAbort = (): void => fail(signal.reason);
      const late = setTimeout(() => fail(new Error('handshake timed out')), HANDSHAKE_MS);
      late.unref();
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort);
      socket.on('error', fail);
      socket.on('close', fail);
      socket.once('secureConnect', () => {
        clearTimeout(late);
        signal.removeEventListener('abort', onAbort);
        const spki = peerKey(socket);
        if (spki === null || socket.alpnProtocol !== protocol) {
          fail(new Error('not a Lockstep device'));
          return;
        }
        socket.off('error', fail).off('close', fail);
        resolve({ socket, reads, spki });
      });
    });
  }
}

interface Connected {
  readonly socket: TLSSocket;
  readonly reads: ReadBuffer;
  readonly spki: Uint8Array;
}

/** false: nobody we know; it is closed before one byte. */
function accept(socket: TLSSocket, raw: Socket, door: Door): boolean {
  const spki = peerKey(socket);
  if (spki === null) return false;
  if (socket.alpnProtocol === PAIR_PROTOCOL) {
    if (!door.pairingOpen()) return false;
    door.onStranger(new TlsStrangerLink(socket, accepted(raw), spki));
    return true;
  }
  const descriptor = socket.alpnProtocol === LINK_PROTOCOL ? door.known(spki) : null;
  if (descriptor === null) return false;
  door.onLink(new TlsPeerLink(socket, accepted(raw), descriptor));
  return true;
}

/** Of a connection we opened, what it carries counts: Node hides what is below. */
const overReads = (socket: TLSSocket, reads: ReadBuffer): Below => ({
  address: addressOf(socket),
  dialled: true,
  counts: socket,
  reads,
});
const accepted = (raw: Socket): Below => ({ address: addressOf(raw), dialled: false, counts: raw, reads: null });

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return formatHostPort(remoteAddress ?? '', remotePort ?? 0);
}

function remoteName(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

/** Why the system lets nobody listen there, and what helps. */
const WHY_NOT: { readonly [code: string]: string } = {
  EADDRINUSE: 'another program listens there already; choose another port',
  EADDRNOTAVAIL: 'this computer has no such address; choose one of its own, or 0.0.0.0 for all of them',
  EACCES: 'your user may not use that port; choose one from 1024 on',
  ENOTFOUND: 'no such name is known; choose an address of this computer',
};

function open(server: Server, at: { readonly host: string; readonly port: number }): Promise<void> {
  const place = formatHostPort(at.host, at.port);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'address-in-use' : 'cannot-listen';
      const why = WHY_NOT[error.code ?? ''] ?? error.message;
      reject(new LockstepError(code, `Cannot listen at ${place}: ${why}.`, place, error));
    });
    server.listen({ host: at.host, port: at.port }, () => {
      // Trouble with one connection to come (too many open files) must not end the program.
      server.removeAllListeners('error').on('error', () => {});
      resolve();
    });
  });
}

/** Handshakes under way are given up. What was handed over belongs to others, so the end of those connections is not waited for. */
function shut(server: Server, waiting: Map<string, Socket>): Promise<void> {
  for (const raw of waiting.values()) raw.destroy();
  waiting.clear();
  server.close();
  return Promise.resolve();
}
