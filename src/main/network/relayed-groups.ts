import type { Descriptor } from '../peers/identity/descriptor.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import type { LeftCollection } from '../peers/membership/left-collection.ts';
import type { Member } from '../peers/membership/member.ts';
import type { RelayKey, RelayMember } from '../peers/relay/relay-session.ts';
import { sealWord } from '../peers/sealed/sealed-word.ts';
import type { DeviceId, MemberKey } from '../record/ids.ts';

/** A collection with a relay, as the relay and the links through it need it. */
export interface RelayedGroup extends RelayMember {
  /** The relay's URL, as the membership log has it. */
  readonly relay: string;
  /** The member behind a key; null: none of those that belong now. */
  descriptorOf(key: MemberKey): Descriptor | null;
  keyOf(device: DeviceId): MemberKey | null;
}

/** null: no relay is used, or who belongs is not known here. A device that was taken out looks there whether that became void. */
export function relayedGroup(membership: GroupMembership, relay = membership.relay()): RelayedGroup | null {
  if (membership.current === null || relay === '') return null;
  const own = membership.ownKey;
  const acl = (): readonly RelayKey[] =>
    [...(membership.current?.members.values() ?? [])].flatMap(({ memberKey, role }) =>
      memberKey === null ? [] : [{ key: memberKey, admin: role === 'admin' }],
    );
  return {
    ...amongOthers(membership),
    group: membership.group,
    relay,
    key: own,
    sign: (bytes) => membership.sign(bytes),
    isAdmin: () => acl().some(({ key, admin }) => key === own && admin),
    belongs: () => membership.isMember(),
    acl,
    removed: () => {
      const others = [...membership.former().values()].flatMap(({ memberKey: key }) => (key === null ? [] : [key]));
      return membership.isMember() ? others : [own, ...others];
    },
    words: (since) => {
      const { group } = membership;
      const secret = membership.membersSecret();
      if (secret === null) return [];
      return membership.wordsOfRemoval(since).flatMap(({ key, operations }) => {
        const bytes = sealWord({ group, secret }, operations);
        return bytes === null ? [] : [{ key, bytes }];
      });
    },
  };
}

/** Somebody has to hear that this device left: a link through the relay will do. */
export function leftGroup(left: LeftCollection): RelayedGroup | null {
  if (left.relay === '') return null;
  return {
    ...amongOthers(left),
    group: left.id,
    relay: left.relay,
    key: left.member,
    sign: (bytes) => left.sign(bytes),
    isAdmin: () => false,
    belongs: () => true,
    acl: () => null,
    removed: () => [],
    words: () => [],
  };
}

function amongOthers(group: { others(): readonly Member[]; memberKeyOf(device: DeviceId): MemberKey | null }) {
  return {
    descriptorOf: (key: MemberKey) => group.others().find(({ memberKey }) => memberKey === key)?.descriptor ?? null,
    keyOf: (device: DeviceId) => group.memberKeyOf(device),
  };
}
