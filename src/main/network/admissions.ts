import type { RequestView, Role } from '../../contract/contract.ts';
import type { StrangerLink } from '../peers/links/peer-link.ts';
import { parseInviteLink } from '../peers/pairing/invite-link.ts';
import type { InviteTerms, PairingRequest } from '../peers/pairing/inviter-host.ts';
import type { NearbyWindow } from '../peers/pairing/nearby-desk.ts';
import { joinNearby, type NearbyJoinerHost } from '../peers/pairing/nearby-joiner.ts';
import { InviteDesk } from '../peers/pairing/pairing-inviter.ts';
import { type Joined, type JoinerHost, joinByInvite, type OfferShown } from '../peers/pairing/pairing-joiner.ts';
import { toHex } from '../peers/protocol/hex.ts';
import { digestOf } from '../platform/hash.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { checkAdmin } from './manage-members.ts';
import type { NetworkHost } from './network-host.ts';
import type { Relays } from './relays.ts';

/** What admitting needs of the links. */
interface Reachable {
  ownAddresses(): readonly string[];
  /** Where a device was found. */
  remember(device: DeviceId, addresses: readonly string[]): void;
  /** This device waits for one nearby, or does no more. */
  nearbyChanged(): void;
  relays(): Pick<Relays, 'inviteUrl' | 'openMailbox' | 'closeMailbox' | 'knock'>;
}

/** Who is let into a collection: invitations and those who ask at this device, and the asking of this device at another. */
export class Admissions {
  readonly #engine: NetworkHost;
  readonly #reachable: Reachable;
  readonly #desk: InviteDesk;
  readonly #joining = new Set<AbortController>();

  constructor(engine: NetworkHost, reachable: Reachable) {
    this.#engine = engine;
    this.#reachable = reachable;
    const { identity, clock, random } = engine.world;
    this.#desk = new InviteDesk({
      identity,
      clock,
      random,
      name: () => engine.name,
      onNearby: () => {
        reachable.nearbyChanged();
        engine.changed();
      },
      addresses: () => reachable.ownAddresses(),
      mailbox: {
        url: (collection) => reachable.relays().inviteUrl(collection),
        open: (collection, { id, mailbox }, ttl) =>
          reachable.relays().openMailbox(collection, toHex(id), digestOf(mailbox), ttl),
        close: (id) => reachable.relays().closeMailbox(toHex(id)),
      },
      admit: async (collection, newcomer) => {
        const replica = replicaOf(engine, collection);
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
            text: `Compare the code ${request.code.slice(0, 3)} ${request.code.slice(3)} on both screens before you allow it.`,
          });
        engine.changed();
      },
    });
  }

  /** Is there an invitation that somebody could redeem? */
  get isOpen(): boolean {
    return this.#desk.isOpen();
  }

  /** Somebody who is no member rings. `onProven`: as `InviteDesk.accept`. */
  accept(link: StrangerLink, onProven?: () => void): void {
    this.#desk.accept(link, onProven);
  }

  /** This run ends: nobody is let in any more, and what was asked for is broken off. */
  stop(): void {
    for (const joining of this.#joining) joining.abort();
    this.#desk.withdraw(null);
  }

  /** Invitations that the membership log revokes, by whichever admin, admit nobody here either. */
  membershipChanged(replica: Replica): void {
    this.#desk.revoke(replica.id, replica.membership.current?.revokedInvites ?? []);
  }

  invite(id: CollectionId, role: Role, approveFirst: boolean): string {
    const replica = replicaOf(this.#engine, id);
    checkAdmin(replica, this.#engine.deviceId, 'invite');
    return this.#desk.invite(termsOf(replica, role, approveFirst));
  }

  /** For two minutes whoever is near may ask, and says so by the digits both screens show. */
  waitNearby(id: CollectionId, role: Role): NearbyWindow {
    const replica = replicaOf(this.#engine, id);
    checkAdmin(replica, this.#engine.deviceId, 'invite');
    this.#desk.nearby.open(termsOf(replica, role, false));
    return this.#desk.nearby.window as NearbyWindow;
  }
  stopNearby(): void {
    this.#desk.nearby.close();
  }
  /** Whether it is open is another question (`isNearbyOpen`); null: there is nothing to tell of. */
  get nearbyWindow(): NearbyWindow | null {
    return this.#desk.nearby.window;
  }
  get isNearbyOpen(): boolean {
    return this.#desk.nearby.isOpen;
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
    const invite = parseInviteLink(link);
    if (invite.inviter === this.#engine.world.identity.id)
      throw new LockstepError(
        'own-invite',
        'This device made the link: open it on the device that is to join. For another place here, add a source instead.',
        'invitation',
      );
    return this.#admitted((host, signal) => joinByInvite(invite, host, signal), shown);
  }
  /** As `join`, of a device at one of these addresses that waits for one nearby. `compare`: told the digits, says whether they are the same. */
  async joinNearby(
    addresses: readonly string[],
    compare: NearbyJoinerHost['compare'],
    shown: (offer: OfferShown) => Promise<boolean>,
    unless: AbortSignal,
  ): Promise<Joined> {
    return this.#admitted((host, signal) => joinNearby(addresses, { ...host, compare }, signal), shown, unless);
  }

  async #admitted(
    ask: (host: JoinerHost, signal: AbortSignal) => Promise<Joined>,
    show: JoinerHost['show'],
    unless: AbortSignal | null = null,
  ): Promise<Joined> {
    const { identity, clock, random, transport } = this.#engine.world;
    const abort = new AbortController();
    this.#joining.add(abort);
    const host: JoinerHost = {
      identity,
      clock,
      random,
      name: this.#engine.name,
      dialStranger: (address, signal) => transport.dialStranger(address, signal),
      knock: (url, id, token, signal) => this.#reachable.relays().knock(url, toHex(id), token, signal),
      show,
    };
    const signals = unless === null ? [abort.signal] : [abort.signal, unless];
    const joined = await ask(host, AbortSignal.any(signals)).finally(() => this.#joining.delete(abort));
    const file = this.#engine.world.membershipFile(joined.collection);
    file.save(joined.ops.map((op) => op.bytes));
    this.#reachable.remember(joined.inviter.id, joined.addresses);
    return joined;
  }
}

function termsOf({ id, collection }: Replica, role: Role, approveFirst: boolean): InviteTerms {
  return {
    collection: id,
    kind: collection.kind,
    name: collection.stored.name,
    role,
    history: true,
    approveFirst,
    records: collection.records.live,
  };
}

function replicaOf(engine: NetworkHost, id: CollectionId): Replica {
  const replica = engine.replicas.get(id);
  if (replica === undefined) throw new LockstepError('no-such-collection', `There is no collection ${id} here.`, id);
  return replica;
}

/** A request as people are shown it. */
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
    ...(request.isNearby ? { nearby: true } : {}),
  };
}
