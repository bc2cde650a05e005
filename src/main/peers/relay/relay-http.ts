import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { WebSocket } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import { asRelayError, RelayError, refusalOf } from './relay-error.ts';
import { RelayAgent } from './relay-tls.ts';
import type { RelayAddress } from './relay-url.ts';

export interface RelayRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From `/v1/` on. */
  readonly path: string;
  readonly token?: string;
  /** Bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly range?: string;
  /** Bytes of the answer; a longer one is broken off. */
  readonly most?: number;
}
export interface RelayAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One address of a relay, as it is spoken to. */
export interface RelayWire {
  /** The answer, where it is a success. Fails with a RelayError. */
  ask(wanted: RelayRequest): Promise<RelayAnswer>;
  /** The answer's JSON; undefined where it is none. */
  askJson(wanted: RelayRequest): Promise<unknown>;
  /** A WebSocket under way; listen to it before the program yields. */
  socket(path: string, token: string): WebSocket;
  /** Of requests and answers so far, with their headers. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  close(): void;
}
/** How the addresses of relays are spoken to. */
export type RelayReach = (address: RelayAddress) => RelayWire;

/** For JSON, which is short. */
const MOST_JSON = 256 * 1024;
const SHORT_MS = 30_000;
/** For a pack, however slow the line is. */
const LONG_MS = 5 * 60_000;
/** Frames of a channel are as long as the other end's TLS makes them; the relay's own messages name at most all members of a group. */
const MOST_FRAME = 1024 * 1024;

/** Speaks to one address of a relay over HTTPS. What the relay may answer is bounded in time and size. */
export class RelayHttp implements RelayWire {
  readonly #address: RelayAddress;
  readonly #clock: Clock;
  readonly #agent: RelayAgent;
  bytesIn = 0;
  bytesOut = 0;

  constructor(address: RelayAddress, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
    this.#agent = new RelayAgent(address);
  }

  async ask(wanted: RelayRequest): Promise<RelayAnswer> {
    const answer = await this.#exchange(wanted).catch((error: unknown) =>
      Promise.reject(asRelayError(error, this.#address.url)),
    );
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusalOf(answer.status, answer.headers['retry-after'], jsonOf(answer.body), this.#address.url);
  }

  async askJson(wanted: RelayRequest): Promise<unknown> {
    return jsonOf((await this.ask(wanted)).body);
  }

  /** `maxPayload` as it is needed for channels. */
  socket(path: string, token: string): WebSocket {
    const { host, port } = this.#address;
    return new WebSocket(`wss://${nameOf(host)}:${port}${path}`, {
      agent: this.#agent,
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: SHORT_MS,
      maxPayload: MOST_FRAME,
      perMessageDeflate: false,
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange({ method, path, token, body, range, most = MOST_JSON }: RelayRequest): Promise<RelayAnswer> {
    const { host, port, url } = this.#address;
    const bytes = body === undefined ? null : body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
    const headers: Record<string, string | number> = { host: `${nameOf(host)}:${port}` };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (range !== undefined) headers.range = range;
    if (bytes !== null) {
      headers['content-type'] = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';
      headers['content-length'] = bytes.length;
    }
    return new Promise((resolve, reject) => {
      const asked: ClientRequest = request({ method, path, headers, agent: this.#agent, host, port });
      const isLong = bytes !== null && bytes.length > MOST_JSON;
      const giveUp = (code: string): void => {
        const why = Object.assign(new Error('no answer'), { code });
        asked.destroy(why);
        // One that is closed already says nothing of it.
        settle(() => reject(why));
      };
      const cancel = this.#clock.after(isLong || most > MOST_JSON ? LONG_MS : SHORT_MS, () => giveUp('ETIMEDOUT'));
      let count = (): void => {};
      asked.once('socket', (socket) => {
        const [read, written] = [socket.bytesRead, socket.bytesWritten];
        count = () => {
          this.bytesIn += socket.bytesRead - read;
          this.bytesOut += socket.bytesWritten - written;
          count = () => {};
        };
      });
      const settle = (how: () => void): void => {
        cancel();
        count();
        how();
      };
      asked.on('error', (error) => settle(() => reject(error)));
      // Nobody asked for another protocol, and no answer follows.
      asked.on('upgrade', (_response, socket) => {
        socket.destroy();
        giveUp('ECONNRESET');
      });
      asked.on('response', (response) => {
        take(response, most, url).then(
          (answer) => settle(() => resolve(answer)),
          (error: unknown) => {
            asked.destroy();
            settle(() => reject(error));
          },
        );
      });
      send(asked, bytes);
    });
  }
}

/** So much of a body is given to the connection at a time: whatever it is given is encrypted at once, and in memory until it went. */
const PIECE = 256 * 1024;

function send(asked: ClientRequest, body: Uint8Array | null): void {
  if (body === null || body.length <= PIECE) {
    asked.end(body ?? undefined);
    return;
  }
  const from = (start: number): void => {
    for (let at = start; at < body.length; at += PIECE) {
      if (asked.write(body.subarray(at, at + PIECE))) continue;
      asked.once('drain', () => from(at + PIECE));
      return;
    }
    asked.end();
  };
  from(0);
}

/** All of the answer, in memory of its own, and no more of it than may be. */
async function take(response: IncomingMessage, most: number, url: string): Promise<RelayAnswer> {
  const status = response.statusCode ?? 0;
  // Why it refuses may be longer than what was asked for.
  const room = status >= 400 ? Math.max(most, MOST_JSON) : most;
  const tooLong = () => new RelayError('relay-refused', `The relay ${url} answers with more than it may.`, url);
  const said = Number(response.headers['content-length'] ?? 0);
  if (said > room) throw tooLong();
  // Copied as it comes: all parts beside the whole would be twice the memory.
  let body = new Uint8Array(said >= 0 ? said : 0);
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    if (length + part.length > room) throw tooLong();
    if (length + part.length > body.length) {
      const longer = new Uint8Array(Math.min(room, 2 * (length + part.length)));
      longer.set(body.subarray(0, length));
      body = longer;
    }
    body.set(part, length);
    length += part.length;
  }
  return { status, headers: response.headers, body: Buffer.from(body.buffer, 0, length) };
}

/** undefined: it is no JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const nameOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
