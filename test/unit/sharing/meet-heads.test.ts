import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPackage } from '../../../src/main/change-log/package.ts';
import type { LogHead } from '../../../src/main/peers/session/shared-collection.ts';
import { type Digest, logId } from '../../../src/main/record/ids.ts';
import { headsIn } from '../../../src/main/sharing/log-heads.ts';
import { comparableUpTo, headsElsewhere, meetHeads, trailIn } from '../../../src/main/sharing/meet-heads.ts';
import type { LogStore } from '../../../src/main/store/log-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const UNKNOWN = 'f'.repeat(64) as Digest;

let databases: readonly GroupDatabases[];
let here: GroupDevice;
let there: GroupDevice;
/** The device that writes `there`, as it was restored after its first package, and wrote on. */
let restored: GroupDevice;
let logs: LogStore;
beforeEach(() => {
  databases = [new GroupDatabases(), new GroupDatabases()];
  [here, there] = new CollectionGroup(2, 'heads', 'files', databases[0]).devices as [GroupDevice, GroupDevice];
  restored = new CollectionGroup(2, 'heads', 'files', databases[1]).devices[1] as GroupDevice;
  for (const device of [there, restored]) device.save('same', 'same');
  for (const name of ['a', 'b', 'c']) there.save(name, name);
  for (const name of ['d', 'e']) restored.save(name, name);
  logs = here.collection.log;
});
afterEach(() => {
  for (const each of databases) each.close();
});
const headOf = (device: GroupDevice) => headsIn(device.collection.log)[0] as LogHead;
const meet = (...heads: readonly LogHead[]) => {
  const { has, branches, wanted } = meetHeads(logs, heads);
  return { has: has.get(there.log), beside: branches.size, wanted: wanted.map(({ from }) => from) };
};

describe('what a peer holds of a log with one branch', () => {
  beforeEach(() => here.receiveFrom(there));

  it('is all up to its number, where that is the one that is here or more of it', () => {
    expect(meet(headOf(there))).toEqual({ has: 4, beside: 0, wanted: [] });
    expect(meet({ ...headOf(there), number: 7, hash: UNKNOWN })).toEqual({ has: 7, beside: 0, wanted: [] });
  });

  it('is not the package of that number where it has another, which is wanted', () => {
    expect(meet(headOf(restored))).toEqual({ has: 2, beside: 0, wanted: [3] });
  });

  it('is what it names of it where it has other packages as well, however many', () => {
    const trail = trailIn(restored.collection.log, there.log, [3]);
    expect(meet(headOf(restored), ...trail).has).toBe(1);
    restored.save('f', 'f');
    restored.save('g', 'g');
    expect(meet(headOf(restored)).has).toBe(5);
    expect(meet(headOf(restored), ...trailIn(restored.collection.log, there.log, [4, 3])).has).toBe(1);
    expect(meet({ ...headOf(there), number: 9, hash: UNKNOWN }, headOf(there)).has).toBe(9);
    expect(
      meet({ ...headOf(there), number: 2, hash: UNKNOWN }, { ...headOf(there), number: 1, hash: UNKNOWN }).has,
    ).toBe(0);
  });

  it('is on another branch where it has another package under a number that is here, and can be compared up to that', () => {
    const more = { ...headOf(there), number: 7, hash: UNKNOWN };
    expect(headsElsewhere(logs, [headOf(there), more, headOf(restored)])).toEqual([headOf(restored)]);
    const earlier = trailIn(there.collection.log, there.log, [3]);
    expect(headsElsewhere(logs, [...earlier, { ...more, log: logId('e'.repeat(16)) }])).toEqual([]);
    const upTo = (...heads: readonly LogHead[]) => comparableUpTo(logs, there.log, heads);
    expect([upTo(headOf(there)), upTo(more), upTo(), upTo(...earlier)]).toEqual(
      Array.from({ length: 4 }, () => Number.POSITIVE_INFINITY),
    );
    expect([
      upTo(headOf(restored)),
      upTo(headOf(restored), ...trailIn(restored.collection.log, there.log, [4, 3])),
    ]).toEqual([2, 1]);
  });
});

it('what is here at the numbers at which others have something else is named, and what is before that further and further back, to the first', () => {
  for (let at = 0; at < 12; at++) there.save(`${at}`, `${at}`);
  here.receiveFrom(there);
  const trail = (...numbers: readonly number[]) => trailIn(logs, there.log, numbers).map(({ number }) => number);
  expect([trail(), trail(1), trail(2), trail(16)]).toEqual([[], [1], [2, 1], [15, 13, 9, 1]]);
  expect([trail(12, 14, 12), trail(99, 12)]).toEqual([
    [14, 12, 11, 9, 5, 1],
    [12, 11, 9, 5, 1],
  ]);
  for (const { member, log, number, hash } of trailIn(logs, there.log, [9])) {
    expect([member, log]).toEqual([headOf(there).member, there.log]);
    expect(readPackage(logs.bytesOf(log, number) as Uint8Array).hash).toBe(hash);
  }
  expect(trailIn(logs, logId('e'.repeat(16)), [1])).toEqual([]);
});

describe('what a peer holds of a log with two branches', () => {
  beforeEach(() => {
    for (const device of [there, restored]) here.receiveFrom(device);
  });

  it('is its own branch, and of the other what comes before both', () => {
    expect(meet(headOf(there))).toEqual({ has: 4, beside: 3, wanted: [] });
    expect(meet(headOf(restored))).toEqual({ has: 1, beside: 2, wanted: [] });
    const first = readPackage(restored.collection.log.bytesOf(there.log, 2) as Uint8Array).hash as Digest;
    expect(meet({ ...headOf(restored), number: 2, hash: first })).toEqual({ has: 1, beside: 1, wanted: [] });
    expect(meet(headOf(restored), headOf(there))).toEqual({ has: 4, beside: 5, wanted: [] });
    expect(meet(headOf(there), headOf(restored))).toEqual({ has: 4, beside: 5, wanted: [] });
  });

  it('is more than is here where it has a package that is not', () => {
    expect(meet({ ...headOf(there), number: 9, hash: UNKNOWN })).toEqual({ has: 1, beside: 0, wanted: [5] });
    expect(meet({ ...headOf(there), number: 2, hash: UNKNOWN })).toEqual({ has: 1, beside: 0, wanted: [2] });
  });

  it('can be compared by a number only up to where they part, but for who has both', () => {
    const upTo = (...heads: readonly LogHead[]) => comparableUpTo(logs, there.log, heads);
    expect([upTo(headOf(there)), upTo(headOf(restored)), upTo()]).toEqual([1, 1, 1]);
    expect(upTo(headOf(there), headOf(restored))).toBe(Number.POSITIVE_INFINITY);
  });
});

it('the heads here are those of each branch, and none of a log that others only refer to', () => {
  for (const device of [there, restored]) here.receiveFrom(device);
  logs.log(logId('f'.repeat(16)), '');
  logs.log(logId('e'.repeat(16)), headOf(there).member);
  expect(headsIn(logs)).toEqual([headOf(there), headOf(restored)]);
});
