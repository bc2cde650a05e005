import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupMembership } from '../../../src/main/peers/membership/group-membership.ts';
import { type DeviceId, type MemberKey, recordId } from '../../../src/main/record/ids.ts';
import { headsIn } from '../../../src/main/sharing/log-heads.ts';
import { Quarantine } from '../../../src/main/sharing/quarantine.ts';
import { changeLogSource } from '../../../src/main/store/problem-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

let databases: GroupDatabases;
let here: GroupDevice;
let removed: GroupDevice;
let extended: string[];
/** Up to which package what this device wrote counts. */
let ownCounts: number;
let belongs: boolean;
let quarantine: Quarantine;
beforeEach(() => {
  databases = new GroupDatabases();
  [here, removed] = new CollectionGroup(2, 'quarantine', 'files', databases).devices as [GroupDevice, GroupDevice];
  extended = [];
  ownCounts = Number.POSITIVE_INFINITY;
  belongs = true;
  here.save('own.txt', 'own');
  const ownKey = headsIn(here.collection.log)[0]?.member as MemberKey;
  const member = headsIn(removedAfterWriting('letter.txt', 'note.txt').collection.log)[0]?.member as MemberKey;
  for (const { log, number, bytes } of removed.sent)
    here.collection.transact(() =>
      here.collection.quarantine.add({ log, number, hash: String(number).padStart(64, '0'), member, bytes }),
    );
  quarantine = new Quarantine(here.collection, {
    ownKey,
    isMember: () => belongs,
    nameOf: (key: MemberKey) => (key === member ? 'Phone' : 'Laptop'),
    authorOf: (key: MemberKey) => (key === member ? { device: 'phone' } : null),
    counting: () => ownCounts,
    extendCuts: (heads: readonly { log: string; number: number }[]) =>
      extended.push(...heads.map(({ log, number }) => `${log} ${number}`)),
  } as unknown as GroupMembership);
});
afterEach(() => databases.close());

function removedAfterWriting(...names: readonly string[]): GroupDevice {
  for (const name of names) removed.save(name, name);
  return removed;
}
const told = () => here.collection.problems.of(changeLogSource(here.collection.stored.row));

describe('what is set aside of a member', () => {
  it('is one problem, which names what those packages change', () => {
    quarantine.tell(5);
    expect(told()).toMatchObject([{ record: 'Phone', code: 'quarantined' }]);
    expect(told()[0]?.detail).toContain('letter.txt, note.txt');
  });

  it('is told from when it was found, beside what else is told of a member', () => {
    const source = changeLogSource(here.collection.stored.row);
    here.collection.problems.put(source, recordId('Desk'), 'not-come', 'kept back', 1);
    for (const now of [5, 9]) quarantine.tell(now);
    expect(told().map(({ record, code, since }) => [record, code, since])).toEqual([
      ['Desk', 'not-come', 1],
      ['Phone', 'quarantined', 5],
    ]);
  });

  it('counts up to its last package once a person takes it', () => {
    expect(quarantine.take('phone' as DeviceId, 5)).toBe(true);
    expect(extended).toEqual([`${removed.log} 2`]);
  });

  it('is no problem any more once it is let go of', () => {
    quarantine.tell(5);
    expect(quarantine.letGo('phone' as DeviceId)).toBe(true);
    quarantine.tell(6);
    expect(told()).toEqual([]);
  });

  it('is told at the device that wrote it too, which is still a member', () => {
    quarantine.tell(5);
    expect(told().map(({ code }) => code)).toEqual(['quarantined']);
    ownCounts = 0;
    quarantine.tell(5);
    expect(told().find(({ code }) => code === 'not-taken')?.detail).toContain('own.txt');
  });

  it('is told there for as long as it does not count, of what does not count alone', () => {
    here.receiveFrom(removed);
    here.save('late.txt', 'late');
    ownCounts = 1;
    quarantine.tell(5);
    const detail = () => told().find(({ code }) => code === 'not-taken')?.detail;
    expect(detail()).toContain(': late.txt.');
    ownCounts = 2;
    quarantine.tell(6);
    expect(detail()).toBeUndefined();
  });

  it('is not told at a device that does not belong any more: nobody could take it there', () => {
    ownCounts = 0;
    belongs = false;
    quarantine.tell(5);
    expect(told().map(({ code }) => code)).toEqual(['quarantined']);
  });

  it('is nothing to decide about where another device is meant', () => {
    expect([quarantine.take('desk' as DeviceId, 5), quarantine.letGo('desk' as DeviceId)]).toEqual([false, false]);
    expect(extended).toEqual([]);
  });
});
