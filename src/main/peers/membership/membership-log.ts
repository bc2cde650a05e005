import type { RecordKind } from '../../record/field-rules.ts';
import type { CollectionId, DeviceId, Digest, MemberKey } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import type { MemberRole } from '../protocol/messages.ts';
import { groupOf, type MembershipOp, makeBinding, makeOp } from './membership-op.ts';

export interface NewCollection {
  readonly kind: RecordKind;
  readonly name: string;
  readonly deviceName: string;
  /** 32 fresh random bytes: two collections are never the same one. */
  readonly nonce: Uint8Array;
  readonly time: number;
}

/** The two operations a collection starts with: `create`, whose hash is its id, and the creator's `add` of itself with the member key that follows from that id. */
export function createCollection(
  identity: DeviceIdentity,
  about: NewCollection,
): { readonly group: CollectionId; readonly ops: readonly MembershipOp[] } {
  const { kind, name, nonce, deviceName, time } = about;
  const descriptor = identity.descriptor.bytes;
  const create = makeOp(identity, null, [], time, { op: 'create', kind, name, nonce, descriptor, deviceName });
  const group = groupOf(create);
  const self = selfAsMember(identity, group);
  const add = makeOp(identity, group, [create.hash], time, {
    op: 'add',
    descriptor,
    ...self,
    role: 'admin',
    name: deviceName,
    history: true,
  });
  return { group, ops: [create, add] };
}

/** This device's key in a collection and the proof that it took it. */
export function selfAsMember(
  identity: DeviceIdentity,
  group: CollectionId,
): { readonly member: MemberKey; readonly binding: Uint8Array } {
  const member = identity.member(group).key;
  return { member, binding: makeBinding(identity, group, member) };
}

/** A device to be added, as pairing made sure of it. */
export interface Newcomer {
  readonly descriptor: Descriptor;
  readonly member: MemberKey;
  readonly binding: Uint8Array;
  readonly role: MemberRole;
  readonly name: string;
  readonly history: boolean;
}
/** The operation that adds it. `heads`: those of the log as its author knows it. */
export function addMember(
  author: DeviceIdentity,
  group: CollectionId,
  heads: readonly Digest[],
  time: number,
  { descriptor, ...newcomer }: Newcomer,
): MembershipOp {
  return makeOp(author, group, heads, time, { op: 'add', descriptor: descriptor.bytes, ...newcomer });
}

/** May `device` write, as the log stands? */
export function mayWrite(members: ReadonlyMap<DeviceId, { readonly role: MemberRole }>, device: DeviceId): boolean {
  const role = members.get(device)?.role;
  return role === 'admin' || role === 'editor';
}
