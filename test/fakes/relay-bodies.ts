import type { MemberSigner } from '../../src/main/peers/identity/identity.ts';
import { toHex } from '../../src/main/peers/protocol/hex.ts';
import { aclBytes, authenticationBytes } from '../../src/main/peers/protocol/relay-statements.ts';
import { type CollectionId, collectionId } from '../../src/main/record/ids.ts';
import { makeIdentity } from './identities.ts';
import { SeededRandom } from './seeded-random.ts';

export const GROUP = collectionId('aa'.repeat(16));

/** A device's keys in a group, by its name. */
export const memberNamed = (name: string, group: CollectionId = GROUP): MemberSigner =>
  makeIdentity(new SeededRandom('members'), name).member(group);

/** What is sent to set the keys of a group; `admins`: who of them is one, the first where nothing is said. */
export function aclBody(
  group: CollectionId,
  gen: number,
  members: readonly MemberSigner[],
  by: MemberSigner,
  admins: readonly MemberSigner[] = members.slice(0, 1),
) {
  const keys = members.map((member) => ({ k: member.key, admin: admins.includes(member) }));
  return { g: group, gen, keys, by: by.key, sig: toHex(by.sign(aclBytes(group, gen, keys))) };
}

/** What is sent to be let in. */
export function authBody(
  { challenge, time }: { readonly challenge: string; readonly time: number },
  origin: string,
  members: readonly { readonly group: CollectionId; readonly member: MemberSigner }[],
) {
  return {
    challenge,
    origin,
    members: members.map(({ group, member }) => ({
      g: group,
      k: member.key,
      sig: toHex(member.sign(authenticationBytes({ origin, challenge, group, time }))),
    })),
  };
}
