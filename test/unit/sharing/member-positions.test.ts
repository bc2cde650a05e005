import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupMembership } from '../../../src/main/peers/membership/group-membership.ts';
import type { LogHead, LogPosition, MemberStanding } from '../../../src/main/peers/session/shared-collection.ts';
import { type DeviceId, type LogId, logId, type MemberKey } from '../../../src/main/record/ids.ts';
import { Acknowledgements } from '../../../src/main/sharing/acknowledgements.ts';
import { headsIn, positionsIn } from '../../../src/main/sharing/log-heads.ts';
import { trailIn } from '../../../src/main/sharing/meet-heads.ts';
import { MemberPositions } from '../../../src/main/sharing/member-positions.ts';
import { LOGS_OF_A_MEMBER } from '../../../src/main/store/log-limits.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const phone = 'phone' as DeviceId;
const tablet = 'tablet' as DeviceId;
const keyOf = (device: DeviceId) => `key of ${device}` as MemberKey;

let databases: GroupDatabases;
/** Of a device that was restored from before it wrote anything. */
let restoredDatabases: GroupDatabases;
let here: GroupDevice;
let there: GroupDevice;
/** How far each log counts; everything where it is not named. */
let cuts: Map<LogId, number>;
let belong: readonly DeviceId[];
let members: MemberPositions;
let saves: (() => void)[];
beforeEach(() => {
  databases = new GroupDatabases();
  restoredDatabases = new GroupDatabases();
  [here, there] = new CollectionGroup(2, 'positions', 'files', databases).devices as [GroupDevice, GroupDevice];
  cuts = new Map();
  saves = [];
  belong = [phone, tablet];
  members = opened();
});
afterEach(() => {
  databases.close();
  restoredDatabases.close();
});

function opened(): MemberPositions {
  const membership = {
    others: () => belong.map((device) => ({ device, memberKey: keyOf(device) })),
    everyone: () => 3,
    memberKeyOf: keyOf,
    counting: (_member: string, log: LogId) => cuts.get(log) ?? Number.POSITIVE_INFINITY,
  } as unknown as GroupMembership;
  const port = { now: () => here.clock.now(), later: (save: () => void) => void saves.push(save) };
  const { registry } = databases.of(0);
  return new MemberPositions(
    here.collection,
    membership,
    new Acknowledgements(here.collection, registry, membership, port),
  );
}
const heads = (device: GroupDevice): readonly LogHead[] => headsIn(device.collection.log);
const all = (device: GroupDevice) => positionsIn(device.collection.log).held;
const write = (device: GroupDevice, ...names: readonly string[]) => {
  for (const name of names) device.save(name, name);
};

describe('how far the other members are', () => {
  it('is not known before any of them told, and nothing counts as caught up with by then', () => {
    expect(members.caughtUp()).toBe(false);
    members.tell(phone, []);
    expect(members.caughtUp()).toBe(true);
  });

  it('is caught up with once all that a linked one told is here, or it is gone', () => {
    write(there, 'a', 'b');
    members.tell(phone, heads(there));
    expect(members.caughtUp()).toBe(false);
    here.receiveFrom(there);
    expect(members.caughtUp()).toBe(true);
    write(there, 'c');
    members.tell(phone, heads(there));
    expect([members.caughtUp(), members.toldNumber(phone, there.log)]).toEqual([false, 3]);
    members.forget(phone);
    members.tell('desk' as DeviceId, []);
    expect(members.caughtUp()).toBe(true);
  });

  it('waits for what a member said at a relay, until it is none any more', () => {
    write(there, 'a');
    members.tellRelayed(tablet, [], [], false);
    members.tellRelayed(phone, heads(there), [], false);
    expect(members.caughtUp()).toBe(false);
    belong = [tablet];
    expect(members.caughtUp()).toBe(true);
  });

  it('counts no content as had by who lost its database, and tells as little of it', () => {
    write(there, 'a', 'b');
    here.receiveFrom(there);
    members.tell(phone, heads(there));
    members.acknowledged(phone, all(there), all(there));
    expect(members.hadContents(phone)).toEqual(new Map([[there.log, 2]]));
    members.tell(phone, trailIn(there.collection.log, there.log, [1]));
    members.lowerToTold(phone);
    expect(members.hadContents(phone)).toEqual(new Map([[there.log, 1]]));
    members.tell(phone, []);
    members.lowerToTold(phone);
    expect(members.hadContents(phone)).toEqual(new Map([[there.log, 0]]));
  });

  it('counts no content as had by who says at a relay that it has lost it, or leaves some out', () => {
    write(there, 'a', 'b');
    here.receiveFrom(there);
    const tells = (upTo: number, isPartial = false) =>
      members.tellRelayed(
        phone,
        heads(there).map((head) => ({ ...head, number: upTo })),
        all(there).map((position) => ({ ...position, number: upTo })),
        isPartial,
      );
    // Whether it has applied more than was known.
    expect([tells(2), tells(2), members.hadContents(phone)]).toEqual([true, false, new Map([[there.log, 2]])]);
    members.tellRelayed(phone, [], [], false);
    expect(members.hadContents(phone)).toEqual(new Map([[there.log, 0]]));
    tells(2, true);
    expect(members.hadContents(phone)).toEqual(new Map());
  });

  it('counts of a log with two branches only what is before them, until one tells of both', () => {
    const restored = new CollectionGroup(2, 'positions', 'files', restoredDatabases).devices[1] as GroupDevice;
    for (const device of [there, restored]) write(device, 'same');
    write(there, 'a', 'b');
    write(restored, 'c', 'd');
    for (const device of [there, restored]) here.receiveFrom(device);
    const applied = () => members.hadContents(phone).get(there.log);
    members.tell(phone, heads(restored));
    members.acknowledged(phone, all(restored), all(restored));
    expect(applied()).toBe(1);
    const both = [...heads(there), ...heads(restored)];
    members.tell(phone, both);
    members.acknowledged(phone, all(restored), all(restored));
    expect(applied()).toBe(3);
    members.tell(phone, heads(restored));
    members.lowerToTold(phone);
    expect(applied()).toBe(1);
    // What others say of it is but a number, where they may not have both.
    const said = [{ member: keyOf(phone), linked: false, held: all(here), applied: all(here) }];
    members.forget(phone);
    members.tellOfOthers(tablet, said);
    expect(members.behind(phone)).toBe(2);
    members.tell(tablet, heads(restored));
    expect(members.behind(phone)).toBe(2);
    members.tell(tablet, both);
    expect(members.behind(phone)).toBe(0);
    members.forget(tablet);
    expect(members.behind(phone)).toBe(2);
  });

  it('counts of a log of which one says it holds other packages only what both have, before any of those came', () => {
    const restored = new CollectionGroup(2, 'positions', 'files', restoredDatabases).devices[1] as GroupDevice;
    for (const device of [there, restored]) write(device, 'same', 'the same');
    write(there, 'a', 'b', 'c', 'd');
    write(restored, 'e', 'f');
    here.receiveFrom(there);
    const { log } = restored.collection;
    members.tellRelayed(phone, [...heads(restored), ...trailIn(log, there.log, [3])], all(restored), false);
    expect([members.hadContents(phone).get(there.log), members.behind(phone)]).toEqual([2, 4]);
    expect(members.of(phone).get(there.log)).toEqual({ held: 4, applied: 2 });
  });

  it('tells of the problems of those that are linked', () => {
    members.tell(phone, []);
    members.noteProblems(phone, 3);
    expect(members.problems(phone)).toBe(3);
    members.forget(phone);
    expect(members.problems(phone)).toBe(0);
  });

  it('counts nothing as applied that a member tells it holds and does not tell it has applied', () => {
    write(there, 'a', 'b');
    here.receiveFrom(there);
    members.tell(phone, heads(there));
    members.acknowledged(phone, all(there), all(there));
    members.acknowledged(phone, all(there), []);
    expect([members.behind(phone), members.hadContents(phone)]).toEqual([2, new Map([[there.log, 0]])]);
  });

  it('lowers what they have applied of a log, and not what they hold; raises nothing', () => {
    write(there, 'a', 'b', 'c');
    here.receiveFrom(there);
    members.tell(phone, heads(there));
    const [position] = all(there) as [LogPosition];
    members.acknowledged(phone, [position], [{ ...position, number: 1 }]);
    members.lower(there.log, 2);
    expect(members.of(phone).get(there.log)).toEqual({ held: 3, applied: 1 });
    members.lower(there.log, 0);
    expect(members.of(phone).get(there.log)).toEqual({ held: 3, applied: 0 });
  });

  it('waits for nothing that its author might not write', () => {
    write(there, 'a', 'b');
    cuts.set(there.log, 0);
    members.tell(phone, heads(there));
    expect(members.caughtUp()).toBe(true);
  });

  it('waits for a branch of a log that is not here, though it is no longer than what is', () => {
    const restored = new CollectionGroup(2, 'positions', 'files', restoredDatabases).devices[1] as GroupDevice;
    write(there, 'a', 'b');
    write(restored, 'c', 'd');
    here.receiveFrom(there);
    here.collection.transact(() => here.collection.log.setApplied(there.log, 2));
    members.tell(phone, heads(restored));
    members.acknowledged(phone, all(restored), all(restored));
    expect([members.caughtUp(), members.holdsAllOf(phone), members.hasAppliedAllOf(phone)]).toEqual([
      false,
      false,
      false,
    ]);
    here.receiveFrom(restored);
    expect([members.caughtUp(), members.holdsAllOf(phone)]).toEqual([true, true]);
    members.tell(phone, [...heads(there), ...heads(restored)]);
    expect(members.holdsAllOf(phone)).toBe(true);
  });

  it('counts the packages that one has not applied, without those that count for nobody', () => {
    write(here, 'a', 'b', 'c');
    expect(members.behind(phone)).toBe(3);
    members.acknowledged(phone, all(here), [{ ...(all(here)[0] as LogHead), number: 2 }]);
    expect(members.behind(phone)).toBe(1);
    cuts.set(here.log, 2);
    expect(members.behind(phone)).toBe(0);
  });

  it('says what one has applied whose sources leave something out, though it may not have had the contents', () => {
    write(here, 'a', 'b');
    members.notePartial(phone, true);
    members.acknowledged(phone, all(here), all(here));
    expect([members.applied(phone).get(here.log), members.hadContents(phone)]).toEqual([2, new Map()]);
  });

  it('says whether this device has applied all that one holds', () => {
    write(there, 'a');
    members.acknowledged(phone, all(there), []);
    expect(members.hasAppliedAllOf(phone)).toBe(false);
    here.receiveFrom(there);
    here.collection.transact(() => here.collection.log.setApplied(there.log, 1));
    expect(members.hasAppliedAllOf(phone)).toBe(true);
  });

  it('forgets what a device acknowledged once, where it holds less of it now', () => {
    write(here, 'a', 'b');
    members.acknowledged(phone, all(here), all(here));
    members.tell(phone, []);
    members.lowerToTold(phone);
    expect(members.of(phone).get(here.log)).toEqual({ held: 0, applied: 0 });
    expect(members.behind(phone)).toBe(2);
  });

  it('is known after a restart', () => {
    write(here, 'a');
    members.acknowledged(phone, all(here), all(here));
    for (const save of saves) save();
    expect(opened().behind(phone)).toBe(0);
  });

  it('is written down once for all that is told in some seconds', () => {
    write(here, 'a');
    members.acknowledged(phone, all(here), all(here));
    write(here, 'b');
    for (const device of [phone, tablet, phone]) members.acknowledged(device, all(here), all(here));
    expect(saves).toHaveLength(1);
    for (const save of saves.splice(0)) save();
    expect([opened().behind(phone), opened().behind(tablet)]).toEqual([0, 0]);
    write(here, 'c');
    members.acknowledged(tablet, all(here), all(here));
    expect(saves).toHaveLength(1);
  });
});

it('of more logs than all members may begin nothing is known', () => {
  const said = (count: number, number: number): LogPosition[] =>
    Array.from({ length: count }, (_, at) => ({
      member: keyOf(phone),
      log: logId(at.toString(16).padStart(16, '0')),
      number,
    }));
  members.acknowledged(phone, said(4 * LOGS_OF_A_MEMBER, 1), []);
  expect(members.of(phone).size).toBe(3 * LOGS_OF_A_MEMBER);
  // Of those that are known it is heard on.
  members.acknowledged(phone, said(3 * LOGS_OF_A_MEMBER, 2), []);
  expect([...members.of(phone).values()].every(({ held }) => held === 2)).toBe(true);
});

describe('what a member may have passed over', () => {
  const passedOver = (written: number, ended: number, of = members) =>
    of.passedOver(phone, { log: here.log, number: written }, [{ log: here.log, number: ended }]);

  it('is what it applied in one go with what ended it', () => {
    write(here, 'a');
    members.acknowledged(phone, all(here), all(here));
    write(here, 'b', 'c');
    members.acknowledged(phone, all(here), all(here));
    expect([passedOver(1, 2), passedOver(2, 3), passedOver(3, 4)]).toEqual([false, true, false]);
    write(here, 'd');
    members.acknowledged(phone, all(here), all(here));
    for (const save of saves) save();
    for (const each of [members, opened()])
      expect([passedOver(2, 3, each), passedOver(3, 4, each)]).toEqual([true, false]);
  });

  it('is nothing of what it had when it was met, unless it left something out then', () => {
    write(here, 'a', 'b', 'c');
    members.acknowledged(phone, all(here), all(here));
    expect(passedOver(2, 3)).toBe(false);
    members.notePartial(tablet, true);
    members.acknowledged(tablet, all(here), all(here));
    members.notePartial(tablet, false);
    expect(members.passedOver(tablet, { log: here.log, number: 2 }, [{ log: here.log, number: 3 }])).toBe(true);
  });

  it('is known after an update of a version that did not write it down: what came since', () => {
    write(here, 'a', 'b');
    databases.of(0).registry.acknowledge(here.collection.stored.row, phone, here.log, { held: 2, applied: 2 });
    const updated = opened();
    write(here, 'c', 'd');
    updated.acknowledged(phone, all(here), all(here));
    expect([passedOver(1, 2, updated), passedOver(3, 4, updated)]).toEqual([false, true]);
  });
});

describe('the heads of what is held here', () => {
  it('are one of each log that something came of', () => {
    write(here, 'a', 'b');
    write(there, 'c');
    here.receiveFrom(there);
    here.collection.transact(() => here.collection.log.log(logId('9'.repeat(16)), ''));
    expect(new Map(heads(here).map(({ log, number }) => [log, number]))).toEqual(
      new Map([
        [here.log, 2],
        [there.log, 1],
      ]),
    );
    expect(positionsIn(here.collection.log).applied.map(({ number }) => number)).toEqual([0, 0]);
  });
});

describe('a member that is linked with another one only', () => {
  const standing = (applied: readonly LogPosition[], linked = true): MemberStanding => ({
    member: keyOf(tablet),
    linked,
    held: all(here),
    applied,
  });

  it('is known to have applied what that one says, and to be reached through it', () => {
    write(here, 'a', 'b');
    members.tell(phone, heads(here));
    expect([members.behind(tablet), members.linkedThrough(tablet)]).toEqual([2, null]);
    members.tellOfOthers(phone, [standing(all(here))]);
    expect([members.behind(tablet), members.linkedThrough(tablet)]).toEqual([0, phone]);
    members.tellOfOthers(phone, [standing(all(here), false)]);
    expect([members.behind(tablet), members.linkedThrough(tablet)]).toEqual([0, null]);
  });

  it('is waited for where it holds what is not applied here', () => {
    write(there, 'a');
    members.tell(phone, []);
    members.tellOfOthers(phone, [{ ...standing([]), held: all(there) }]);
    expect(members.hasAppliedAllOf(tablet)).toBe(false);
  });

  it('is believed itself as soon as it tells, and nothing is let go of for what others say', () => {
    write(here, 'a');
    members.tellOfOthers(phone, [standing(all(here))]);
    expect(members.hadContents(tablet)).toEqual(new Map());
    members.tell(tablet, []);
    expect(members.behind(tablet)).toBe(1);
    members.forget(tablet);
    expect(members.behind(tablet)).toBe(1);
  });

  it('is told of to all others, as far as it told itself', () => {
    write(here, 'a');
    members.tell(tablet, heads(here));
    members.acknowledged(tablet, all(here), all(here));
    expect(members.standings(tablet)).toEqual([]);
    expect(members.standings(phone)).toEqual([standing(all(here))]);
  });
});

it('a linked device that holds everything and applies nothing more does not come on', () => {
  write(here, 'a', 'b');
  members.tell(phone, []);
  expect(members.comesOn(phone)).toBe(true);
  members.acknowledged(phone, all(here), []);
  expect([members.behind(phone), members.comesOn(phone)]).toEqual([2, true]);
  here.clock.time += 31_000;
  expect(members.comesOn(phone)).toBe(false);
});

it('a device does not come on for as long as a clock was set back', () => {
  write(here, 'a');
  members.tell(phone, []);
  members.acknowledged(phone, all(here), []);
  here.clock.time -= 3_600_000;
  expect(members.comesOn(phone)).toBe(false);
});

it('a device whose sources leave something out is not taken for one that has the contents, also after a restart', () => {
  write(here, 'a');
  members.tell(phone, heads(here));
  members.acknowledged(phone, all(here), all(here));
  expect(members.hadContents(phone).size).toBe(1);
  members.notePartial(phone, true);
  expect([members.behind(phone), members.hadContents(phone).size, opened().hadContents(phone).size]).toEqual([0, 0, 0]);
  members.notePartial(phone, false);
  expect(members.hadContents(phone).size).toBe(1);
});
