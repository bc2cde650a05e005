import type { Descriptor } from '../peers/identity/descriptor.ts';
import type { CarriedTransport, PeerLink, StrangerLink } from '../peers/links/peer-link.ts';
import type {
  RelayChannel,
  RelayConnector,
  RelayEvents,
  RelaySession,
  RelayState,
} from '../peers/relay/relay-session.ts';
import type { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId, MemberKey } from '../record/ids.ts';
import type { RelayedGroup } from './relayed-groups.ts';

/** What happens at the relay of one collection: for whoever stores and fetches there. */
export interface RelayListener {
  /** The relay serves this collection to this device, now or again: what is there may be fetched. */
  onReady(): void;
  onNew(sid: number): void;
  onHeads(): void;
  /** Members came to the relay, or went. */
  onPresence(): void;
}

export interface OpenRelayHost {
  readonly carried: CarriedTransport;
  listenerOf(group: CollectionId): RelayListener | null;
  presenceChanged(device: DeviceId): void;
  /** A member asks for a link: may it prove that it is the one? */
  admits(device: DeviceId): boolean;
  onLink(link: PeerLink): void;
  onStranger(link: StrangerLink): void;
  /** As of `RelayEvents`. */
  onWord(group: CollectionId, word: Uint8Array): void;
  onState(): void;
}

const never = new AbortController().signal;
const NOBODY: ReadonlySet<MemberKey> = new Set();

/** One relay this device listens at, for all its collections that use it: who is there, and links through it. */
export class OpenRelay {
  readonly session: RelaySession;
  readonly #host: OpenRelayHost;
  #groups: ReadonlyMap<CollectionId, RelayedGroup> = new Map();
  #told = '';
  readonly #ready = new Set<CollectionId>();
  readonly #refused = new Map<CollectionId, LockstepError>();
  readonly #online = new Map<CollectionId, ReadonlySet<MemberKey>>();
  #state: RelayState = { is: 'offline', why: null };

  /** Fails with `bad-relay-url`. */
  constructor(connector: RelayConnector, url: string, host: OpenRelayHost) {
    this.#host = host;
    this.session = connector.open(url, this.#events());
  }

  /** How it stands with the relay, for one of the collections that use it. */
  stateOf(group: CollectionId): RelayState {
    const why = this.#refused.get(group);
    return why === undefined || this.#state.is !== 'online' ? this.#state : { is: 'offline', why };
  }
  isReady(group: CollectionId): boolean {
    return this.#ready.has(group);
  }

  /** Members of a collection that are there now, as the relay says. */
  onlineIn(group: CollectionId): ReadonlySet<MemberKey> {
    return this.#online.get(group) ?? NOBODY;
  }

  /** The collections that use it, and no others. The relay is asked only where something is another than it was. */
  setGroups(groups: readonly RelayedGroup[]): void {
    this.#groups = new Map(groups.map((each) => [each.group, each]));
    for (const group of this.#online.keys()) if (!this.#groups.has(group)) this.#online.delete(group);
    for (const group of this.#ready) if (!this.#groups.has(group)) this.#ready.delete(group);
    for (const group of this.#refused.keys()) if (!this.#groups.has(group)) this.#refused.delete(group);
    const now = JSON.stringify(groups.map((each) => [each.group, each.acl(), each.removed()]));
    if (now === this.#told) return;
    this.#told = now;
    this.session.setMembers(groups);
  }

  /** A collection in which this device is known here, and there now; null: there is none. */
  #sharedWith(device: DeviceId): { readonly group: RelayedGroup; readonly key: MemberKey } | null {
    for (const group of this.#groups.values()) {
      const key = group.keyOf(device);
      if (key !== null && this.#online.get(group.group)?.has(key) === true) return { group, key };
    }
    return null;
  }
  reaches(device: DeviceId): boolean {
    return this.#sharedWith(device) !== null;
  }

  /** null: that device is not there. */
  dial(to: Descriptor, signal: AbortSignal): Promise<PeerLink> | null {
    const shared = this.#sharedWith(to.id);
    if (shared === null) return null;
    const { group, key } = shared;
    const serves = group.key < key;
    return this.session
      .live(group.group, key, signal)
      .then((channel) => this.#host.carried.link(channel, to, { dialled: true, serves }, signal));
  }

  close(): void {
    this.#gone();
    void this.session.close();
  }

  #events(): RelayEvents {
    return {
      onReady: (group) => {
        this.#ready.add(group);
        this.#refused.delete(group);
        this.#host.listenerOf(group)?.onReady();
      },
      onRefused: (group, why) => {
        this.#ready.delete(group);
        this.#refused.set(group, why);
        this.#host.onState();
      },
      onWord: (group, word) => this.#host.onWord(group, word),
      onNew: (group, sid) => this.#host.listenerOf(group)?.onNew(sid),
      onHeads: (group) => this.#host.listenerOf(group)?.onHeads(),
      onPresence: (group, online) => this.#present(group, new Set(online)),
      onLive: (group, from, channel) => this.#asked(group, from, channel),
      onKnock: (_mailbox, channel) => {
        this.#host.carried.linkStranger(channel, { serves: true }, never).then(
          (link) => this.#host.onStranger(link),
          // Whoever it was has gone, or is none of us.
          () => undefined,
        );
      },
      onState: (state) => {
        this.#state = state;
        // Who is there is told by what is listened to alone.
        if (state.is !== 'online' || state.why !== null) this.#gone();
        this.#host.onState();
      },
    };
  }

  #present(group: CollectionId, online: ReadonlySet<MemberKey>): void {
    const known = this.#groups.get(group);
    if (known === undefined) return;
    const before = this.#online.get(group);
    this.#online.set(group, online);
    for (const key of online) {
      const came = before?.has(key) === true ? null : known.descriptorOf(key);
      if (came !== null) this.#host.presenceChanged(came.id);
    }
    this.#host.listenerOf(group)?.onPresence();
  }

  #asked(group: CollectionId, from: MemberKey, channel: RelayChannel): void {
    const known = this.#groups.get(group);
    const descriptor = known?.descriptorOf(from) ?? null;
    if (known === undefined || descriptor === null || !this.#host.admits(descriptor.id)) {
      channel.destroy();
      return;
    }
    this.#host.carried.link(channel, descriptor, { dialled: false, serves: known.key < from }, never).then(
      (link) => this.#host.onLink(link),
      // It asks again, or was another.
      () => undefined,
    );
  }

  #gone(): void {
    this.#online.clear();
    this.#ready.clear();
  }
}
