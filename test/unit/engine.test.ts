import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordId } from '../../src/main/record/ids.ts';
import { FOLDER } from '../../src/main/sources/formats.ts';
import { SECOND } from '../simulation/folders/place-events.ts';
import { ROOT, type SimulatedDevice } from '../simulation/simulated-device.ts';
import { KeepRoom } from './keep/keep-room.ts';

const NAMES = ['one', 'two', 'three'];
const FILES = Object.fromEntries(NAMES.map((name) => [name, `text of ${name}`]));

let room: KeepRoom;
afterEach(() => {
  room.expectNoFaults();
  for (const device of room.devices) device.end();
});
async function open(seed: string): Promise<[SimulatedDevice, SimulatedDevice]> {
  room = await KeepRoom.open(seed, 2, FILES);
  return room.devices as [SimulatedDevice, SimulatedDevice];
}
const namesIn = (device: SimulatedDevice, folder = ROOT): readonly string[] =>
  NAMES.filter((name) => device.user.readText(`${folder}/${name}`) !== null);
const isMarked = (device: SimulatedDevice): boolean => device.user.readText(`${ROOT}/.lockstep/marker.json`) !== null;
const addSecond = (device: SimulatedDevice) => {
  device.user.mkdirp(SECOND);
  return room.group.until(device, device.engine.addSource(room.replica(device), { path: SECOND, format: FOLDER }));
};

describe('a folder that is let go of', () => {
  it('leaves nothing to the next one, which gets its row', async () => {
    const [a, b] = await open('its row');
    const { collection, synchronizers } = room.replica(b);
    const [row] = collection.sourceRows() as [number];
    collection.problems.put(row, recordId('one'), 'io', 'It cannot be written.', 1);
    await room.group.until(b, b.engine.removeSource(room.replica(b), row));
    expect([collection.sourceRows(), isMarked(b)]).toEqual([[], false]);
    const source = await addSecond(b);
    expect(collection.sourceRows()).toEqual([row]);
    expect([source?.row, collection.problems.of(row), b.engine.registry.sources(collection.stored.row)]).toEqual([
      row,
      [],
      [source],
    ]);
    await room.run(60_000);
    expect([namesIn(a), namesIn(b), namesIn(b, SECOND)]).toEqual([NAMES, NAMES, NAMES]);
    expect([room.problems(b), synchronizers.get(row)?.state]).toEqual([[], 'ready']);
    // What is done in it is of the collection; what is done in the former is nobody's.
    b.user.remove(`${SECOND}/one`);
    room.write(b, 'two', 'written where it was');
    await room.run(60_000);
    expect([namesIn(a), room.read(a, 'two')]).toEqual([['two', 'three'], 'text of two']);
  });

  it('is none at the next start either, and another one is', async () => {
    const [, b] = await open('next start');
    const [row] = [...room.replica(b).synchronizers.keys()] as [number];
    await room.group.until(b, b.engine.removeSource(room.replica(b), row));
    const places = () => JSON.stringify(b.engine.world.places.load());
    expect(places()).not.toContain(`"${ROOT}"`);
    await addSecond(b);
    expect(places()).toContain(`"${SECOND}"`);
  });
});

describe('a folder that cannot be taken', () => {
  it('is none of the collection, and may be taken later', async () => {
    const [, b] = await open('cannot');
    const { collection } = room.replica(b);
    const failing = vi.spyOn(b.engine.sources, 'open').mockRejectedValueOnce(new Error('no marker can be made'));
    await expect(addSecond(b)).rejects.toThrow('no marker can be made');
    expect(b.engine.registry.sources(collection.stored.row).map(({ location }) => location)).toEqual([ROOT]);
    failing.mockRestore();
    await addSecond(b);
    await expect(addSecond(b)).rejects.toMatchObject({ code: 'overlaps-source' });
    await room.run(30_000);
    expect(namesIn(b, SECOND)).toEqual(NAMES);
  });
});

describe('a collection that this device leaves', () => {
  it('is known here no more, though its files stay; the others hear it, and a new one begins with what is there', async () => {
    const [a, b] = await open('leaves');
    const { id, collection } = room.replica(b);
    await room.group.until(b, b.engine.leave(room.replica(b)));
    expect([collection.isOver, isMarked(b)]).toEqual([true, false]);
    expect([b.engine.registry.collections(), [...b.engine.replicas], namesIn(b)]).toEqual([[], [], NAMES]);
    await room.run(30_000);
    expect(room.replica(a).membership.others()).toEqual([]);
    const added = await room.group.until(b, b.engine.add({ location: ROOT }));
    expect([added?.records, added?.collection === id]).toEqual([NAMES.length, false]);
    b.user.remove(`${ROOT}/one`);
    await room.run(30_000);
    expect([namesIn(a), namesIn(b)]).toEqual([NAMES, ['two', 'three']]);
  });
});
