import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { decode, encode } from '../../contract/codec.ts';
import type { EventName } from '../../contract/contract.ts';
import { bindPort, hostAndPort, type ListenOn } from '../platform/bind-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { LockstepError } from '../platform/trouble.ts';
import { BrowserAccess } from './browser-access.ts';
import { type DoorFile, KnownPages } from './known-pages.ts';
import type { Answer } from './serve-contract.ts';
import { serveFiles } from './serve-files.ts';

const AUTH_WITHIN_MS = 10_000;
const LONGEST_MESSAGE = 16 << 20;
/** A page that takes nothing any more is not sent more. Every view is complete: of those left out it gets the last ones once it takes on. */
const BACKLOG = 1 << 20;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** The door for the UI in a browser. */
export interface BrowserServer {
  /** A fresh one-time address: `http://HOST:PORT/#token=…`. The fragment is in no request line, log or Referer. */
  address(): string;
  sendEvent(name: EventName, value: unknown): void;
  close(): Promise<void>;
}

interface BrowserServerOptions {
  readonly on: ListenOn;
  /** The built renderer, absolute. */
  readonly root: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly kept: DoorFile;
}

/** Fails with `ui-off-loopback` for an address other machines could reach: there is no TLS here. */
export async function openBrowserServer(options: BrowserServerOptions, answer: Answer): Promise<BrowserServer> {
  const { on, root, clock, random, kept } = options;
  if (!LOOPBACK.has(on.host)) {
    throw new LockstepError(
      'ui-off-loopback',
      `The UI is served on this machine only, not on ${on.host}. Use 127.0.0.1.`,
      on.host,
    );
  }
  const known = new KnownPages(kept, clock);
  const access = new BrowserAccess(clock, random, known);
  /** Each with the events it was not sent, by name. */
  const admitted = new Map<WebSocket, Map<EventName, string>>();
  const tell = (page: WebSocket, name: EventName, message: string): void => {
    const left = admitted.get(page);
    if (page.bufferedAmount >= BACKLOG) {
      left?.set(name, message);
      return;
    }
    left?.delete(name);
    page.send(message, () => catchUp(page));
  };
  const catchUp = (page: WebSocket): void => {
    if (page.bufferedAmount < BACKLOG)
      for (const [name, message] of admitted.get(page) ?? []) tell(page, name, message);
  };
  const server = createServer();
  const port = await bindWhereItWas(server, on, known);
  const self = hostAndPort(on.host, port);
  const build = buildOf(root);
  const files = serveFiles(root, securityHeaders(self));
  // A page of another site can make its own name resolve to 127.0.0.1; it cannot make the browser send our Host.
  server.on('request', (request, response) => {
    if (request.headers.host === self) void files(request, response);
    else response.writeHead(421).end();
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.headers.host !== self || request.headers.origin !== `http://${self}`) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (page) => {
      page.on('error', () => page.terminate()).on('close', () => admitted.delete(page));
      admitFirst(page, { access, clock, build, self }, () => {
        admitted.set(page, new Map());
        page.on('message', (raw) => void serveMessage(page, String(raw), answer, catchUp));
      });
    });
  });

  return {
    address: () => `http://${self}/#token=${access.freshToken()}`,
    sendEvent(name, value) {
      if (admitted.size === 0) return;
      const message = encode({ event: name, value });
      for (const page of admitted.keys()) tell(page, name, message);
    },
    close: () =>
      new Promise((resolve) => {
        for (const page of sockets.clients) page.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Which built page is served, for pages that outlive a restart with another one: it names its parts by their content. '' where there is none. */
function buildOf(root: string): string {
  try {
    return createHash('sha256')
      .update(readFileSync(join(root, 'index.html')))
      .digest('base64url');
  } catch {
    return '';
  }
}

/** Any free port is at best the one where pages that are still open look for it. */
async function bindWhereItWas(server: Server, on: ListenOn, known: KnownPages): Promise<number> {
  const isAny = on.port === 0 && known.port !== 0;
  const where = isAny ? { ...on, port: known.port } : on;
  const { port } = await bindPort(server, where).catch((failure: unknown) => {
    if (isAny) return bindPort(server, on);
    throw failure;
  });
  known.isAt(port);
  return port;
}

interface Door {
  readonly access: BrowserAccess;
  readonly clock: Clock;
  readonly build: string;
  /** HOST:PORT. */
  readonly self: string;
}

/**
 * A page is told `{challenge}` and says `{auth}` (`BrowserAccess`); the answer is `{build, session}`. Anything else closes the connection.
 */
function admitFirst(page: WebSocket, { access, clock, build, self }: Door, admit: () => void): void {
  const challenge = access.challenge();
  const cancel = clock.after(AUTH_WITHIN_MS, () => page.close(4408, 'no authentication'));
  page.once('close', cancel);
  page.once('message', (raw) => {
    cancel();
    const session = access.admit(presentedIn(String(raw)), challenge, self);
    if (session === null) return page.close(4401, 'address already used');
    admit();
    page.send(JSON.stringify({ build, session }));
  });
  page.send(JSON.stringify({ challenge }));
}

function presentedIn(message: string): unknown {
  try {
    return (JSON.parse(message) as { auth?: unknown } | null)?.auth;
  } catch {
    return undefined;
  }
}

async function serveMessage(
  page: WebSocket,
  message: string,
  answer: Answer,
  sent: (page: WebSocket) => void,
): Promise<void> {
  let request: { id?: unknown; name?: unknown; args?: unknown };
  try {
    request = decode(message) as typeof request;
    if (typeof request?.id !== 'number') throw new SyntaxError('a request needs an id');
  } catch {
    page.close(1007, 'not a request');
    return;
  }
  const reply = await answer(request.name, request.args);
  if (page.readyState === page.OPEN) page.send(encode({ id: request.id, reply }), () => sent(page));
}

function securityHeaders(self: string): { readonly [name: string]: string } {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src ws://${self}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
