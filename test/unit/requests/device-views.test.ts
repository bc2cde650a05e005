import { afterEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/main/engine.ts';
import type { DeviceId } from '../../../src/main/record/ids.ts';
import { deviceViews } from '../../../src/main/requests/device-views.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { KeepRoom } from '../keep/keep-room.ts';

const NOW = Date.UTC(2026, 10, 30);
const at = (time: number): string => new Date(time).toISOString();

/** As much of a device as tells who the others are. `roles`: of ben, in each collection. */
function engineWith(roles: readonly string[], heard: readonly (number | null)[], isLinked = false): Engine {
  const replicas = roles.map((role, each) => {
    const members = new Map([
      ['me', { device: 'me', name: 'old name', role: 'admin' }],
      ['ben', { device: 'ben', name: 'ben', role }],
    ]);
    return [
      `c${each}`,
      { id: `c${each}`, membership: { current: { members } }, lastHeardOf: () => heard[each] ?? null },
    ];
  });
  return {
    deviceId: 'me',
    name: 'desk',
    replicas: new Map(replicas as never),
    network: { session: (device: string) => (isLinked && device === 'ben' ? {} : null) },
    registry: { setting: (name: string) => (name === 'seen.ben' ? '5000' : null) },
    world: { clock: { now: () => NOW } },
  } as unknown as Engine;
}

describe('the devices there are', () => {
  it('are this one alone where it shares nothing yet', () => {
    expect(deviceViews(engineWith([], []))).toEqual([
      { device: 'me', name: 'desk', self: true, role: 'admin', collections: [], roles: {}, lastSeen: at(NOW) },
    ]);
  });

  it('are each told once, with the role in each collection, the first of them counting', () => {
    const [me, ben, ...others] = deviceViews(engineWith(['editor', 'reader'], []));
    expect(me).toMatchObject({ device: 'me', name: 'desk', self: true, lastSeen: at(NOW) });
    expect(ben).toEqual({
      device: 'ben' as DeviceId,
      name: 'ben',
      self: false,
      role: 'editor',
      collections: ['c0', 'c1'],
      roles: { c0: 'editor', c1: 'reader' },
      lastSeen: at(5000),
    });
    expect(others).toEqual([]);
  });

  it('were seen last when they were met or heard of in any of their collections', () => {
    const seen = (engine: Engine) => deviceViews(engine)[1]?.lastSeen;
    expect(seen(engineWith(['editor', 'editor'], [7000, 6000]))).toBe(at(7000));
    expect(seen(engineWith(['editor', 'editor'], [6000, 7000]))).toBe(at(7000));
    expect(seen(engineWith(['editor'], [4000]))).toBe(at(5000));
    expect(seen(engineWith(['editor'], [4000], true))).toBe(at(NOW));
  });
});

describe('a device that is linked', () => {
  let room: KeepRoom;
  afterEach(() => {
    for (const device of room.devices) device.end();
  });

  it('is seen now for as long as it is, and not after that', async () => {
    room = await KeepRoom.open('seen', 2, { 'a.txt': 'a' });
    const [a, b] = room.devices as [SimulatedDevice, SimulatedDevice];
    const ben = b.engine.deviceId;
    const seen = (): string | null => deviceViews(a.engine).find(({ device }) => device === ben)?.lastSeen ?? null;
    await room.run(600_000);
    const met = a.engine.world.clock.now();
    expect(seen()).toBe(at(met));
    b.end();
    await room.run(600_000);
    expect(Date.parse(seen() ?? '')).toBeLessThan(met + 300_000);
    room.expectNoFaults();
  });
});
