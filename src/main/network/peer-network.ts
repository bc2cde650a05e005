import type { GreetedLink } from '../peers/connect/hello.ts';
import { LinkManager } from '../peers/connect/link-manager.ts';
import { Discovery } from '../peers/discovery/discovery.ts';
import { waitingAs } from '../peers/discovery/discovery-beacon.ts';
import { isRelayed } from '../peers/links/peer-link.ts';
import { whyOut } from '../peers/membership/why-out.ts';
import { PeerSession } from '../peers/session/peer-session.ts';
import { RateLimit } from '../peers/session/rate-limit.ts';
import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import { Admissions } from './admissions.ts';
import { askForContents } from './ask-for-contents.ts';
import { ContentsMayCome } from './contents-may-come.ts';
import { Exchanges } from './exchanges.ts';
import { Farewells } from './farewells.ts';
import { HeardWaiting } from './heard-waiting.ts';
import { NearbyJoins } from './nearby-joins.ts';
import type { NetworkHost } from './network-host.ts';
import { Relays } from './relays.ts';
import { TellNewMembers } from './tell-new-members.ts';
import { ToldAtRelay } from './told-at-relay.ts';
import { WhoLinks } from './who-links.ts';

/** At the end of the program what is about to be put up may take so long: all of it has to be over within five seconds. */
const FINISH_MS = 1500;

/** Who hears that it was removed may know better, and has so long to say so. */
const ANSWERS_WITHIN_MS = 5000;

/** The engine's peers: who is linked, and what is shared with whom. */
export class PeerNetwork {
  readonly #engine: NetworkHost;
  readonly #sessions = new Map<DeviceId, PeerSession>();
  readonly #up: RateLimit;
  readonly #down: RateLimit;
  /** Who is let in, here and elsewhere. */
  readonly admissions: Admissions;
  /** Joining without a link. */
  readonly nearby: NearbyJoins;
  readonly relays: Relays;
  /** What goes through relays for members that are away. */
  readonly exchanges: Exchanges;
  readonly contents: ContentsMayCome;
  readonly #farewells: Farewells;
  readonly #toldAtRelay: ToldAtRelay;
  readonly #newMembers: TellNewMembers;
  readonly #who: WhoLinks;
  readonly #links: LinkManager;
  readonly #discovery: Discovery | null;
  #listenAddress = '';
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(engine: NetworkHost) {
    this.#engine = engine;
    this.#who = new WhoLinks(engine);
    this.#newMembers = new TellNewMembers(engine);
    this.#up = new RateLimit(() => engine.limit('up'));
    this.#down = new RateLimit(() => engine.limit('down'));
    this.admissions = this.#newAdmissions();
    const waiting = new HeardWaiting(engine.world.clock, () => engine.changed());
    this.nearby = new NearbyJoins({
      waiting: () => waiting.all().filter(({ id }) => id !== this.admissions.nearbyWindow?.id),
    });
    this.#links = this.#newLinks();
    this.relays = this.#newRelays();
    this.exchanges = this.#newExchanges();
    this.contents = new ContentsMayCome(engine, engine.world.clock, this.#sessions);
    this.#farewells = this.#newFarewells();
    this.#toldAtRelay = this.#newToldAtRelay();
    this.#discovery = engine.world.beacons.length === 0 ? null : this.#newDiscovery(waiting);
  }

  #newAdmissions(): Admissions {
    return new Admissions(this.#engine, {
      ownAddresses: () => this.#links.ownAddresses(),
      remember: (device, addresses) => this.#remember(device, addresses),
      relays: () => this.relays,
      nearbyChanged: () => this.#discovery?.announce(),
    });
  }

  #newLinks(): LinkManager {
    const { identity, transport, clock, random } = this.#engine.world;
    return new LinkManager({
      relayed: {
        reaches: (device) => this.relays.reaches(device),
        dial: (to, signal) => this.relays.dial(to, signal),
      },
      identity,
      transport,
      clock,
      random,
      app: 'lockstep',
      members: () => this.#who.wanted(),
      former: () => this.#who.former(),
      pairingOpen: () => this.admissions.isOpen,
      onStranger: (link, onProven) => this.admissions.accept(link, onProven),
      onLinked: (greeted) => this.#linked(greeted),
      onUnlinked: (device) => this.#unlinked(device),
    });
  }

  #newRelays(): Relays {
    const { world, replicas, left } = this.#engine;
    return new Relays({
      world,
      replicas,
      left,
      links: this.#links,
      onStranger: (link) => this.admissions.accept(link),
      changed: () => this.#engine.changed(),
      log: (line) => world.log(line),
    });
  }

  #newExchanges(): Exchanges {
    const { world, replicas } = this.#engine;
    return new Exchanges({
      clock: world.clock,
      random: world.random,
      up: this.#up,
      down: this.#down,
      relays: this.relays,
      replicas,
      isLinked: (id, device) => this.#sessions.get(device)?.isOpen(id) === true,
      mayExchange: () => this.#engine.mayExchange(),
      contentsMayBeThere: (id) => this.contents.tryAgain(id),
      changed: () => this.#engine.changed(),
      failed: (error) => world.failed(error, ''),
      log: (line) => world.log(line),
    });
  }

  #newFarewells(): Farewells {
    const { world, replicas, registry } = this.#engine;
    return new Farewells({
      clock: world.clock,
      random: world.random,
      up: this.#up,
      relays: world.relays,
      replicas,
      registry,
      log: (line) => world.log(line),
    });
  }

  #newToldAtRelay(): ToldAtRelay {
    const { world, left } = this.#engine;
    return new ToldAtRelay({
      clock: world.clock,
      random: world.random,
      up: this.#up,
      relays: this.relays,
      left,
      log: (line) => world.log(line),
    });
  }

  #newDiscovery(heard: HeardWaiting): Discovery {
    const { identity, clock, random, beacons, networks } = this.#engine.world;
    return new Discovery({
      self: identity.id,
      clock,
      random,
      channels: beacons,
      port: () => Number(this.#listenAddress.slice(this.#listenAddress.lastIndexOf(':') + 1)),
      collections: () => [...this.#engine.replicas.keys()],
      known: () =>
        [...this.#engine.replicas.values()].flatMap((replica) =>
          replica.membership.others().map((member) => ({ collection: replica.id, device: member.device })),
        ),
      secretsOf: (id) => this.#engine.replicas.get(id)?.membership.discoverySecrets(clock.now()) ?? [],
      networks,
      suggest: (device, addresses) => this.#links.suggest(device, addresses),
      waiting: () => {
        const { nearbyWindow, isNearbyOpen } = this.admissions;
        return isNearbyOpen && nearbyWindow !== null ? waitingAs(nearbyWindow.id, this.#engine.name) : null;
      },
      heard: (waiting, address) => heard.heard(waiting, address),
      onNetworkChange: () => {
        this.relays.networkChanged();
        this.#links.networkChanged();
      },
    });
  }

  /** HOST:PORT where peers reach this device; '' before the start. */
  get listenAddress(): string {
    return this.#listenAddress;
  }
  /** host:port at which devices of the same network find this one. */
  ownAddresses(): readonly string[] {
    return this.#links.ownAddresses();
  }
  async start(listen: { host: string; port: number; orNext: boolean }): Promise<string> {
    this.#listenAddress = await this.#links.start(listen);
    this.#suggestRemembered();
    this.#farewells.refresh();
    this.exchanges.refresh();
    this.relays.refresh();
    this.#toldAtRelay.refresh();
    await this.#discovery?.start();
    return this.#listenAddress;
  }
  async stop(): Promise<void> {
    this.admissions.stop();
    this.nearby.giveUp();
    await this.#discovery?.stop();
    await this.exchanges.finish(FINISH_MS);
    this.exchanges.stop();
    this.#farewells.stop();
    this.#toldAtRelay.stop();
    await this.#links.stop();
    this.contents.stop();
    this.relays.stop();
  }

  get bytes(): { readonly bytesIn: number; readonly bytesOut: number } {
    let { bytesIn, bytesOut } = this.relays.bytes;
    bytesIn += this.#bytesIn;
    bytesOut += this.#bytesOut;
    for (const { link } of this.#sessions.values()) {
      bytesIn += link.bytesIn;
      bytesOut += link.bytesOut;
    }
    return { bytesIn, bytesOut };
  }

  session(device: DeviceId): PeerSession | null {
    return this.#sessions.get(device) ?? null;
  }
  /** Devices linked now that share this collection. */
  linkedTo(id: CollectionId): readonly PeerSession[] {
    return [...this.#sessions.values()].filter((session) => session.isOpen(id));
  }
  /** Looks for peers at once, without waiting for the next try. */
  dialNow(): void {
    this.#links.dialNow();
  }
  /** Somebody told where a device may be found; remembered over a restart. */
  suggest(device: DeviceId, addresses: readonly string[]): void {
    this.#links.suggest(device, addresses);
    this.#remember(device, addresses);
  }
  #remember(device: DeviceId, addresses: readonly string[]): void {
    const known = [...new Set([...this.#links.addresses(device), ...addresses])].slice(0, 16);
    if (known.length > 0 && this.#engine.registry.setAddresses(device, known)) this.#engine.savePlaces();
  }

  /** Asks linked peers, one after the other, then looks at the relay; those that send nothing just now come last. */
  ask(id: CollectionId, asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    const linked = Map.groupBy(this.linkedTo(id), ({ isSilent }) => isSilent);
    const places = [...(linked.get(false) ?? []), this.exchanges, ...(linked.get(true) ?? [])];
    return askForContents(
      places.map((place) => ({ fetch: (open) => place.fetch(id, open) })),
      asked,
    );
  }
  /** Devices that are linked, share the collection, and send nothing of the contents they were asked for. */
  silentIn(id: CollectionId): readonly DeviceId[] {
    return this.linkedTo(id).flatMap(({ peer, isSilent }) => (isSilent ? [peer] : []));
  }

  packagesWritten(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.packagesWritten(id);
    this.exchanges.changedHere(id);
  }
  compareAgain(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.compareAgain(id);
  }
  applied(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.acknowledge(id);
    this.exchanges.changedHere(id);
  }
  /** What is told beside acknowledgements may be another thing than it was. */
  standingChanged(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.tellStanding(id);
    // At the relay too; and what members wait for there may be here now.
    this.exchanges.changedHere(id);
  }
  membershipChanged(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.membershipChanged(id);
    this.#links.membersChanged();
    this.#farewells.refresh();
    this.relays.refresh();
    this.exchanges.changedHere(id);
    this.#suggestRemembered();
    const replica = this.#engine.replicas.get(id);
    if (replica !== undefined) {
      this.#newMembers.look(replica);
      this.admissions.membershipChanged(replica);
    }
    if (replica?.membership.current !== null && replica?.membership.isMember() === false)
      this.#engine.events.notice(`removed-${id}`, {
        about: 'removed',
        ...whyOut(replica.membership, replica.collection.stored.name),
      });
    else this.#engine.events.forget(`removed-${id}`);
    this.#engine.changed();
  }

  collectionsChanged(): void {
    for (const replica of this.#engine.replicas.values()) this.#newMembers.look(replica);
    this.#links.membersChanged();
    this.#farewells.refresh();
    this.exchanges.refresh();
    this.relays.refresh();
    this.#toldAtRelay.refresh();
    this.#suggestRemembered();
    for (const session of this.#sessions.values()) session.announce();
  }

  /** A collection is another one for the peers than it was: what the two had opened is opened anew. */
  collectionReplaced(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.shut(id);
    this.collectionsChanged();
  }

  /** Where members were found, as far as it is remembered. */
  rememberedAddresses(): readonly { readonly device: DeviceId; readonly addresses: readonly string[] }[] {
    return [...this.#who.wanted().keys()].flatMap((device) => {
      const addresses = this.#engine.registry.addresses(device);
      return addresses.length === 0 ? [] : [{ device, addresses }];
    });
  }

  #suggestRemembered(): void {
    for (const device of this.#who.wanted().keys()) {
      const addresses = this.#engine.registry.addresses(device);
      if (addresses.length > 0) this.#links.suggest(device, addresses);
    }
  }

  #linked(greeted: GreetedLink): void {
    const { link } = greeted.stream;
    const session = new PeerSession(greeted, this.#engine.world.clock, {
      collections: () => this.#who.collections(),
      ownAddresses: () => this.#links.ownAddresses(),
      addresses: (addresses) => this.suggest(link.peer, addresses),
      up: this.#up,
      down: this.#down,
      mayExchange: () => this.#engine.mayExchange(),
      changed: () => {
        this.contents.sharedWith(link.peer);
        this.exchanges.linksChanged();
        this.#standingsChanged(link.peer);
        this.#engine.changed();
      },
      contentsMove: () => {
        this.contents.move(link.peer);
        this.#engine.changed();
      },
      contentsBack: (id) => this.contents.areBack(id),
      removed: () => {
        if (!this.#who.members().has(link.peer)) session.close('removed');
      },
      toldRemoved: (id) => {
        const isNew = this.#who.toldRemoved(id, link.peer);
        this.#engine.world.clock.after(ANSWERS_WITHIN_MS, () => {
          if (isNew) this.#links.membersChanged();
          if (!this.#who.wanted().has(link.peer)) session.close('removed');
        });
      },
    });
    this.#sessions.set(link.peer, session);
    this.#remember(link.peer, link.dialled && !isRelayed(link) ? [link.address] : []);
    this.#engine.registry.setSetting(`seen.${link.peer}`, String(this.#engine.world.clock.now()));
    this.#engine.changed();
  }

  /** Others are told how far a device is. Of two members neither has anything to tell of others. */
  #standingsChanged(device: DeviceId): void {
    for (const replica of this.#engine.replicas.values()) {
      const { membership } = replica;
      if (membership.others().length > 1 && membership.member(device) !== null) this.standingChanged(replica.id);
    }
  }

  #unlinked(device: DeviceId): void {
    const session = this.#sessions.get(device);
    if (session === undefined) return;
    this.#bytesIn += session.link.bytesIn;
    this.#bytesOut += session.link.bytesOut;
    this.#sessions.delete(device);
    this.contents.unlinked(device);
    for (const replica of this.#engine.replicas.values()) replica.memberPositions.forget(device);
    this.exchanges.linksChanged();
    this.#standingsChanged(device);
    this.#engine.registry.setSetting(`seen.${device}`, String(this.#engine.world.clock.now()));
    this.#engine.changed();
  }
}
