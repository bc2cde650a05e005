import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { RecordKind } from '../../record/field-rules.ts';
import type { CollectionId, DeviceId } from '../../record/ids.ts';
import { MessageStream } from '../connect/message-stream.ts';
import { type Descriptor, parseDescriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import type { StrangerLink } from '../links/peer-link.ts';
import type { Newcomer } from '../membership/membership-log.ts';
import { verifyBinding, verifySignature } from '../membership/membership-op.ts';
import { displayName } from '../protocol/display-name.ts';
import { toHex } from '../protocol/hex.ts';
import type { MemberRole, Message, MessageOf } from '../protocol/messages.ts';
import { type Invite, inviteKeys, inviteLink } from './invite-link.ts';
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

/** What an invite lets in, and to what. */
export interface InviteTerms {
  readonly collection: CollectionId;
  readonly kind: RecordKind;
  /** The collection's name. */
  readonly name: string;
  readonly role: MemberRole;
  /** What was written before may be read. */
  readonly history: boolean;
  /** Admits the first device that brings the link without asking anyone: for computers without a person. */
  readonly approveFirst: boolean;
  /** Live records, for what the joiner is shown. */
  readonly records: number;
}

/** A device that proved to hold a link and waits for a person to say yes. */
export interface PairingRequest {
  readonly id: string;
  readonly device: DeviceId;
  /** What it calls itself. */
  readonly name: string;
  /** Six digits; the joiner's screen shows the same. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly terms: InviteTerms;
}

export interface InviterHost {
  readonly identity: DeviceIdentity;
  readonly clock: Clock;
  readonly random: Random;
  /** host:port at which this device can be reached. */
  addresses(): readonly string[];
  /** Where the collection's relay lets somebody ring who reaches no address. */
  readonly mailbox: {
    /** null: it has none. */
    url(collection: CollectionId): string | null;
    /** For so long; again: from now on for so long. `mailbox`: what somebody has to bring. */
    open(collection: CollectionId, of: { readonly id: Uint8Array; readonly mailbox: Uint8Array }, ttlMs: number): void;
    close(id: Uint8Array): void;
  };
  /** Adds the device to the collection's membership log, durably; gives the whole log. */
  admit(collection: CollectionId, newcomer: Newcomer): Promise<readonly Uint8Array[]>;
  /** The requests that wait became others. */
  onRequests(requests: readonly PairingRequest[]): void;
}

const INVITE_MS = 15 * 60_000;
const REQUEST_MS = 24 * 60 * 60_000;
/** Until a stranger must have proven that it holds a link and confirmed what it was offered. */
const SESSION_MS = 60_000;
const MAX_TRIES = 5;

interface Standing {
  readonly invite: Invite;
  readonly terms: InviteTerms;
  cancelExpiry: () => void;
  tries: number;
  /** The one device that redeemed it. */
  claimant: DeviceId | null;
  request: (PairingRequest & { readonly newcomer: Newcomer }) | null;
  /** A person said yes, or nobody had to. */
  approved: boolean;
  /** The membership log that lets it in; kept for the case that it did not hear so. */
  granted: readonly Uint8Array[] | null;
}
type Session = {
  readonly stream: MessageStream<StrangerLink>;
  readonly cancelTimeout: () => void;
} & (
  | { readonly at: 'join' }
  | {
      readonly at: 'confirm';
      readonly standing: Standing;
      readonly joiner: Descriptor;
      readonly name: string;
      readonly offered: Uint8Array;
    }
  | { readonly at: 'approval'; readonly standing: Standing; readonly offered: Uint8Array }
);

/**
 * Open invitations and the strangers that come with them. An invitation lets in one device, within 15 minutes; any sign that somebody
 * tampers with it, or that two devices hold it, burns it. Known to this run only: a restart withdraws them all.
 */
export class InviteDesk {
  readonly #host: InviterHost;
  readonly #standing = new Map<string, Standing>();
  readonly #sessions = new Map<MessageStream<StrangerLink>, Session>();

  constructor(host: InviterHost) {
    this.#host = host;
  }

  /** A fresh one-time link. */
  invite(terms: InviteTerms): string {
    const { identity, random } = this.#host;
    const addresses = this.#host.addresses();
    const relay = this.#host.mailbox.url(terms.collection);
    const invite = { id: random.bytes(16), secret: random.bytes(32), inviter: identity.id, addresses, relay };
    const standing: Standing = {
      invite,
      terms,
      cancelExpiry: () => {},
      tries: 0,
      claimant: null,
      request: null,
      approved: false,
      granted: null,
    };
    this.#standing.set(toHex(invite.id), standing);
    this.#expire(standing, INVITE_MS, 'invite-expired');
    return inviteLink(invite);
  }

  /** Whether strangers are let in at all. */
  isOpen(): boolean {
    return this.#standing.size > 0;
  }

  requests(): readonly PairingRequest[] {
    const waiting = [...this.#standing.values()].flatMap(({ request, approved }) =>
      request === null || approved ? [] : [request],
    );
    return waiting.map(({ newcomer: _, ...request }) => request).sort((a, b) => a.at - b.at);
  }

  /** A person's answer. Fails with `unknown-request`. */
  async answer(request: string, approve: boolean): Promise<void> {
    const standing = [...this.#standing.values()].find((each) => each.request?.id === request && !each.approved);
    if (standing === undefined)
      throw new LockstepError(
        'unknown-request',
        `No request ${request} waits here: it was answered, or has expired.`,
        request,
      );
    if (approve) await this.#grant(standing);
    else this.#burn(standing, 'denied');
  }

  /** Withdraws every invitation to a collection that admitted nobody yet; null: all of them. Returns how many. */
  withdraw(collection: CollectionId | null): number {
    const open = [...this.#standing.values()].filter(
      ({ terms, approved }) => collection === null || (terms.collection === collection && !approved),
    );
    for (const standing of open) this.#burn(standing, 'invite-withdrawn');
    return open.length;
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

  /** A stranger came while an invitation is open. One at a time may still have to prove itself. */
  accept(link: StrangerLink): void {
    const { identity, clock, random } = this.#host;
    const stream = new MessageStream(link, 'pairing');
    const busy = [...this.#sessions.values()].some((session) => session.at === 'join');
    const { bytes } = identity.descriptor;
    // The joiner checks who it speaks to before it says anything.
    stream.send({ is: 'HELLO', versions: [1], descriptor: bytes, app: '', caps: [], nonce: random.bytes(32) });
    if (busy || !this.isOpen()) {
      stream.send({ is: 'DENY', code: busy ? 'busy' : 'invite-unknown' });
      stream.close('refused');
      return;
    }
    const cancelTimeout = clock.after(SESSION_MS, () => this.#end(stream, 'timeout'));
    this.#sessions.set(stream, { at: 'join', stream, cancelTimeout });
    stream.onFault(() => this.#failed(stream));
    stream.onClose(() => this.#forget(stream));
    stream.receive((message) => this.#receive(stream, message));
  }

  #receive(stream: MessageStream<StrangerLink>, message: Message): void {
    const session = this.#sessions.get(stream);
    if (session?.at === 'join' && message.is === 'JOIN') this.#onJoin(session, message);
    else if (session?.at === 'confirm' && message.is === 'PAIR_CONFIRM') this.#onConfirm(session, message);
    else stream.fault(`${message.is} is out of place`);
  }

  #onJoin(session: Session, join: MessageOf<'JOIN'>): void {
    const { stream } = session;
    const standing = this.#standing.get(toHex(join.invite));
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
    if (standing.claimant !== null && standing.claimant !== joiner.id) {
      // Two devices hold the link: one of them has stolen it, and nobody here can tell which.
      if (standing.approved) this.#end(stream, 'invite-used');
      else this.#burn(standing, 'invite-used', stream);
      return;
    }
    if (++standing.tries > MAX_TRIES) {
      this.#burn(standing, 'invite-used', stream);
      return;
    }
    standing.claimant = joiner.id;
    this.#expire(standing, REQUEST_MS, 'invite-expired');
    const offered = this.#offer(stream, standing, said);
    const name = displayName(join.name);
    this.#sessions.set(stream, { ...session, at: 'confirm', standing, joiner, name, offered });
  }

  #proven(standing: Standing, join: MessageOf<'JOIN'>, said: Uint8Array, link: StrangerLink): Descriptor | null {
    const joiner = parseDescriptor(join.descriptor);
    if (joiner === null || !equalBytes(joiner.tls, link.spki) || joiner.id === this.#host.identity.id) return null;
    const knows = macHolds(inviteKeys(standing.invite).joiner, said, join.mac);
    return knows && verifySignature(joiner.sig, said, join.sig) ? joiner : null;
  }

  #offer(stream: MessageStream<StrangerLink>, { terms, invite }: Standing, said: Uint8Array): Uint8Array {
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
    return offered;
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
    const newcomer = { descriptor: joiner, member, binding, role: terms.role, name, history: terms.history };
    const { clock, random } = this.#host;
    const id = standing.request?.id ?? toHex(random.bytes(8));
    standing.request = { id, device: joiner.id, name, code: pairingCode(offered), at: clock.now(), terms, newcomer };
    // Where it fails the invitation is burnt, and the joiner told so.
    if (terms.approveFirst) this.#grant(standing).catch(() => {});
    else this.#host.onRequests(this.requests());
  }

  async #grant(standing: Standing): Promise<void> {
    const { request, terms } = standing;
    if (request === null || standing.approved) return;
    standing.approved = true;
    this.#host.onRequests(this.requests());
    let ops: readonly Uint8Array[];
    try {
      ops = await this.#host.admit(terms.collection, request.newcomer);
    } catch (error) {
      this.#burn(standing, 'not-admitted');
      throw error;
    }
    standing.granted = ops;
    this.#expire(standing, INVITE_MS, 'invite-used');
    this.#tell(standing, ops);
  }

  /** Where the device that was let in is not here, it hears so when it comes again. */
  #tell(standing: Standing, ops: readonly Uint8Array[]): void {
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
  #expire(standing: Standing, after: number, code: string): void {
    const { invite, terms } = standing;
    const { clock, mailbox } = this.#host;
    standing.cancelExpiry();
    standing.cancelExpiry = clock.after(after, () => this.#burn(standing, code));
    if (invite.relay !== null)
      mailbox.open(terms.collection, { id: invite.id, mailbox: inviteKeys(invite).mailbox }, after);
  }

  /** `also`: a session that is not one of the invite's own yet. */
  #burn(standing: Standing, code: string, also: MessageStream<StrangerLink> | null = null): void {
    const waited = standing.request !== null && !standing.approved;
    standing.cancelExpiry();
    if (standing.invite.relay !== null) this.#host.mailbox.close(standing.invite.id);
    standing.invite.secret.fill(0);
    this.#standing.delete(toHex(standing.invite.id));
    for (const session of [...this.#sessions.values()]) {
      if (session.stream === also || (session.at !== 'join' && session.standing === standing))
        this.#end(session.stream, code);
    }
    if (waited) this.#host.onRequests(this.requests());
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
