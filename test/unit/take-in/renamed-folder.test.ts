import { afterEach, describe, expect, it } from 'vitest';
import type { ActView, ResultView } from '../../../src/contract/contract.ts';
import { BATCH_SIZES } from '../../../src/main/platform/batch-sizes.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import type { Moves } from '../../../src/main/take-in/gone-items.ts';
import { wentAlong } from '../../../src/main/take-in/renamed-folders.ts';
import { ROOT, type SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

let room: KeepRoom | null = null;
afterEach(() => {
  for (const device of room?.devices ?? []) device.end();
  room = null;
});

const handlersOf = (device: SimulatedDevice) => device.running!.handlers;
const packages = async (device: SimulatedDevice) => await handlersOf(device)['history:list']({});
const acts = async (device: SimulatedDevice) => (await handlersOf(device)['history:acts']({})) as readonly ActView[];
/** The answer comes once the clock of the room has moved. */
async function undo({ id }: { readonly id: string }, device: SimulatedDevice, open: KeepRoom): Promise<ResultView> {
  const answered = Promise.resolve(handlersOf(device)['history:undo'](id));
  await open.run(10_000);
  return (await answered) as ResultView;
}
const treeOf = (device: SimulatedDevice, open: KeepRoom, paths: readonly string[]) =>
  paths.map((path) => open.read(device, path));
const isThere = (device: SimulatedDevice, path: string): boolean => device.user.fs.lstat(`${ROOT}/${path}`) !== null;

describe('a folder that was renamed', () => {
  it('is one act, and one undo brings all of it back', async () => {
    room = await KeepRoom.open('renamed', 2, { 'dir/one': 'one', 'dir/two': 'two', other: 'other' });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    a.user.move(`${ROOT}/dir`, `${ROOT}/dir2`);
    await room.run(10_000);
    expect(treeOf(b, room, ['dir2/one', 'dir2/two'])).toEqual(['one', 'two']);
    const [renamed] = await acts(b);
    expect(renamed?.counts).toEqual({ add: 1, modify: 0, delete: 1, move: 2 });
    await undo(renamed!, b, room);
    for (const device of [a, b]) {
      expect(treeOf(device, room, ['dir/one', 'dir/two'])).toEqual(['one', 'two']);
      expect(isThere(device, 'dir2')).toBe(false);
    }
  });

  it.each([
    ['two packages', 9, BATCH_SIZES.taken],
    ['many', 40, 20],
  ] as const)(
    'is brought back whole, and no folder stays, whichever of %s it became is undone',
    async (_, count, taken) => {
      const paths = Array.from({ length: count }, (_, each) => `dir/sub ${each % 3}/${each}`);
      const files = Object.fromEntries(paths.map((path) => [path, path]));
      for (const which of [0, 1, -1]) {
        room = await KeepRoom.open(`renamed ${which}`, 2, files, { ...BATCH_SIZES, taken });
        const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
        const before = (await packages(b)).length;
        a.user.move(`${ROOT}/dir`, `${ROOT}/dir2`);
        await room.run(20_000);
        const written = (await packages(b)).slice(0, -before);
        expect(written.length).toBeGreaterThan(1);
        const undone = await undo(written.at(which)!, b, room);
        for (const device of room.devices) {
          expect(treeOf(device, room, paths)).toEqual(paths);
          expect(isThere(device, 'dir2')).toBe(false);
        }
        // Taken back in turn by the package the undo is in, it is renamed again, and the old folder is gone.
        const first = undone.changes[0] as string;
        await undo({ id: first.slice(0, first.lastIndexOf('-')) }, a, room);
        for (const device of room.devices) {
          expect(room.read(device, 'dir2/sub 0/0')).toBe('dir/sub 0/0');
          expect(isThere(device, 'dir')).toBe(false);
          device.end();
        }
      }
      room = null;
    },
  );

  it('is one act as well where it became many packages, holds many folders and what is empty, and its looks take their time', async () => {
    const files: Record<string, string> = {};
    for (let each = 0; each < 60; each++) {
      files[`dir/sub ${each % 20}/file ${each}`] = `content ${each}`;
      files[`dir/sub ${each % 20}/empty`] = '';
    }
    room = await KeepRoom.open('renamed whole', 2, files, { ...BATCH_SIZES, taken: 20 });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    a.user.move(`${ROOT}/dir`, `${ROOT}/dir2`);
    await room.run(20_000);
    const [renamed, before] = await acts(b);
    expect(renamed?.counts).toEqual({ add: 41, modify: 0, delete: 41, move: 60 });
    expect(before?.counts.delete).toBe(0);
    await undo(renamed!, a, room);
    for (const device of [a, b]) {
      expect(treeOf(device, room, Object.keys(files))).toEqual(Object.values(files));
      expect(isThere(device, 'dir2')).toBe(false);
    }
  });
});

describe('a folder of which a part is not kept here', () => {
  const FILES = { 'dir/in/x': 'here', 'dir/out/y': 'not here', 'dir/z': 'nor this', other: 'other' };
  async function selected(seed: string, only: readonly string[]) {
    const open = await KeepRoom.open(seed, 2, FILES);
    room = open;
    const [a, b] = open.devices as [SimulatedDevice, SimulatedDevice];
    const rules = { only, ignore: [], readOnly: false };
    const changed = Promise.resolve(handlersOf(a)['source:change'](open.group.collection as string, rules));
    await open.run(20_000);
    await changed;
    // What is not kept in step goes nowhere.
    for (const path of ['dir/out', 'dir/z']) a.user.remove(`${ROOT}/${path}`);
    a.user.move(`${ROOT}/dir`, `${ROOT}/dir2`);
    await open.run(20_000);
    return { open, a, b };
  }

  it('is one act when the rest is renamed, and comes back whole', async () => {
    const { open, a, b } = await selected('partly', ['dir/in', 'dir2/in']);
    expect(treeOf(b, open, ['dir2/in/x', 'dir/out/y', 'dir/z'])).toEqual(['here', 'not here', 'nor this']);
    const [renamed] = await acts(b);
    expect(renamed?.counts).toMatchObject({ move: 1, modify: 0 });
    await undo(renamed!, b, open);
    expect(treeOf(b, open, Object.keys(FILES))).toEqual(Object.values(FILES));
    expect(treeOf(a, open, ['dir/in/x'])).toEqual(['here']);
    expect([isThere(a, 'dir2'), isThere(b, 'dir2')]).toEqual([false, false]);
    expect([open.problems(a), open.problems(b)]).toEqual([[], []]);
  });

  it('comes back with one undo, too, where its new name is not kept here at all', async () => {
    const { open, a, b } = await selected('wholly', ['dir/in']);
    const [renamed] = await acts(b);
    await undo(renamed!, b, open);
    expect(treeOf(b, open, Object.keys(FILES))).toEqual(Object.values(FILES));
    expect(treeOf(a, open, ['dir/in/x'])).toEqual(['here']);
    expect(isThere(b, 'dir2')).toBe(false);
  });
});

describe('what went along with a folder', () => {
  const along = (gone: readonly string[], moves: Readonly<Record<string, string>>, ...news: readonly string[]) =>
    [
      ...wentAlong(
        gone.map(recordId),
        new Map(Object.entries(moves)) as unknown as Moves,
        [...news, ...Object.values(moves)].map((id) => ({ id: recordId(id) })),
      ),
    ].sort();

  it('is what is at the new name of the folder now, under the same path', () => {
    const gone = ['a', 'a/b', 'a/b/file', 'a/b/empty', 'a/c', 'a/c/gone'];
    expect(along(gone, { 'a/b/file': 'x/b/file' }, 'x', 'x/b', 'x/b/empty', 'x/c')).toEqual([
      'a',
      'a/b',
      'a/b/empty',
      'a/c',
    ]);
  });
  it('is nothing of a folder out of which a file was moved elsewhere', () => {
    expect(along(['a', 'a/file', 'a/other'], { 'a/file': 'b/renamed' }, 'b', 'b/other')).toEqual([]);
    expect(along(['a/file', 'a/other'], { 'a/file': 'file' })).toEqual([]);
  });
});
