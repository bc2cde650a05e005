import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { RecordKind } from '../../record/field-rules.ts';
import type { CollectionId } from '../../record/ids.ts';
import { MessageStream } from '../connect/message-stream.ts';
import { type Descriptor, parseDescriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import { RELAYED, type StrangerLink } from '../links/peer-link.ts';
import { evaluateMembership } from '../membership/membership.ts';
import { selfAsMember } from '../membership/membership-log.ts';
import { type MembershipOp, parseOp, verifySignature } from '../membership/membership-op.ts';
import { displayName } from '../protocol/display-name.ts';
import type { MemberRole, MessageOf } from '../protocol/messages.ts';
import { type Invite, type InviteKeys, inviteKeys, REQUEST_MS } from './invite-link.ts';
import { cancelled, expectMessage, next, STEP_MS, wait } from './joiner-steps.ts';
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

/** What the joiner is shown before it agrees. */
export interface OfferShown {
  readonly collection: CollectionId;
  readonly kind: RecordKind;
  readonly name: string;
  readonly role: MemberRole;
  /** Live records of the collection, as the inviter says. */
  readonly records: number;
  /** Six digits; the inviter's screen shows the same. */
  readonly code: string;
}

/** A place in a collection, granted. */
export interface Joined extends Omit<OfferShown, 'code' | 'records'> {
  /** The whole membership log, verified. */
  readonly ops: readonly MembershipOp[];
  readonly inviter: Descriptor;
  /** host:port where the inviter can be reached, the one that worked first. */
  readonly addresses: readonly string[];
}

export interface JoinerHost {
  readonly identity: DeviceIdentity;
  readonly clock: Clock;
  readonly random: Random;
  /** What this device calls itself. */
  readonly name: string;
  dialStranger(address: string, signal: AbortSignal): Promise<StrangerLink>;
  /** Rings at the mailbox `id` of a relay, with what opens it. */
  knock(url: string, id: Uint8Array, token: Uint8Array, signal: AbortSignal): Promise<StrangerLink>;
  /** Shows the offer; false: not wanted after all. Asked again with another code where the link broke. */
  show(offer: OfferShown): Promise<boolean>;
}

/** A device says HELLO at once, however slow it is. */
const HELLO_MS = 20_000;
const MAX_TRIES = 5;
/** How long the addresses have before the relay is asked, where there is one. */
const DIRECT_MS = 4000;

/**
 * Redeems an invitation: asks, shows what is offered, waits until the inviter's person approves. A link that breaks meanwhile is dialled
 * anew. Fails with `inviter-unreachable`, `wrong-inviter`, `declined` (here), `join-cancelled` (the signal), `denied`, the other codes
 * of DENY (`invite-unknown`, `invite-used`, `invite-refused`, `busy`), or `pairing-failed` where the inviter breaks the rules.
 */
export function joinByInvite(invite: Invite, host: JoinerHost, signal: AbortSignal): Promise<Joined> {
  return joinAgreed(invite, host, signal, null);
}

/** Two devices that agreed without a link, and where they did. */
export interface AgreedNearby {
  readonly reached: Reached;
  /** What the two people compared. */
  readonly code: string;
  /** How long the person at the other device may take, in milliseconds. */
  readonly within: number;
}

/** As `joinByInvite`. `nearby`: the invitation is what was agreed there, and it is asked there first. */
export async function joinAgreed(
  invite: Invite,
  host: JoinerHost,
  signal: AbortSignal,
  nearby: AgreedNearby | null,
): Promise<Joined> {
  for (let attempt = 1; ; attempt++) {
    const first = attempt === 1 ? nearby : null;
    const { stream, address } = first?.reached ?? (await reach(invite, host, signal, attempt > 1));
    const quit = (): void => {
      if (nearby !== null) stream.send({ is: 'PAIR_ABORT', code: 'cancelled' });
      stream.close('cancelled');
    };
    signal.addEventListener('abort', quit);
    try {
      return await redeem(invite, host, { stream, address }, nearby, first?.within ?? STEP_MS);
    } catch (error) {
      if (nearby !== null) quit();
      if (signal.aborted) throw cancelled();
      const lost = error instanceof LockstepError && error.code === 'link-lost';
      if (!lost || attempt >= MAX_TRIES) throw error;
    } finally {
      signal.removeEventListener('abort', quit);
      stream.close('done');
    }
    await wait(host.clock, 1000 * 2 ** attempt, signal);
  }
}

/** An inviter that said HELLO. */
export interface Reached {
  readonly stream: MessageStream<StrangerLink>;
  readonly address: string;
}

/**
 * The inviter, at the first address where it answers itself, or through its relay. `patient`: it was there before, so it is worth some more
 * rounds.
 */
async function reach(invite: Invite, host: JoinerHost, signal: AbortSignal, patient: boolean): Promise<Reached> {
  let impostor = false;
  /** At one place nobody is waited for, or nothing answered: the inviter may come back there. */
  let isAway = false;
  const tryOut = async (address: string, link: Promise<StrangerLink>): Promise<Reached | null> => {
    const stranger = await link.catch(() => null);
    if (signal.aborted) throw cancelled();
    if (stranger === null) {
      isAway = true;
      return null;
    }
    const stream = new MessageStream(stranger, 'pairing');
    const who = await whoIsThere(invite, stream, host.clock);
    if (who === 'inviter') return { stream, address };
    impostor = true;
    isAway ||= who === 'nobody';
    stream.close('wrong-inviter');
    return null;
  };
  const direct = async (within: AbortSignal): Promise<Reached | null> => {
    for (const address of invite.addresses) {
      if (within.aborted) return null;
      const reached = await tryOut(address, host.dialStranger(address, within));
      if (reached !== null) return reached;
    }
    return null;
  };
  const relayed = async (url: string): Promise<Reached | null> => {
    const reached = await inTime(host.clock, DIRECT_MS, signal, direct);
    return reached ?? (await tryOut(RELAYED, host.knock(url, invite.id, inviteKeys(invite).mailbox, signal)));
  };
  for (let round = 0; round < (patient ? 8 : 1); round++) {
    if (round > 0) await wait(host.clock, 1000 * 2 ** round, signal);
    const reached = (invite.relay === null ? null : await relayed(invite.relay)) ?? (await direct(signal));
    if (reached !== null) return reached;
    // Where something else answers at every place, patience would only look like a program that hangs.
    if (impostor && !isAway) break;
    isAway = false;
  }
  throw notReached(invite, impostor);
}

/** What it comes to where it is given up after some time. */
async function inTime<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  what: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(milliseconds, () => late.abort());
  return what(AbortSignal.any([signal, late.signal])).finally(cancel);
}

function notReached({ addresses, relay }: Invite, impostor: boolean): LockstepError {
  const places = [...addresses, ...(relay === null ? [] : [relay.replace(/#.*/, '')])].join(', ');
  return impostor
    ? new LockstepError(
        'wrong-inviter',
        `another device answers at ${places}, or the invitation has ended there: ask for a new one`,
        places,
      )
    : new LockstepError(
        'inviter-unreachable',
        `the inviting device does not answer at ${places}: is it on, and ${relay === null ? 'in this network' : 'online'}?`,
        places,
      );
}

/** The inviter's HELLO must hold the descriptor the link's id is the digest of, and that descriptor the key TLS has proven. */
async function whoIsThere(
  invite: Invite,
  stream: MessageStream<StrangerLink>,
  clock: Clock,
): Promise<'inviter' | 'another' | 'nobody'> {
  try {
    const hello = await next(stream, clock, HELLO_MS);
    return hello.is === 'HELLO' && inviterOf(invite, hello.descriptor, stream.link) !== null ? 'inviter' : 'another';
  } catch (error) {
    // Whoever closes before a byte waits for nobody now.
    return error instanceof LockstepError && error.code === 'link-lost' ? 'nobody' : 'another';
  }
}
function inviterOf(invite: Invite, descriptor: Uint8Array, link: StrangerLink): Descriptor | null {
  const claimed = parseDescriptor(descriptor);
  return claimed !== null && claimed.id === invite.inviter && equalBytes(claimed.tls, link.spki) ? claimed : null;
}

async function redeem(
  invite: Invite,
  host: JoinerHost,
  { stream, address }: Reached,
  nearby: AgreedNearby | null,
  within: number,
): Promise<Joined> {
  const { identity, clock, random } = host;
  const keys = inviteKeys(invite);
  const own = { descriptor: identity.descriptor.bytes, name: displayName(host.name), nonce: random.bytes(32) };
  const said = joinStatement(invite, own, stream.link.exporter(PAIRING_EXPORTER, 32));
  stream.send({ is: 'JOIN', invite: invite.id, ...own, sig: identity.sign(said), mac: mac(keys.joiner, said) });

  const offer = expectMessage(await next(stream, clock, within).catch(nearby === null ? rethrow : broken), 'OFFER');
  const offered = offerStatement(said, offer);
  const inviter = inviterOf(invite, offer.descriptor, stream.link);
  if (
    inviter === null ||
    !verifySignature(inviter.sig, offered, offer.sig) ||
    !macHolds(keys.inviter, offered, offer.mac)
  ) {
    throw new LockstepError('pairing-failed', 'the offer is not from the device that invited', address);
  }
  const { group: collection, kind, role, records } = offer;
  const shown = { collection, kind, role, name: displayName(offer.name) };
  if (!(await host.show({ ...shown, records, code: nearby?.code ?? pairingCode(offered) }))) {
    throw new LockstepError('declined', 'the offer was not accepted', shown.name);
  }

  const confirm = selfAsMember(identity, collection);
  stream.send({ is: 'PAIR_CONFIRM', ...confirm, mac: mac(keys.joiner, confirmStatement(offered, confirm)) });
  stream.allowFullFrames();
  const admit = expectMessage(await next(stream, clock, REQUEST_MS + STEP_MS), 'ADMIT');
  const ops = admittedOps(admit, offered, keys, shown, identity);
  if (ops === null)
    throw new LockstepError('pairing-failed', 'the inviting device sent a membership that is none', shown.name);
  const addresses = [address, ...admit.addrs.filter((each) => each !== address)].filter((each) => each !== RELAYED);
  return { ...shown, ops, inviter, addresses };
}

/** What was agreed nearby lives no longer than the link, until the inviter has made its offer. */
function broken(error: LockstepError): never {
  throw error.code === 'link-lost'
    ? new LockstepError('pairing-broken', 'the connection to the other device broke: try again', 'nearby', error)
    : error;
}
function rethrow(error: LockstepError): never {
  throw error;
}

/** The membership log, if it makes this device what was offered; otherwise null. */
function admittedOps(
  admit: MessageOf<'ADMIT'>,
  offered: Uint8Array,
  keys: InviteKeys,
  { collection, kind, role }: Omit<Joined, 'ops' | 'inviter' | 'addresses'>,
  identity: DeviceIdentity,
): readonly MembershipOp[] | null {
  if (!macHolds(keys.inviter, admitStatement(offered, admit), admit.mac)) return null;
  const ops = admit.ops.map(parseOp);
  if (!ops.every((op) => op !== null)) return null;
  const membership = evaluateMembership(collection, ops);
  const self = membership?.members.get(identity.id);
  const holds = membership?.kind === kind && self?.role === role && self.memberKey === identity.member(collection).key;
  return holds ? ops : null;
}
