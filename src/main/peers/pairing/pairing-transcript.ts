import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { encodeCanonical } from '../protocol/canonical-cbor.ts';
import { fromHex } from '../protocol/hex.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { Invite } from './invite-link.ts';

/**
 * What the two devices of a pairing sign and authenticate. Each statement contains the digest of the one before, and the first the
 * keying material of the channel: nothing said here can be used on another channel, in another order or in another pairing.
 */
export const PAIRING_EXPORTER = 'EXPORTER-lockstep-pairing';

/** What the joiner signs in JOIN. `channel`: the keying material of the link (`PAIRING_EXPORTER`). */
export function joinStatement(
  invite: Pick<Invite, 'id' | 'inviter'>,
  join: Pick<MessageOf<'JOIN'>, 'descriptor' | 'name' | 'nonce'>,
  channel: Uint8Array,
): Uint8Array {
  const { descriptor, name, nonce } = join;
  return encodeCanonical(['lockstep-join-1', invite.id, fromHex(invite.inviter), descriptor, name, nonce, channel]);
}

type Offered = Omit<MessageOf<'OFFER'>, 'is' | 'sig' | 'mac'>;
/** What the inviter signs in OFFER. `joined`: the statement of the JOIN before it. */
export function offerStatement(joined: Uint8Array, offer: Offered): Uint8Array {
  const { descriptor, group, name, kind, role, records, nonce } = offer;
  return encodeCanonical([
    'lockstep-offer-1',
    sha256(joined),
    descriptor,
    fromHex(group),
    name,
    kind,
    role,
    records,
    nonce,
  ]);
}

/** What the joiner authenticates in PAIR_CONFIRM. `offered`: the statement of the OFFER before it. */
export function confirmStatement(
  offered: Uint8Array,
  confirm: Pick<MessageOf<'PAIR_CONFIRM'>, 'member' | 'binding'>,
): Uint8Array {
  return encodeCanonical(['lockstep-confirm-1', sha256(offered), fromHex(confirm.member), confirm.binding]);
}

/** What the inviter authenticates in ADMIT. `offered`: the statement of its OFFER. */
export function admitStatement(offered: Uint8Array, admit: Pick<MessageOf<'ADMIT'>, 'addrs' | 'ops'>): Uint8Array {
  return encodeCanonical(['lockstep-admit-1', sha256(offered), admit.addrs, admit.ops]);
}

/** Six digits both people see; they differ where the two devices did not take part in the same pairing. */
export function pairingCode(offered: Uint8Array): string {
  const digest = createHash('sha256').update('lockstep-invite-code-1\0').update(offered).digest();
  return String(digest.readBigUInt64BE() % 1_000_000n).padStart(6, '0');
}

/** HMAC-SHA-256 of a statement by the key of one side (`inviteKeys`). */
export function mac(key: Uint8Array, statement: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(statement).digest());
}
/** Is it that? Compared in constant time. */
export function macHolds(key: Uint8Array, statement: Uint8Array, claimed: Uint8Array): boolean {
  return claimed.length === 32 && timingSafeEqual(mac(key, statement), claimed);
}
function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
