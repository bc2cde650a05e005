import { afterEach, describe, expect, it } from 'vitest';
import { confirm, preview, putBack } from '../../../src/main/requests/plan-requests.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const FILES = Object.fromEntries(Array.from({ length: 20 }, (_, each) => [`f${each}`, `content of ${each}`]));
let room: KeepRoom;
afterEach(() => {
  for (const device of room.devices) device.end();
});
const left = (device: SimulatedDevice): number =>
  Object.keys(FILES).filter((path) => room.read(device, path) !== null).length;
const sourceOf = (device: SimulatedDevice) => [...room.replica(device).synchronizers.values()][0]?.source;
/** What is asked for takes its time on the disk. */
async function answered<T>(work: Promise<T>): Promise<T> {
  await room.run(1000);
  return work;
}
const makeReadOnly = (device: SimulatedDevice) =>
  answered(Promise.resolve(device.running?.handlers['source:change'](room.replica(device).id, { readOnly: true })));

/** Two devices, at one of which all is gone. */
async function emptied() {
  room = await KeepRoom.open('emptied', 2, FILES);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const path of Object.keys(FILES)) a.user.remove(`${ROOT}/${path}`);
  await room.run(10_000);
  return [a, b] as const;
}

describe('what the next sync would do', () => {
  it('is told of what waits to be written here: what is new, what changed and what is to go', async () => {
    room = await KeepRoom.open('incoming', 2, { gone: 'g', changed: 'c', same: 's' });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    await makeReadOnly(b);
    room.write(a, 'new', 'n');
    room.write(a, 'changed', 'other');
    a.user.remove(`${ROOT}/gone`);
    await room.run(10_000);
    const { incoming, local, halts } = await answered(preview(b.engine, [room.replica(b)]));
    expect([...incoming].sort((x, y) => (x.record < y.record ? -1 : 1))).toEqual([
      { record: 'changed', action: 'modify' },
      { record: 'gone', action: 'delete' },
      { record: 'new', action: 'add' },
    ]);
    expect([local, halts]).toEqual([[], []]);
  });

  it('names the halt and the plan to go on with', async () => {
    const [a] = await emptied();
    const { plan, halts, local } = await answered(preview(a.engine, [room.replica(a)]));
    const [synchronizer] = room.replica(a).synchronizers.values();
    expect([plan, halts.length, local.length]).toEqual([synchronizer?.plan, 1, 20]);
    expect(halts[0]).toMatchObject({ source: sourceOf(a)?.id, reason: 'emptied' });
  });
});

describe('a halted source', () => {
  it.each([
    ['its place', (device: SimulatedDevice) => sourceOf(device)?.location],
    ['its id', (device: SimulatedDevice) => sourceOf(device)?.id],
    ['its plan', (device: SimulatedDevice) => [...room.replica(device).synchronizers.values()][0]?.plan],
  ])('that is confirmed by %s goes on at once', async (_, name) => {
    const [a, b] = await emptied();
    confirm(a.engine, name(a) as string);
    await room.run(10_000);
    expect([left(a), left(b)]).toEqual([0, 0]);
    room.expectNoFaults();
  });

  it('into which nothing is written has nothing put back into it, and says so', async () => {
    const [a] = await emptied();
    await makeReadOnly(a);
    await expect(putBack(a.engine, ROOT)).rejects.toMatchObject({ code: 'not-written', subject: ROOT });
    expect(left(a)).toBe(0);
  });

  it('is the only one that is confirmed or put back', async () => {
    const [a, b] = await emptied();
    for (const name of ['nothing', sourceOf(b)?.location as string]) {
      const engine = b.engine;
      expect(() => confirm(engine, name)).toThrow(expect.objectContaining({ code: 'no-such-plan', subject: name }));
      await expect(putBack(engine, name)).rejects.toMatchObject({ code: 'no-such-plan' });
    }
    expect([left(a), left(b)]).toEqual([0, 20]);
  });
});
