import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RelayService } from '../relay-service.ts';
import { REFUSAL_STATUS, Refusal } from '../rules/refusal.ts';
import type { LiveEnd, LiveLine } from '../rules/splices.ts';
import { bearerOf } from './bearer.ts';
import type { RelayRole } from './routes.ts';

/** The longest message of a device on its events socket. */
const LONGEST_EVENT = 4096;
/** The longest frame of a splice. */
const LONGEST_FRAME = 1024 * 1024;
/** A device that reads its events so slowly is cut off; it asks for everything when it comes back. */
const EVENTS_BACKLOG = 256 * 1024;
/** Once asked to close, a client has so long to do it. */
const PARTING_MS = 2000;

/** The WebSockets of a relay: `/v1/events`, `/v1/live/{token}` and `/v1/mailbox/{id}`. */
export class RelaySockets {
  readonly #service: RelayService;
  readonly #role: RelayRole;
  readonly #onFault: (fault: Error) => void;
  readonly #events = new WebSocketServer({ noServer: true, maxPayload: LONGEST_EVENT, perMessageDeflate: false });
  readonly #live = new WebSocketServer({ noServer: true, maxPayload: LONGEST_FRAME, perMessageDeflate: false });

  constructor(service: RelayService, role: RelayRole, onFault: (fault: Error) => void) {
    this.#service = service;
    this.#role = role;
    this.#onFault = onFault;
  }

  /** Answers an upgrade: with a socket, or with why not, and the connection is closed. Never rejects. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      await this.#open(request, socket, head);
    } catch (failure) {
      const refusal = failure instanceof Refusal ? failure : null;
      if (refusal === null) this.#onFault(failure as Error);
      const status = refusal === null ? 500 : REFUSAL_STATUS[refusal.code];
      const wait = refusal?.retryAfter == null ? '' : `Retry-After: ${refusal.retryAfter}\r\n`;
      socket.end(`HTTP/1.1 ${status} Refused\r\n${wait}Connection: close\r\nContent-Length: 0\r\n\r\n`);
      setTimeout(() => socket.destroy(), PARTING_MS).unref();
    }
  }

  close(): void {
    for (const server of [this.#events, this.#live])
      for (const client of server.clients) {
        client.close(1001);
        setTimeout(() => client.terminate(), PARTING_MS / 4).unref();
      }
  }

  async #open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const [, version, kind, name, ...rest] = (request.url ?? '').split('?')[0]!.split('/');
    if (version !== 'v1' || rest.length > 0) throw new Refusal('not-found', 'there is nothing here');
    if (this.#role === 'management') throw new Refusal('not-served', 'a relay that tells locations has no sockets');
    const bearer = bearerOf(request);
    if (kind === 'events' && name === undefined) {
      const session = this.#service.session(bearer);
      this.#events.handleUpgrade(request, socket, head, (client) => this.#serveEvents(client, session));
    } else if (kind === 'live' && name !== undefined) {
      this.#live.handleUpgrade(request, socket, head, (client) => this.#serveLive(client, name));
    } else if (kind === 'mailbox' && name !== undefined) {
      const knocked = await this.#service.knock(request.socket.remoteAddress ?? '', name, bearer ?? '');
      this.#live.handleUpgrade(request, socket, head, (client) => {
        if (knocked.is === 'heard') this.#serveLive(client, knocked.token);
        else shut(client, knocked.code);
      });
    } else throw new Refusal('not-found', 'there is nothing here');
  }

  #serveEvents(client: WebSocket, session: Parameters<RelayService['connectEvents']>[0]): void {
    client.on('error', () => client.terminate());
    const handle = this.#service.connectEvents(session, {
      send: (message) => {
        if (client.bufferedAmount > EVENTS_BACKLOG) client.terminate();
        else if (client.readyState === client.OPEN) client.send(JSON.stringify(message));
      },
      close: (code) => shut(client, code),
    });
    client.on('message', (data, isBinary) => handle.came(isBinary ? '' : String(data)));
    client.on('close', () => handle.closed());
  }

  #serveLive(client: WebSocket, token: string): void {
    client.on('error', () => client.terminate());
    let line: LiveLine | null = null;
    // Attached before anything else: the first frame may be here already.
    client.on('message', (data) => line?.came(data as Buffer));
    client.on('close', () => line?.closed());
    try {
      line = this.#service.claimLive(token, liveEnd(client));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) this.#onFault(refusal as Error);
      shut(client, 4404);
    }
  }
}

function liveEnd(client: WebSocket): LiveEnd {
  return {
    send: (bytes, sent) => client.send(bytes, { binary: true }, sent),
    pause: () => client.pause(),
    resume: () => client.resume(),
    close: (code) => shut(client, code),
  };
}

/** Closes a socket once it has taken what it was sent; cuts it off where it takes no more. */
function shut(client: WebSocket, code: number): void {
  client.close(code);
  let left = client.bufferedAmount;
  const look = (): void => {
    if (client.readyState === client.CLOSED) return;
    if (client.bufferedAmount >= left) {
      client.terminate();
      return;
    }
    left = client.bufferedAmount;
    wait();
  };
  const wait = (): void => {
    setTimeout(look, PARTING_MS).unref();
  };
  wait();
}
