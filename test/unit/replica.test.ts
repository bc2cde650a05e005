import { expect, it } from 'vitest';
import type { Change } from '../../src/main/change-log/change.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import { recordId } from '../../src/main/record/ids.ts';
import type { SimulatedDevice } from '../simulation/simulated-device.ts';
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
