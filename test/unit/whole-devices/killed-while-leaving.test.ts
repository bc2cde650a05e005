import { expect, it } from 'vitest';
import { collectionView } from '../../../src/main/requests/status-view.ts';
import { formatNamed } from '../../../src/main/sources/formats.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const open = async (seed: string): Promise<[KeepRoom, SimulatedDevice, SimulatedDevice]> => {
  const room = await KeepRoom.open(seed, 2, { 'a.txt': 'a', 'b/c.txt': 'c' });
  return [room, ...(room.devices as [SimulatedDevice, SimulatedDevice])];
};

it.each(['before', 'after'] as const)(
  'a source whose program ends just %s its mark goes is no more, and can be added again',
  async (dies) => {
    const [room, a, b] = await open(`mark ${dies}`);
    const replica = room.replica(b);
    const [row] = [...replica.synchronizers.keys()] as [number];
    b.onCall = ({ name, path }) => (name === 'unlink' && path.endsWith('/marker.json') ? { dies } : null);
    void b.engine.removeSource(replica, row).catch(() => undefined);
    await room.run(10_000);
    expect(b.running).toBe(null);
    b.onCall = null;
    await room.group.start(b);
    await room.run(10_000);

    expect(collectionView(b.engine, room.replica(b)).sources).toEqual([]);
    await room.group.until(b, b.engine.addSource(room.replica(b), { path: ROOT, format: formatNamed('folder')! }));
    room.write(a, 'a.txt', 'edited');
    await room.run(20_000);
    expect([room.read(b, 'a.txt'), room.read(b, 'b/c.txt'), room.conflicts(a), room.changes(a)]).toEqual([
      'edited',
      'c',
      0,
      room.changes(b),
    ]);
    room.expectNoFaults();
  },
);

it('a device whose program ends as it leaves says that it left, and tells the others once a person has it leave again', async () => {
  const [room, a, b] = await open('leaves');
  const { membership } = b;
  const save = membership.set.bind(membership);
  membership.set = (group, operations) => {
    save(group, operations);
    b.kill();
    throw new Error('killed');
  };
  void b.engine.leave(room.replica(b)).catch(() => undefined);
  await room.run(10_000);
  membership.set = save;
  expect(b.running).toBe(null);
  room.group.cut(a, b);
  await room.group.start(b);
  await room.run(10_000);

  const [own] = [...b.engine.replicas.values()];
  expect(own && collectionView(b.engine, own)).toMatchObject({ removed: true, state: 'problem' });
  await room.group.until(b, own === undefined ? Promise.resolve() : b.engine.leave(own));
  room.group.mendAll();
  await room.run(60_000);
  expect(room.replica(a).membership.others()).toEqual([]);
  expect([...b.engine.replicas.values()]).toEqual([]);
  room.expectNoFaults();
});
