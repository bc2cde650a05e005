import { equalBytes } from '../../platform/equal-bytes.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { CollectionId } from '../../record/ids.ts';
import { MessageStream } from '../connect/message-stream.ts';
import { type Descriptor, parseDescriptor } from '../identity/descriptor.ts';
import type { StrangerLink } from '../links/peer-link.ts';
import { verifyBinding, verifySignature } from '../membership/membership-op.ts';
import { displayName } from '../protocol/display-name.ts';
import { toHex } from '../protocol/hex.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import { type Invite, inviteKeys, inviteLink, REQUEST_MS } from './invite-link.ts';
import type { InviterHost, InviteTerms, PairingRequest } from './inviter-host.ts';
import { hostOf } from './nearby-attempts.ts';
import { type Introduced, NearbyDesk } from './nearby-desk.ts';
import {
  admitStatement,
  confirmStatement,
  joinStatement,
  mac,
  macHolds,
  offerStatement,
  PAIRING_EXPORTER,
  pairingCode,
} from './pairing-transcript.ts';
import { isAnswered, type Proven, type Session, type StandingInvite } from './standing-invite.ts';

const INVITE_MS = 15 * 60_000;
/** Until a stranger must have proven that it holds a link and confirmed what it was offered. */
const SESSION_MS = 60_000;
const MAX_TRIES = 5;
/** Strangers who may have to prove themselves at one time. */
const MOST_UNPROVEN = 8;
/** How long two people have to compare digits, and after both said yes the link that broke to come again. */
const COMPARE_MS = 120_000;

/**
 * Open invitations and the strangers that come with them. An invitation lets in one device, within 15 minutes; any sign that somebody
 * tampers with it, or that two devices hold it, burns it. Known to this run only: a restart withdraws them all.
 */
export class InviteDesk {
  readonly #host: InviterHost;
  readonly #standing = new Map<string, StandingInvite>();
  readonly #sessions = new Map<MessageStream<StrangerLink>, Session>();
  /** Those who have no link. */
  readonly nearby: NearbyDesk;

  constructor(host: InviterHost) {
    this.#host = host;
    this.nearby = new NearbyDesk({
      identity: host.identity,
      clock: host.clock,
      random: host.random,
      name: () => host.name(),
      onNearby: () => host.onNearby(),
      introduce: (introduced) => this.#introduce(introduced),
      giveUp: (stream) => this.#giveUp(stream, 'invite-withdrawn'),
    });
  }

  /** A fresh one-time link. */
  invite(terms: InviteTerms): string {
    const { identity, random } = this.#host;
    const addresses = this.#host.addresses();
    const relay = this.#host.mailbox.url(terms.collection);
    const invite = { id: random.bytes(16), secret: random.bytes(32), inviter: identity.id, addresses, relay };
    this.#stand(invite, terms, null, INVITE_MS, 'invite-expired');
    return inviteLink(invite);
  }

  #stand(
    invite: Invite,
    terms: InviteTerms,
    nearby: StandingInvite['nearby'],
    ms: number,
    code: string,
  ): StandingInvite {
    const standing: StandingInvite = {
      invite,
      terms,
      cancelExpiry: () => {},
      tries: 0,
      claimant: null,
      request: null,
      newcomer: null,
      approved: false,
      nearby,
      granted: null,
    };
    this.#standing.set(toHex(invite.id), standing);
    this.#expire(standing, ms, code);
    return standing;
  }

  /** What two devices agreed on takes the place of a link; two people have yet to say that the digits are the same. */
  #introduce({ stream, joiner, name, agreed, terms, ended }: Introduced): void {
    const { identity, clock, random } = this.#host;
    const { id, secret, code } = agreed;
    const invite = { id, secret, inviter: identity.id, addresses: [], relay: null };
    const standing = this.#stand(invite, terms, { same: false, ended }, COMPARE_MS, 'timeout');
    standing.claimant = joiner.id;
    const request = toHex(random.bytes(8));
    standing.request = { id: request, device: joiner.id, name, code, at: clock.now(), terms, isNearby: true };
    this.#sessions.set(stream, { at: 'compare', stream, standing, joined: null, cancelTimeout: () => {} });
    stream.receive((message) => this.#receive(stream, message));
    this.#host.onRequests(this.requests());
  }

  /** Whether strangers are let in at all. */
  isOpen(): boolean {
    return this.#standing.size > 0 || this.nearby.isOpen;
  }

  requests(): readonly PairingRequest[] {
    const waiting = [...this.#standing.values()].flatMap((standing) =>
      standing.request === null || isAnswered(standing) ? [] : [standing.request],
    );
    return waiting.sort((a, b) => a.at - b.at);
  }

  /** A person's answer. Fails with `unknown-request`. */
  async answer(request: string, approve: boolean): Promise<void> {
    const standing = [...this.#standing.values()].find((each) => each.request?.id === request && !isAnswered(each));
    if (standing === undefined)
      throw new LockstepError(
        'unknown-request',
        `No request ${request} waits here: it was answered, or has expired.`,
        request,
      );
    if (!approve) this.#burn(standing, 'denied');
    else if (standing.nearby === null) await this.#grant(standing);
    else this.#same(standing, standing.nearby);
  }

  /** Withdraws every invitation to a collection that admitted nobody yet; null: all of them. Returns how many. */
  withdraw(collection: CollectionId | null): number {
    const open = [...this.#standing.values()].filter(
      ({ terms, approved }) => collection === null || (terms.collection === collection && !approved),
    );
    for (const standing of open) this.#burn(standing, 'invite-withdrawn');
    const { nearby } = this;
    const isNearby = nearby.isOpen && (collection === null || nearby.window?.terms.collection === collection);
    if (isNearby) nearby.close();
    return open.filter((standing) => standing.nearby === null).length + (isNearby ? 1 : 0);
  }

  /** Withdraws these invitations, named by id in hex. Returns how many of them were open here. */
  revoke(collection: CollectionId, invites: Iterable<string>): number {
    let revoked = 0;
    for (const invite of invites) {
      const standing = this.#standing.get(invite);
      if (standing === undefined || standing.approved || standing.terms.collection !== collection) continue;
      this.#burn(standing, 'invite-withdrawn');
      revoked++;
    }
    return revoked;
  }

  /** The person here said that the digits are the same: what that of the other device said already goes on. */
  #same(standing: StandingInvite, nearby: NonNullable<StandingInvite['nearby']>): void {
    nearby.same = true;
    this.#host.onRequests(this.requests());
    for (const session of [...this.#sessions.values()])
      if (session.at === 'compare' && session.standing === standing && session.joined !== null)
        this.#offer(session, standing, session.joined);
  }

  /**
   * A stranger came while an invitation is open. One of an address at a time, and a few at all, may still have to prove themselves. `onProven`: it
   * holds a link that is open here.
   */
  accept(link: StrangerLink, onProven: () => void = () => {}): void {
    const { identity, clock, random } = this.#host;
    const stream = new MessageStream(link, 'pairing');
    const unproven = [...this.#sessions.values()].filter((session) => session.at === 'join');
    const host = hostOf(link.address);
    // Who only holds its place must not keep the others out.
    const busy = unproven.length >= MOST_UNPROVEN || unproven.some((each) => hostOf(each.stream.link.address) === host);
    const { bytes } = identity.descriptor;
    // The joiner checks who it speaks to before it says anything.
    stream.send({ is: 'HELLO', versions: [1], descriptor: bytes, app: '', caps: [], nonce: random.bytes(32) });
    if (busy || !this.isOpen()) {
      stream.send({ is: 'DENY', code: busy ? 'busy' : 'invite-unknown' });
      stream.close('refused');
      return;
    }
    const cancelTimeout = clock.after(SESSION_MS, () => this.#end(stream, 'timeout'));
    this.#sessions.set(stream, { at: 'join', stream, cancelTimeout, onProven });
    stream.onFault(() => this.#failed(stream));
    stream.onClose(() => this.#gone(stream));
    stream.receive((message) => this.#receive(stream, message));
  }

  #receive(stream: MessageStream<StrangerLink>, message: Message): void {
    const session = this.#sessions.get(stream);
    if ((session?.at === 'join' || session?.at === 'compare') && message.is === 'JOIN') this.#onJoin(session, message);
    else if (session?.at === 'join' && message.is === 'PAIR_COMMIT') {
      this.#forget(stream);
      this.nearby.receive(stream, message);
    } else if (message.is === 'PAIR_ABORT' && (session?.at === 'compare' || session?.at === 'confirm'))
      this.#burn(session.standing, message.code === 'different' ? 'different' : 'cancelled');
    else if (session?.at === 'confirm' && message.is === 'PAIR_CONFIRM') this.#onConfirm(session, message);
    else stream.fault(`${message.is} is out of place`);
  }

  #onJoin(session: Session, join: MessageOf<'JOIN'>): void {
    const { stream } = session;
    const standing = this.#standing.get(toHex(join.invite));
    if (session.at === 'compare' && (session.joined !== null || session.standing !== standing)) {
      stream.fault('JOIN is out of place');
      return;
    }
    if (standing === undefined) {
      this.#end(stream, 'invite-unknown');
      return;
    }
    const channel = stream.link.exporter(PAIRING_EXPORTER, 32);
    const said = joinStatement(standing.invite, join, channel);
    const joiner = this.#proven(standing, join, said, stream.link);
    if (joiner === null) {
      this.#burn(standing, 'invite-refused', stream);
      return;
    }
    if (session.at === 'join') session.onProven();
    if (standing.claimant !== null && standing.claimant !== joiner.id) {
      // Two devices hold the link: one of them has stolen it, and nobody here can tell which.
      if (standing.approved) this.#end(stream, 'invite-used');
      else this.#burn(standing, 'invite-used', stream);
      return;
    }
    if (++standing.tries > MAX_TRIES) {
      // By one device: nobody has stolen anything.
      this.#burn(standing, 'invite-unknown', stream);
      return;
    }
    standing.claimant = joiner.id;
    const proven = { joiner, name: displayName(join.name), said };
    if (standing.nearby === null) this.#expire(standing, REQUEST_MS, 'invite-expired');
    // Not a word of the collection before the person here knows who asks.
    if (standing.nearby?.same === false)
      this.#sessions.set(stream, { ...session, at: 'compare', standing, joined: proven });
    else this.#offer(session, standing, proven);
  }

  #proven(standing: StandingInvite, join: MessageOf<'JOIN'>, said: Uint8Array, link: StrangerLink): Descriptor | null {
    const joiner = parseDescriptor(join.descriptor);
    if (joiner === null || !equalBytes(joiner.tls, link.spki) || joiner.id === this.#host.identity.id) return null;
    const knows = macHolds(inviteKeys(standing.invite).joiner, said, join.mac);
    return knows && verifySignature(joiner.sig, said, join.sig) ? joiner : null;
  }

  #offer(session: Session, standing: StandingInvite, { joiner, name: joinerName, said }: Proven): void {
    const { stream } = session;
    const { terms, invite } = standing;
    const { identity, random } = this.#host;
    const { collection, name, kind, role, records } = terms;
    const offer = {
      descriptor: identity.descriptor.bytes,
      group: collection,
      name,
      kind,
      role,
      records,
      nonce: random.bytes(32),
    };
    const offered = offerStatement(said, offer);
    stream.send({ is: 'OFFER', ...offer, sig: identity.sign(offered), mac: mac(inviteKeys(invite).inviter, offered) });
    this.#sessions.set(stream, { ...session, at: 'confirm', standing, joiner, name: joinerName, offered });
  }

  #onConfirm(session: Extract<Session, { at: 'confirm' }>, confirm: MessageOf<'PAIR_CONFIRM'>): void {
    const { stream, standing, joiner, name, offered } = session;
    const { terms, invite } = standing;
    const { member, binding } = confirm;
    const holds =
      macHolds(inviteKeys(invite).joiner, confirmStatement(offered, confirm), confirm.mac) &&
      verifyBinding(joiner, terms.collection, member, binding);
    if (!holds) {
      this.#burn(standing, 'invite-refused', stream);
      return;
    }
    session.cancelTimeout();
    this.#sessions.set(stream, { at: 'approval', stream, standing, offered, cancelTimeout: () => {} });
    if (standing.granted !== null) {
      // The device was let in, but the link broke before it heard so.
      this.#tell(standing, standing.granted);
      return;
    }
    if (standing.approved) return;
    standing.newcomer = { descriptor: joiner, member, binding, role: terms.role, name, history: terms.history };
    const { clock, random } = this.#host;
    const { id, code } = standing.request ?? { id: toHex(random.bytes(8)), code: null };
    const isNearby = standing.nearby !== null;
    const shown = isNearby && code !== null ? code : pairingCode(offered);
    standing.request = { id, device: joiner.id, name, code: shown, at: clock.now(), terms, isNearby };
    // Where it fails the invitation is burnt, and the joiner told so.
    if (terms.approveFirst || isNearby) this.#grant(standing).catch(() => {});
    else this.#host.onRequests(this.requests());
  }

  async #grant(standing: StandingInvite): Promise<void> {
    const { newcomer, terms, nearby } = standing;
    if (newcomer === null || standing.approved) return;
    standing.approved = true;
    this.#host.onRequests(this.requests());
    let ops: readonly Uint8Array[];
    try {
      ops = await this.#host.admit(terms.collection, newcomer);
    } catch (error) {
      this.#burn(standing, 'not-admitted');
      throw error;
    }
    standing.granted = ops;
    this.#expire(standing, nearby === null ? INVITE_MS : COMPARE_MS, 'invite-used');
    this.#tell(standing, ops);
    nearby?.ended('joined');
  }

  /** Where the device that was let in is not here, it hears so when it comes again. */
  #tell(standing: StandingInvite, ops: readonly Uint8Array[]): void {
    for (const session of [...this.#sessions.values()]) {
      if (session.at !== 'approval' || session.standing !== standing) continue;
      const admit = { addrs: this.#host.addresses().slice(0, 32), ops };
      const proof = mac(inviteKeys(standing.invite).inviter, admitStatement(session.offered, admit));
      session.stream.send({ is: 'ADMIT', ...admit, mac: proof });
      session.stream.close('admitted');
    }
  }

  /** A stranger that had proven itself broke the protocol. */
  #failed(stream: MessageStream<StrangerLink>): void {
    const session = this.#sessions.get(stream);
    if (session !== undefined && session.at !== 'join' && !session.standing.approved)
      this.#burn(session.standing, 'invite-refused');
  }

  /** It ends so much later, at the relay as well. */
  #expire(standing: StandingInvite, after: number, code: string): void {
    const { invite, terms } = standing;
    const { clock, mailbox } = this.#host;
    standing.cancelExpiry();
    standing.cancelExpiry = clock.after(after, () => this.#burn(standing, code));
    if (invite.relay !== null)
      mailbox.open(terms.collection, { id: invite.id, mailbox: inviteKeys(invite).mailbox }, after);
  }

  /** `also`: a session that is not one of the invite's own yet. */
  #burn(standing: StandingInvite, code: string, also: MessageStream<StrangerLink> | null = null): void {
    // The end of its session burns it too.
    if (!this.#standing.has(toHex(standing.invite.id))) return;
    const waited = standing.request !== null && !isAnswered(standing);
    standing.cancelExpiry();
    if (standing.invite.relay !== null) this.#host.mailbox.close(standing.invite.id);
    standing.invite.secret.fill(0);
    this.#standing.delete(toHex(standing.invite.id));
    for (const session of [...this.#sessions.values()]) {
      if (session.stream === also || (session.at !== 'join' && session.standing === standing))
        this.#end(session.stream, code);
    }
    if (waited) this.#host.onRequests(this.requests());
    if (standing.granted === null) standing.nearby?.ended(code);
  }

  /** Where the digits are still compared, nothing stays of it. */
  #giveUp(stream: MessageStream<StrangerLink>, code: string): void {
    const session = this.#sessions.get(stream);
    if (
      session !== undefined &&
      session.at !== 'join' &&
      session.standing.nearby !== null &&
      !session.standing.approved
    )
      this.#burn(session.standing, code);
  }
  #gone(stream: MessageStream<StrangerLink>): void {
    if (this.#sessions.get(stream)?.at === 'compare') this.#giveUp(stream, 'gone');
    this.#forget(stream);
  }

  #end(stream: MessageStream<StrangerLink>, code: string): void {
    stream.send({ is: 'DENY', code });
    stream.close(code);
    this.#forget(stream);
  }

  #forget(stream: MessageStream<StrangerLink>): void {
    this.#sessions.get(stream)?.cancelTimeout();
    this.#sessions.delete(stream);
  }
}
