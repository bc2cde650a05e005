import { afterEach, describe, expect, it, vi } from 'vitest';
import { doctor } from '../../../src/main/requests/doctor.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

let room: KeepRoom;
afterEach(() => {
  for (const device of room.devices) device.end();
});
async function opened(): Promise<SimulatedDevice> {
  room = await KeepRoom.open('doctor', 1, { 'a.txt': 'a' });
  return room.devices[0] as SimulatedDevice;
}
const check = (device: SimulatedDevice, name: string) => doctor(device.engine).find((each) => each.check === name);

describe('the doctor', () => {
  it('finds a device well that is', async () => {
    const device = await opened();
    expect(doctor(device.engine).map(({ check: name, ok, fix }) => [name, ok, fix])).toEqual([
      ['database', true, null],
      ['keys', true, null],
      ['copies', true, null],
      ['listening', true, null],
      ['membership', true, null],
    ]);
    expect(check(device, 'copies')?.detail).toBe('no device was copied or restored');
  });

  it('says what the database says of itself where that is damaged, and what to do', async () => {
    const device = await opened();
    const { database } = device.engine.world;
    vi.spyOn(database, 'pragma').mockReturnValue('row 7 missing from index change_of_package');
    const found = check(device, 'database');
    vi.restoreAllMocks();
    expect(found).toMatchObject({ ok: false, detail: 'row 7 missing from index change_of_package' });
    expect(found?.fix).toMatch(/move lockstep\.db away/);
  });

  it('tells that two computers write as one, and what to do, as long as this program knows of it', async () => {
    const device = await opened();
    device.engine.events.warn('copied', {
      about: 'problem',
      title: 'Two of one',
      text: 'Two computers write as Desk.',
    });
    const found = check(device, 'copies');
    expect(found).toMatchObject({ ok: false, detail: 'Two computers write as Desk.' });
    expect(found?.fix).toMatch(/join from there/);
  });

  it('names who once wrote as two', async () => {
    const device = await opened();
    const replica = room.replica(device);
    const [log] = replica.collection.log.logs();
    vi.spyOn(replica.collection.log, 'logs').mockReturnValue([{ ...log!, frozen: true }]);
    const found = check(device, 'copies');
    vi.restoreAllMocks();
    expect(found).toMatchObject({ ok: true, fix: null });
    expect(found?.detail).toBe(
      `wrote as two computers once: ${replica.authorName(log!.log)} in ${replica.collection.stored.name}`,
    );
  });
});
