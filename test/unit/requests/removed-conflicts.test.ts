import { expect, it } from 'vitest';
import { RecordRequests } from '../../../src/main/requests/record-requests.ts';
import { collectionView } from '../../../src/main/requests/status-view.ts';
import { ROOT } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('the conflict of a collection this device was removed from waits for nobody here, and is told of where it is named', async () => {
  const room = await KeepRoom.openInConflict('removed with a conflict');
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const [asked, name] = [new RecordRequests(b.engine), room.replica(b).id];
  const [conflict] = asked.conflicts(null);
  expect([asked.firstConflicts({ limit: 10 }).total, collectionView(b.engine, room.replica(b)).conflicts]).toEqual([
    1, 1,
  ]);

  const member = { check: 'membership', ok: true };
  for (const device of [a, b])
    expect(device.running?.handlers.doctor()).toContainEqual(expect.objectContaining(member));
  a.engine.members.remove(room.replica(a), b.engine.deviceId);
  await room.run(60_000);
  expect(b.running?.handlers.doctor()).toContainEqual({
    check: 'membership',
    ok: false,
    detail: expect.stringMatching(/^This device was removed from .*To join again, leave it first\.$/),
    fix: `To leave it: lockstep leave ${name.slice(0, 12)}`,
  });
  expect(a.running?.handlers.doctor()).toContainEqual(expect.objectContaining(member));
  expect(collectionView(b.engine, room.replica(b))).toMatchObject({ removed: true, conflicts: 0 });
  expect([asked.conflicts(null), asked.firstConflicts({ limit: 10 })]).toEqual([[], { list: [], total: 0 }]);
  expect(asked.resolveAll('newest', null)).toMatchObject({ records: 0 });
  expect(asked.conflicts(name)).toEqual([conflict]);
  await expect(asked.resolve(conflict!.id, { take: conflict!.values[0]!.id })).rejects.toThrow(
    /was removed from .*leave it/,
  );
  // Where it can be settled it waits still.
  expect(collectionView(a.engine, room.replica(a)).conflicts).toBe(1);
  room.expectNoFaults();
});

it('the folder of a collection this device was removed from is not said to be kept in step, but what frees it', async () => {
  const room = await KeepRoom.open('removed, and its folder', 2, { 'a.txt': 'a' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const add = () => room.group.until(b, b.running!.handlers['collections:add']({ location: ROOT }) as Promise<unknown>);
  await expect(add()).rejects.toThrow(`${ROOT} is kept in step already.`);
  a.engine.members.remove(room.replica(a), b.engine.deviceId);
  await room.run(60_000);
  await expect(add()).rejects.toMatchObject({
    code: 'overlaps-source',
    message: expect.stringMatching(/^This device was removed from things, and .* Leave things first, then try again/),
  });
  room.expectNoFaults();
});
