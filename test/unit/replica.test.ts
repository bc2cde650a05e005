import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/main/change-log/change.ts';
import { isLive } from '../../src/main/merge/record-state.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import { recordId } from '../../src/main/record/ids.ts';
import { changeLogSource } from '../../src/main/store/problem-store.ts';
import type { Synchronizer } from '../../src/main/synchronizer.ts';
import { ROOT, type SimulatedDevice } from '../simulation/simulated-device.ts';
import { KeepRoom } from './keep/keep-room.ts';

type Devices = [SimulatedDevice, SimulatedDevice];

/** The deletion of a file, as a person may decide on it in a window. */
function deletionOf(room: KeepRoom, device: SimulatedDevice, path: string): Change {
  const record = recordId(path);
  const dots = room.replica(device).collection.records.find(record)?.state.fields.get(EXISTS) ?? [];
  const replaces = dots.flatMap((sibling) => sibling.dots);
  return { record, cause: 'undo', writes: [{ field: EXISTS, value: false, replaces }] };
}

it('what a person decides goes into the folder here, and to the others', async () => {
  const room = await KeepRoom.open('decided', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  room.replica(a).commit([deletionOf(room, a, 'file')]);
  await room.run(5000);
  expect([room.read(a, 'file'), room.read(b, 'file')]).toEqual([null, null]);
  room.expectNoFaults();
});

it('who may only read decides nothing for the others', async () => {
  const room = await KeepRoom.open('reader', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  const decide = () => room.replica(b).commit([deletionOf(room, b, 'file')]);
  room.group.setRole(b, 'reader', a);
  await room.run(5000);
  const changes = room.changes(b);
  expect(decide).toThrow(expect.objectContaining({ code: 'not-allowed', subject: room.replica(b).id }));
  expect(room.changes(b)).toBe(changes);
  room.group.setRole(b, 'editor', a);
  await room.run(5000);
  decide();
  await room.run(5000);
  expect([room.read(a, 'file'), room.read(b, 'file')]).toEqual([null, null]);
  room.expectNoFaults();
});

it('what the others could not use is not written for them', async () => {
  const room = await KeepRoom.open('invalid', 2, { file: 'first' });
  const [a] = room.devices as Devices;
  const changes = room.changes(a);
  const outside = { ...deletionOf(room, a, 'file'), record: recordId('../outside') };
  expect(() => room.replica(a).commit([deletionOf(room, a, 'file'), outside])).toThrow(
    expect.objectContaining({ code: 'invalid-change', subject: '../outside' }),
  );
  await room.run(5000);
  expect([room.changes(a), room.read(a, 'file')]).toEqual([changes, 'first']);
  room.expectNoFaults();
});

it('what stayed with a reader is everybody’s once it may write', async () => {
  const room = await KeepRoom.open('may write', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  room.group.setRole(b, 'reader', a);
  await room.run(5000);
  room.write(b, 'file', 'of a reader');
  room.write(b, 'own', 'of a reader too');
  await room.run(5000);
  expect(room.problems(b).toSorted()).toEqual(['file: read-only', 'own: read-only']);
  room.group.setRole(b, 'editor', a);
  await room.run(10_000);
  expect([room.read(a, 'file'), room.read(a, 'own'), room.problems(b)]).toEqual(['of a reader', 'of a reader too', []]);
  room.expectNoFaults();
});

it('what stayed with a reader is everybody’s as well where a look at everything has passed it over meanwhile', async () => {
  const room = await KeepRoom.open('may write later', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  room.group.setRole(b, 'reader', a);
  await room.run(5000);
  room.write(b, 'file', 'of a reader');
  room.write(b, 'own', 'of a reader too');
  await room.run(5000);
  const [synchronizer] = room.replica(b).synchronizers.values();
  await room.group.until(b, (synchronizer as Synchronizer).look(null, true));
  room.group.setRole(b, 'editor', a);
  await room.run(10_000);
  expect([room.read(a, 'file'), room.read(a, 'own'), room.problems(b)]).toEqual(['of a reader', 'of a reader too', []]);
  room.expectNoFaults();
});

it('a device that gives what nobody can take is told of until something of it is taken', async () => {
  const room = await KeepRoom.open('refused', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  const replica = room.replica(a);
  const told = () => replica.collection.problems.of(changeLogSource(replica.collection.stored.row));
  expect(replica.receivePackages(b.identity.id, [new Uint8Array([1, 2, 3])]).refused).not.toBeNull();
  const [{ record, code, detail }, ...others] = told() as [ReturnType<typeof told>[number]];
  expect([record, code, others]).toEqual([
    replica.membership.nameOf(replica.membership.memberKeyOf(b.identity.id) as never),
    'package-refused',
    [],
  ]);
  expect(detail).toContain('nothing more of it comes');
  room.write(b, 'file', 'edited');
  await room.run(5000);
  expect([room.read(a, 'file'), told()]).toEqual(['edited', []]);
  room.expectNoFaults();
});

describe('what a member wrote before it heard that it might not any more', () => {
  const open = async (seed: string) => {
    const room = await KeepRoom.open(seed, 2, { file: 'first' });
    const [a, b] = room.devices as Devices;
    room.group.cut(a, b);
    room.group.setRole(b, 'reader', a);
    room.write(b, 'late', 'of a reader');
    await room.run(5000);
    room.group.mendAll();
    await room.run(120_000);
    const replica = room.replica(a);
    const asides = () => replica.collection.problems.of(changeLogSource(replica.collection.stored.row));
    expect([room.read(a, 'late'), asides().map(({ code }) => code)]).toEqual([null, ['quarantined']]);
    return { room, a, b, replica, asides };
  };

  it('counts, also for that one, once a person takes it', async () => {
    const { room, a, b, replica, asides } = await open('taken');
    replica.settleQuarantine(b.identity.id, true);
    await room.run(60_000);
    expect([room.read(a, 'late'), asides(), room.problems(b)]).toEqual(['of a reader', [], []]);
    room.expectNoFaults();
  });
  it('is no matter any more once a person lets go of it, and does not count', async () => {
    const { room, a, b, replica, asides } = await open('let go of');
    replica.settleQuarantine(b.identity.id, false);
    expect(asides()).toEqual([]);
    await room.run(60_000);
    expect([room.read(a, 'late'), asides()]).toEqual([null, []]);
    room.expectNoFaults();
  });
});

it('the others know how many items are problems here, and when they are none any more', async () => {
  const room = await KeepRoom.open('problems', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  const told = () => room.replica(a).memberPositions.problems(b.identity.id);
  room.group.setRole(b, 'reader', a);
  await room.run(5000);
  room.write(b, 'file', 'of a reader');
  await room.run(5000);
  expect(told()).toBe(1);
  room.write(b, 'file', 'first');
  await room.run(5000);
  expect(told()).toBe(0);
  room.expectNoFaults();
});

it('who has no folder of a collection any more counts as having nothing of it', async () => {
  const room = await KeepRoom.open('no folder', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  const counts = () => room.replica(a).memberPositions.hadContents(b.identity.id).size > 0;
  expect(counts()).toBe(true);
  const [row] = room.replica(b).synchronizers.keys();
  await room.group.until(b, b.engine.removeSource(room.replica(b), row as number));
  await room.run(10_000);
  expect([room.replica(b).isPartial, counts()]).toEqual([true, false]);
  room.expectNoFaults();
});

it('what came and was not written when the program died is written after a restart', async () => {
  const room = await KeepRoom.open('died before', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  const { live } = room.replica(b).collection.records;
  // It dies as soon as it knows of another one, before anything of that is on its disk.
  b.onCall = () => (room.group.replica(b)?.collection.records.live === live ? null : { dies: 'before' });
  room.write(a, 'other', 'not there yet');
  await room.run(10_000);
  expect([b.running, room.read(b, 'other')]).toEqual([null, null]);
  b.onCall = null;
  // Nobody else could tell it once more.
  room.group.cut(a, b);
  await room.group.start(b);
  expect(room.replica(b).positions().applied).not.toEqual(room.replica(b).positions().held);
  room.group.mendAll();
  await room.run(120_000);
  expect(room.read(b, 'other')).toBe('not there yet');
  expect(room.replica(b).positions().applied).toEqual(room.replica(b).positions().held);
  room.expectNoFaults();
});

it('what one member writes comes to another that it never meets, by the one between them', async () => {
  const room = await KeepRoom.open('between', 3, { file: 'first' });
  const [a, , c] = room.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  room.group.cut(a, c);
  room.write(a, 'other', 'passed on');
  room.write(a, 'file', 'edited');
  await room.run(60_000);
  expect([room.read(c, 'other'), room.read(c, 'file')]).toEqual(['passed on', 'edited']);
  room.expectNoFaults();
});

it('an edit of what somebody moved meanwhile follows it, and one that may only read says nothing of its own', async () => {
  const room = await KeepRoom.open('moved', 3, { file: 'as it was', more: 'another' });
  const [a, b, c] = room.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  room.group.setRole(c, 'reader', a);
  await room.run(5000);
  for (const [one, other] of [
    [a, b],
    [a, c],
    [b, c],
  ] as const)
    room.group.cut(one, other);
  a.user.move(`${ROOT}/file`, `${ROOT}/moved`);
  room.write(b, 'file', 'edited where it was');
  await room.run(10_000);
  // It is the first to have both.
  for (const one of [a, b]) room.group.network.mend(one.host, c.host);
  await room.run(120_000);
  for (const device of [a, b, c])
    expect([room.read(device, 'file'), room.read(device, 'moved')]).toEqual([null, 'edited where it was']);
  const { log } = room.replica(c).collection;
  expect(log.log(room.replica(c).collection.stored.ownLog, '').held).toBe(0);
  room.expectNoFaults();
});

it('what was still written to a file as it was replaced stands beside what replaced it', async () => {
  const room = await KeepRoom.open('moved on', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  const bytes = Buffer.from('still written');
  const moved = { digest: digestOf(bytes), instead: null, size: bytes.length, executable: false, modified: 1 };
  expect(room.replica(b).takeMovedOn([{ ...moved, id: null }])).toEqual([]);
  const [row] = room.replica(b).takeMovedOn([{ ...moved, id: recordId('file') }]);
  await room.run(10_000);
  expect(row).toBe(room.replica(b).collection.records.find(recordId('file'))?.row);
  expect([room.conflicts(a), room.conflicts(b), room.read(a, 'file')]).toEqual([1, 1, 'first']);
});

it('what was still written to a file as it was deleted is there again', async () => {
  const room = await KeepRoom.open('moved on after', 2, { file: 'first', other: 'other' });
  const [a, b] = room.devices as Devices;
  b.user.remove(`${ROOT}/file`);
  await room.run(10_000);
  const isThere = (device: SimulatedDevice): boolean => {
    const found = room.replica(device).collection.records.find(recordId('file'));
    return found !== null && isLive(found.state);
  };
  expect([isThere(a), room.read(a, 'file')]).toEqual([false, null]);
  const bytes = Buffer.from('still written');
  const moved = { digest: digestOf(bytes), instead: null, size: bytes.length, executable: false, modified: 1 };
  room.replica(b).takeMovedOn([{ ...moved, id: recordId('file') }]);
  await room.run(10_000);
  expect([isThere(a), isThere(b)]).toEqual([true, true]);
});

it('a file that others keep a folder in the place of is there once nothing is in that any more', async () => {
  const room = await KeepRoom.open('uncovered', 2, { 'x/old': 'first' });
  const [a, b] = room.devices as Devices;
  room.group.cut(a, b);
  a.user.remove(`${ROOT}/x`);
  room.write(a, 'x', 'a file');
  room.write(b, 'x/below', 'in a folder');
  await room.run(5000);
  room.group.mendAll();
  await room.run(120_000);
  expect(room.read(b, 'x/below')).toBe('in a folder');
  b.user.remove(`${ROOT}/x/below`);
  await room.run(5000);
  for (const device of [a, b]) expect(room.read(device, 'x')).toBe('a file');
  room.expectNoFaults();
});

it('what this device wrote is applied here, though nobody is there who tells of it', async () => {
  const room = await KeepRoom.open('applied', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  room.group.cut(a, b);
  room.write(a, 'other', 'written');
  await room.run(10_000);
  const { applied, held } = room.replica(a).positions();
  expect(applied).toEqual(held);
});

it('a device of which a copy was put back writes on in a log of its own: nothing of either is lost', async () => {
  const room = await KeepRoom.open('put back', 2, { file: 'first' });
  const [a, b] = room.devices as Devices;
  b.backUp();
  room.write(b, 'after', 'written after the copy');
  await room.run(10_000);
  const { ownLog } = room.replica(b).collection.stored;
  await room.group.until(b, b.stop());
  b.restoreBackup();
  await room.group.start(b);
  await room.run(60_000);
  room.write(b, 'later', 'written after the copy was put back');
  await room.run(60_000);
  expect(room.replica(b).collection.stored.ownLog).not.toBe(ownLog);
  for (const device of [a, b])
    expect([room.read(device, 'after'), room.read(device, 'later')]).toEqual([
      'written after the copy',
      'written after the copy was put back',
    ]);
  expect(room.conflicts(a)).toBe(0);
});
