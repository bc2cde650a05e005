import type { RelayedLinks } from '../peers/connect/ways-to-device.ts';
import type { Descriptor } from '../peers/identity/descriptor.ts';
import type { PeerLink, StrangerLink, Transport } from '../peers/links/peer-link.ts';
import type { LeftCollection } from '../peers/membership/left-collection.ts';
import type { RelayConnector, RelaySession, RelayState } from '../peers/relay/relay-session.ts';
import { openWord } from '../peers/sealed/sealed-word.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId, MemberKey } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { OpenRelay, type RelayListener } from './open-relay.ts';
import { leftGroup, type RelayedGroup, relayedGroup } from './relayed-groups.ts';

export interface RelaysHost {
  readonly world: { readonly relays: RelayConnector | null; readonly transport: Transport };
  readonly replicas: ReadonlyMap<CollectionId, Pick<Replica, 'membership' | 'receiveMembership'>>;
  readonly left: { values(): Iterable<LeftCollection> };
  readonly links: {
    presenceChanged(device: DeviceId): void;
    admitsRelayed(device: DeviceId): boolean;
    welcomeRelayed(link: PeerLink): void;
  };
  /** Somebody came with an invitation. */
  onStranger(link: StrangerLink): void;
  /** A relay can be reached now, or cannot any more. */
  changed(): void;
  log(line: string): void;
}

/** The relays of this device's collections, one session each, however many collections use it. */
export class Relays implements RelayedLinks {
  readonly #host: RelaysHost;
  readonly #open = new Map<string, OpenRelay>();
  /** URLs in membership logs that are none. */
  readonly #bad = new Map<string, LockstepError>();
  readonly #urls = new Map<CollectionId, string>();
  readonly #listeners = new Map<CollectionId, RelayListener>();
  /** Where the mailbox of an invitation is. */
  readonly #mailboxes = new Map<string, RelaySession>();
  #isStopped: boolean = false;
  #formerBytes = { bytesIn: 0, bytesOut: 0 };

  constructor(host: RelaysHost) {
    this.#host = host;
  }

  /** Memberships, or the collections that are here, are others than they were. */
  refresh(): void {
    const { relays } = this.#host.world;
    if (relays === null || this.#isStopped) return;
    const groups = this.#groups();
    this.#urls.clear();
    for (const { group, relay } of groups) this.#urls.set(group, relay);
    const used = new Set(this.#urls.values());
    for (const [url, relay] of this.#open) {
      if (used.has(url)) continue;
      this.#open.delete(url);
      this.#shut(relay);
    }
    for (const url of used) this.#relay(relays, url)?.setGroups(groups.filter(({ relay }) => relay === url));
  }

  #groups(): readonly RelayedGroup[] {
    const here = [...this.#host.replicas.values()].map(({ membership }) => relayedGroup(membership));
    const gone = [...this.#host.left.values()].map(leftGroup);
    return [...here, ...gone].filter((group) => group !== null);
  }

  #relay(connector: RelayConnector, url: string): OpenRelay | null {
    const known = this.#open.get(url);
    if (known !== undefined) return known;
    if (this.#bad.has(url)) return null;
    const { world, links, onStranger, changed } = this.#host;
    try {
      const opened = new OpenRelay(connector, url, {
        carried: world.transport.carried,
        listenerOf: (group) => this.#listeners.get(group) ?? null,
        presenceChanged: (device) => links.presenceChanged(device),
        admits: (device) => links.admitsRelayed(device),
        onLink: (link) => links.welcomeRelayed(link),
        onStranger,
        onState: changed,
        onWord: (group, word) => this.#word(group, word),
      });
      this.#open.set(url, opened);
      return opened;
    } catch (error) {
      // Another member wrote it; it is shown, and everything else goes on without.
      if (!(error instanceof LockstepError)) throw error;
      this.#bad.set(url, error);
      return null;
    }
  }

  /** What the relay keeps for who was removed: it counts by the signatures in it, as on a link. */
  #word(id: CollectionId, word: Uint8Array): void {
    const replica = this.#host.replicas.get(id);
    const secret = replica?.membership.membersSecret() ?? null;
    if (replica === undefined || secret === null) return;
    try {
      replica.receiveMembership(openWord({ group: id, secret }, word));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#host.log(`relay: what was left for this device in ${id} cannot be used: ${error.message}`);
    }
  }

  #of(id: CollectionId): OpenRelay | null {
    return this.#open.get(this.#urls.get(id) ?? '') ?? null;
  }

  /** The session with a collection's relay; null: it has none. */
  sessionOf(id: CollectionId): RelaySession | null {
    return this.#of(id)?.session ?? null;
  }
  /** The same while the relay serves this collection to this device. */
  readySession(id: CollectionId): RelaySession | null {
    return this.#of(id)?.isReady(id) === true ? this.sessionOf(id) : null;
  }
  /** Members of a collection that are at its relay now, as that says. */
  onlineIn(id: CollectionId): ReadonlySet<MemberKey> {
    return this.#of(id)?.onlineIn(id) ?? new Set();
  }
  /** How it stands with a collection's relay; null: it has none. */
  stateOf(id: CollectionId): RelayState | null {
    const bad = this.#bad.get(this.#urls.get(id) ?? '');
    return bad === undefined ? (this.#of(id)?.stateOf(id) ?? null) : { is: 'offline', why: bad };
  }
  /** Tells of what happens at a collection's relay; at once, where that serves it already. The function returned ends it. */
  listen(id: CollectionId, listener: RelayListener): () => void {
    this.#listeners.set(id, listener);
    if (this.#of(id)?.isReady(id) === true) listener.onReady();
    return () => {
      if (this.#listeners.get(id) === listener) this.#listeners.delete(id);
    };
  }

  reaches(device: DeviceId): boolean {
    return [...this.#open.values()].some((relay) => relay.reaches(device));
  }
  dial(to: Descriptor, signal: AbortSignal): Promise<PeerLink> {
    for (const relay of this.#open.values()) {
      const link = relay.dial(to, signal);
      if (link !== null) return link;
    }
    return Promise.reject(new LockstepError('relay-offline', 'That device is at no relay now.', to.id));
  }

  /** Where somebody with an invitation to this collection can ring while no direct address answers; null: nowhere. */
  inviteUrl(id: CollectionId): string | null {
    return this.#of(id) === null ? null : (this.#urls.get(id) ?? null);
  }
  /** `tokenHash` as of `RelaySession.openMailbox`. Done once the relay can be reached. */
  openMailbox(id: CollectionId, mailbox: string, tokenHash: string, ttlMs: number): void {
    const session = this.sessionOf(id);
    if (session === null) return;
    this.#mailboxes.set(mailbox, session);
    session.openMailbox(mailbox, tokenHash, ttlMs).catch(() => {});
  }
  closeMailbox(mailbox: string): void {
    this.#mailboxes
      .get(mailbox)
      ?.closeMailbox(mailbox)
      .catch(() => {});
    this.#mailboxes.delete(mailbox);
  }

  /** Rings at the mailbox of an invitation. Fails with the codes of a RelaySession, or `unreachable`. */
  async knock(url: string, mailbox: string, token: Uint8Array, signal: AbortSignal): Promise<StrangerLink> {
    const { relays, transport } = this.#host.world;
    if (relays === null) throw new LockstepError('relay-unreachable', 'No relay is used here.', url);
    const session = relays.open(url, deaf);
    const close = (): void => void session.close();
    try {
      const channel = await session.knock(mailbox, token, signal);
      const link = await transport.carried.linkStranger(channel, { serves: false }, signal);
      link.onClose(close);
      return link;
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Bytes of all requests since the start; links through relays count as links. */
  get bytes(): { readonly bytesIn: number; readonly bytesOut: number } {
    let { bytesIn, bytesOut } = this.#formerBytes;
    for (const { session } of this.#open.values()) {
      bytesIn += session.bytes.bytesIn;
      bytesOut += session.bytes.bytesOut;
    }
    return { bytesIn, bytesOut };
  }
  #shut(relay: OpenRelay): void {
    const { bytesIn, bytesOut } = relay.session.bytes;
    const former = this.#formerBytes;
    this.#formerBytes = { bytesIn: former.bytesIn + bytesIn, bytesOut: former.bytesOut + bytesOut };
    relay.close();
  }

  networkChanged(): void {
    for (const { session } of this.#open.values()) session.retryNow();
  }
  stop(): void {
    this.#isStopped = true;
    for (const relay of this.#open.values()) relay.close();
    this.#open.clear();
  }
}

/** Of a session that only knocks nothing is to be heard. */
const deaf = {
  onReady: () => {},
  onRefused: () => {},
  onWord: () => {},
  onNew: () => {},
  onHeads: () => {},
  onPresence: () => {},
  onLive: () => {},
  onKnock: () => {},
  onState: () => {},
};
