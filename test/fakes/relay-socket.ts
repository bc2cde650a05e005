import { EventEmitter } from 'node:events';
import type { RelayAddress } from '../../src/main/peers/relay/relay-url.ts';
import { REFUSAL_STATUS, Refusal } from '../../src/relay/rules/refusal.ts';
import { broken, type RelayNetwork, type RelayUser } from './relay-network.ts';
import type { SimulatedRelay } from './simulated-relay.ts';

/** What goes along a socket, either way. */
type Frame =
  | { readonly is: 'open' | 'ping' | 'pong' }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly is: 'close'; readonly code: number };

/** The relay's end of a socket. */
export interface RelayEnd {
  text(text: string): void;
  bytes(bytes: Uint8Array, sent: () => void): void;
  pause(): void;
  resume(): void;
  close(code: number): void;
}
/** What the relay is told of it. */
export interface RelayLine {
  came(frame: { readonly text: string } | { readonly bytes: Uint8Array }): void;
  closed(): void;
}

const HANDSHAKE_MS = 30_000;
const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];

/** A WebSocket in memory, as `ws` gives it to a client; at the other end is a relay. */
export class RelaySocket extends EventEmitter {
  readyState: number = CONNECTING;
  readonly user: RelayUser;
  readonly #network: RelayNetwork;
  readonly #toRelay: Direction;
  readonly #toClient: Direction;
  #relay: SimulatedRelay | null = null;
  #line: RelayLine | null = null;
  #isLeft: boolean = false;

  constructor(network: RelayNetwork, address: RelayAddress, user: RelayUser, path: string, token: string) {
    super();
    this.#network = network;
    this.user = user;
    const { host } = user;
    this.#toRelay = new Direction(network, host, (frame) => this.#arriveThere(frame));
    this.#toClient = new Direction(network, host, (frame) => this.#arrive(frame));
    network.add(this);
    const late = user.clock.after(HANDSHAKE_MS, () => this.#fail(broken('ETIMEDOUT')));
    this.once('open', late).once('close', late);
    void this.#begin(address, path, token).catch((error: Error) => this.#refused(error));
  }

  // The client's end

  send(data: string | Uint8Array, ...rest: unknown[]): void {
    const sent = rest.at(-1);
    const tell = typeof sent === 'function' ? (sent as (error?: Error) => void) : () => undefined;
    // Nobody is told any more in a process that is no more.
    const done = (error?: Error): void => {
      if (!this.user.isDead()) tell(error);
    };
    if (this.readyState !== OPEN) process.nextTick(done, new Error('WebSocket is not open'));
    else if (typeof data === 'string') this.#toRelay.send({ is: 'text', text: data }, done);
    else this.#toRelay.send({ is: 'bytes', bytes: Buffer.from(data) }, done);
  }
  /** What waits is never much here. */
  readonly bufferedAmount = 0;
  ping(): void {
    if (this.readyState === OPEN) this.#toRelay.send({ is: 'ping' });
  }
  get isPaused(): boolean {
    return this.#toClient.isPaused;
  }
  pause(): void {
    this.#toClient.isPaused = true;
  }
  resume(): void {
    this.#toClient.goOn();
  }
  close(): void {
    if (this.readyState === CONNECTING) this.terminate();
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.#toRelay.send({ is: 'close', code: 1005 });
  }
  terminate(): void {
    if (this.readyState === CLOSED) return;
    if (this.readyState === CONNECTING) this.#fail(new Error('closed before the connection was established'));
    else process.nextTick(() => this.#end(1006));
    this.readyState = CLOSED;
    this.lose();
  }

  // What happens to it on the way

  /** The connection breaks: both ends learn of it. */
  breakOff(): void {
    this.lose();
    this.#network.later(() => this.#fail(broken('ECONNRESET')));
  }
  /** The relay learns that nobody is at the other end any more. */
  lose(): void {
    this.#network.later(() => this.#network.passing(this.user.host, () => this.#leave()));
  }
  goOn(): void {
    this.#toRelay.deliver();
    this.#toClient.deliver();
  }

  async #begin({ host, port, ...address }: RelayAddress, path: string, token: string): Promise<void> {
    await this.#network.way(this.user);
    if (this.readyState !== CONNECTING) return;
    const relay = this.#network.found({ host, port, ...address });
    this.#relay = relay;
    relay.sockets.add(this);
    const opened = (): RelayEnd => {
      this.#toClient.send({ is: 'open' });
      return this.#relayEnd();
    };
    this.#line = await relay.serve({ path, bearer: token, from: this.user.host }, opened);
    if (this.#isLeft) this.#line.closed();
  }

  #relayEnd(): RelayEnd {
    return {
      text: (text) => this.#toClient.send({ is: 'text', text }),
      bytes: (bytes, sent) => this.#toClient.send({ is: 'bytes', bytes: Buffer.from(bytes) }, sent),
      pause: () => {
        this.#toRelay.isPaused = true;
      },
      resume: () => this.#toRelay.goOn(),
      close: (code) => {
        this.#toClient.send({ is: 'close', code });
        this.lose();
      },
    };
  }

  /** Why it does not open. */
  async #refused(error: Error): Promise<void> {
    this.#relay?.sockets.delete(this);
    if (!(error instanceof Refusal)) {
      this.#fail(error);
      return;
    }
    await this.#network.way(this.user).catch(() => undefined);
    if (this.readyState !== CONNECTING) return;
    const [statusCode, after] = [REFUSAL_STATUS[error.code], error.retryAfter];
    const headers = after === null ? {} : { 'retry-after': String(after) };
    if (!this.emit('unexpected-response', { destroy: () => undefined }, { statusCode, headers }))
      this.#fail(new Error(`Unexpected server response: ${statusCode}`));
  }

  #arrive(frame: Frame): void {
    if (this.user.isDead() || this.readyState === CLOSED) return;
    if (frame.is === 'open') {
      this.readyState = OPEN;
      this.emit('open');
    } else if (frame.is === 'close') {
      this.readyState = CLOSED;
      this.#end(frame.code);
      this.lose();
    } else if (frame.is === 'text') this.emit('message', Buffer.from(frame.text), false);
    else if (frame.is === 'bytes') this.emit('message', frame.bytes, true);
    else this.emit('pong');
  }

  #arriveThere(frame: Frame): void {
    if (this.#isLeft) return;
    if (frame.is === 'ping') this.#toClient.send({ is: 'pong' });
    else if (frame.is === 'text') this.#line?.came(frame);
    else if (frame.is === 'bytes') this.#line?.came(frame);
    else if (frame.is === 'close') {
      this.#toClient.send({ is: 'close', code: frame.code });
      this.#leave();
    }
  }

  #leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#network.remove(this);
    this.#relay?.sockets.delete(this);
    this.#line?.closed();
  }

  #fail(error: Error): void {
    const isOver = this.readyState === CLOSED;
    this.readyState = CLOSED;
    if (isOver || this.user.isDead()) return;
    process.nextTick(() => {
      if (this.listenerCount('error') > 0) this.emit('error', error);
      this.#end(1006);
    });
  }
  #end(code: number): void {
    this.#toClient.drop();
    this.#toRelay.drop();
    if (!this.user.isDead()) this.emit('close', code);
  }
}

/** One direction of a socket: in order and without loss, held while its end is paused, or there is no way. */
class Direction {
  isPaused: boolean = false;
  readonly #network: RelayNetwork;
  readonly #host: string;
  readonly #receive: (frame: Frame) => void;
  #waiting: { readonly frame: Frame; readonly taken: () => void }[] = [];
  #arrived = 0;
  #due = 0;

  constructor(network: RelayNetwork, host: string, receive: (frame: Frame) => void) {
    this.#network = network;
    this.#host = host;
    this.#receive = receive;
  }

  send(frame: Frame, taken: () => void = () => undefined): void {
    const { arrivals: clock } = this.#network;
    this.#waiting.push({ frame, taken });
    this.#due = Math.max(this.#due, clock.now() + this.#network.latency());
    clock.after(this.#due - clock.now(), () => {
      this.#arrived++;
      this.deliver();
    });
  }
  goOn(): void {
    this.isPaused = false;
    this.#network.arrivals.after(0, () => this.deliver());
  }
  deliver(): void {
    while (this.#arrived > 0 && this.#waiting.length > 0 && !this.isPaused && !this.#network.isApart(this.#host)) {
      const { frame, taken } = this.#waiting.shift()!;
      this.#arrived--;
      taken();
      this.#receive(frame);
    }
  }
  /** Nothing of what is under way arrives any more. */
  drop(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { taken } of waiting) taken();
  }
}
