import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { bindPort, type ListenOn } from '../../main/platform/bind-port.ts';
import type { Clock } from '../../main/platform/clock.ts';
import type { RelayService } from '../relay-service.ts';
import { HostCounts } from '../rules/rates.ts';
import { Refusal } from '../rules/refusal.ts';
import type { Room } from '../rules/room.ts';
import { type Answer, sendAnswer, sendRefusal } from './answer.ts';
import { answerRequest } from './answer-request.ts';
import { bearerOf } from './bearer.ts';
import { Bodies } from './read-body.ts';
import type { RelayRole } from './routes.ts';
import { RelaySockets } from './sockets.ts';

const SECOND = 1000;
/** Connections at once: a home relay's open files are not without end. */
const CONNECTIONS = 20_000;
/** Of one host: many devices behind one address, and no more. */
const CONNECTIONS_OF_A_HOST = 512;

export interface RelayServerOptions {
  readonly service: RelayService;
  readonly role: RelayRole;
  readonly listen: ListenOn;
  /** PEM. */
  readonly tls: { readonly key: string; readonly certificate: string };
  readonly clock: Clock;
  /** For what is being received and sent. */
  readonly room: Room;
  /** Told of faults; nothing in it names a group or an address. */
  readonly onFault: (fault: Error) => void;
}

export interface RelayServer {
  readonly host: string;
  readonly port: number;
  connections(): number;
  /** Takes nothing new, lets what is under way end for `patience` ms, and cuts off the rest. */
  close(patience: number): Promise<void>;
}

/** Serves a relay over TLS. Fails with `port-in-use` and `cannot-listen`. */
export async function startRelayServer(options: RelayServerOptions): Promise<RelayServer> {
  const { service, role, tls, clock, room, onFault } = options;
  const bodies = new Bodies(clock, room);
  const server = createServer({
    key: tls.key,
    cert: tls.certificate,
    minVersion: 'TLSv1.3',
    handshakeTimeout: 10 * SECOND,
    headersTimeout: 10 * SECOND,
    // A whole pack over a slow line; who stops in between is given up sooner.
    requestTimeout: 300 * SECOND,
    connectionsCheckingInterval: 5 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    maxHeaderSize: 8 * 1024,
    keepAlive: true,
    keepAliveInitialDelay: 60 * SECOND,
  });
  server.maxConnections = CONNECTIONS;
  // Whoever takes nothing and says nothing. Not the WebSockets: those are asked, or watched by their ends.
  server.timeout = 120 * SECOND;
  const sockets = new RelaySockets(service, role, onFault);
  server.on('request', (request, response) => void serve(request, response));
  server.on('upgrade', (request, socket, head) => void sockets.upgrade(request, socket, head));
  const connections = new Set<Socket>();
  const hosts = new HostCounts(CONNECTIONS_OF_A_HOST);
  server.on('connection', (socket: Socket) => {
    const leave = hosts.enter(socket.remoteAddress ?? '');
    if (leave === null) {
      socket.destroy();
      return;
    }
    connections.add(socket);
    socket.once('close', () => {
      connections.delete(socket);
      leave();
    });
  });
  // A client that goes away in the middle, or speaks no TLS.
  server.on('tlsClientError', () => {});

  let isClosing = false;
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {});
    response.on('error', () => response.destroy());
    try {
      if (isClosing) throw new Refusal('closing', 'the relay is being stopped', { retryAfter: 5 });
      await sendAnswer(request, response, await answerTo(request), room);
    } catch (failure) {
      if (failure instanceof Refusal) return sendRefusal(request, response, failure);
      onFault(failure as Error);
      sendRefusal(request, response, refusalFor(failure as NodeJS.ErrnoException));
    }
  }

  function answerTo(request: IncomingMessage): Promise<Answer> {
    return answerRequest(service, role, {
      method: request.method ?? '',
      url: request.url ?? '',
      from: request.socket.remoteAddress ?? '',
      host: request.headers.host ?? '',
      range: request.headers.range,
      bearer: bearerOf(request),
      announced: (most) => bodies.announced(request, most),
      read: (most) => bodies.read(request, most),
      skip: () => void request.resume(),
    });
  }

  const { port } = await bindPort(server, options.listen);
  return {
    host: options.listen.host,
    port,
    connections: () => connections.size,
    close: (patience) => {
      isClosing = true;
      sockets.close();
      return closeServer(server, connections, patience);
    },
  };
}

/** What a client learns of a fault of ours. */
function refusalFor({ code }: NodeJS.ErrnoException): Refusal {
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL'
    ? new Refusal('quota', 'the disk of the relay is full')
    : new Refusal('fault', 'the relay has a fault: its log says which');
}

function closeServer(server: Server, connections: ReadonlySet<Socket>, patience: number): Promise<void> {
  return new Promise((resolve) => {
    // The server's own list lacks the sockets, and who has not finished the handshake.
    const cut = setTimeout(() => {
      for (const connection of connections) connection.destroy();
    }, patience);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
