import { afterEach, describe, expect, it, vi } from 'vitest';
import { BATCH_SIZES } from '../../src/main/platform/batch-sizes.ts';
import type { SourceSettings } from '../../src/main/store/registry-store.ts';
import type { Synchronizer } from '../../src/main/synchronizer.ts';
import { ROOT, type SimulatedDevice } from '../simulation/simulated-device.ts';
import { KeepRoom } from './keep/keep-room.ts';

let room: KeepRoom;
afterEach(() => {
  room.expectNoFaults();
  for (const device of room.devices) device.end();
});
type Devices = [SimulatedDevice, SimulatedDevice];
const NAMES = Array.from({ length: 12 }, (_, at) => `f${at}`);
const FILES = Object.fromEntries(NAMES.map((name) => [name, `text of ${name}`]));
const ALL: SourceSettings = { only: [], ignore: [], readOnly: false };

async function open(seed: string): Promise<Devices> {
  room = await KeepRoom.open(seed, 2, FILES);
  return room.devices as Devices;
}
function sourceOf(device: SimulatedDevice): Synchronizer {
  const [only] = room.replica(device).synchronizers.values();
  if (only === undefined) throw new Error(`${device.name} has no source`);
  return only;
}
const pause = (device: SimulatedDevice, paused: boolean): void =>
  void device.running?.handlers.pause(room.group.collection as string, paused);
const settings = (device: SimulatedDevice, changed: Partial<SourceSettings>) =>
  room.group.until(
    device,
    device.engine.changeRules(room.replica(device), sourceOf(device).source.row, { ...ALL, ...changed }),
  );
const look = (device: SimulatedDevice) =>
  room.group.until(device, Promise.all([...device.engine.schedules.values()].map((schedule) => schedule.lookNow())));
function removeAll(device: SimulatedDevice): void {
  for (const name of NAMES) device.user.fs.unlink(`${ROOT}/${name}`);
}
const namesIn = (device: SimulatedDevice): readonly string[] =>
  [...NAMES, 'new'].filter((name) => room.read(device, name) !== null);

describe('a collection that is paused', () => {
  it('is neither looked at nor written, and catches up with both afterwards', async () => {
    const [a, b] = await open('paused');
    pause(b, true);
    room.write(b, 'mine', 'saved while it is paused');
    room.write(a, 'yours', 'saved elsewhere');
    await room.run(60_000);
    expect([room.read(a, 'mine'), room.read(b, 'yours'), room.replica(b).collection.records.live]).toEqual([
      null,
      null,
      NAMES.length + 1,
    ]);
    pause(b, false);
    await room.run(60_000);
    expect([room.read(a, 'mine'), room.read(b, 'yours')]).toEqual(['saved while it is paused', 'saved elsewhere']);
  });
});

describe('a source that halts', () => {
  it('is written no more, and deletes nothing elsewhere, until a person says that it goes', async () => {
    const [a, b] = await open('halts');
    removeAll(b);
    await room.run(30_000);
    const { plan } = sourceOf(b);
    expect([sourceOf(b).state, sourceOf(b).isStopped, sourceOf(b).rests]).toEqual(['halted', true, false]);
    room.write(a, 'new', 'written elsewhere meanwhile');
    await room.run(60_000);
    expect([namesIn(a), namesIn(b)]).toEqual([[...NAMES, 'new'], []]);
    b.running?.handlers['safety:confirm'](plan as string);
    await room.run(60_000);
    expect([namesIn(a), namesIn(b), sourceOf(b).state]).toEqual([['new'], ['new'], 'ready']);
  });

  it('is given back what went by mistake, for the plan that was shown and no other', async () => {
    const [a, b] = await open('put back');
    removeAll(b);
    await room.run(30_000);
    const plan = sourceOf(b).plan as string;
    expect(await room.group.until(b, sourceOf(b).putBack('another plan'))).toBe(false);
    await room.run(30_000);
    expect(namesIn(b)).toEqual([]);
    await room.group.until(b, Promise.resolve(b.running?.handlers['safety:put-back'](plan)));
    await room.run(60_000);
    expect([namesIn(a), namesIn(b), sourceOf(b).state]).toEqual([NAMES, NAMES, 'ready']);
  });

  it('halts again where just the same goes once more: what was confirmed is over', async () => {
    const [a, b] = await open('once more');
    removeAll(b);
    await room.run(30_000);
    const plan = sourceOf(b).plan as string;
    b.running?.handlers['safety:confirm'](plan);
    await room.run(60_000);
    expect(namesIn(a)).toEqual([]);
    for (const [name, text] of Object.entries(FILES)) room.write(a, name, text);
    await room.run(60_000);
    expect(namesIn(b)).toEqual(NAMES);
    removeAll(b);
    await room.run(60_000);
    expect([namesIn(a), sourceOf(b).state, sourceOf(b).plan]).toEqual([NAMES, 'halted', plan]);
  });

  it('goes on by itself where all is there again', async () => {
    const [a, b] = await open('there again');
    removeAll(b);
    await room.run(30_000);
    for (const [name, text] of Object.entries(FILES)) room.write(b, name, text);
    await room.run(60_000);
    room.write(a, 'new', 'written elsewhere');
    await room.run(60_000);
    expect([namesIn(b), sourceOf(b).state, sourceOf(b).plan]).toEqual([[...NAMES, 'new'], 'ready', null]);
  });
});

describe('a source that is only read', () => {
  it('tells what is saved in it, is written nothing, and counts as one that leaves things out', async () => {
    const [a, b] = await open('only read');
    await settings(b, { readOnly: true });
    await room.run(10_000);
    room.write(b, 'mine', 'of the folder that is only read');
    room.write(a, 'new', 'written elsewhere');
    room.write(a, 'f0', 'changed elsewhere');
    await room.run(60_000);
    expect([room.read(a, 'mine'), room.read(b, 'new'), room.read(b, 'f0')]).toEqual([
      'of the folder that is only read',
      null,
      'text of f0',
    ]);
    expect([sourceOf(b).leavesOut, room.replica(b).isPartial, sourceOf(b).state]).toEqual([true, true, 'ready']);
    await settings(b, {});
    await room.run(60_000);
    expect([room.read(b, 'new'), room.read(b, 'f0'), room.replica(b).isPartial]).toEqual([
      'written elsewhere',
      'changed elsewhere',
      false,
    ]);
  });

  it.each<[string, Partial<SourceSettings>]>([
    ['what is selected', { only: ['f1'] }],
    ['what is ignored', { ignore: ['f1'] }],
  ])('counts as one that leaves things out by %s as well', async (_, changed) => {
    const [, b] = await open('leaves out');
    expect([sourceOf(b).leavesOut, room.replica(b).isPartial]).toEqual([false, false]);
    await settings(b, changed);
    await room.run(10_000);
    expect([sourceOf(b).leavesOut, room.replica(b).isPartial]).toEqual([true, true]);
  });
});

describe('a folder whose disk goes away', () => {
  it('is said to be away, nothing of it counts as deleted, and it is brought up to date once it is back', async () => {
    const [a, b] = await open('disk away');
    b.unmount();
    await look(b);
    expect([sourceOf(b).state, sourceOf(b).reason]).toEqual(['unavailable', expect.stringContaining(ROOT)]);
    room.write(a, 'new', 'written while the disk was away');
    await room.run(60_000);
    expect([namesIn(a), sourceOf(b).isStopped]).toEqual([[...NAMES, 'new'], true]);
    b.remount();
    await room.run(120_000);
    expect([namesIn(a), namesIn(b), sourceOf(b).state]).toEqual([[...NAMES, 'new'], [...NAMES, 'new'], 'ready']);
  });

  it('is said to be away as well where that is found out by writing to it, and is written to once it is back, whatever else comes', async () => {
    const [a, b] = await open('away at writing');
    b.unmount();
    room.write(a, 'new', 'written while the disk was away');
    await room.run(1000);
    expect([sourceOf(b).state, room.read(b, 'new')]).toEqual(['unavailable', null]);
    b.remount();
    for (let at = 0; at < 5; at++) {
      room.write(a, 'f0', `changed ${at} times`);
      await room.run(3000);
    }
    expect(room.read(b, 'f0')).toBe('changed 4 times');
    expect([namesIn(a), namesIn(b)]).toEqual([
      [...NAMES, 'new'],
      [...NAMES, 'new'],
    ]);
  });
});

describe('a look that fails altogether', () => {
  it('is said, and what happened meanwhile is found by the next one', async () => {
    const [a, b] = await open('fails');
    b.deafness = 1;
    const failing = vi.spyOn(sourceOf(b).adapter, 'list').mockRejectedValueOnce(new Error('the list is broken'));
    await look(b);
    expect([sourceOf(b).state, sourceOf(b).reason]).toEqual([
      'unavailable',
      expect.stringContaining('the list is broken'),
    ]);
    expect(room.group.findings.splice(0)).toMatchObject([{ rule: 'fault' }]);
    room.write(b, 'new', 'of which nothing told');
    await room.run(15_000);
    expect([room.read(a, 'new'), sourceOf(b).state]).toEqual(['of which nothing told', 'ready']);
    failing.mockRestore();
  });
});

describe('a source that is let go of', () => {
  it('is written to no more, though it was in the middle of that, and is closed', async () => {
    room = await KeepRoom.open('let go of', 2, FILES, { ...BATCH_SIZES, constructed: 1 });
    const [a, b] = room.devices as Devices;
    const closed = vi.spyOn(sourceOf(b).adapter, 'close');
    const news = NAMES.map((name) => `new ${name}`);
    const came = () => news.filter((name) => room.read(b, name) !== null);
    let gone: Promise<unknown> | null = null;
    // As soon as the first of them is in its place.
    b.onCall = () => {
      if (came().length > 0) gone ??= b.engine.removeSource(room.replica(b), sourceOf(b).source.row);
      return null;
    };
    for (const name of news) room.write(a, name, name);
    await room.run(60_000);
    await gone;
    expect(came().length).toBeLessThan(3);
    expect(closed).toHaveBeenCalledOnce();
    b.onCall = null;
  });
});

describe('what others deleted while the folder was none of the collection', () => {
  it('is asked about once it is one again, stays there until then, and goes once a person says so', async () => {
    const [a, b] = await open('asks');
    await room.group.until(b, b.engine.removeSource(room.replica(b), sourceOf(b).source.row));
    a.user.fs.unlink(`${ROOT}/f0`);
    await room.run(60_000);
    const adding = b.running?.handlers['source:change'](room.group.collection as string, { add: ROOT } as never);
    await room.group.until(b, Promise.resolve(adding));
    await room.run(60_000);
    expect([sourceOf(b).asks, sourceOf(b).isStopped, sourceOf(b).rests, room.read(b, 'f0')]).toEqual([
      true,
      false,
      true,
      'text of f0',
    ]);
    room.write(a, 'new', 'all else goes on');
    await room.run(10_000);
    expect(room.read(b, 'new')).toBe('all else goes on');
    b.running?.handlers['safety:confirm'](sourceOf(b).plan as string);
    await room.run(60_000);
    expect([room.read(a, 'f0'), room.read(b, 'f0'), sourceOf(b).asks]).toEqual([null, null, false]);
  });
});

describe('what changes elsewhere', () => {
  it('is not written where items are going one after the other, before that is judged', async () => {
    const [a, b] = await open('going');
    removeAll(b);
    await room.run(500);
    expect(sourceOf(b).postpones).toBe(true);
    room.write(a, 'f0', 'changed elsewhere meanwhile');
    await room.run(1000);
    expect([sourceOf(b).postpones, namesIn(b)]).toEqual([true, []]);
    await room.run(30_000);
    expect([sourceOf(b).state, namesIn(a), namesIn(b)]).toEqual(['halted', NAMES, []]);
  });

  it('is not written over what was saved just now, and that is looked at soon, though nothing tells of it', async () => {
    const [a, b] = await open('saved just now');
    b.deafness = 1;
    room.write(b, 'f0', 'saved here');
    room.write(a, 'f0', 'saved elsewhere');
    await room.run(10_000);
    expect([room.read(b, 'f0'), room.conflicts(a), room.conflicts(b)]).toEqual(['saved here', 1, 1]);
  });
});

describe('what a look would take in', () => {
  it('is told, and stays here until it is taken in', async () => {
    const [a, b] = await open('preview');
    b.deafness = 1;
    room.write(b, 'new', 'of which nothing told');
    const before = room.changes(b);
    const preview = await room.group.until(b, sourceOf(b).preview());
    expect(preview).toMatchObject({ local: [{ record: 'new', action: 'add' }], halt: null, plan: null });
    expect([room.changes(b), room.read(a, 'new')]).toEqual([before, null]);
  });
});

describe('a folder that joins', () => {
  it('waits until the collection is here: what it has of before is no conflict, and is brought up to date', async () => {
    room = await KeepRoom.open('joins', 1, FILES);
    const [a] = room.devices as [SimulatedDevice];
    const b = room.group.addDevice({ skewed: false, folding: false });
    for (const [name, text] of Object.entries(FILES)) b.user.writeFile(`${ROOT}/${name}`, text);
    room.write(a, 'f0', 'edited since it was copied there');
    await room.run(60_000);
    b.user.writeFile(`${ROOT}/own`, 'only in the one that joins');
    await room.group.start(b);
    room.group.cut(a, b);
    await room.group.join(b, a);
    await room.run(60_000);
    expect([room.replica(b).collection.records.live, sourceOf(b).state, sourceOf(b).source.adopting]).toEqual([
      0,
      'scanning',
      true,
    ]);
    room.group.mendAll();
    await room.run(120_000);
    expect([room.conflicts(a), room.read(a, 'own')]).toEqual([0, 'only in the one that joins']);
    for (const device of [a, b]) expect(room.read(device, 'f0')).toBe('edited since it was copied there');
    expect([sourceOf(b).state, sourceOf(b).source.adopting]).toEqual(['ready', false]);
    b.end();
  });

  it('is written nothing before it was compared: what stands there is not replaced', async () => {
    const [a, b] = await open('rules anew');
    room.group.cut(a, b);
    await settings(b, { only: ['nothing'] });
    room.write(b, 'new', 'saved where it is left out');
    room.write(a, 'new', 'saved elsewhere');
    await room.run(30_000);
    await settings(b, {});
    room.group.mendAll();
    await room.run(120_000);
    expect([room.read(b, 'new'), room.conflicts(a), room.conflicts(b)]).toEqual(['saved where it is left out', 1, 1]);
  });
});
