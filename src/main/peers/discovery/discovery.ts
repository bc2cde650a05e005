import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CollectionId, DeviceId } from '../../record/ids.ts';
import { formatHostPort, plainHost } from '../links/host-port.ts';
import {
  type Beacon,
  makeBeacon,
  NONCE_BYTES,
  type Presence,
  recognise,
  type SecretsOf,
  TAGS_LIMIT,
  type Waiting,
} from './discovery-beacon.ts';

/** A way to say a beacon aloud on the networks this machine is in, and to hear those of others. */
export interface BeaconChannel {
  /** Opens what it can; a network that lets nothing through is no failure. `heard` gets the sender's host. */
  start(heard: (beacon: Beacon, host: string) => void): Promise<void>;
  say(beacon: Beacon): void;
  /** The networks became others: rebuilds what is bound to one. */
  networksChanged(): void;
  stop(): Promise<void>;
}

export interface DiscoveryHost {
  readonly self: DeviceId;
  readonly clock: Clock;
  readonly random: Random;
  readonly channels: readonly BeaconChannel[];
  /** Where this device listens. */
  port(): number;
  collections(): readonly CollectionId[];
  /** The other members of each collection. */
  known(): readonly Presence[];
  readonly secretsOf: SecretsOf;
  /** A string that changes whenever the machine's networks do. */
  networks(): string;
  suggest(device: DeviceId, addresses: readonly string[]): void;
  /** While a person waits here for another device nearby; null: nobody does. */
  waiting(): Waiting | null;
  /** Whether somebody waits at this address (host:port). */
  heard(waiting: Waiting | null, address: string): void;
  /** The networks are others, or the machine slept: connections may be dead, and nobody needs to wait to try again. */
  onNetworkChange(): void;
}

const INTERVAL_MS = 30_000;
/** While somebody waits for a device nearby. */
const WAITING_MS = 3000;
/** Three beacons soon after a start, for those that wait, and a look at the networks every five seconds. */
const QUICK_MS = [0, 1000, 3000];
const LOOK_MS = 5000;
/** A look that comes so much too late finds a machine that slept, or whose clock was set. */
const SLEPT_MS = 30_000;
const JITTER = 0.1;
/** Beacons of one host looked at in ten seconds: recognising one costs some hundred digests. */
const HEARD_LIMIT = 20;
const HEARD_WINDOW_MS = 10_000;
const HOSTS_LIMIT = 1024;

/**
 * Finds members in the local network. It names no device aloud and believes nothing it hears: a beacon only suggests an address, and TLS
 * decides who is there.
 */
export class Discovery {
  readonly #host: DiscoveryHost;
  readonly #heard = new Map<string, number>();
  #networks = '';
  #turn = 0;
  #cancel: (() => void)[] = [];
  #running: boolean = false;

  constructor(host: DiscoveryHost) {
    this.#host = host;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#networks = this.#host.networks();
    await Promise.all(this.#host.channels.map((channel) => channel.start((beacon, from) => this.#hear(beacon, from))));
    this.#announceSoon();
    this.#look();
    this.#forget();
  }

  /** Says anew who is here, as after a change of collections. */
  announce(): void {
    if (this.#running) this.#announceSoon();
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of this.#cancel.splice(0)) cancel();
    await Promise.all(this.#host.channels.map((channel) => channel.stop()));
  }

  #announceSoon(): void {
    for (const cancel of this.#cancel.splice(0)) cancel();
    for (const delay of QUICK_MS) this.#cancel.push(this.#host.clock.after(delay, () => this.#say()));
    this.#cancel.push(this.#host.clock.after(QUICK_MS.at(-1) as number, () => this.#repeat()));
    this.#look();
    this.#forget();
  }

  #repeat(): void {
    const factor = 1 + JITTER * ((this.#host.random.bytes(1)[0] as number) / 127.5 - 1);
    const interval = this.#host.waiting() === null ? INTERVAL_MS : WAITING_MS;
    this.#later(interval * factor, () => {
      this.#say();
      this.#repeat();
    });
  }

  #look(): void {
    const before = this.#host.clock.now();
    this.#later(LOOK_MS, () => {
      const now = this.#host.networks();
      const hasSlept = this.#host.clock.now() - before > LOOK_MS + SLEPT_MS;
      if (now === this.#networks && !hasSlept) {
        this.#look();
        return;
      }
      this.#networks = now;
      for (const channel of this.#host.channels) channel.networksChanged();
      this.#host.onNetworkChange();
      this.#announceSoon();
    });
  }
  #forget(): void {
    this.#later(HEARD_WINDOW_MS, () => {
      this.#heard.clear();
      this.#forget();
    });
  }
  /** Until `stop` or the next announcement. */
  #later(delay: number, call: () => void): void {
    const cancel = this.#host.clock.after(delay, () => {
      this.#cancel = this.#cancel.filter((each) => each !== cancel);
      if (this.#running) call();
    });
    this.#cancel.push(cancel);
  }

  #say(): void {
    const { clock, random, self, secretsOf } = this.#host;
    const all = this.#host.collections();
    if (all.length === 0) return;
    // Who has more collections than a beacon has tags names them by turns.
    const from = (this.#turn++ * TAGS_LIMIT) % (Math.ceil(all.length / TAGS_LIMIT) * TAGS_LIMIT);
    const some = all.slice(from, from + TAGS_LIMIT);
    const beacon = {
      ...makeBeacon(
        { port: this.#host.port(), self, collections: some, now: clock.now() },
        { nonce: random.bytes(NONCE_BYTES), noise: random.bytes(256) },
        secretsOf,
      ),
      waiting: this.#host.waiting(),
    };
    for (const channel of this.#host.channels) channel.say(beacon);
  }

  #hear(beacon: Beacon, from: string): void {
    if (!this.#running) return;
    const count = (this.#heard.get(from) ?? 0) + 1;
    if (count > HEARD_LIMIT || (count === 1 && this.#heard.size >= HOSTS_LIMIT)) return;
    this.#heard.set(from, count);
    const address = formatHostPort(plainHost(from), beacon.port);
    this.#host.heard(beacon.waiting, address);
    const { clock, secretsOf } = this.#host;
    for (const device of recognise(beacon, this.#host.known(), clock.now(), secretsOf)) {
      if (device !== this.#host.self) this.#host.suggest(device, [address]);
    }
  }
}
