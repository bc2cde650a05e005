import { expect, it } from 'vitest';
import { selfAsMember } from '../../../src/main/peers/membership/membership-log.ts';
import type { CollectionId } from '../../../src/main/record/ids.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const two = async (seed: string) => {
  const room = await KeepRoom.open(seed, 2, { 'a.txt': 'a' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  const remove = async (device: string, collection: string | null) =>
    b.running!.handlers['devices:remove'](device, collection);
  return { room, a, b, remove };
};

/** Ben has a second collection, `papers`, with Ana in it; in `things` he is no admin. */
async function editorOfOne(seed: string) {
  const { room, a, b, remove } = await two(seed);
  room.group.setRole(b, 'editor', a);
  await room.run(10_000);
  b.user.mkdirp('/papers');
  const added = await room.group.until(b, b.engine.add({ location: '/papers', name: 'papers' }));
  const papers = b.engine.replicas.get(added!.collection as CollectionId)!;
  const { identity } = a;
  const newcomer = { descriptor: identity.descriptor, ...selfAsMember(identity, papers.id) };
  papers.membership.add({ ...newcomer, role: 'editor', name: 'A', history: true }, b.wall.now());
  papers.membershipChanged();
  return { room, a, b, remove, papers, ana: identity.id };
}

it('a device that names itself is taken out of nothing as long as it names no collection', async () => {
  const { room, b, remove } = await two('removes itself from all');
  await expect(remove(b.engine.deviceId, null)).rejects.toMatchObject({ code: 'this-device' });
  expect(room.replica(b).membership.isMember()).toBe(true);
  room.expectNoFaults();
});

it('a device that names itself and a collection leaves that', async () => {
  const { room, a, b, remove } = await two('removes itself');
  const { id } = room.replica(b).collection.stored;
  const views = await room.group.until(b, remove(b.engine.deviceId, id));
  expect(views).toMatchObject([{ self: true, collections: [] }]);
  expect(room.group.replica(b)).toBe(null);
  await room.run(10_000);
  expect(room.replica(a).membership.others()).toEqual([]);
  room.expectNoFaults();
});

it('another device is taken out of every collection where none is named', async () => {
  const { room, a, b, remove } = await two('removes another');
  await remove(a.engine.deviceId, null);
  expect(room.replica(b).membership.others()).toEqual([]);
  room.expectNoFaults();
});

it('of all collections a device is taken out of those where that may be done, and both are said', async () => {
  const { room, b, remove, papers, ana } = await editorOfOne('removes from some');
  await expect(remove(ana, null)).rejects.toMatchObject({
    code: 'not-allowed',
    message: 'A was removed from papers. It stays in things: Only an admin of the collection may remove devices.',
  });
  expect([papers.membership.others(), room.replica(b).membership.others()]).toMatchObject([[], [{ device: ana }]]);
  await expect(remove(ana, null)).rejects.toThrow(/^A was removed from nothing\. It stays in things: /);
  room.expectNoFaults();
});

it('a role is given in all collections where that may be done, and in none that the device is not in', async () => {
  const { room, b, papers, ana } = await editorOfOne('gives roles in some');
  const setRole = (collection: string | null) => b.running!.handlers['devices:role'](ana, 'reader', collection);
  expect(() => setRole(null)).toThrow(
    'A is a reader in papers. It keeps its role in things: Only an admin of the collection may change roles.',
  );
  expect(papers.membership.member(ana)?.role).toBe('reader');
  expect(room.replica(b).membership.member(ana)?.role).toBe('admin');
  expect(setRole('papers')).toContainEqual(expect.objectContaining({ device: ana }));

  b.engine.members.remove(papers, ana);
  expect(() => setRole('papers')).toThrow(/is not in papers\. Invite it there/);
  room.expectNoFaults();
});
