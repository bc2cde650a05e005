import type { CollectionId } from '../../record/ids.ts';
import { toHex } from '../protocol/hex.ts';
import { aclBytes, authenticationBytes } from '../protocol/relay-statements.ts';
import { type Grant, readChallenge, readGrant } from './relay-answers.ts';
import { codeOf, RelayError } from './relay-error.ts';
import type { RelayWire } from './relay-http.ts';
import type { RelayKey, RelayMember } from './relay-session.ts';
import type { RelayAddress } from './relay-url.ts';

/** Proves to the relay who this device is in each group. Groups it does not know are registered where this device is an admin of them. */
export async function logIn(wire: RelayWire, address: RelayAddress, members: readonly RelayMember[]): Promise<Grant> {
  const grant = await authenticate(wire, address, members);
  const unknown = members.filter(({ group }) => grant.groups.get(group) === 'unknown-group');
  const admission = address.admission === null ? {} : { a: address.admission };
  const refused: CollectionId[] = [];
  let registered = 0;
  for (const member of unknown) {
    const keys = member.acl();
    if (keys === null || !member.isAdmin()) continue;
    const body = { g: member.group, ...signedList(member, 1, keys), ...admission };
    try {
      await wire.ask({ method: 'POST', path: '/v1/groups', body });
      registered++;
    } catch (error) {
      // The other groups have nothing to do with that.
      const status = error instanceof RelayError ? error.status : null;
      if (status === 403 && codeOf((error as RelayError).said) === NOT_ADMITTED) refused.push(member.group);
      // Somebody else registered it meanwhile.
      else if (status === 409) registered++;
      else throw error;
    }
  }
  const now = registered === 0 ? grant : await authenticate(wire, address, members);
  return { ...now, groups: new Map([...now.groups, ...refused.map((group) => [group, NOT_ADMITTED] as const)]) };
}

async function authenticate(wire: RelayWire, address: RelayAddress, members: readonly RelayMember[]): Promise<Grant> {
  const { challenge, time } = readChallenge(
    await wire.askJson({ method: 'POST', path: '/v1/auth/challenge', body: {} }),
  );
  const { origin } = address;
  const proofs = members.map(({ group, key, sign }) => ({
    g: group,
    k: key,
    sig: toHex(sign(authenticationBytes({ origin, challenge, group, time }))),
  }));
  return readGrant(
    await wire.askJson({
      method: 'POST',
      path: '/v1/auth',
      body: { challenge, origin, members: proofs },
      most: 1 << 20,
    }),
  );
}

const NOT_ADMITTED = 'not-admitted';

/** A list of keys as it is sent, signed by this member. */
export function signedList(member: RelayMember, gen: number, keys: readonly RelayKey[]) {
  const sorted = [...keys].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, admin }) => ({ k: key, admin }));
  return { gen, keys: sorted, by: member.key, sig: toHex(member.sign(aclBytes(member.group, gen, sorted))) };
}
