import { expect, it, vi } from 'vitest';
import { collectionView } from '../../../src/main/requests/status-view.ts';
import { syncRequest } from '../../../src/main/requests/sync-request.ts';
import { ROOT } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const wait = { wait: true, for: ['all'], timeoutSeconds: 3600 } as const;

it('who is linked only while somebody waits is dialled soon, and asked to look: what was saved there is included', async () => {
  const room = await KeepRoom.open('linked late', 2, { 'a.txt': 'one' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  // Long enough that each tries again only in some minutes.
  await room.run(3_600_000);
  b.deafness = 1;
  room.write(b, 'b.txt', 'saved before the call, and nothing tells so');
  const synced = syncRequest(a.engine, wait);
  await room.run(30_000);
  expect(room.read(a, 'b.txt')).toBeNull();
  room.group.mendAll();
  await room.run(15_000);
  expect(room.read(a, 'b.txt')).toBe('saved before the call, and nothing tells so');
  expect(await synced).toMatchObject({ inStep: true, members: [{ inStep: true }] });
  room.expectNoFaults();
});

it('who cannot be linked is not in step at the end of the time', async () => {
  const room = await KeepRoom.open('never linked', 2, { 'a.txt': 'one' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  room.group.cut(a, b);
  await room.run(1000);
  const synced = syncRequest(a.engine, { ...wait, timeoutSeconds: 60 });
  await room.run(60_000);
  expect(await synced).toMatchObject({ inStep: false, members: [{ inStep: false }] });
  room.expectNoFaults();
});

it('who names items as problems is in step, and it is told how many there are, until there are none', async () => {
  const room = await KeepRoom.open('problems there', 2, { 'a.txt': 'one' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const peerOf = () => collectionView(a.engine, room.replica(a)).peers[0];
  room.write(b, 'locked', 'another program holds it');
  b.disk.deny(`${ROOT}/locked`);
  await room.run(5000);
  expect(peerOf()).toMatchObject({ state: 'linked', problems: 1 });
  const synced = syncRequest(a.engine, wait);
  await room.run(15_000);
  expect(await synced).toMatchObject({
    inStep: true,
    members: [{ inStep: true, why: '1 item has a problem there' }],
  });
  b.disk.deny(`${ROOT}/locked`, false);
  const again = syncRequest(a.engine, wait);
  await room.run(15_000);
  expect(await again).toMatchObject({ inStep: true, members: [{ inStep: true, why: '' }] });
  expect(peerOf()).not.toHaveProperty('problems');
  room.expectNoFaults();
});

it('whoever is named has to share a collection: else nobody is waited for, and all would seem to be in step', async () => {
  const room = await KeepRoom.open('named', 2, { 'a.txt': 'one' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const naming = (...named: readonly string[]) => syncRequest(a.engine, { ...wait, for: named });
  const adding = a.engine.add({ location: `${ROOT}-alone`, create: true });
  await room.run(1000);
  const alone = await adding;
  await expect(naming(a.engine.deviceId)).rejects.toMatchObject({ code: 'no-such-member' });
  const elsewhere = syncRequest(a.engine, { ...wait, collection: alone.collection, for: [b.engine.deviceId] });
  await expect(elsewhere).rejects.toMatchObject({ code: 'no-such-member', subject: b.engine.deviceId });
  const both = naming(a.engine.deviceId, b.engine.deviceId);
  await room.run(15_000);
  expect(await both).toMatchObject({ inStep: true, members: [{ device: b.engine.deviceId }] });
  room.expectNoFaults();
});

it('what comes just as all were in step is waited for as well', async () => {
  const room = await KeepRoom.open('just then', 2, { 'a.txt': 'one' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const { memberPositions } = room.replica(a);
  // When a wait ends because it has what it waited for, it gives up the time it had left: in that moment the other one falls behind.
  const { clock } = a.engine.world;
  const after = clock.after.bind(clock);
  const behind = vi.spyOn(memberPositions, 'behind');
  let ended = 0;
  vi.spyOn(clock, 'after').mockImplementation((milliseconds, call) => {
    const cancel = after(milliseconds, call);
    return () => {
      cancel();
      if (milliseconds < 3_000_000) return;
      ended++;
      behind.mockReturnValue(1);
      after(2_000, () => {
        behind.mockReset();
        a.engine.changed();
      });
    };
  });
  room.write(b, 'b.txt', 'two');
  const synced = syncRequest(a.engine, wait);
  await room.run(30_000);
  expect(await synced).toMatchObject({ inStep: true, members: [{ inStep: true }] });
  expect(ended).toBeGreaterThan(1);
  room.expectNoFaults();
});
