import { backoff, longestWait } from '../../platform/backoff.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { DeviceId } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import { parseHostPort } from '../links/host-port.ts';
import { ownAddresses } from '../links/own-addresses.ts';
import { isRelayed, type Listener, type PeerLink, type StrangerLink, type Transport } from '../links/peer-link.ts';
import { DoorLimits } from './door-limits.ts';
import { type GreetedLink, type Greeting, greet } from './hello.ts';
import { type KnownDevice, KnownDevices } from './known-devices.ts';
import { LiveLink } from './live-link.ts';
import { firstOf } from './race-ways.ts';
import { mayRelay, type RelayedLinks, waysTo } from './ways-to-device.ts';

const PORTS_TRIED = 50;
export interface LinkManagerHost {
  readonly identity: { readonly descriptor: Descriptor };
  readonly transport: Transport;
  readonly relayed: RelayedLinks;
  readonly clock: Clock;
  readonly random: Random;
  readonly app: string;
  /** Devices links are wanted to, by id; itself may be among them. */
  members(): ReadonlyMap<DeviceId, Descriptor>;
  /** Devices that may link, though no link to them is wanted: they have to hear that they were removed, or may know that this one was not. */
  former(): Iterable<Descriptor>;
  /** Are strangers let in at the moment? */
  pairingOpen(): boolean;
  /** `onProven`: to be called once it has shown that somebody invited it. Its connection counts no more then, as that of a device that links. */
  onStranger(link: StrangerLink, onProven: () => void): void;
  /** A device is linked. Its `stream` waits for a receiver. */
  onLinked(link: GreetedLink): void;
  /** The link that `onLinked` told is no more. */
  onUnlinked(device: DeviceId, reason: string): void;
}

/**
 * Keeps one link to each device that is expected and reachable: listens, dials with growing pauses, settles which of two links stays,
 * watches that links live, and turns away who asks too much. It knows no collections and no records.
 */
export class LinkManager {
  readonly #host: LinkManagerHost;
  readonly #greeting: Greeting;
  readonly #limits: DoorLimits;
  readonly #devices: KnownDevices;
  #listener: Listener | null = null;
  #stopped: boolean = false;

  constructor(host: LinkManagerHost) {
    this.#host = host;
    this.#limits = new DoorLimits(host.clock);
    const { identity, app, random } = host;
    this.#greeting = { descriptor: identity.descriptor.bytes, app, caps: [], run: random.bytes(32) };
    this.#devices = new KnownDevices(identity.descriptor.id);
  }

  /**
   * Listens and begins to dial; gives the address it listens at. `orNext`: the next free port is taken where this one is in use.
   * Fails as `Transport.listen`.
   */
  async start(at: { readonly host: string; readonly port: number; readonly orNext: boolean }): Promise<string> {
    this.#listener = await this.#listen(at.host, at.port, at.orNext ? PORTS_TRIED : 0);
    this.membersChanged();
    return this.#listener.address;
  }

  async #listen(host: string, port: number, others: number): Promise<Listener> {
    const { transport } = this.#host;
    try {
      return await transport.listen(
        { host, port },
        {
          admit: (from) => !this.#stopped && this.#limits.admit(from),
          known: (spki) => this.#devices.byTlsKey(spki),
          pairingOpen: () => this.#host.pairingOpen(),
          onLink: (link) => void this.#welcome(link, hostOf(link.address)),
          onStranger: (link) => this.#meet(link),
        },
      );
    } catch (error) {
      const taken = error instanceof LockstepError && error.code === 'address-in-use';
      if (!taken || port === 0 || others === 0) throw error;
      return this.#listen(host, port + 1, others - 1);
    }
  }

  /** Where this device can be reached, as host:port; nothing before `start`. */
  ownAddresses(): readonly string[] {
    const listener = this.#listener;
    const place = listener === null ? null : parseHostPort(listener.address);
    return place === null ? [] : ownAddresses(place.host, place.port);
  }

  /** Asks anew which devices links are wanted to; links to others are closed. */
  membersChanged(): void {
    for (const gone of this.#devices.replace(this.#host.members().values(), this.#host.former())) {
      this.#giveUp(gone);
      gone.live?.greeted.stream.close('removed');
    }
    for (const device of this.#devices.all()) if (!device.planned) this.#plan(device, 0);
  }

  /**
   * Addresses at which a device may be, host:port. It is tried at once; whether it is there, TLS decides. What is told of a device
   * that is no member yet is remembered for the case that it becomes one.
   */
  suggest(id: DeviceId, addresses: readonly string[]): void {
    const fresh = addresses.filter(
      (address) => parseHostPort(address) !== null && this.#devices.addAddress(id, address),
    );
    const device = this.#devices.get(id);
    if (device === null) return;
    if (fresh.length > 0) device.failures = 0;
    this.#plan(device, 0);
  }

  /** Addresses of a device, the best first: to be remembered over a restart. */
  addresses(id: DeviceId): readonly string[] {
    return this.#devices.get(id)?.addresses ?? [];
  }

  /** Whoever is not linked is dialled at once, without waiting for the next try. */
  dialNow(): void {
    for (const device of this.#devices.all()) {
      device.failures = 0;
      device.shortLived = 0;
      this.#plan(device, 0);
    }
  }

  /** The network is another one, or the machine woke: whoever is not linked is dialled now, and links prove that they live. */
  networkChanged(): void {
    for (const { live } of this.#devices.all()) live?.probe();
    this.dialNow();
  }

  /** A device came to a relay, or left it. */
  presenceChanged(id: DeviceId): void {
    const device = this.#devices.get(id);
    if (device === null || device.live !== null || !this.#host.relayed.reaches(id)) return;
    device.failures = 0;
    this.#plan(device, 0);
  }

  /** May this device, which asks for a link through a relay, prove that it is the one? Counted as a connection of a host is. */
  admitsRelayed(id: DeviceId): boolean {
    return !this.#stopped && this.#devices.get(id) !== null && this.#limits.admit(relayedFrom(id));
  }
  /** And it did. */
  welcomeRelayed(link: PeerLink): void {
    void this.#welcome(link, relayedFrom(link.peer));
  }

  linked(): readonly GreetedLink[] {
    return this.#devices.all().flatMap(({ live }) => (live === null ? [] : [live.greeted]));
  }

  /** Says good-bye to everyone. Nothing is linked or told after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const device of this.#devices.all()) {
      this.#giveUp(device);
      device.live?.greeted.stream.close('stopping');
    }
    await this.#listener?.close();
  }

  /** Dials after `delay`, or at once where an earlier plan was later. */
  #plan(device: KnownDevice, delay: number): void {
    if (this.#stopped || !device.isWanted || hasDirect(device) || device.dialling !== null) return;
    if (device.addresses.length === 0 && !mayRelay(device, this.#host.relayed)) return;
    device.cancelPlan();
    device.planned = true;
    device.cancelPlan = this.#host.clock.after(delay, () => void this.#dial(device));
  }

  async #dial(device: KnownDevice): Promise<void> {
    device.planned = false;
    if (hasDirect(device) || device.dialling !== null) return;
    const giveUp = new AbortController();
    device.dialling = giveUp;
    try {
      const link = await firstOf(waysTo(device, this.#host), giveUp.signal);
      const greeted = await this.#greet(link);
      if (!isRelayed(link)) this.#devices.preferAddress(device, link.address);
      this.#settle(greeted);
    } catch {
      // Unreachable, another device, no common version: whatever it is, it may be otherwise later.
      device.failures++;
    }
    device.dialling = null;
    if (this.#devices.get(device.descriptor.id) === device) this.#plan(device, this.#backoff(device.failures));
  }

  #backoff(failures: number): number {
    return backoff(failures, this.#host.random);
  }

  /** A link that a device asked for: `from` is what its attempts are counted by. */
  async #welcome(link: PeerLink, from: string): Promise<void> {
    if (this.#limits.banned(link.peer)) {
      link.close('banned');
      return;
    }
    try {
      const greeted = await this.#greet(link);
      this.#limits.greeted(from);
      this.#settle(greeted);
    } catch {
      // The link is closed, and the other end knows why.
    }
  }

  async #greet(link: PeerLink): Promise<GreetedLink> {
    try {
      const greeted = await greet(link, this.#greeting, this.#host.clock);
      greeted.stream.onFault(() => this.#limits.erred(link.peer));
      return greeted;
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'protocol-error') this.#limits.erred(link.peer);
      throw error;
    }
  }

  #meet(link: StrangerLink): void {
    const host = hostOf(link.address);
    if (this.#limits.banned(host)) link.close('banned');
    else this.#host.onStranger(link, () => this.#limits.greeted(host));
  }

  /** A link is agreed on: is it the one that stays? Both ends come to the same. */
  #settle(greeted: GreetedLink): void {
    const { link } = greeted.stream;
    const device = this.#devices.get(link.peer);
    if (device === null || this.#stopped) {
      greeted.stream.close(this.#stopped ? 'stopping' : 'removed');
      return;
    }
    const former = device.live;
    if (former !== null && !this.#replaces(greeted, former)) {
      greeted.stream.close('duplicate');
      // The peer would not dial if it knew the former link to live: let that prove itself.
      former.probe();
      return;
    }
    this.#unplan(device);
    const live = new LiveLink(greeted, this.#host.clock);
    device.live = live;
    if (former !== null) {
      this.#host.onUnlinked(link.peer, 'replaced');
      former.greeted.stream.close('replaced');
    }
    greeted.stream.onClose((reason) => this.#lost(device, live, reason));
    this.#host.onLinked(greeted);
    // Through a relay, direct addresses are still worth trying.
    if (isRelayed(link)) this.#plan(device, this.#backoff(device.failures));
  }

  #replaces(newer: GreetedLink, { greeted: former, isOld }: LiveLink): boolean {
    // The peer was started anew: what its former run had is gone, whether we saw it go or not.
    if (newer.run !== former.run) return true;
    // A direct link is better than one through a relay, whoever dialled which.
    if (isRelayed(former.stream.link) && !isRelayed(newer.stream.link)) return true;
    // It saw the former one go, and we did not: had it a link, it would not have dialled.
    if (isOld && !newer.stream.link.dialled) return true;
    if (isRelayed(newer.stream.link) && !isRelayed(former.stream.link)) return false;
    const smallerDialled = ({ stream: { link } }: GreetedLink): boolean =>
      link.dialled === this.#host.identity.descriptor.id < link.peer;
    return smallerDialled(newer) || !smallerDialled(former);
  }

  #lost(device: KnownDevice, live: LiveLink, reason: string): void {
    live.stop();
    if (device.live !== live) return;
    device.live = null;
    // How often it was dialled in vain before says nothing any more: it was there.
    if (live.wasGood) device.shortLived = 0;
    else if (!live.outlived(longestWait(device.shortLived))) device.shortLived++;
    device.failures = device.shortLived;
    this.#host.onUnlinked(live.greeted.stream.link.peer, reason);
    if (this.#devices.get(device.descriptor.id) === device) this.#plan(device, this.#backoff(device.failures));
  }

  #unplan(device: KnownDevice): void {
    device.cancelPlan();
    device.planned = false;
  }

  #giveUp(device: KnownDevice): void {
    this.#unplan(device);
    device.dialling?.abort();
  }
}

const hasDirect = ({ live }: KnownDevice): boolean => live !== null && !isRelayed(live.greeted.stream.link);
const relayedFrom = (id: DeviceId): string => `relay ${id}`;
function hostOf(address: string): string {
  return parseHostPort(address)?.host ?? address;
}
