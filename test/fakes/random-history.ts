import { findConflict, listConflicts } from '../../src/main/conflicts/conflict-view.ts';
import { resolveConflict } from '../../src/main/conflicts/resolve-conflict.ts';
import { undoChange } from '../../src/main/history/undo-change.ts';
import { ENTRY, EXECUTABLE, MODIFIED } from '../../src/main/record/file-entry.ts';
import type { Value } from '../../src/main/record/value.ts';
import type { CollectionGroup, GroupDevice } from './collection-group.ts';
import type { SeededRandom } from './seeded-random.ts';

const RECORDS = ['a.txt', 'b.txt', 'docs/c.txt', 'docs/d'];
const TEXTS = ['one', 'two', 'three', 'four'];

/** People at work on all devices of a group: they write, delete, move, settle, undo, and sometimes hear from each other. */
export async function liveHistory(
  group: CollectionGroup,
  devices: readonly GroupDevice[],
  random: SeededRandom,
  steps: number,
): Promise<void> {
  for (let step = 0; step < steps; step++) {
    if (random.chance(0.7)) group.tick(random.int(3) * 500);
    const device = random.pick(devices);
    if (random.chance(0.1)) device.clock.time += random.between(-60_000, 60_000);
    await act(device, random);
    if (random.chance(0.35)) {
      const other = random.pick(devices);
      if (other !== device) device.receiveFrom(other);
    }
  }
}

async function act(device: GroupDevice, random: SeededRandom): Promise<void> {
  const record = random.pick(RECORDS);
  const kind = random.int(10);
  if (kind < 4) device.save(record, random.pick(TEXTS));
  else if (kind < 5) device.save(record, null);
  else if (kind < 6) touch(device, record, random);
  else if (kind < 7) move(device, record, random.pick(RECORDS));
  else if (kind < 8) await settle(device, random);
  else undoSomething(device, random);
}

function touch(device: GroupDevice, record: string, random: SeededRandom): void {
  const entry = device.shown(record);
  if (entry === undefined) return;
  const fields = new Map<typeof ENTRY, Value>([
    [ENTRY, entry],
    [EXECUTABLE, random.chance(0.5)],
    [MODIFIED, random.int(4)],
  ]);
  const change = device.edit(record, fields);
  if (change !== null) device.write([change]);
}

function move(device: GroupDevice, from: string, to: string): void {
  const entry = device.shown(from);
  if (entry === undefined || device.isThere(to) || from === to) return;
  const add = device.edit(to, new Map([[ENTRY, entry]]), { movedFrom: from as never });
  const end = device.edit(from, null, { movedTo: to as never });
  if (add !== null && end !== null) device.write([add, end]);
}

async function settle(device: GroupDevice, random: SeededRandom): Promise<void> {
  const conflicts = listConflicts(device.port);
  if (conflicts.length === 0) return;
  const conflict = random.pick(conflicts);
  if (findConflict(device.port, conflict.id)?.conflict.record !== conflict.record)
    throw new Error('a conflict that is listed is not found');
  const both = conflict.field === ENTRY && random.chance(0.2);
  await resolveConflict(
    device.port,
    conflict.id,
    both ? { keepBoth: true } : { take: random.pick(conflict.values).id },
  );
}

function undoSomething(device: GroupDevice, random: SeededRandom): void {
  const places = device.collection.log.places({ logs: null, records: null }, null, 20);
  if (places.length === 0) return;
  const { log, number } = random.pick(places);
  undoChange(device.port, random.chance(0.5) ? `${log}-${number}` : `${log}-${number}-0`);
}
