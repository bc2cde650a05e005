import type { RecordKind } from '../../record/field-rules.ts';
import type { CollectionId, DeviceId, Digest } from '../../record/ids.ts';
import { displayName } from '../protocol/display-name.ts';
import { toHex } from '../protocol/hex.ts';
import { belongingOf } from './belonging.ts';
import { type Rotation, rotationsOf } from './epochs.ts';
import type { Member } from './member.ts';
import { type Misplaced, placeOps } from './membership-graph.ts';
import { judge, type WhyInvalid } from './membership-judgement.ts';
import type { MembershipOp } from './membership-op.ts';

export interface RecoveryKey {
  /** As a device's. */
  readonly id: DeviceId;
  readonly addedBy: DeviceId;
}
/** What a set of operations comes to: the same on every device that holds the same set. */
export interface Membership {
  readonly group: CollectionId;
  readonly kind: RecordKind;
  /** The collection's name. */
  readonly name: string;
  readonly creator: DeviceId;
  readonly members: ReadonlyMap<DeviceId, Member>;
  /** Those who were members and are none any more, with the cut of what they wrote. */
  readonly removed: ReadonlyMap<DeviceId, Member>;
  /** Printed keys that count as admins. */
  readonly recoveryKeys: readonly RecoveryKey[];
  /** Links that admit nobody any more: their ids, in hex. */
  readonly revokedInvites: ReadonlySet<string>;
  /** Secrets of what lies at a relay, the newest last. */
  readonly rotations: readonly Rotation[];
  /** Where what is sealed waits for members that are away: a URL; '' for nowhere. Given apart from each other, the last by depth and hash. */
  readonly relay: string;
  /** What the next operation names as its parents, sorted. */
  readonly heads: readonly Digest[];
  /** Operations without effect, and why. Kept and passed on: another device must come to the same verdict. */
  readonly invalid: ReadonlyMap<Digest, Misplaced | WhyInvalid>;
  /** Operations that are named and not here. */
  readonly missing: readonly Digest[];
}

/**
 * Evaluates a membership log. Pure, and the same whatever the order and repetition of `ops`. Everything is verified from `create` on;
 * null where no operation creates `group`.
 *
 * An operation counts if its author was allowed to make it by what it had seen, unless a more senior admin removed (or demoted) the
 * author meanwhile: *strong remove*. Seniority is the (depth, hash) of the operation that made someone an admin: it is fixed before any dispute.
 */
export function evaluateMembership(group: CollectionId, ops: Iterable<MembershipOp>): Membership | null {
  const graph = placeOps(group, ops);
  const root = graph.order[0];
  if (root?.body?.op !== 'create') return null;
  const { ledger, invalid } = judge(graph);
  const members = new Map<DeviceId, Member>();
  const removed = new Map<DeviceId, Member>();
  const recoveryKeys: RecoveryKey[] = [];
  for (const device of [...ledger.bySubject.keys()].sort()) {
    const belonging = belongingOf(ledger, device, null);
    if (belonging === null) continue;
    const { member, isRemoved, isRecoveryKey } = belonging;
    if (!isRecoveryKey) (isRemoved ? removed : members).set(device, { ...member, name: displayName(member.name) });
    else if (!isRemoved) recoveryKeys.push({ id: device, addedBy: member.addedBy });
  }
  const effective = graph.order.filter(({ hash }) => !invalid.has(hash));
  return {
    group,
    kind: root.body.kind,
    name: displayName(root.body.name),
    creator: root.author,
    members,
    removed,
    recoveryKeys,
    revokedInvites: new Set(
      effective.flatMap(({ body }) => (body?.op === 'revoke-invite' ? [toHex(body.invite)] : [])),
    ),
    rotations: rotationsOf(graph, invalid),
    relay: effective.flatMap(({ body }) => (body?.op === 'relay' ? [body.url] : [])).at(-1) ?? '',
    heads: graph.heads,
    invalid: new Map<Digest, Misplaced | WhyInvalid>([...graph.refused, ...invalid]),
    missing: graph.missing,
  };
}
