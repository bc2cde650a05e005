import { beforeEach, expect, it } from 'vitest';
import { Admissions } from '../../../src/main/network/admissions.ts';
import type { NetworkHost } from '../../../src/main/network/network-host.ts';
import { parseInviteLink } from '../../../src/main/peers/pairing/invite-link.ts';
import { toHex } from '../../../src/main/peers/protocol/hex.ts';
import { collectionId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { makeIdentity } from '../../fakes/identities.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const ID = collectionId('c'.repeat(32));

let role: 'admin' | 'editor';
/** Invitations that the membership log revokes. */
let revoked: string[];
let replica: Replica;
let admissions: Admissions;
beforeEach(() => {
  role = 'admin';
  revoked = [];
  const random = new SeededRandom('admissions');
  replica = {
    id: ID,
    collection: { kind: 'files', stored: { name: 'docs' }, records: { live: 3 } },
    membership: {
      member: () => ({ role }),
      isMember: () => true,
      get current() {
        return { revokedInvites: revoked };
      },
    },
  } as unknown as Replica;
  const host = {
    world: { identity: makeIdentity(random, 'desk'), clock: new FakeClock(), random },
    deviceId: 'desk',
    name: 'Desk',
    replicas: new Map([[ID, replica]]),
    events: { tell: () => {}, notice: () => {} },
    changed: () => {},
  };
  admissions = new Admissions(host as unknown as NetworkHost, {
    ownAddresses: () => ['10.0.0.2:1'],
    remember: () => {},
    nearbyChanged: () => {},
    relays: () => ({ inviteUrl: () => null, openMailbox: () => {}, closeMailbox: () => {} }) as never,
  });
});

it('only an admin invites, waits for one nearby, and revokes what another one offered', () => {
  const link = admissions.invite(ID, 'editor', false);
  role = 'editor';
  const refused = expect.objectContaining({ code: 'not-allowed', subject: ID });
  expect(() => admissions.invite(ID, 'editor', false)).toThrow(refused);
  expect(() => admissions.waitNearby(ID, 'editor')).toThrow(refused);
  for (const which of [link, null]) expect(() => admissions.revokeInvite(replica, which)).toThrow(refused);
  expect(admissions.isOpen).toBe(true);
});

it('an invitation that another admin revokes admits nobody here either, as soon as that is known', () => {
  const link = admissions.invite(ID, 'editor', false);
  admissions.membershipChanged(replica);
  expect(admissions.isOpen).toBe(true);
  revoked = [toHex(parseInviteLink(link).id)];
  admissions.membershipChanged(replica);
  expect(admissions.isOpen).toBe(false);
});

it('nobody is let in once this run ends', () => {
  admissions.invite(ID, 'editor', false);
  admissions.waitNearby(ID, 'editor');
  admissions.stop();
  expect([admissions.isOpen, admissions.isNearbyOpen]).toEqual([false, false]);
});

it('says so where this device itself made the link that is to be joined by', async () => {
  const joined = admissions.join(admissions.invite(ID, 'editor', false), async () => true);
  await expect(joined).rejects.toMatchObject({ code: 'own-invite', message: expect.stringContaining('add a source') });
});
