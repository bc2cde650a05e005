import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Received } from '../../../src/main/collection.ts';
import type { GroupMembership } from '../../../src/main/peers/membership/group-membership.ts';
import type { LogHead } from '../../../src/main/peers/session/shared-collection.ts';
import type { DeviceId, LogId, MemberKey } from '../../../src/main/record/ids.ts';
import { FollowMembers } from '../../../src/main/sharing/follow-members.ts';
import { headsIn, positionsIn } from '../../../src/main/sharing/log-heads.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const phone = 'phone' as DeviceId;
const tablet = 'tablet' as DeviceId;
const keyOf = (device: DeviceId) => `key of ${device}` as MemberKey;
const WHOLE = { source: { adopting: false }, leavesOut: false, isFilling: false, misses: false };

let databases: GroupDatabases;
let here: GroupDevice;
let there: GroupDevice;
let sources: Map<number, typeof WHOLE>;
/** What the rest of the program was told. */
let told: string[];
let members: FollowMembers;
beforeEach(() => {
  databases = new GroupDatabases();
  [here, there] = new CollectionGroup(2, 'follow', 'files', databases).devices as [GroupDevice, GroupDevice];
  sources = new Map([[1, WHOLE]]);
  told = [];
  const note = (what: string) => (): void => void told.push(what);
  const membership = {
    others: () => [phone, tablet].map((device) => ({ device, memberKey: keyOf(device) })),
    everyone: () => 3,
    memberKeyOf: keyOf,
    counting: () => Number.POSITIVE_INFINITY,
  } as unknown as GroupMembership;
  members = new FollowMembers(here.collection, membership, databases.of(0).registry, sources, {
    applied: note('applied'),
    appliedElsewhere: note('applied elsewhere'),
    changed: note('changed'),
    compareAgain: note('compare again'),
    constructSoon: note('construct'),
    caughtUp: note('caught up'),
    now: () => here.clock.now(),
    later: () => {},
  });
});
afterEach(() => databases.close());

const heads = (device: GroupDevice): readonly LogHead[] => headsIn(device.collection.log);
const all = (device: GroupDevice) => positionsIn(device.collection.log).held;
/** This device as it was before it wrote this, which another one knows. */
function restoredBefore(name: string): readonly LogHead[] {
  here.save('first', 'first');
  const [head] = heads(here);
  here.save(name, name);
  return heads(here).map((each) => ({ ...each, number: (head as LogHead).number + 5 }));
}

describe('a source that waits to be compared', () => {
  beforeEach(() => {
    sources.set(1, { ...WHOLE, source: { adopting: true } });
    there.save('a', 'a');
  });

  it('is let go on once all is here that linked members told', () => {
    members.peerHolds(phone, heads(there));
    expect(told).not.toContain('caught up');
    here.receiveFrom(there);
    members.tellCaughtUp();
    expect(told).toContain('caught up');
  });

  it('is let go on at once where a member links that has nothing more', () => {
    here.receiveFrom(there);
    members.peerHolds(phone, heads(there));
    expect(told).toContain('caught up');
  });

  it('is let go on by what lies at a relay too', () => {
    here.receiveFrom(there);
    for (const device of [phone, tablet])
      members.standingRelayed(device, { heads: heads(there), applied: [], partial: false });
    expect(told).toContain('caught up');
  });

  it('is the only reason to', () => {
    sources.set(1, WHOLE);
    here.receiveFrom(there);
    members.peerHolds(phone, heads(there));
    expect(told).not.toContain('caught up');
  });
});

describe('a member that tells how far it is', () => {
  it('is a reason to try what nobody had before', () => {
    members.peerHolds(phone, []);
    expect(told).toContain('construct');
    told.length = 0;
    members.standingRelayed(tablet, { heads: [], applied: [], partial: false });
    expect(told).toEqual(expect.arrayContaining(['construct', 'changed']));
  });

  it('may have contents nobody had, where it has applied more than it had; and only then', () => {
    there.save('a', 'a');
    here.receiveFrom(there);
    members.acknowledged(phone, all(there), all(there), 0);
    expect(told).toContain('applied elsewhere');
    told.length = 0;
    members.acknowledged(phone, all(there), all(there), 0);
    expect(told).not.toContain('applied elsewhere');
    members.standingRelayed(tablet, { heads: heads(there), applied: all(there), partial: false });
    expect(told).toContain('applied elsewhere');
  });

  it('has no longer what it had, where it holds less than it told before', () => {
    there.save('a', 'a');
    here.receiveFrom(there);
    members.peerHolds(phone, heads(there));
    members.acknowledged(phone, all(there), all(there), 0);
    expect(members.positions.hadContents(phone)).toEqual(new Map([[there.log, 1]]));
    members.peerHolds(phone, []);
    expect(members.positions.hadContents(phone)).toEqual(new Map([[there.log, 0]]));
  });
});

describe('a device that was restored from a copy', () => {
  const logs: readonly ['on a link' | 'at a relay', (known: readonly LogHead[]) => void][] = [
    ['on a link', (known) => void members.peerHolds(phone, known)],
    ['at a relay', (known) => members.standingRelayed(phone, { heads: known, applied: [], partial: false })],
  ];
  it.each(logs)(
    'writes in a new log once somebody tells more of its own %s, and says what it holds anew',
    (_, tell) => {
      const own = here.collection.stored.ownLog;
      tell(restoredBefore('letter'));
      expect(here.collection.stored.ownLog).not.toBe(own);
      expect(told).toContain('compare again');
    },
  );

  it.each(logs)('is none where others know of its log what it does, or less (%s)', (_, tell) => {
    const own = here.collection.stored.ownLog;
    here.save('letter', 'letter');
    tell(heads(here));
    tell([]);
    expect(here.collection.stored.ownLog).toBe(own);
    expect(told).not.toContain('compare again');
  });
});

describe('a log in which two computers wrote', () => {
  it('is compared with the others anew, and counts no further than up to where it parts', () => {
    there.save('a', 'a');
    there.save('b', 'b');
    here.receiveFrom(there);
    members.acknowledged(phone, all(there), all(there), 0);
    const came = [{ is: 'stored', package: { log: there.log as LogId } }] as unknown as readonly Received[];
    members.compareBranches(came);
    expect(told).not.toContain('compare again');
    const { log } = here.collection;
    log.branches = () => ({ first: 2 }) as ReturnType<typeof log.branches>;
    members.compareBranches(came);
    expect(told).toContain('compare again');
    expect(members.positions.of(phone).get(there.log)).toMatchObject({ applied: 1 });
  });
});

describe('what a member is told of this device', () => {
  it.each([
    ['leaves something out', { leavesOut: true }],
    ['is being filled', { isFilling: true }],
    ['misses something', { misses: true }],
  ])('is that it has not all, where one of its sources %s', (_, lacks) => {
    expect(members.standing(phone).partial).toBe(false);
    sources.set(2, { ...WHOLE, ...lacks });
    expect(members.standing(phone).partial).toBe(true);
  });

  it('is that it has nothing, where it has no source', () => {
    sources.clear();
    expect(members.isPartial).toBe(true);
  });
});
