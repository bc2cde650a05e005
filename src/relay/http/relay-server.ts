import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { bindPort, type ListenOn } from '../../main/platform/bind-port.ts';
import type { Clock } from '../../main/platform/clock.ts';
import type { RelayService } from '../relay-service.ts';
import { HostCounts } from '../rules/rates.ts';
import { readGroup } from '../rules/read-input.ts';
import { Refusal } from '../rules/refusal.ts';
import type { Room } from '../rules/room.ts';
import { type Answer, sendAnswer, sendRefusal } from './answer.ts';
import { bearerOf } from './bearer.ts';
import { Bodies, parseJson } from './read-body.ts';
import { findRoute, type RelayRole, type RequestCall } from './routes.ts';
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

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    // The path as it came: nothing in it is decoded or resolved, and every name in it is checked hex.
    const [path = '', query] = (request.url ?? '').split('?', 2);
    const { route, names } = findRoute(request.method ?? '', path, role);
    const call: RequestCall = {
      service,
      from: request.socket.remoteAddress ?? '',
      host: request.headers.host ?? '',
      query: new URLSearchParams(query),
      range: request.headers.range,
      names,
    };
    if (route.for === 'everybody') return route.handle(call, await jsonOf(request, route.body));
    const session = service.session(bearerOf(request));
    // All that can be refused without the body is refused before it comes.
    const length = route.body === null ? 0 : bodies.announced(request, route.body.most);
    if (route.path.startsWith('/v1/groups/')) service.check(session, readGroup(names[0]), length ?? route.body!.most);
    const body =
      route.takes === 'bytes' && route.body !== null
        ? await bodies.read(request, route.body.most)
        : await jsonOf(request, route.body);
    // The member may have been removed while it was sending.
    return route.handle({ ...call, session: service.session(session.token) }, body);
  }

  async function jsonOf(request: IncomingMessage, body: { readonly most: number } | null): Promise<unknown> {
    if (body === null) {
      request.resume();
      return null;
    }
    const bytes = await bodies.read(request, body.most);
    return bytes.length === 0 ? {} : parseJson(bytes);
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
