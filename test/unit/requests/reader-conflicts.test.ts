import { expect, it } from 'vitest';
import { RecordRequests } from '../../../src/main/requests/record-requests.ts';
import { collectionView } from '../../../src/main/requests/status-view.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('a reader sees a conflict, who settles it and who invites; to settle all it may settle fails at nothing', async () => {
  const room = await KeepRoom.openInConflict('a reader with a conflict');
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  expect(collectionView(b.engine, room.replica(b))).not.toHaveProperty('decidedBy');
  expect(collectionView(b.engine, room.replica(b))).not.toHaveProperty('invitedBy');

  a.engine.members.setRole(room.replica(a), b.engine.deviceId, 'reader');
  await room.run(60_000);
  const name = room.replica(b).membership.member(a.engine.deviceId)?.name;
  expect(collectionView(b.engine, room.replica(b))).toMatchObject({
    conflicts: 1,
    decidedBy: [name],
    invitedBy: [name],
  });
  expect(collectionView(a.engine, room.replica(a))).not.toHaveProperty('decidedBy');
  expect(collectionView(a.engine, room.replica(a))).not.toHaveProperty('invitedBy');
  const asked = new RecordRequests(b.engine);
  expect(asked.firstConflicts({ limit: 10 }).total).toBe(1);
  expect(asked.resolveAll('newest', null)).toMatchObject({ records: 0 });
  expect(() => asked.resolveAll('newest', room.replica(b).id)).toThrow(/may only read/);
  room.expectNoFaults();
});
