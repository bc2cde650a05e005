import { describe, expect, it } from 'vitest';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';
import { liveHistory } from '../../fakes/random-history.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const HISTORIES = Number(process.env.LOCKSTEP_HISTORIES ?? 300);
const FIRST = Number(process.env.LOCKSTEP_FIRST ?? 0);
/** As many groups as share databases: they stay small. */
const SHARING = 250;

/** Gives a device every package of the group in any order, some of them twice; what comes too early is tried again. */
function deliverAnyhow(group: CollectionGroup, to: GroupDevice, random: SeededRandom): void {
  let waiting = group.devices.flatMap((device) => device.sent.map((each) => each.bytes));
  waiting = random.shuffle([...waiting, ...waiting.filter(() => random.chance(0.3))]);
  while (waiting.length > 0) {
    const later = waiting.filter((bytes) => to.receive(bytes) === 'gap');
    if (later.length === waiting.length) throw new Error('packages that can never be taken');
    waiting = random.shuffle(later);
  }
}

const conflictsOf = (device: GroupDevice) =>
  listConflicts(device.port).map(({ id, shown, values }) => ({ id, shown, values }));
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

describe('the law of merging', () => {
  it(
    `gives equal records, roots and conflicts whatever the order and repetition of packages (${HISTORIES} histories)`,
    async () => {
      let databases = new GroupDatabases();
      let conflicts = 0;
      for (let seed = FIRST; seed < FIRST + HISTORIES; seed++) {
        if (seed % SHARING === 0) databases = new GroupDatabases();
        const random = new SeededRandom(`law ${seed}`);
        const group = new CollectionGroup(4, `law ${seed}`, 'files', databases);
        const [first, , , late] = group.devices as [GroupDevice, GroupDevice, GroupDevice, GroupDevice];
        await liveHistory(group, group.devices.slice(0, 3), random, 14);
        for (const device of group.devices) deliverAnyhow(group, device, random);
        const root = recordsRoot(first.collection);
        const open = conflictsOf(first).sort(byId);
        conflicts += open.length;
        for (const device of group.devices.slice(1)) {
          expect(recordsRoot(device.collection), `seed ${seed}, ${device.name}`).toEqual(root);
          expect(conflictsOf(device).sort(byId), `seed ${seed}, ${device.name}`).toEqual(open);
        }
        // A second delivery of everything changes nothing.
        deliverAnyhow(group, late, random);
        expect(recordsRoot(late.collection), `seed ${seed}, again`).toEqual(root);
      }
      expect(conflicts).toBeGreaterThan(HISTORIES / 20);
    },
    HISTORIES * 60 + 60_000,
  );
});
