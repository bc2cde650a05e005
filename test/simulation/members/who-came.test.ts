import { afterEach, expect, it } from 'vitest';
import type { NoticeView } from '../../../src/contract/contract.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

const tellsTo = (device: SimulatedDevice, about: NoticeView['about']): NoticeView[] => {
  const told: NoticeView[] = [];
  device.engine.events.onEvent((name, value) => {
    const notice = value as NoticeView;
    if (name === 'notice' && notice.about === about) told.push(notice);
  });
  return told;
};

it('a device that was removed and let in once more by another is announced each time, and told each time that it is out', async () => {
  group = new SimulatedGroup(new SeededRandom('came and went'));
  const devices = Array.from({ length: 3 }, () => group.addDevice({ skewed: false, folding: false }));
  const [first, second, third] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  for (const device of devices) await group.start(device);
  await group.create(first);
  await group.join(second, first);
  await group.pass(5000);
  const came = tellsTo(first, 'joined');
  const out = tellsTo(third, 'removed');
  for (const times of [1, 2]) {
    if (times === 1) await group.join(third, second);
    else group.replica(third)?.receiveMembership(group.admit(third, second).membership.operations());
    await group.pass(10_000);
    expect(came).toHaveLength(times);
    group.remove(third, second);
    await group.pass(10_000);
    expect(out).toHaveLength(times);
  }
});
