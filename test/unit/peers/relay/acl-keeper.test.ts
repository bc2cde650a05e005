import { describe, expect, it } from 'vitest';
import { AclKeeper } from '../../../../src/main/peers/relay/acl-keeper.ts';
import { asRelayError, RelayError } from '../../../../src/main/peers/relay/relay-error.ts';
import type { RelayGrants } from '../../../../src/main/peers/relay/relay-grants.ts';
import type { RelayRequest } from '../../../../src/main/peers/relay/relay-http.ts';
import type { RelayKey, RelayMember, RelayWord } from '../../../../src/main/peers/relay/relay-session.ts';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import { type CollectionId, collectionId, memberKey } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const GROUP = collectionId('ab'.repeat(16));
const [one, two] = [memberKey('11'.repeat(32)), memberKey('22'.repeat(32))];

/** An admin, the list of a relay, what the relay answers to each PUT (a refusal, or nothing), and what was left for who was removed. */
function world(
  wanted: readonly RelayKey[] | null,
  there: readonly RelayKey[],
  refusals: (RelayError | null)[] = [],
  words: readonly RelayWord[] = [],
  wordsThere: readonly RelayWord[] | null = [],
  removed: readonly (typeof one)[] = [],
) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const put: RelayKey[][] = [];
  const served = { isServed: true };
  const ask = async (_: CollectionId, { method, path, body }: RelayRequest) => {
    const [, key] = /words.?(.*)$/.exec(path) ?? [];
    asked.push(key === undefined ? method : `${method} words ${key.slice(0, 2)}`.trim());
    if (key === '') {
      if (wordsThere === null) throw refusal('relay-refused', 404);
      const lie = wordsThere.map((word) => ({ k: word.key, hash: digestOf(word.bytes) }));
      return { body: Buffer.from(JSON.stringify({ words: lie })) };
    }
    if (method === 'PUT' && key === undefined)
      put.push((body as { keys: { k: typeof one; admin: boolean }[] }).keys.map(({ k, admin }) => ({ key: k, admin })));
    const no = method === 'PUT' ? (refusals.shift() ?? null) : null;
    if (no !== null) throw no;
    return { body: Buffer.from(JSON.stringify({ gen: 3, keys: there.map(({ key, admin }) => ({ k: key, admin })) })) };
  };
  const member: RelayMember = {
    group: GROUP,
    key: one,
    sign: () => new Uint8Array(64),
    isAdmin: () => wanted?.some((each) => each.key === one && each.admin) === true,
    belongs: () => true,
    acl: () => wanted,
    removed: () => removed,
    words: () => words,
  };
  const keeper = new AclKeeper({
    clock,
    grants: { ask, fault: (error: unknown) => asRelayError(error, 'relay') } as unknown as RelayGrants,
    members: new Map([[GROUP, member]]),
    isServed: () => served.isServed,
  });
  return { clock, asked, put, served, keeper };
}
const admin = (key: typeof one): RelayKey => ({ key, admin: true });
const refusal = (code: string, status: number, retryAfter: number | null = null) =>
  new RelayError(code, 'no', 'relay', { status, retryAfter });

describe('the list of keys at a relay', () => {
  it('is left alone where it is right, by who is no admin here nor there, by who left, and while the group is not served', async () => {
    const right = world([admin(one)], [admin(one)]);
    right.keeper.plan(GROUP, 0);
    await right.clock.advance(0);
    const reader = world([admin(two), { key: one, admin: false }], [admin(two)]);
    reader.keeper.plan(GROUP, 0);
    await reader.clock.advance(0);
    const left = world(null, [admin(one)]);
    left.keeper.plan(GROUP, 0);
    await left.clock.advance(0);
    const unserved = world([admin(one)], []);
    unserved.served.isServed = false;
    unserved.keeper.plan(GROUP, 0);
    await unserved.clock.advance(60_000);
    expect([right.asked, reader.asked, left.asked, unserved.asked]).toEqual([['GET'], ['GET'], [], []]);
  });

  it('is brought once more by who still stands there as an admin, with what it knows', async () => {
    const [stranger, gone] = [memberKey('33'.repeat(32)), memberKey('44'.repeat(32))];
    const now = [admin(two), { key: one, admin: false }];
    const listed = [admin(one), { key: two, admin: false }, { key: stranger, admin: false }, admin(gone)];
    for (const there of [listed, listed.slice(0, 3)]) {
      const demoted = world(now, there, [], [], [], [gone]);
      demoted.keeper.plan(GROUP, 0);
      await demoted.clock.advance(0);
      // Who was taken out may have put the stranger there, to stay by it.
      const more = there === listed ? [] : [{ key: stranger, admin: false }];
      expect(demoted.put).toEqual([[{ key: one, admin: false }, admin(two), ...more]]);
    }
    // A list without an admin could never be changed again.
    const last = world([{ key: one, admin: false }], [admin(one)]);
    last.keeper.plan(GROUP, 0);
    await last.clock.advance(0);
    expect(last.put).toEqual([]);
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

  it('comes with word for who was taken out, where that does not lie there yet', async () => {
    const words = [one, two].map((key) => ({ key, bytes: Buffer.from(`${key} was removed`) }));
    const asked = async (
      ...more: [(RelayError | null)[], readonly RelayWord[] | null, (readonly RelayKey[] | null)?]
    ) => {
      const [refusals, there, wanted = [admin(one)]] = more;
      const room = world(wanted, [admin(one)], refusals, words, there);
      room.keeper.plan(GROUP, 0);
      await room.clock.advance(60_000);
      return room.asked;
    };
    expect(await asked([], [])).toEqual(['GET', 'GET words', 'PUT words 11', 'PUT words 22']);
    expect(await asked([], words)).toEqual(['GET', 'GET words']);
    const older = [words[0]!, { key: two, bytes: Buffer.from('another') }];
    expect(await asked([], older)).toEqual(['GET', 'GET words', 'PUT words 22']);
    // A relay that has no room for one, or does not know of such a thing; and who is no admin.
    const full = refusal('relay-quota', 507);
    expect(await asked([full], [])).toEqual(['GET', 'GET words', 'PUT words 11', 'PUT words 22']);
    expect(await asked([], null)).toEqual(['GET', 'GET words']);
    expect(await asked([], [], [admin(two), { key: one, admin: false }])).toEqual(['GET', 'PUT']);
  });
});
