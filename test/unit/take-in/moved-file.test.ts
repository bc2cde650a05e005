import { expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('a file that is moved says where it went, and where it came from', async () => {
  const room = await KeepRoom.open('moved', 2, { 'a/one': 'text', 'a/two': 'other text' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  a.user.mkdirp(`${ROOT}/b`);
  a.user.move(`${ROOT}/a/one`, `${ROOT}/b/one`);
  await room.run(10_000);
  expect([room.read(b, 'a/one'), room.read(b, 'b/one')]).toEqual([null, 'text']);
  const { log, packages } = room.replica(b).collection;
  const said = log.byRow(0, 1000).flatMap(({ row }) =>
    (packages.changesIn(row) ?? []).flatMap((change) => {
      if (!('record' in change)) return [];
      const { record, movedFrom = null, movedTo = null } = change;
      return movedFrom === null && movedTo === null ? [] : [[record, movedFrom, movedTo]];
    }),
  );
  expect(said).toEqual([
    ['b/one', 'a/one', null],
    ['a/one', null, 'b/one'],
  ]);
  room.expectNoFaults();
});
