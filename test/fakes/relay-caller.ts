import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { WebSocket } from 'ws';

export interface Called {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** undefined: it is no JSON. */
  readonly json: any;
}
interface Extra {
  readonly token?: string;
  readonly headers?: { readonly [name: string]: string };
}

/** Asks a relay over real sockets, and takes it at its word: whose key it has is not looked at. */
export class RelayCaller {
  readonly host: string;
  readonly port: number;
  readonly #agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  readonly #sockets: WebSocket[] = [];

  /** `url`: as the ready line tells it. */
  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.host = hostname;
    this.port = Number(port);
  }

  /** `body`: bytes as they are, all else as JSON. */
  call(method: string, path: string, body?: unknown, extra: Extra = {}): Promise<Called> {
    return new Promise((resolve, reject) => {
      const asked = this.begin(method, path, extra);
      asked.on('error', reject);
      asked.on('response', async (response) => {
        try {
          const pieces: Buffer[] = [];
          for await (const piece of response) pieces.push(piece);
          const all = Buffer.concat(pieces);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all, json: jsonOf(all) });
        } catch (error) {
          reject(error);
        }
      });
      if (body === undefined) asked.end();
      else asked.end(body instanceof Uint8Array ? body : JSON.stringify(body));
    });
  }

  /** A request whose body the test sends itself. */
  begin(method: string, path: string, { token, headers }: Extra = {}) {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { host, port } = this;
    return request({ host, port, method, path, agent: this.#agent, headers: { ...authorization, ...headers } });
  }

  socket(path: string, token?: string): WebSocket {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`wss://${this.host}:${this.port}${path}`, { rejectUnauthorized: false, headers });
    socket.on('error', () => {});
    this.#sockets.push(socket);
    return socket;
  }

  /** The status with which a socket is refused. */
  async refusedWith(path: string, token?: string): Promise<number> {
    const [, response] = await once(this.socket(path, token), 'unexpected-response');
    return response.statusCode;
  }

  close(): void {
    this.#agent.destroy();
    for (const socket of this.#sockets) socket.terminate();
  }
}

/** What a socket says: each message once, in order, however late it is asked for. */
export class SaidOn {
  readonly #messages: Buffer[] = [];
  #waiting: ((message: Buffer) => void) | null = null;
  constructor(socket: WebSocket) {
    socket.on('message', (data) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting === null) this.#messages.push(data as Buffer);
      else waiting(data as Buffer);
    });
  }
  next(): Promise<Buffer> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
  /** The next event of this kind; others are passed over. */
  async event(is: string): Promise<any> {
    for (;;) {
      const event = jsonOf(await this.next());
      if (event.is === is) return event;
    }
  }
}

function jsonOf(bytes: Buffer): any {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
