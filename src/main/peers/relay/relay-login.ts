import { toHex } from '../protocol/hex.ts';
import { aclBytes, authenticationBytes } from '../protocol/relay-statements.ts';
import { type Grant, readChallenge, readGrant } from './relay-answers.ts';
import { RelayError } from './relay-error.ts';
import type { RelayWire } from './relay-http.ts';
import type { RelayKey, RelayMember } from './relay-session.ts';
import type { RelayAddress } from './relay-url.ts';

/** Proves to the relay who this device is in each group. Groups it does not know are registered where this device is an admin of them. */
export async function logIn(wire: RelayWire, address: RelayAddress, members: readonly RelayMember[]): Promise<Grant> {
  const grant = await authenticate(wire, address, members);
  const unknown = members.filter(({ group }) => grant.groups.get(group) === 'unknown-group');
  let registered = 0;
  for (const member of unknown) {
    const keys = member.acl();
    if (keys === null || !member.isAdmin()) continue;
    await wire
      .ask({ method: 'POST', path: '/v1/groups', body: { g: member.group, ...signedList(member, 1, keys) } })
      .catch(exists);
    registered++;
  }
  return registered === 0 ? grant : authenticate(wire, address, members);
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

/** Somebody else registered it meanwhile. */
function exists(error: unknown): void {
  if (!(error instanceof RelayError) || error.status !== 409) throw error;
}

/** A list of keys as it is sent, signed by this member. */
export function signedList(member: RelayMember, gen: number, keys: readonly RelayKey[]) {
  const sorted = [...keys].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, admin }) => ({ k: key, admin }));
  return { gen, keys: sorted, by: member.key, sig: toHex(member.sign(aclBytes(member.group, gen, sorted))) };
}
