import { afterEach, describe, expect, it } from 'vitest';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const FILES = Object.fromEntries(Array.from({ length: 100 }, (_, each) => [`docs/f${each}`, `content of ${each}`]));
const NAMES = Object.keys(FILES);
let room: KeepRoom;
afterEach(() => {
  for (const device of room.devices) device.end();
});

const stateOf = (device: SimulatedDevice) => [...room.replica(device).synchronizers.values()].map(({ state }) => state);
const left = (device: SimulatedDevice): number => NAMES.filter((path) => room.read(device, path) !== null).length;

it('a folder that goes file by file is halted once no more goes, before the others follow it', async () => {
  room = await KeepRoom.open('vanishing', 2, FILES);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const path of NAMES.slice(0, 90)) {
    a.user.remove(`${ROOT}/${path}`);
    await room.run(30);
  }
  expect(left(b)).toBeGreaterThanOrEqual(90);
  await room.run(5000);
  expect(stateOf(a)).toEqual(['halted']);
  expect(left(b)).toBeGreaterThanOrEqual(90);
});

it('what goes and is within bounds is deleted elsewhere once no more goes', async () => {
  room = await KeepRoom.open('vanishing', 2, FILES);
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const path of NAMES.slice(0, 25)) a.user.remove(`${ROOT}/${path}`);
  await room.run(1000);
  expect(left(b)).toBe(100);
  await room.run(5000);
  expect([stateOf(a), left(b)]).toEqual([['ready'], 75]);
});

describe('what went by mistake', () => {
  const planOf = (device: SimulatedDevice): string =>
    [...room.replica(device).synchronizers.values()][0]?.plan ?? 'none';
  const putBack = (device: SimulatedDevice, plan: string) =>
    Promise.resolve(device.running?.handlers['safety:put-back'](plan));

  it.each([
    ['much of it', 90],
    ['all of it', 100],
  ])('is written again where a person says so: %s', async (_, count) => {
    room = await KeepRoom.open('put back', 2, FILES);
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    for (const path of NAMES.slice(0, count)) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    expect([stateOf(a), left(a)]).toEqual([['halted'], 100 - count]);
    const before = room.changes(b);
    const answered = putBack(a, planOf(a));
    await room.run(10_000);
    await answered;
    expect([stateOf(a), left(a), left(b)]).toEqual([['ready'], 100, 100]);
    expect(NAMES.map((path) => room.read(a, path))).toEqual(Object.values(FILES));
    expect([room.changes(b), room.conflicts(a), room.problems(a)]).toEqual([before, 0, []]);
    expect(room.replica(a).isPartial).toBe(false);
    room.expectNoFaults();
  });

  it('leaves an edit what it is', async () => {
    room = await KeepRoom.open('put back', 2, FILES);
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    const edited = NAMES[95] as string;
    for (const path of NAMES.slice(0, 90)) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    room.write(a, edited, 'edited');
    await room.run(10_000);
    expect([stateOf(a), room.read(b, edited)]).toEqual([['halted'], FILES[edited]]);
    const answered = putBack(a, planOf(a));
    await room.run(10_000);
    await answered;
    expect([left(a), room.read(b, edited), room.conflicts(b)]).toEqual([100, 'edited', 0]);
    room.expectNoFaults();
  });

  it('is written after a restart too, and nobody counts on this device before it is', async () => {
    room = await KeepRoom.open('put back', 2, FILES);
    const [a] = room.devices as [SimulatedDevice, SimulatedDevice];
    for (const path of NAMES.slice(0, 90)) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    let isAnswered = false;
    putBack(a, planOf(a)).then(() => {
      isAnswered = true;
    });
    while (!isAnswered) await room.run(1);
    expect([left(a), room.replica(a).isPartial]).toEqual([10, true]);
    a.kill();
    await room.group.start(a);
    await room.run(10_000);
    expect([stateOf(a), left(a), room.replica(a).isPartial]).toEqual([['ready'], 100, false]);
    room.expectNoFaults();
  });

  it('is not written where nothing is to be written', async () => {
    room = await KeepRoom.open('put back', 2, FILES);
    const [a] = room.devices as [SimulatedDevice, SimulatedDevice];
    const row = [...room.replica(a).synchronizers.keys()][0] as number;
    const changed = a.engine.changeRules(room.replica(a), row, { only: [], ignore: [], readOnly: true });
    await room.run(5000);
    await changed;
    for (const path of NAMES.slice(0, 90)) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    await expect(putBack(a, planOf(a))).rejects.toMatchObject({ code: 'not-written' });
    expect([stateOf(a), left(a)]).toEqual([['halted'], 10]);
  });

  it('is only what the person was shown: what went since halts again', async () => {
    room = await KeepRoom.open('put back', 2, FILES);
    const [a] = room.devices as [SimulatedDevice, SimulatedDevice];
    for (const path of NAMES.slice(0, 90)) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    const plan = planOf(a);
    a.user.remove(`${ROOT}/${NAMES[95]}`);
    const answered = putBack(a, plan).catch(({ code }: { code: string }) => code);
    await room.run(10_000);
    expect([await answered, stateOf(a), left(a)]).toEqual(['no-such-plan', ['halted'], 9]);
  });

  it('takes nothing from what stands in such a place by then: it is compared as at a join', async () => {
    room = await KeepRoom.open('put back', 2, FILES);
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    for (const path of NAMES.slice(0, 90)) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    const answered = putBack(a, planOf(a));
    await room.run(3);
    room.write(a, NAMES[0] as string, 'made anew');
    await room.run(20_000);
    await answered.catch(() => undefined);
    expect(left(a)).toBe(100);
    const kept = [room.read(a, NAMES[0] as string), room.read(b, NAMES[0] as string)];
    expect(kept).toContain('made anew');
    expect(kept.every((text) => text === 'made anew') || room.conflicts(b) === 1).toBe(true);
    room.expectNoFaults();
  });
});

describe('a repository that is packed', () => {
  const objects = Array.from({ length: 90 }, (_, each) => `.git/objects/${each + 10}/${'0'.repeat(36)}${each + 10}`);
  const FEW = Object.fromEntries([...objects, 'letter'].map((path) => [path, `content of ${path}`]));
  const pack = `.git/objects/pack/pack-${'a'.repeat(40)}.pack`;

  it('is no accident: what is in the pack goes elsewhere as well', async () => {
    room = await KeepRoom.open('packed', 2, FEW);
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    // A look of its own finds the pack, as one does where packing takes its time.
    room.write(a, pack, 'all of it');
    await room.run(1000);
    for (const path of objects) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    expect([stateOf(a), objects.filter((path) => room.read(b, path) !== null)]).toEqual([['ready'], []]);
    expect(room.read(b, pack)).toBe('all of it');
  });

  it('is one where the packs went too, or there never was one', async () => {
    room = await KeepRoom.open('packed', 2, { ...FEW, [pack]: 'all of it' });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    for (const path of [...objects, pack]) a.user.remove(`${ROOT}/${path}`);
    await room.run(10_000);
    expect([stateOf(a), room.read(b, pack), room.read(b, objects[0] as string)]).toEqual([
      ['halted'],
      'all of it',
      FEW[objects[0] as string],
    ]);
  });
});
