import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupMembership } from '../../../src/main/peers/membership/group-membership.ts';
import { makeHeadsBeacon } from '../../../src/main/peers/session/heads-beacon.ts';
import { logId, type MemberKey, memberKey, recordId } from '../../../src/main/record/ids.ts';
import { HeadsWatch } from '../../../src/main/sharing/heads-watch.ts';
import { headsIn } from '../../../src/main/sharing/log-heads.ts';
import { changeLogSource } from '../../../src/main/store/problem-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const TEN_MINUTES = 600_000;
const [own, desk] = ['1', '2'].map((digit) => memberKey(digit.repeat(64))) as [MemberKey, MemberKey];

let databases: GroupDatabases;
let here: GroupDevice;
/** Has written three packages, of which the first is here. */
let phone: GroupDevice;
let isCaughtUp: boolean;
/** How many packages of the phone count. */
let counts: number;
let belong: Set<MemberKey>;
let isSigned: boolean;
let later: (() => void)[];
let changes: number;
let watch: HeadsWatch;
beforeEach(() => {
  databases = new GroupDatabases();
  [here, phone] = new CollectionGroup(2, 'heads watch', 'files', databases).devices as [GroupDevice, GroupDevice];
  for (const name of ['a', 'b', 'c']) phone.save(name, name);
  come(1);
  isCaughtUp = true;
  counts = Number.POSITIVE_INFINITY;
  belong = new Set([own, desk, keyOfPhone()]);
  isSigned = true;
  later = [];
  changes = 0;
  const membership = {
    group: here.group.id,
    ownKey: own,
    isMember: () => belong.has(own),
    sign: () => new Uint8Array(64),
    verify: () => isSigned,
    authorOf: (key: MemberKey) => ({ device: key }),
    member: (device: string) => (belong.has(device as MemberKey) ? { device } : null),
    counting: (key: MemberKey) => ([own, desk, keyOfPhone()].includes(key) ? counts : 0),
    nameOf: (key: MemberKey) => (key === desk ? 'Desk' : 'Phone'),
  } as unknown as GroupMembership;
  watch = new HeadsWatch(here.collection, membership, {
    registry: databases.of(0).registry,
    now: () => here.clock.now(),
    later: (call) => void later.push(call),
    changed: () => void changes++,
    caughtUp: () => isCaughtUp,
  });
});
afterEach(() => databases.close());

const keyOfPhone = (): MemberKey => headsIn(phone.collection.log)[0]?.member as MemberKey;
/** So many packages of the phone come here. */
function come(upTo: number): void {
  for (const { bytes } of phone.sent.slice(0, upTo)) here.receive(bytes);
}
const source = () => changeLogSource(here.collection.stored.row);
const told = () => here.collection.problems.of(source()).map(({ record, code }) => `${record}: ${code}`);

describe('what a member had seen and what did not come', () => {
  it('is told by the name of who wrote it after ten minutes, until it comes', () => {
    watch.note(desk, [{ log: phone.log, number: 3 }]);
    here.clock.time += TEN_MINUTES - 1;
    watch.tellMissing();
    expect(told()).toEqual([]);
    here.clock.time += 1;
    watch.tellMissing();
    expect(told()).toEqual(['Phone: not-come']);
    expect(here.collection.problems.of(source())[0]?.detail).toMatch(/^2 packages of it that Desk had seen did not/);
    come(2);
    watch.tellMissing();
    expect(here.collection.problems.of(source())[0]?.detail).toMatch(/^A package of it that Desk had seen did not/);
    come(3);
    watch.tellMissing();
    expect(told()).toEqual([]);
  });

  it('is told of a log of which nothing is here as well, by the name of whose it is said to be', () => {
    const log = logId('9'.repeat(16));
    watch.note(keyOfPhone(), [{ log, number: 2, member: desk }]);
    here.clock.time += TEN_MINUTES;
    watch.tellMissing();
    expect(told()).toEqual(['Desk: not-come']);
    expect(here.collection.problems.of(source())[0]?.detail).toMatch(/^2 packages of it that Phone had seen/);
  });

  it('is not told while somebody who is linked has more to give', () => {
    watch.note(desk, [{ log: phone.log, number: 3 }]);
    here.clock.time += TEN_MINUTES;
    isCaughtUp = false;
    watch.tellMissing();
    expect(told()).toEqual([]);
  });

  it('is waited for by nobody where it counts for nobody', () => {
    const isTold = (upTo: number): boolean => {
      counts = upTo;
      watch.note(desk, [{ log: phone.log, number: 3 }]);
      here.clock.time += TEN_MINUTES;
      watch.tellMissing();
      return told().length > 0;
    };
    expect([isTold(2), isTold(3)]).toEqual([false, true]);
  });

  it('is looked at again by itself, once at a time, for as long as something is missing', () => {
    watch.tellMissing();
    expect(later).toEqual([]);
    watch.note(desk, [{ log: phone.log, number: 3 }]);
    watch.tellMissing();
    watch.tellMissing();
    expect(later).toHaveLength(1);
    here.clock.time += TEN_MINUTES;
    later.pop()?.();
    expect([told(), changes, later.length]).toEqual([['Phone: not-come'], 1, 1]);
    come(3);
    later.pop()?.();
    expect([told(), changes, later.length]).toEqual([[], 2, 0]);
  });

  it('takes the place of nothing else that is told of who wrote it', () => {
    here.collection.problems.put(source(), recordId('Phone'), 'quarantined', 'waits for a person', 1);
    watch.note(desk, [{ log: phone.log, number: 3 }]);
    here.clock.time += TEN_MINUTES;
    watch.tellMissing();
    expect(told()).toEqual(['Phone: quarantined']);
    come(3);
    watch.tellMissing();
    expect(told()).toEqual(['Phone: quarantined']);
  });
});

describe('a heads beacon', () => {
  const beacon = (by: MemberKey, number = 3) =>
    makeHeadsBeacon(
      here.group.id,
      { key: by, sign: () => new Uint8Array(64) },
      headsIn(phone.collection.log).map((head) => ({ ...head, number })),
      here.clock.now(),
    );
  const heard = () => watch.beacons([]).map(({ member }) => member);
  const lastHeard = () => databases.of(0).registry.setting(`seen.${desk}`);

  it('tells of what did not come, and is passed on while its author belongs', () => {
    expect(watch.beaconHeard(beacon(desk))).toBe(true);
    expect([heard(), changes]).toEqual([[own, desk], 1]);
    here.clock.time += TEN_MINUTES;
    expect(watch.beaconHeard(beacon(desk))).toBe(true);
    expect(told()).toEqual(['Phone: not-come']);
    belong.delete(desk);
    expect(heard()).toEqual([own]);
  });

  it('that its author did not sign tells nothing', () => {
    isSigned = false;
    expect(watch.beaconHeard(beacon(desk))).toBe(false);
    expect([heard(), changes, lastHeard()]).toEqual([[own], 0, null]);
  });

  it('of who does not belong tells nothing, also once it does', () => {
    belong.delete(desk);
    expect(watch.beaconHeard(beacon(desk))).toBe(true);
    belong.add(desk);
    expect([heard(), changes, lastHeard()]).toEqual([[own], 0, null]);
  });

  it('that comes once more tells nothing', () => {
    const said = beacon(desk);
    for (let time = 0; time < 2; time++) expect(watch.beaconHeard(said)).toBe(true);
    expect(changes).toBe(1);
  });

  it('tells when its author was last there, which is never later than now, and never earlier than was known', () => {
    const begun = here.clock.time;
    watch.beaconHeard(beacon(desk));
    expect(lastHeard()).toBe(String(begun));
    here.clock.time = begun + 2 * TEN_MINUTES;
    const ahead = beacon(desk);
    here.clock.time = begun + TEN_MINUTES;
    watch.beaconHeard(ahead);
    expect(lastHeard()).toBe(String(begun + TEN_MINUTES));
    databases.of(0).registry.setSetting(`seen.${desk}`, String(begun + 9 * TEN_MINUTES));
    here.clock.time = begun + 5 * TEN_MINUTES;
    watch.beaconHeard(beacon(desk));
    expect(lastHeard()).toBe(String(begun + 9 * TEN_MINUTES));
  });

  it('of this device that comes back tells it nothing', () => {
    expect(watch.beaconHeard(beacon(own))).toBe(true);
    here.clock.time += TEN_MINUTES;
    watch.tellMissing();
    expect([told(), heard()]).toEqual([[], [own]]);
  });

  it('is made by nobody who does not belong', () => {
    belong.delete(own);
    expect(watch.beacons([])).toEqual([]);
  });
});
