import { expect, it } from 'vitest';
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
