import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DeviceIdentity } from '../../src/main/peers/identity/identity.ts';

/** What a scripted relay answers: a status, and bytes or a value that becomes JSON. */
export interface Scripted {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: unknown;
}
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  /** undefined: it is no JSON. */
  readonly json: any;
  readonly token: string | null;
  readonly headers: IncomingMessage['headers'];
}
type Script = (heard: Heard) => Scripted | Promise<Scripted> | 'hang up';

const TOKEN = 'ab'.repeat(32);

/**
 * A server that talks as a relay does and obeys a test: it can lie, be rude and fall silent. Left alone it lets everyone in and knows
 * nothing.
 */
export class ScriptedRelay {
  readonly heard: Heard[] = [];
  readonly listeners: WebSocket[] = [];
  readonly said: any[] = [];
  /** By `METHOD /path`, the longest start that fits. */
  readonly scripts = new Map<string, Script>();
  /** What happens with WebSockets that ask for a path beginning so; otherwise they are refused with 404. */
  readonly sockets = new Map<string, (socket: WebSocket, path: string) => void>();
  /** WebSockets that ask for a path beginning so are not answered at all. */
  unanswered: string | null = null;
  /** What was asked for there. */
  readonly askedInVain: string[] = [];
  readonly #server: Server;
  readonly #open = new Set<Duplex>();
  readonly pin: string;
  url = '';
  #heardOne: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(identity: DeviceIdentity) {
    this.pin = createHash('sha256').update(identity.descriptor.tls).digest('base64url');
    this.#server = createServer({ key: identity.tlsKey, cert: identity.certificate }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.on('connection', (socket: Duplex) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
    const upgrades = new WebSocketServer({ noServer: true });
    this.#server.on('upgrade', (request, socket, head) => {
      const path = request.url ?? '';
      if (this.unanswered !== null && path.startsWith(this.unanswered)) {
        this.askedInVain.push(path);
        this.#changed();
        return;
      }
      const how = [...this.sockets].find(([start]) => path.startsWith(start));
      if (how === undefined) socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      else upgrades.handleUpgrade(request, socket, head, (ws) => how[1](ws, path));
    });
    this.sockets.set('/v1/events', (socket) => {
      this.listeners.push(socket);
      socket.on('message', (data) => {
        this.said.push(JSON.parse(String(data)));
        this.#changed();
      });
      socket.on('close', () => this.#changed());
      this.#changed();
    });
    const scripts: [string, Script][] = [
      ['POST /v1/auth/challenge', () => ({ body: { challenge: 'cd'.repeat(32), time: 1_000, origins: [] } })],
      ['POST /v1/auth', ({ json }) => ({ body: grantAll(json) })],
      [
        'GET /v1/groups/',
        ({ path }) =>
          path.endsWith('/location')
            ? { body: located }
            : path.endsWith('/acl')
              ? { body: { gen: 1, keys: [] } }
              : { status: 404, body: {} },
      ],
    ];
    for (const [what, script] of scripts) this.scripts.set(what, script);
  }

  /** Again: at the port it had. */
  async start(): Promise<this> {
    this.#server.listen(Number(/:(\d+)#/.exec(this.url)?.[1] ?? 0), '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    this.url = `https://127.0.0.1:${port}#k=${this.pin}`;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
  }

  /** Breaks every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Says this to whoever listens. */
  tell(event: object | string): void {
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    for (const socket of this.listeners) socket.send(text);
  }

  /** Waits until what was heard and said is as wanted. */
  async until<T>(look: () => T | undefined | null | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== null && found !== false) return found;
      await this.#heardOne.promise;
    }
  }
  #changed(): void {
    this.#heardOne.resolve();
    this.#heardOne = Promise.withResolvers();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const { method = '', url = '', headers } = request;
    const token = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? null;
    const heard: Heard = { method, path: url, body, json: jsonOf(body), token, headers };
    this.heard.push(heard);
    this.#changed();
    const fitting = [...this.scripts].filter(([what]) => `${method} ${url}`.startsWith(what));
    const script = fitting.sort(([a], [b]) => b.length - a.length)[0]?.[1];
    const answer = await (script?.(heard) ?? { status: 404, body: {} });
    if (answer === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, answer.headers);
    const { body: said = {} } = answer;
    response.end(said instanceof Uint8Array || typeof said === 'string' ? said : JSON.stringify(said));
  }
}

/** A location: where it was asked. */
export const located = {
  gen: 1,
  api: '',
  events: '',
  live: '',
  blob: { kind: 'relay', base: '' },
  region: null,
  ttl: 60,
};

/** As a relay grants all that is asked for. */
export const grantAll = (asked: { members: { g: string }[] }) => ({
  token: TOKEN,
  expires: 9_999_999_999_999,
  groups: asked.members.map(({ g }) => ({ g, error: null })),
});

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
