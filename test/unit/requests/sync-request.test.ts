import { expect, it } from 'vitest';
import { syncRequest } from '../../../src/main/requests/sync-request.ts';
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
