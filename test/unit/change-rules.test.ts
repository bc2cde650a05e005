import { expect, it } from 'vitest';
import { KeepRoom } from './keep/keep-room.ts';

it('deletes nothing that new rules leave out, whenever in a look they are set', async () => {
  for (let after = 0; after <= 60; after += 3) {
    const room = await KeepRoom.open(`rules ${after}`, 2, { 'near.txt': 'near', 'far.txt': 'far' });
    const [a, b] = room.devices as [(typeof room.devices)[0], (typeof room.devices)[0]];
    const row = [...room.replica(a).synchronizers.keys()][0] as number;
    const looked = a.engine.schedules.get(row)?.lookNow();
    await room.run(after);
    const changed = a.engine.changeRules(room.replica(a), row, { only: ['near.txt'], ignore: [], readOnly: false });
    await room.run(10_000);
    await Promise.all([looked, changed]);
    expect([room.read(a, 'far.txt'), room.read(b, 'far.txt')], `${after} ms after`).toEqual(['far', 'far']);
    room.expectNoFaults();
  }
}, 60_000);
