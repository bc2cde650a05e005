import { afterEach, describe, expect, it, vi } from 'vitest';
import { LookService } from '../../../src/main/sources/files/look-service.ts';
import { WriteService } from '../../../src/main/sources/files/write-service.ts';
import type { SimulatedDevice } from '../../simulation/simulated-device.ts';
import { cardOf, TextRoom } from '../../simulation/text-room.ts';
import { KeepRoom } from './keep-room.ts';

const DAY_MS = 24 * 3600_000;
afterEach(() => vi.restoreAllMocks());

/** Names of the calls of these services from now on. */
function callsOf(...services: readonly (typeof LookService | typeof WriteService)[]): string[] {
  const calls: string[] = [];
  for (const { prototype } of services)
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name === 'constructor') continue;
      const methods = prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
      const real = methods[name] as (...args: unknown[]) => unknown;
      vi.spyOn(methods, name).mockImplementation(function (this: unknown, ...args) {
        calls.push(name);
        return real.apply(this, args);
      });
    }
  return calls;
}

describe('the table of what is kept', () => {
  it('asks no thread where nothing was ever kept: a device without files needs neither of them', async () => {
    const calls = callsOf(LookService, WriteService);
    const room = await TextRoom.open('no files', 2, cardOf('u1', 'Ada'));
    const [first, second] = room.devices as [SimulatedDevice, SimulatedDevice];
    room.write(first, cardOf('u1', 'Ada Lovelace'));
    await room.look(first);
    await room.group.pass(DAY_MS);
    // As `kill -9` leaves it: what is kept has to be compared.
    second.kill();
    await room.group.start(second);
    await room.group.pass(DAY_MS);
    expect(room.read(second)).toContain('Ada Lovelace');
    expect(calls).toEqual([]);
    expect(room.group.findings).toEqual([]);
    await KeepRoom.open('files', 1, { 'a.txt': 'one' });
    expect(calls).toContain('open');
  });
});
