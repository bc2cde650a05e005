import { describe, expect, it } from 'vitest';
import type { Fault } from '../../fakes/fault-plan.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { checkContents, checkConvergence, checkStep } from './checks.ts';

/** Every how-manieth call is tried; 1 tries them all, which takes minutes. */
const STRIDE = Number(process.env.LOCKSTEP_CRASH_STRIDE ?? 25);

type How = Extract<Fault, { dies: unknown }>['dies'];

/** Two computers, and what A's person did while B was away: everything B has to do when it comes back is one session of few calls. */
async function session(
  beforeB: (b: SimulatedDevice) => void,
): Promise<{ group: SimulatedGroup; calls: number; reached: boolean }> {
  const group = new SimulatedGroup(new SeededRandom('crash everywhere'));
  const [a, b] = [0, 1].map(() => group.addDevice({ skewed: false, folding: false })) as [
    SimulatedDevice,
    SimulatedDevice,
  ];
  group.ledger.byPerson(a, () => {
    a.user.mkdirp(`${ROOT}/d/e`);
    for (const name of ['kept', 'edited', 'removed', 'd/moved', 'd/e/deep', 'both'])
      a.user.writeFile(`${ROOT}/${name}`, `${name}, as it was first.`);
  });
  await group.start(a);
  await group.start(b);
  await group.create(a);
  await group.join(b, a);
  await group.clock.advance(8000);
  await group.until(b, b.stop());
  group.ledger.byPerson(a, () => {
    a.user.save(`${ROOT}/edited`, 'edited, as A left it.', 'rename');
    a.user.remove(`${ROOT}/removed`);
    a.user.move(`${ROOT}/d/moved`, `${ROOT}/d/e/moved`);
    a.user.writeFile(`${ROOT}/new`, 'new, by A.');
    a.user.chmod(`${ROOT}/kept`, 0o755);
    a.user.writeFile(`${ROOT}/both`, 'both, by A.');
    a.user.symlink('new', `${ROOT}/link`);
  });
  group.ledger.byPerson(b, () => b.user.writeFile(`${ROOT}/both`, 'both, by B.'));
  await group.clock.advance(8000);
  const before = b.calls;
  beforeB(b);
  await group.start(b);
  await group.clock.advance(8000);
  const calls = b.calls - before;
  const reached = b.running === null;
  b.onCall = null;
  for (let starts = 0; b.running === null && starts < 3; starts++) await group.start(b);
  checkStep(group, new Map());
  await group.clock.advance(30_000);
  checkStep(group, new Map());
  checkConvergence(group);
  checkContents(group);
  return { group, calls, reached };
}

describe('a crash at every call to the disk', () => {
  it.each(['before', 'half-way', 'after'] as const)(
    'dies %s it, comes back and ends with the same folders',
    async (how: How) => {
      const whole = await session(() => {});
      expect(whole.group.findings).toEqual([]);
      expect(whole.calls).toBeGreaterThan(100);
      for (const device of whole.group.devices) device.end();
      for (let call = 1; call <= whole.calls; call += STRIDE) {
        let left = call;
        const { group } = await session((b) => {
          b.onCall = () => (--left > 0 ? null : { dies: how });
        });
        expect(group.findings, `call ${call}`).toEqual([]);
        for (const device of group.devices) device.end();
      }
    },
    180_000,
  );
});

describe('a reader', () => {
  it('sees old bytes or new bytes at every call to the disk', async () => {
    let looks = 0;
    const { group } = await session((b) => {
      b.onCall = () => {
        looks++;
        const text = b.user.readText(`${ROOT}/edited`);
        expect(['edited, as it was first.', 'edited, as A left it.']).toContain(text);
        return null;
      };
    });
    expect(looks).toBeGreaterThan(100);
    expect(group.findings).toEqual([]);
    for (const device of group.devices) device.end();
  }, 30_000);
});
