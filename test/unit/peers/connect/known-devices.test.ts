import { describe, expect, it } from 'vitest';
import { KnownDevices } from '../../../../src/main/peers/connect/known-devices.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const [self, ana, bo] = makeIdentities(new SeededRandom('known devices'), 'self', 'ana', 'bo');

describe('known devices', () => {
  it('are those that are members, or were, and no others, nor this one', () => {
    const known = new KnownDevices(self.id);
    known.replace([self.descriptor, ana.descriptor], [bo.descriptor]);
    expect(known.all().map(({ descriptor, isWanted }) => [descriptor.id, isWanted])).toEqual([
      [bo.id, false],
      [ana.id, true],
    ]);
    expect(known.byTlsKey(bo.descriptor.tls)?.id).toBe(bo.id);
    const gone = known.replace([], [ana.descriptor]);
    expect(gone.map(({ descriptor }) => descriptor.id)).toEqual([bo.id, ana.id]);
    expect([known.get(bo.id), known.byTlsKey(bo.descriptor.tls)]).toEqual([null, null]);
    expect(known.get(ana.id)?.isWanted).toBe(false);
  });

  it('have sixteen addresses at most: a new one takes the place of the last, the one that helped stands first', () => {
    const known = new KnownDevices(self.id);
    known.addAddress(ana.id, 'hint:1');
    known.replace([ana.descriptor], []);
    for (let port = 2; port <= 20; port++) known.addAddress(ana.id, `host:${port}`);
    const device = known.get(ana.id)!;
    expect([device.addresses.length, device.addresses[0], device.addresses.at(-1)]).toEqual([16, 'hint:1', 'host:20']);
    expect(known.addAddress(ana.id, 'host:20')).toBe(false);
    known.preferAddress(device, 'new:1');
    expect([device.addresses.length, device.addresses[0], device.addresses.at(-1)]).toEqual([16, 'new:1', 'host:15']);
  });
});
