import type { CollectionId } from '../../record/ids.ts';
import { toHex } from '../protocol/hex.ts';
import { aclBytes, authenticationBytes } from '../protocol/relay-statements.ts';
import { type Acl, type Grant, readAcl, readChallenge, readGrant } from './relay-answers.ts';
import { RelayError } from './relay-error.ts';
import type { RelayHttp, RelayRequest } from './relay-http.ts';
import type { RelayKey, RelayMember } from './relay-session.ts';
import type { RelayAddress } from './relay-url.ts';

/** Rounds against other admins that set the list at the same time. */
const MOST_TRIES = 5;

/** Proves to the relay who this device is in each group. Groups it does not know are registered where this device is an admin of them. */
export async function logIn(http: RelayHttp, address: RelayAddress, members: readonly RelayMember[]): Promise<Grant> {
  const grant = await authenticate(http, address, members);
  const unknown = members.filter(({ group }) => grant.groups.get(group) === 'unknown-group');
  let registered = 0;
  for (const member of unknown) {
    const keys = member.acl();
    if (keys === null) continue;
    await http
      .ask({ method: 'POST', path: '/v1/groups', body: { g: member.group, ...signed(member, 1, keys) } })
      .catch(exists);
    registered++;
  }
  return registered === 0 ? grant : authenticate(http, address, members);
}

async function authenticate(http: RelayHttp, address: RelayAddress, members: readonly RelayMember[]): Promise<Grant> {
  const { challenge, time } = readChallenge(
    await http.askJson({ method: 'POST', path: '/v1/auth/challenge', body: {} }),
  );
  const { origin } = address;
  const proofs = members.map(({ group, key, sign }) => ({
    g: group,
    k: key,
    sig: toHex(sign(authenticationBytes({ origin, challenge, group, time }))),
  }));
  return readGrant(
    await http.askJson({
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

/** Brings the relay's list of a group's keys to what this admin knows. Does nothing where it is that already. */
export async function keepAcl(
  ask: (group: CollectionId, request: RelayRequest) => Promise<unknown>,
  member: RelayMember,
): Promise<void> {
  const path = `/v1/groups/${member.group}/acl`;
  for (let tries = 1; ; tries++) {
    const present = readAcl(await ask(member.group, { method: 'GET', path }));
    const keys = nextKeys(present, member);
    if (keys === null) return;
    try {
      await ask(member.group, { method: 'PUT', path, body: signed(member, present.gen + 1, keys) });
      return;
    } catch (error) {
      const isRace = error instanceof RelayError && error.status === 409;
      if (!isRace || tries >= MOST_TRIES) throw error;
    }
  }
}

/** null: the list is right, or this device cannot say. */
function nextKeys({ keys }: Acl, member: RelayMember): readonly RelayKey[] | null {
  const wanted = member.acl();
  if (wanted === null) return null;
  const next = new Map(keys.map((each) => [each.key, each]));
  for (const key of member.removed()) next.delete(key);
  for (const each of wanted) next.set(each.key, each);
  const isSame = next.size === keys.length && keys.every(({ key, admin }) => next.get(key)?.admin === admin);
  return isSame ? null : [...next.values()];
}

function signed(member: RelayMember, gen: number, keys: readonly RelayKey[]) {
  const sorted = [...keys].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, admin }) => ({ k: key, admin }));
  return { gen, keys: sorted, by: member.key, sig: toHex(member.sign(aclBytes(member.group, gen, sorted))) };
}
