import { describe, expect, it } from 'vitest';
import { AclKeeper } from '../../../../src/main/peers/relay/acl-keeper.ts';
import { asRelayError, RelayError } from '../../../../src/main/peers/relay/relay-error.ts';
import type { RelayGrants } from '../../../../src/main/peers/relay/relay-grants.ts';
import type { RelayRequest } from '../../../../src/main/peers/relay/relay-http.ts';
import type { RelayKey, RelayMember } from '../../../../src/main/peers/relay/relay-session.ts';
import { type CollectionId, collectionId, memberKey } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const GROUP = collectionId('ab'.repeat(16));
const [one, two] = [memberKey('11'.repeat(32)), memberKey('22'.repeat(32))];

/** An admin, the list of a relay, and what the relay answers to each PUT: a refusal, or nothing. */
function world(wanted: readonly RelayKey[] | null, there: readonly RelayKey[], refusals: (RelayError | null)[] = []) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const served = { isServed: true };
  const ask = async (_: CollectionId, { method }: RelayRequest) => {
    asked.push(method);
    const refusal = method === 'PUT' ? (refusals.shift() ?? null) : null;
    if (refusal !== null) throw refusal;
    return { body: Buffer.from(JSON.stringify({ gen: 3, keys: there.map(({ key, admin }) => ({ k: key, admin })) })) };
  };
  const member: RelayMember = {
    group: GROUP,
    key: one,
    sign: () => new Uint8Array(64),
    acl: () => wanted,
    removed: () => [],
  };
  const keeper = new AclKeeper({
    clock,
    grants: { ask, fault: (error: unknown) => asRelayError(error, 'relay') } as unknown as RelayGrants,
    members: new Map([[GROUP, member]]),
    isServed: () => served.isServed,
  });
  return { clock, asked, served, keeper };
}
const admin = (key: typeof one): RelayKey => ({ key, admin: true });
const refusal = (code: string, status: number, retryAfter: number | null = null) =>
  new RelayError(code, 'no', 'relay', { status, retryAfter });

describe('the list of keys at a relay', () => {
  it('is left alone where it is right, by who is no admin, and while the group is not served', async () => {
    const right = world([admin(one)], [admin(one)]);
    right.keeper.plan(GROUP, 0);
    await right.clock.advance(0);
    const reader = world(null, []);
    reader.keeper.plan(GROUP, 0);
    await reader.clock.advance(0);
    const unserved = world([admin(one)], []);
    unserved.served.isServed = false;
    unserved.keeper.plan(GROUP, 0);
    await unserved.clock.advance(60_000);
    expect([right.asked, reader.asked, unserved.asked]).toEqual([['GET'], [], []]);
  });

  it('is set where a key is missing, or another role', async () => {
    for (const there of [[], [{ key: one, admin: false }]]) {
      const { clock, asked, keeper } = world([admin(one)], there);
      keeper.plan(GROUP, 5000);
      await clock.advance(4999);
      expect(asked).toEqual([]);
      await clock.advance(1);
      expect(asked).toEqual(['GET', 'PUT']);
    }
  });

  it('is looked at once, however often that was planned, and not after the end', async () => {
    const { clock, asked, keeper } = world([admin(one)], [admin(one), admin(two)]);
    for (const delay of [0, 10, 20]) keeper.plan(GROUP, delay);
    await clock.advance(100);
    keeper.plan(GROUP, 0);
    keeper.stop();
    await clock.advance(100);
    expect(asked).toEqual(['GET']);
  });

  it('is given up to admins that are faster five times, until something changes', async () => {
    const races = Array.from({ length: 9 }, () => refusal('relay-refused', 409));
    const { clock, asked, keeper } = world([admin(one)], [], races);
    keeper.plan(GROUP, 0);
    await clock.advance(600_000);
    expect(asked).toEqual(Array.from({ length: 5 }, () => ['GET', 'PUT']).flat());
  });

  it('is not set again where that is refused, and is where the relay does not answer: after half a minute, or as it says', async () => {
    for (const [code, status, retryAfter, tries] of [
      ['relay-refused', 403, null, 1],
      ['relay-unreachable', 503, null, 2],
      ['relay-too-many', 429, 40, 1],
    ] as const) {
      const { clock, asked, keeper } = world([admin(one)], [], [refusal(code, status, retryAfter)]);
      keeper.plan(GROUP, 0);
      await clock.advance(35_000);
      expect(asked.filter((each) => each === 'PUT')).toHaveLength(tries);
      await clock.advance(5000);
      expect(asked.filter((each) => each === 'PUT')).toHaveLength(code === 'relay-refused' ? 1 : 2);
    }
  });
});
