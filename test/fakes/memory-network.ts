import type { Descriptor } from '../../src/main/peers/identity/descriptor.ts';
import { formatHostPort, parseHostPort } from '../../src/main/peers/links/host-port.ts';
import type {
  ByteLink,
  Door,
  Listener,
  PeerLink,
  StrangerLink,
  Transport,
} from '../../src/main/peers/links/peer-link.ts';
import { Signal } from '../../src/main/peers/links/signal.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { equalBytes } from '../../src/main/platform/equal-bytes.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import type { DeviceId } from '../../src/main/record/ids.ts';
import { exported } from './link-bytes.ts';
import { memoryCarried } from './memory-carried.ts';

/** How a message fares on the way; drawn anew for each. */
export interface Weather {
  /** Milliseconds from one end to the other. */
  latency(): number;
}

/**
 * A network in memory: transports that link devices of one process under one clock, in order and without loss, until a link is cut.
 * Who answers at an address proves itself by its descriptor, as TLS would make it.
 */
export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #weather: Weather;
  readonly #doors = new Map<string, { readonly owner: Descriptor; readonly door: Door }>();
  readonly #lines = new Set<Line>();
  readonly #apart = new Set<string>();
  readonly #walled = new Set<string>();
  /** How often the process at a host died: what an earlier one began comes to nothing. */
  readonly #deaths = new Map<string, number>();
  /** Links that came about. */
  made = 0;
  #nextPort = 40_000;
  #nextLine = 1;

  constructor(clock: Clock, weather: Weather = { latency: () => 1 }) {
    this.#clock = clock;
    this.#weather = weather;
  }

  /** The network as `owner` sees it from `host`. */
  transport(owner: Descriptor, host: string): Transport {
    const born = this.#deathsOf(host);
    return {
      carried: memoryCarried(owner, () => this.#nextLine++),
      listen: (at, door) => this.#listen(owner, host, at.port, door),
      dial: async (address, expect, signal) => {
        const line = await this.#connect(owner, host, address, signal, born);
        if (!equalBytes(line.owner.tls, expect.tls))
          throw new LockstepError('wrong-peer', 'another device answers', address);
        const known = line.door.known(owner.tls);
        return this.#join(line, host, address, expect, (end) =>
          known === null ? null : () => line.door.onLink(Object.assign(end, { peer: known.id, descriptor: known })),
        );
      },
      dialStranger: async (address, signal) => {
        const line = await this.#connect(owner, host, address, signal, born);
        const open = line.door.pairingOpen();
        return this.#join(line, host, address, line.owner, (end) =>
          open ? () => line.door.onStranger(Object.assign(end, { spki: owner.tls })) : null,
        );
      },
    };
  }

  /** Cuts every link between two hosts and lets none come up until `mend`. */
  cut(one: string, other: string): void {
    this.#apart.add(pairOf(one, other));
    for (const line of [...this.#lines]) if (pairOf(...line.hosts) === pairOf(one, other)) line.cut('lost');
  }
  mend(one: string, other: string): void {
    this.#apart.delete(pairOf(one, other));
  }
  /** From now on this host dials others, and nobody reaches it. */
  wall(host: string): void {
    this.#walled.add(host);
  }
  /** The process at this host dies without a word: its doors are gone, and who was linked with it finds the link broken. */
  unplug(host: string): void {
    this.#deaths.set(host, this.#deathsOf(host) + 1);
    for (const address of [...this.#doors.keys()])
      if (parseHostPort(address)?.host === host) this.#doors.delete(address);
    for (const line of [...this.#lines]) {
      if (!line.hosts.includes(host)) continue;
      const [own, other] = line.hosts[0] === host ? [line.near, line.far] : [line.far, line.near];
      own.fallSilent();
      this.#clock.after(this.#weather.latency(), () => {
        this.#lines.delete(line);
        other.drop('lost');
      });
    }
  }
  #deathsOf(host: string): number {
    return this.#deaths.get(host) ?? 0;
  }
  /** Links that are up. */
  get lines(): number {
    return this.#lines.size;
  }

  async #listen(owner: Descriptor, host: string, wanted: number, door: Door): Promise<Listener> {
    const port = wanted === 0 ? this.#nextPort++ : wanted;
    const address = formatHostPort(host, port);
    if (this.#doors.has(address)) throw new LockstepError('address-in-use', `cannot listen at ${address}`, address);
    this.#doors.set(address, { owner, door });
    const close = async (): Promise<void> => {
      this.#doors.delete(address);
    };
    return { address, port, close };
  }

  async #connect(
    owner: Descriptor,
    host: string,
    address: string,
    signal: AbortSignal,
    born: number,
  ): Promise<{ owner: Descriptor; door: Door; from: Descriptor }> {
    const place = parseHostPort(address);
    if (place === null) throw new LockstepError('bad-address', `${address} is not host:port`, address);
    await new Promise<void>((resolve) => void this.#clock.after(this.#weather.latency(), resolve));
    const found = this.#doors.get(address);
    const apart = this.#apart.has(pairOf(host, place.host)) || this.#walled.has(place.host);
    const died = this.#deathsOf(host) !== born;
    if (signal.aborted || apart || died || found === undefined || !found.door.admit(host))
      throw new LockstepError('unreachable', `no answer from ${address}`, address);
    return { ...found, from: owner };
  }

  #join<T>(
    line: { owner: Descriptor; from: Descriptor },
    host: string,
    address: string,
    peer: Descriptor,
    welcome: (end: MemoryEnd) => (() => void) | null,
  ): PeerLink & StrangerLink {
    const secret = `${this.#nextLine++}`;
    const made = new Line(
      this.#clock,
      this.#weather,
      secret,
      [host, (parseHostPort(address) as { host: string }).host],
      [address, formatHostPort(host, 1)],
    );
    this.#lines.add(made);
    this.made++;
    // One end may have closed while word of it is on its way to a process that dies before it arrives.
    const forget = () => void (made.near.isClosed && made.far.isClosed && this.#lines.delete(made));
    made.near.onClose(forget);
    made.far.onClose(forget);
    const arrive = welcome(made.far);
    if (arrive === null) made.far.close('refused');
    else this.#clock.after(0, arrive);
    return Object.assign(made.near, { peer: peer.id as DeviceId, descriptor: peer, spki: line.owner.tls });
  }
}

const pairOf = (one: string, other: string): string => [one, other].sort().join(' ');

/** Both ends of a link. */
class Line {
  readonly near: MemoryEnd;
  readonly far: MemoryEnd;
  readonly hosts: readonly [string, string];
  constructor(
    clock: Clock,
    weather: Weather,
    secret: string,
    hosts: readonly [string, string],
    addresses: readonly [string, string],
  ) {
    this.hosts = hosts;
    this.near = new MemoryEnd(clock, weather, secret, addresses[0], true);
    this.far = new MemoryEnd(clock, weather, secret, addresses[1], false);
    this.near.other = this.far;
    this.far.other = this.near;
  }
  cut(reason: string): void {
    this.near.drop(reason);
    this.far.drop(reason);
  }
}

const HIGH_WATER = 1024 * 1024;

class MemoryEnd implements ByteLink {
  readonly address: string;
  readonly dialled: boolean;
  other: MemoryEnd | null = null;
  bytesIn = 0;
  bytesOut = 0;
  readonly #clock: Clock;
  readonly #weather: Weather;
  readonly #secret: string;
  readonly #drained = new Signal<void>();
  readonly #closed = new Signal<string>();
  readonly #arrived: (Uint8Array | 'end')[] = [];
  #receive: ((chunk: Uint8Array, lent: boolean) => void) | null = null;
  #paused: boolean = false;
  #reason: string | null = null;
  #due = 0;
  #queued = 0;
  #full: boolean = false;

  constructor(clock: Clock, weather: Weather, secret: string, address: string, dialled: boolean) {
    this.#clock = clock;
    this.#weather = weather;
    this.#secret = secret;
    this.address = address;
    this.dialled = dialled;
  }

  send(frame: Uint8Array | readonly Uint8Array[], sent?: () => void): boolean {
    if (this.#reason !== null) return false;
    // A copy: what the sender does with its buffer afterwards must not show at the other end.
    const chunk = new Uint8Array(frame instanceof Uint8Array ? frame : Buffer.concat(frame));
    sent?.();
    this.bytesOut += chunk.length;
    this.#queued += chunk.length;
    this.#carry(chunk);
    this.#full = this.#queued >= HIGH_WATER;
    return !this.#full;
  }

  /** In order: nothing overtakes what was sent before. */
  #carry(item: Uint8Array | 'end'): void {
    this.#due = Math.max(this.#due, this.#clock.now() + this.#weather.latency());
    this.#clock.after(this.#due - this.#clock.now(), () => this.other?.arrive(item));
  }
  arrive(item: Uint8Array | 'end'): void {
    this.#arrived.push(item);
    this.#deliver();
  }
  #deliver(): void {
    while (this.#arrived.length > 0 && this.#receive !== null && !this.#paused && this.#reason === null) {
      const item = this.#arrived.shift() as Uint8Array | 'end';
      if (item === 'end') this.drop('closed-by-peer');
      else {
        this.bytesIn += item.length;
        this.other?.taken(item.length);
        this.#receive(item, true);
        // What was lent is something else afterwards.
        item.fill(0xa5);
      }
    }
  }
  taken(length: number): void {
    this.#queued -= length;
    if (!this.#full || this.#queued > 0) return;
    this.#full = false;
    this.#clock.after(0, () => this.#drained.tell());
  }

  onFrames(receive: (chunk: Uint8Array, lent: boolean) => void): void {
    this.#receive = receive;
    this.#clock.after(0, () => this.#deliver());
  }
  pause(): void {
    this.#paused = true;
  }
  resume(): void {
    this.#paused = false;
    this.#clock.after(0, () => this.#deliver());
  }
  onDrain(listener: () => void): () => void {
    return this.#drained.on(listener);
  }
  onClose(listener: (reason: string) => void): () => void {
    const reason = this.#reason;
    if (reason === null) return this.#closed.on(listener);
    queueMicrotask(() => listener(reason));
    return () => {};
  }
  close(reason: string): void {
    if (this.#reason !== null) return;
    this.#carry('end');
    this.drop(reason);
  }
  drop(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#closed.tell(reason);
  }
  get isClosed(): boolean {
    return this.#reason !== null;
  }
  /** Its process is no more: nothing is sent, received or told. */
  fallSilent(): void {
    this.#reason ??= 'dead';
    this.#receive = null;
  }
  exporter(label: string, length: number): Uint8Array {
    return exported(this.#secret, label, length);
  }
}
