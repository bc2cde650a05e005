import { expect, it } from 'vitest';
import { ROOT } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

/** Sets rules that leave an item out, and looks so many milliseconds after that, or before. */
async function changedBeside(look: number): Promise<void> {
  const room = await KeepRoom.open(`rules ${look}`, 2, { 'near.txt': 'near', 'far.txt': 'far' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const row = [...room.replica(a).synchronizers.keys()][0] as number;
  const looks = async () => a.engine.schedules.get(row)?.lookNow();
  const changes = () => a.engine.changeRules(room.replica(a), row, { only: ['near.txt'], ignore: [], readOnly: false });
  const [first, second] = look < 0 ? [looks, changes] : [changes, looks];
  const begun = [first()];
  await room.run(Math.abs(look));
  begun.push(second());
  await room.run(10_000);
  await Promise.all(begun);
  expect([room.read(a, 'far.txt'), room.read(b, 'far.txt')], `look at ${look} ms`).toEqual(['far', 'far']);
  room.expectNoFaults();
}

it('deletes nothing that new rules leave out, whenever in a look they are set', async () => {
  for (let look = -60; look <= 12; look += look < 0 ? 3 : 1) await changedBeside(look);
}, 60_000);

it('takes for no deletion what went from a disk that was away while rules left it out', async () => {
  const room = await KeepRoom.open('rules twice', 2, { 'near.txt': 'near', 'far.txt': 'far', 'edited.txt': 'old' });
  const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
  const row = [...room.replica(a).synchronizers.keys()][0] as number;
  const volume = a.disk.unmount(ROOT);
  await room.run(60_000);
  const change = async (...ignored: readonly string[]) => {
    const changed = a.engine.changeRules(room.replica(a), row, { only: [], ignore: ignored, readOnly: false });
    await room.run(10_000);
    await changed;
  };
  await change('far.txt');
  a.user.mkdirp('/elsewhere');
  a.disk.mount('/elsewhere', volume);
  a.user.remove('/elsewhere/far.txt');
  a.user.writeFile('/elsewhere/edited.txt', 'new');
  a.disk.unmount('/elsewhere');
  await change();
  a.disk.mount(ROOT, volume);
  await room.run(700_000);
  const texts = ['near.txt', 'far.txt', 'edited.txt'];
  for (const device of [a, b]) expect(texts.map((text) => room.read(device, text))).toEqual(['near', 'far', 'new']);
  expect([room.conflicts(a), room.conflicts(b)]).toEqual([0, 0]);
  room.expectNoFaults();
});
