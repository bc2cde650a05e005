import type { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { HttpsRelayConnector } from '../../src/main/peers/relay/https-relay-session.ts';
import { asRelayError, RelayError, refusalOf } from '../../src/main/peers/relay/relay-error.ts';
import { jsonOf, type RelayAnswer, type RelayRequest, type RelayWire } from '../../src/main/peers/relay/relay-http.ts';
import type { RelayConnector } from '../../src/main/peers/relay/relay-session.ts';
import { parseRelayUrl, type RelayAddress } from '../../src/main/peers/relay/relay-url.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import type { Random } from '../../src/main/platform/random.ts';
import type { FakeClock } from './fake-clock.ts';
import type { Weather } from './memory-network.ts';
import { RelaySocket } from './relay-socket.ts';
import { SimulatedRelay } from './simulated-relay.ts';

/** As the product's wire: for JSON and packs, and for an answer to them. */
const MOST_JSON = 256 * 1024;
const TIMEOUT_MS = 30_000;
/** Of a request or an answer, about. */
const HEADERS = 300;

/** A process of a computer, as the network knows it. */
export interface RelayUser {
  readonly host: string;
  readonly clock: Clock;
  readonly random: Random;
  isDead(): boolean;
}

/**
 * Relays, and the way to them: what devices of one process ask under one clock is answered by the product's relay, to its own client. A host
 * may be cut off: then it is refused at once, or hears nothing at all, and what was sent to it arrives once that is mended.
 */
export class RelayNetwork {
  readonly clock: FakeClock;
  readonly #weather: Weather;
  readonly arrivals: Clock;
  readonly #relays = new Map<string, SimulatedRelay>();
  readonly #apart = new Map<string, 'refused' | 'silent'>();
  readonly #sockets = new Set<RelaySocket>();
  /** Bytes after which a connection of each host breaks off, and how many have gone on the one there is. */
  readonly #breaking = new Map<string, { readonly after: number; gone: number }>();
  /** What goes on once a host is reached again. */
  readonly #stalled = new Map<string, (() => void)[]>();

  /** `arrivals`: the clock by which what is sent arrives, and what comes of that at a device happens. */
  constructor(clock: FakeClock, weather: Weather = { latency: () => 1 }, arrivals: Clock = clock) {
    this.clock = clock;
    this.#weather = weather;
    this.arrivals = arrivals;
  }

  /** The relay at an address; one is made where none was. */
  at(url: string): SimulatedRelay {
    const { origin, pin, host, port } = parseRelayUrl(url);
    const place = `${host}:${port}`;
    const relay =
      this.#relays.get(place) ??
      new SimulatedRelay(this, pin === null ? { origins: [origin] } : { key: pin, origins: [] });
    this.#relays.set(place, relay);
    return relay;
  }
  put(url: string, relay: SimulatedRelay): void {
    const { host, port } = parseRelayUrl(url);
    this.#relays.set(`${host}:${port}`, relay);
  }
  get relays(): readonly SimulatedRelay[] {
    return [...this.#relays.values()];
  }

  /** Relays as they are reached by a process. */
  connector(user: RelayUser): RelayConnector {
    return new HttpsRelayConnector(user.clock, user.random, (address) => new MemoryWire(this, address, user));
  }

  /** From now on this host reaches no relay, or does again. */
  cut(host: string, how: 'refused' | 'silent' = 'refused'): void {
    this.#apart.set(host, how);
    if (how === 'refused') for (const socket of this.#socketsOf(host)) socket.breakOff();
  }
  mend(host: string): void {
    if (!this.#apart.delete(host)) return;
    for (const socket of this.#socketsOf(host)) socket.goOn();
    const stalled = this.#stalled.get(host) ?? [];
    this.#stalled.delete(host);
    for (const goOn of stalled) this.later(goOn);
  }
  /** Each connection of this host breaks off once so many bytes went through it, and the next request takes another; null: none does. */
  breakAfter(host: string, bytes: number | null): void {
    if (bytes === null) this.#breaking.delete(host);
    else this.#breaking.set(host, { after: bytes, gone: 0 });
  }
  /** Fails where the connection breaks off over this. */
  carry(host: string, bytes: number): void {
    const line = this.#breaking.get(host);
    if (line === undefined) return;
    line.gone += bytes;
    if (line.gone <= line.after) return;
    line.gone = 0;
    throw broken('ECONNRESET');
  }

  isApart(host: string): boolean {
    return this.#apart.has(host);
  }
  /** The process of this host is no more. `silently`: its computer too, and nobody says so. */
  died(host: string, silently: boolean): void {
    for (const socket of this.#socketsOf(host)) if (socket.user.isDead() && !silently) socket.lose();
  }

  /** Some milliseconds later. */
  later(call: () => void): void {
    this.arrivals.after(this.latency(), call);
  }
  latency(): number {
    return this.#weather.latency();
  }

  /** There, or back; fails where there is no way. Never ends for who is no more. */
  async way(user: RelayUser): Promise<void> {
    await new Promise<void>((resolve) => this.later(resolve));
    await new Promise<void>((resolve) => this.passing(user.host, resolve));
    if (user.isDead()) await new Promise(() => undefined);
    if (this.isApart(user.host)) throw broken('ECONNRESET');
  }
  /** Calls now, or, where what this host sends is on its way for ever, once it is reached again. */
  passing(host: string, call: () => void): void {
    if (this.#apart.get(host) !== 'silent') call();
    else this.#stalled.set(host, [...(this.#stalled.get(host) ?? []), call]);
  }

  /** The relay there; fails where none is. */
  found({ host, port, pin, url }: RelayAddress): SimulatedRelay {
    const relay = this.#relays.get(`${host}:${port}`) ?? this.at(url);
    if (!relay.isUp) throw broken('ECONNREFUSED');
    if (pin !== null && relay.key !== pin) throw new RelayError('relay-wrong-key', `At ${url} is another.`, url);
    return relay;
  }

  add(socket: RelaySocket): void {
    this.#sockets.add(socket);
  }
  remove(socket: RelaySocket): void {
    this.#sockets.delete(socket);
  }
  #socketsOf(host: string): readonly RelaySocket[] {
    return [...this.#sockets].filter(({ user }) => user.host === host);
  }
}

export const broken = (code: string): Error => Object.assign(new Error(code), { code });

/** One address of a relay as one process speaks to it. */
class MemoryWire implements RelayWire {
  bytesIn = 0;
  bytesOut = 0;
  readonly #network: RelayNetwork;
  readonly #address: RelayAddress;
  readonly #user: RelayUser;

  constructor(network: RelayNetwork, address: RelayAddress, user: RelayUser) {
    this.#network = network;
    this.#address = address;
    this.#user = user;
  }

  async ask(wanted: RelayRequest): Promise<RelayAnswer> {
    const { url } = this.#address;
    const answer = await this.#timed(wanted).catch((error: unknown) => Promise.reject(asRelayError(error, url)));
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusalOf(answer.status, answer.headers['retry-after'], jsonOf(answer.body), url);
  }
  async askJson(wanted: RelayRequest): Promise<unknown> {
    return jsonOf((await this.ask(wanted)).body);
  }

  socket(path: string, token: string): WebSocket {
    return new RelaySocket(this.#network, this.#address, this.#user, path, token) as EventEmitter as WebSocket;
  }

  close(): void {}

  #timed(wanted: RelayRequest): Promise<RelayAnswer> {
    return new Promise((resolve, reject) => {
      const cancel = this.#user.clock.after(TIMEOUT_MS, () => reject(broken('ETIMEDOUT')));
      this.#exchange(wanted).then(resolve, reject).finally(cancel);
    });
  }

  async #exchange({ method, path, token, body, range, most = MOST_JSON }: RelayRequest): Promise<RelayAnswer> {
    const bytes =
      body === undefined ? Buffer.alloc(0) : Buffer.from(body instanceof Uint8Array ? body : JSON.stringify(body));
    this.bytesOut += bytes.length;
    await this.#network.way(this.#user);
    this.#network.carry(this.#user.host, bytes.length + HEADERS);
    const relay = this.#network.found(this.#address);
    const { host, port } = this.#address;
    const process = relay.starts;
    const answer = await relay.answer({
      method,
      url: path,
      from: this.#user.host,
      host: `${host}:${port}`,
      range,
      bearer: token ?? null,
      body: bytes,
    });
    await this.#network.way(this.#user);
    if (relay.starts !== process) throw broken('ECONNRESET');
    this.#network.carry(this.#user.host, answer.body.length + HEADERS);
    const room = answer.status >= 400 ? Math.max(most, MOST_JSON) : most;
    if (answer.body.length > room) throw new RelayError('relay-refused', 'more than it may', this.#address.url);
    this.bytesIn += answer.body.length;
    return answer;
  }
}
