import type { NoticeView, RequestView, Role } from '../../contract/contract.ts';
import type { GreetedLink } from '../peers/connect/hello.ts';
import { LinkManager } from '../peers/connect/link-manager.ts';
import { type BeaconChannel, Discovery } from '../peers/discovery/discovery.ts';
import type { Descriptor } from '../peers/identity/descriptor.ts';
import type { DeviceIdentity } from '../peers/identity/identity.ts';
import type { Transport } from '../peers/links/peer-link.ts';
import type { MembershipFile } from '../peers/membership/group-membership.ts';
import type { LeftCollection } from '../peers/membership/left-collection.ts';
import { parseInviteLink } from '../peers/pairing/invite-link.ts';
import { InviteDesk, type PairingRequest } from '../peers/pairing/pairing-inviter.ts';
import { type Joined, joinByInvite, type OfferShown } from '../peers/pairing/pairing-joiner.ts';
import { toHex } from '../peers/protocol/hex.ts';
import { PeerSession } from '../peers/session/peer-session.ts';
import { RateLimit } from '../peers/session/rate-limit.ts';
import type { ContentAsked } from '../peers/session/shared-collection.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RegistryStore } from '../store/registry-store.ts';
import { checkAdmin } from './manage-members.ts';

/** What the network needs of the device it links. */
export interface NetworkHost {
  readonly world: {
    readonly identity: DeviceIdentity;
    readonly clock: Clock;
    readonly random: Random;
    readonly transport: Transport;
    readonly beacons: readonly BeaconChannel[];
    networks(): string;
    membershipFile(group: CollectionId): MembershipFile;
  };
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  /** Collections this device left, of which nobody knows yet. */
  readonly left: { values(): Iterable<LeftCollection> };
  readonly schedules: ReadonlyMap<number, { constructSoon(): void }>;
  readonly registry: Pick<RegistryStore, 'addresses' | 'setAddresses' | 'setSetting'>;
  readonly events: {
    tell(name: 'requests', requests: readonly RequestView[]): void;
    notice(subject: string, notice: NoticeView): void;
  };
  changed(): void;
  /** Bytes a second to or from all peers; 0: no limit. */
  limit(direction: 'up' | 'down'): number;
  /** Is this a time at which devices exchange? */
  mayExchange(): boolean;
  /** Where members are found became something else. */
  savePlaces(): void;
}

/** The engine's peers: who is linked, what is shared with whom, who asks to be let in. */
export class PeerNetwork {
  readonly #engine: NetworkHost;
  readonly #sessions = new Map<DeviceId, PeerSession>();
  readonly #up: RateLimit;
  readonly #down: RateLimit;
  readonly #desk: InviteDesk;
  readonly #links: LinkManager;
  readonly #discovery: Discovery | null;
  readonly #joining = new Map<CollectionId, AbortController>();
  /** Rises with every collection that opens between this device and a peer. */
  epoch = 0;
  #listenAddress = '';
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(engine: NetworkHost) {
    this.#engine = engine;
    const { identity, clock, random, transport } = engine.world;
    this.#up = new RateLimit(() => engine.limit('up'));
    this.#down = new RateLimit(() => engine.limit('down'));
    this.#desk = new InviteDesk({
      identity,
      clock,
      random,
      addresses: () => this.#links.ownAddresses(),
      admit: async (collection, newcomer) => {
        const replica = this.#replica(collection);
        replica.membership.add(newcomer, clock.now());
        replica.membershipChanged();
        return replica.membership.operations();
      },
      onRequests: (requests) => {
        engine.events.tell('requests', requests.map(requestView));
        for (const request of requests)
          engine.events.notice(`request-${request.id}`, {
            about: 'request',
            title: `${request.name} wants to join ${request.terms.name}`,
            text: `Compare the code ${request.code} on both screens before you allow it.`,
          });
        engine.changed();
      },
    });
    this.#links = new LinkManager({
      identity,
      transport,
      clock,
      random,
      app: 'lockstep',
      members: () => this.#members(),
      former: () => this.#former(),
      pairingOpen: () => this.#desk.isOpen(),
      onStranger: (link) => this.#desk.accept(link),
      onLinked: (greeted) => this.#linked(greeted),
      onUnlinked: (device) => this.#unlinked(device),
    });
    this.#discovery = engine.world.beacons.length === 0 ? null : this.#newDiscovery();
  }

  #newDiscovery(): Discovery {
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
      networks,
      suggest: (device, addresses) => this.#links.suggest(device, addresses),
      onNetworkChange: () => this.#links.networkChanged(),
    });
  }

  /** HOST:PORT where peers reach this device; '' before the start. */
  get listenAddress(): string {
    return this.#listenAddress;
  }
  async start(listen: { host: string; port: number; orNext: boolean }): Promise<string> {
    this.#listenAddress = await this.#links.start(listen);
    this.#suggestRemembered();
    await this.#discovery?.start();
    return this.#listenAddress;
  }
  async stop(): Promise<void> {
    for (const joining of this.#joining.values()) joining.abort();
    this.#desk.withdraw(null);
    await this.#discovery?.stop();
    await this.#links.stop();
  }

  get bytes(): { readonly bytesIn: number; readonly bytesOut: number } {
    let [bytesIn, bytesOut] = [this.#bytesIn, this.#bytesOut];
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

  /** Asks linked peers, one after the other, until each content is found or nobody is left to ask. */
  async ask(
    id: CollectionId,
    asked: readonly ContentAsked[],
  ): Promise<readonly ({ bytes: Uint8Array; splice: boolean } | null)[]> {
    const found: ({ bytes: Uint8Array; splice: boolean } | null)[] = asked.map(() => null);
    for (const session of this.linkedTo(id)) {
      const open = found.flatMap((each, at) => (each === null ? [at] : []));
      if (open.length === 0) break;
      const answers = await session
        .fetch(
          id,
          open.map((at) => asked[at] as ContentAsked),
        )
        .catch(() => null);
      answers?.forEach((answer, each) => {
        found[open[each] as number] = answer;
      });
    }
    return found;
  }

  packagesWritten(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.packagesWritten(id);
  }
  compareAgain(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.compareAgain(id);
  }
  applied(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.acknowledge(id);
  }
  /** What is told beside acknowledgements may be another thing than it was. */
  standingChanged(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.tellStanding(id);
  }
  membershipChanged(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.membershipChanged(id);
    this.#links.membersChanged();
    this.#suggestRemembered();
    const replica = this.#engine.replicas.get(id);
    if (replica !== undefined) this.#tellNew(replica);
    if (replica !== undefined) this.#desk.revoke(id, replica.membership.current?.revokedInvites ?? []);
    if (replica?.membership.current !== null && replica?.membership.isMember() === false)
      this.#engine.events.notice(`removed-${id}`, {
        about: 'removed',
        title: `This device was removed from ${replica.collection.stored.name}`,
        text: 'What is in its folder stays as it is; nothing is exchanged any more.',
      });
    this.#engine.changed();
  }
  readonly #knownMembers = new Map<CollectionId, ReadonlySet<DeviceId>>();
  /** Whoever was let in, by whichever admin, is announced to everyone: nobody comes in unseen. */
  #tellNew(replica: Replica): void {
    const known = this.#knownMembers.get(replica.id);
    const others = replica.membership.others();
    this.#knownMembers.set(replica.id, new Set(others.map(({ device }) => device)));
    const { name: collection } = replica.collection.stored;
    for (const { device, name, addedBy } of known === undefined ? [] : others) {
      if (known?.has(device) === true || addedBy === this.#engine.deviceId) continue;
      const by = replica.membership.member(addedBy)?.name ?? 'a device that was removed since';
      this.#engine.events.notice(`joined-${replica.id}-${device}`, {
        about: 'joined',
        title: `${name} shares ${collection} now`,
        text: `It was let in by ${by}. If you do not know it, remove it on the Devices page.`,
      });
    }
  }

  collectionsChanged(): void {
    for (const replica of this.#engine.replicas.values()) this.#tellNew(replica);
    this.#links.membersChanged();
    this.#suggestRemembered();
    for (const session of this.#sessions.values()) session.announce();
  }

  /** A collection is another one for the peers than it was: what the two had opened is opened anew. */
  collectionReplaced(id: CollectionId): void {
    for (const session of this.#sessions.values()) session.shut(id);
    this.collectionsChanged();
  }

  invite(id: CollectionId, role: Role, approveFirst: boolean): string {
    const replica = this.#replica(id);
    checkAdmin(replica, this.#engine.deviceId, 'invite');
    return this.#desk.invite({
      collection: id,
      kind: replica.collection.kind,
      name: replica.collection.stored.name,
      role,
      history: true,
      approveFirst,
      records: replica.collection.records.live,
    });
  }
  /**
   * Invitations admit nobody any more: the one of a link, whichever device made it, or (null) all that were made here. Returns how many are
   * known to have been open.
   */
  revokeInvite(replica: Replica, link: string | null): number {
    checkAdmin(replica, this.#engine.deviceId, 'revoke invitations');
    if (link === null) return this.#desk.withdraw(replica.id);
    const { id, inviter } = parseInviteLink(link);
    if (inviter === this.#engine.deviceId) return this.#desk.revoke(replica.id, [toHex(id)]);
    if (replica.membership.member(inviter) === null)
      throw new LockstepError('not-its-invite', 'No member of this collection made that link.', replica.id);
    replica.membership.revokeInvite(id, this.#engine.world.clock.now());
    replica.membershipChanged();
    return 1;
  }

  requests(): readonly RequestView[] {
    return this.#desk.requests().map(requestView);
  }
  answer(request: string, approve: boolean): Promise<void> {
    return this.#desk.answer(request, approve);
  }

  /** Redeems a link. `shown`: told as soon as the code is known; the promise resolves once the inviter's person approved. */
  async join(link: string, shown: (offer: OfferShown) => Promise<boolean>): Promise<Joined> {
    const { identity, clock, random, transport } = this.#engine.world;
    const abort = new AbortController();
    const invite = parseInviteLink(link);
    let collection: CollectionId | null = null;
    const joined = await joinByInvite(
      invite,
      {
        identity,
        clock,
        random,
        name: this.#engine.name,
        dialStranger: (address, signal) => transport.dialStranger(address, signal),
        show: async (offer) => {
          collection = offer.collection;
          this.#joining.set(offer.collection, abort);
          return shown(offer);
        },
      },
      abort.signal,
    ).finally(() => {
      if (collection !== null) this.#joining.delete(collection);
    });
    const file = this.#engine.world.membershipFile(joined.collection);
    file.save(joined.ops.map((op) => op.bytes));
    this.#remember(joined.inviter.id, joined.addresses);
    return joined;
  }

  #members(): ReadonlyMap<DeviceId, Descriptor> {
    const members = new Map<DeviceId, Descriptor>();
    for (const replica of this.#engine.replicas.values())
      if (replica.membership.isMember())
        for (const member of replica.membership.others()) members.set(member.device, member.descriptor);
    for (const left of this.#engine.left.values())
      for (const member of left.others()) members.set(member.device, member.descriptor);
    return members;
  }

  #former(): readonly Descriptor[] {
    return [...this.#engine.replicas.values()].flatMap(({ membership }) =>
      [...membership.former().values()].map(({ descriptor }) => descriptor),
    );
  }

  /** Where members were found, as far as it is remembered. */
  rememberedAddresses(): readonly { readonly device: DeviceId; readonly addresses: readonly string[] }[] {
    return [...this.#members().keys()].flatMap((device) => {
      const addresses = this.#engine.registry.addresses(device);
      return addresses.length === 0 ? [] : [{ device, addresses }];
    });
  }

  #suggestRemembered(): void {
    for (const device of this.#members().keys()) {
      const addresses = this.#engine.registry.addresses(device);
      if (addresses.length > 0) this.#links.suggest(device, addresses);
    }
  }

  #linked(greeted: GreetedLink): void {
    const { link } = greeted.stream;
    const session = new PeerSession(greeted, this.#engine.world.clock, {
      collections: () => [...this.#engine.replicas.values(), ...this.#engine.left.values()],
      ownAddresses: () => this.#links.ownAddresses(),
      addresses: (addresses) => this.suggest(link.peer, addresses),
      up: this.#up,
      down: this.#down,
      mayExchange: () => this.#engine.mayExchange(),
      changed: () => {
        this.#retryWaiting(link.peer);
        this.#standingsChanged(link.peer);
        this.#engine.changed();
      },
      toldRemoved: () => {
        if (!this.#members().has(link.peer)) session.close('removed');
      },
    });
    this.#sessions.set(link.peer, session);
    this.#remember(link.peer, link.dialled ? [link.address] : []);
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

  readonly #retried = new Set<string>();
  /** What waited for content is tried again once a peer shares the collection anew. */
  #retryWaiting(device: DeviceId): void {
    const session = this.#sessions.get(device);
    for (const replica of this.#engine.replicas.values()) {
      const key = `${device}/${replica.id}`;
      if (session?.isOpen(replica.id) !== true || this.#retried.has(key)) continue;
      this.#retried.add(key);
      this.contentsMayBeThere(replica.id);
    }
  }
  /** What waits for content is tried again: somebody may have it now. */
  contentsMayBeThere(id: CollectionId): void {
    this.epoch++;
    for (const [row, { construction }] of this.#engine.replicas.get(id)?.synchronizers ?? []) {
      if (construction.waiting === 0) continue;
      construction.retryWaiting();
      this.#engine.schedules.get(row)?.constructSoon();
    }
  }

  #unlinked(device: DeviceId): void {
    const session = this.#sessions.get(device);
    if (session === undefined) return;
    this.#bytesIn += session.link.bytesIn;
    this.#bytesOut += session.link.bytesOut;
    this.#sessions.delete(device);
    for (const replica of this.#engine.replicas.values()) {
      this.#retried.delete(`${device}/${replica.id}`);
      replica.memberPositions.forget(device);
    }
    this.#standingsChanged(device);
    this.#engine.registry.setSetting(`seen.${device}`, String(this.#engine.world.clock.now()));
    this.#engine.changed();
  }

  #replica(id: CollectionId): Replica {
    const replica = this.#engine.replicas.get(id);
    if (replica === undefined) throw new LockstepError('no-such-collection', `There is no collection ${id} here.`, id);
    return replica;
  }
}

function requestView(request: PairingRequest): RequestView {
  const { terms } = request;
  return {
    request: request.id,
    device: request.device,
    name: request.name,
    collection: terms.collection,
    collectionName: terms.name,
    role: terms.role === 'relay' ? 'reader' : terms.role,
    records: terms.records,
    code: request.code,
    at: new Date(request.at).toISOString(),
  };
}
