import { expect, it } from 'vitest';
import { FOLDER } from '../../../src/main/sources/formats.ts';
import { ROOT } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

it('what was deleted elsewhere while a folder was away is asked about, and all else in it goes on', async () => {
  const room = await KeepRoom.open('away', 2, { 'gone.txt': 'here once', 'edited.txt': 'old', 'kept.txt': 'kept' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const synchronizer = () => [...room.replica(b).synchronizers.values()][0];
  await room.group.until(b, b.engine.removeSource(room.replica(b), synchronizer()?.source.row as number));
  a.user.remove(`${ROOT}/gone.txt`);
  room.write(a, 'edited.txt', 'new');
  await room.run(10_000);
  await room.group.until(b, b.engine.addSource(room.replica(b), { path: ROOT, format: FOLDER }));
  await room.run(60_000);
  expect([room.read(b, 'gone.txt'), room.read(b, 'edited.txt')]).toEqual(['here once', 'new']);
  expect(room.problems(b)).toEqual(['gone.txt: deleted-elsewhere']);
  expect(room.read(a, 'gone.txt')).toBeNull();
  b.running?.handlers['safety:confirm'](synchronizer()?.plan as string);
  await room.run(60_000);
  expect([room.read(b, 'gone.txt'), room.read(a, 'gone.txt'), room.problems(b)]).toEqual([null, null, []]);
  expect([room.read(b, 'kept.txt'), room.kept(b, 'here once')]).toEqual(['kept', true]);
  room.expectNoFaults();
});
