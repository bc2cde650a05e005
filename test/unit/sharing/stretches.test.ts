import { describe, expect, it } from 'vitest';
import type { LogId } from '../../../src/main/record/ids.ts';
import { isIn, type Whole, wholeAgain, wholeAt, wholeOfText, wholeText } from '../../../src/main/sharing/stretches.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

/** Two that have a letter. Nobody copies anything ahead of need: what the author replaced only another one may have. */
async function opened(seed: string) {
  const room = await KeepRoom.open(seed, 2, { letter: 'zero' });
  const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
  for (const each of room.devices) each.running?.handlers.config('history.copy-limit', '0');
  await room.run(5000);
  return { room, a, b };
}
const rules = (room: KeepRoom, device: SimulatedDevice, ignore: readonly string[]) => {
  const [row] = room.replica(device).synchronizers.keys();
  const settings = { only: [], ignore, readOnly: false };
  return room.group.until(device, device.engine.changeRules(room.replica(device), row as number, settings));
};
async function edit(room: KeepRoom, device: SimulatedDevice, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    room.write(device, 'letter', text);
    await room.run(5000);
  }
}
/** Of each change of the letter, the newest first: who can give back what it replaced, as `device` says. */
async function kept(device: SimulatedDevice): Promise<readonly unknown[]> {
  const packages = (await device.running?.handlers['history:list']({ record: 'letter' })) ?? [];
  return packages
    .flatMap(({ changes }) => changes.flatMap(({ fields }) => fields.filter(({ path }) => path === 'entry')))
    .filter(({ before }) => before !== null)
    .map((field) => field.kept);
}

it('a member has what was replaced since it was whole, and not what came and went while it left that out', async () => {
  const { room, a, b } = await opened('left out');
  const had = [b.identity.id];
  b.user.remove(`${ROOT}/letter`);
  await rules(room, b, ['letter']);
  await edit(room, a, 'one', 'two');
  await rules(room, b, []);
  await room.run(10_000);
  expect(room.read(b, 'letter')).toBe('two');
  await edit(room, a, 'three', 'four');
  expect(await kept(a)).toEqual([had, had, 'no', 'here']);
  expect([room.kept(b, 'three'), room.kept(b, 'two'), room.kept(b, 'one')]).toEqual([true, true, false]);
  room.expectNoFaults();
});

it('nor what came and went while it was away', async () => {
  const { room, a, b } = await opened('away');
  room.group.cut(a, b);
  await edit(room, a, 'one', 'two');
  room.group.mendAll();
  await room.run(120_000);
  await edit(room, a, 'three');
  expect(await kept(a)).toEqual([[b.identity.id], 'no', 'here']);
  expect([room.kept(b, 'two'), room.kept(b, 'one')]).toEqual([true, false]);
  room.expectNoFaults();
});

it('nor before it is through with all that came meanwhile', async () => {
  const { room, a, b } = await opened('at work');
  room.group.cut(a, b);
  await edit(room, a, 'one', 'two');
  room.group.mendAll();
  a.engine.network.dialNow();
  for (let at = 0; at < 500; at++) {
    if (at % 20 === 0) room.write(a, 'other', `one more ${at}`);
    await room.run(1);
    expect((await kept(a)).filter((where) => where !== 'here').at(-1), `after ${at} ms`).toBe('no');
  }
  room.expectNoFaults();
});

it('nor what came and went before it joined, also after a restart of who says so', async () => {
  const room = await KeepRoom.open('joined', 1, { letter: 'zero' });
  const [a] = room.devices as [SimulatedDevice];
  a.running?.handlers.config('history.copy-limit', '0');
  await edit(room, a, 'one', 'two');
  const b = room.group.addDevice({ skewed: false, folding: false });
  await room.group.start(b);
  await room.group.join(b, a);
  await room.run(10_000);
  expect(b.user.readText(`${ROOT}/letter`)).toBe('two');
  await edit(room, a, 'three');
  const said = [[b.identity.id], 'no', 'here'];
  expect(await kept(a)).toEqual(said);
  await room.group.until(a, a.stop());
  await room.group.start(a);
  await room.run(5000);
  expect(await kept(a)).toEqual(said);
  room.expectNoFaults();
});

describe('stretches', () => {
  const [one, two] = ['1', '2'] as [LogId, LogId];
  const at = (...numbers: readonly (readonly [LogId, number])[]) => new Map(numbers);
  const among = (whole: Whole, log: LogId, number: number) =>
    whole.stretches.filter((each) => isIn(each, { log, number })).length;

  it('are what was applied in one go, package by package none', () => {
    let whole = wholeAt(at([one, 3]));
    for (const number of [4, 5]) whole = wholeAgain(whole, at([one, number]));
    expect(whole).toEqual({ at: at([one, 5]), stretches: [] });
    whole = wholeAgain(whole, at([one, 7], [two, 1]));
    expect(whole.at).toEqual(at([one, 7], [two, 1]));
    expect([5, 6, 7, 8].map((number) => among(whole, one, number))).toEqual([0, 1, 1, 0]);
    expect([1, 2].map((number) => among(whole, two, number))).toEqual([1, 0]);
    // Who lost its database applies anew what it had.
    expect(wholeAgain(whole, at([one, 2]))).toEqual(whole);
    expect(wholeOfText(wholeText(whole))).toEqual(whole);
  });

  it('are not ever more: the oldest are taken together', () => {
    let whole = wholeAt(at());
    for (let number = 2; number <= 200; number += 2)
      whole = wholeAgain(whole, number < 100 ? at([one, number]) : at([one, number], [two, number]));
    expect(whole.stretches.length).toBeLessThan(50);
    for (let number = 1; number <= 200; number++) expect(among(whole, one, number)).toBe(1);
    expect([1, 100, 101, 200].map((number) => among(whole, two, number))).toEqual([1, 1, 1, 1]);
  });
});
