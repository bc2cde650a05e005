import { expect, it } from 'vitest';
import { membershipChecks } from '../../../src/main/requests/membership-checks.ts';
import { collectionView } from '../../../src/main/requests/status-view.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('a device whose database is put back as it was before it left says so, and what to do', async () => {
  const room = await KeepRoom.open('left and restored', 2, { 'a.txt': 'a' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  b.backUp();
  const { stored } = room.replica(b).collection;
  room.group.cut(a, b);
  await room.group.until(b, b.engine.leave(room.replica(b)));
  await room.run(10_000);
  b.kill();
  b.restoreBackup();
  room.group.mendAll();
  await room.group.start(b);
  await room.run(10_000);

  const replica = room.replica(b);
  expect(collectionView(b.engine, replica)).toMatchObject({
    removed: true,
    sources: [{ reason: expect.stringMatching(/^This device left it\. .*put back from a copy.* leave it once more/) }],
  });
  expect(() => b.engine.members.remove(replica, a.engine.deviceId)).toThrow(
    `This device left ${stored.name}: leave it, and join it with a new invitation.`,
  );
  room.expectNoFaults();
});

it('nor does one that left, and told of it, pass for a member, or for one whose folder is away', async () => {
  const room = await KeepRoom.open('left, told and restored', 2, { 'a.txt': 'a' });
  const [, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  b.backUp();
  const { stored } = room.replica(b).collection;
  await room.group.until(b, b.engine.leave(room.replica(b)));
  await room.run(10_000);
  expect(b.membership.size).toBe(0);
  b.kill();
  b.restoreBackup();
  await room.group.start(b);
  await room.run(10_000);

  const replica = room.replica(b);
  const why = /^This device does not know any more who belongs to it\. .*To have done with it, leave it/;
  expect(collectionView(b.engine, replica)).toMatchObject({
    removed: true,
    state: 'problem',
    sources: [{ state: 'paused', reason: expect.stringMatching(why) }],
  });
  expect(membershipChecks([replica])).toMatchObject([{ ok: false, detail: expect.stringContaining(stored.name) }]);
  await room.group.until(b, b.engine.leave(replica));
  expect(room.group.replica(b)).toBe(null);
  room.expectNoFaults();
});
