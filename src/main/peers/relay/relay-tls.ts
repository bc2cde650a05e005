import { createHash } from 'node:crypto';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { RelayError } from './relay-error.ts';
import type { RelayAddress } from './relay-url.ts';

const HANDSHAKE_MS = 10_000;
/** Connections to one relay that stay open between requests; and at once. */
const MOST_IDLE = 2;
const MOST_SOCKETS = 8;

type OnConnection = (error: Error | null, socket: Duplex) => void;

/**
 * Connections to one relay, for requests and WebSockets. A pinned key stands in the place of an authority: then only the check of chains and
 * names is switched off, TLS 1.3 itself proves that the other end holds the key, and nothing is sent before it is compared with the pin.
 */
export class RelayAgent extends Agent {
  readonly #address: RelayAddress;

  constructor(address: RelayAddress) {
    super({ keepAlive: true, maxFreeSockets: MOST_IDLE, maxSockets: MOST_SOCKETS });
    this.#address = address;
  }

  override createConnection(_options: unknown, told?: OnConnection): undefined {
    const { pin, url } = this.#address;
    const socket = connect(connectionTo(this.#address));
    let isTold = false;
    const tell = (error: Error | null): void => {
      if (isTold) return;
      isTold = true;
      clearTimeout(late);
      if (error !== null) socket.destroy();
      told?.(error, socket);
    };
    const late = setTimeout(
      () => tell(Object.assign(new Error('handshake timed out'), { code: 'ETIMEDOUT' })),
      HANDSHAKE_MS,
    );
    late.unref();
    socket.on('error', (error) => tell(error));
    socket.once('close', () => tell(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => {
      if (pin === null || pinOfPeer(socket) === pin) tell(null);
      else
        tell(
          new RelayError(
            'relay-wrong-key',
            `At ${url} answers something that has another key. Its address may be an old one, or somebody stands in between: nothing was sent to it.`,
            url,
          ),
        );
    });
    return undefined;
  }
}

function connectionTo({ host, port, pin }: RelayAddress): ConnectionOptions {
  const isName = !/^[\d.]+$|:/.test(host);
  const common: ConnectionOptions = {
    host,
    port,
    ...(isName ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
  };
  return pin === null
    ? { ...common, minVersion: 'TLSv1.2' }
    : { ...common, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', rejectUnauthorized: false };
}

function pinOfPeer(socket: TLSSocket): string | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}
