import { listConflicts } from '../../src/main/conflicts/conflict-view.ts';
import { undoChange } from '../../src/main/history/undo-change.ts';
import { recordsRoot } from '../../src/main/history/verify.ts';
import { isConflict, isLive, shownSibling } from '../../src/main/merge/record-state.ts';
import { canonicalText } from '../../src/main/past/canonical-text.ts';
import { fieldRule } from '../../src/main/record/field-rules.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import { CollectionGroup, type GroupDatabases, type GroupDevice } from './collection-group.ts';
import { actOnItems, type ItemKind } from './random-items.ts';
import { SeededRandom } from './seeded-random.ts';
import type { UndoLaw } from './undo-law.ts';

/** Who hears of what when: of each act everyone at once, or of some of them later, so that others are done beside them. */
export type Heard = 'at once' | 'later';

/**
 * Contacts or events are what they were before a number of acts, once these are undone one after the other, the last first: all they say, and no
 * conflict that was not there. Undone in turn (`again`), the undos give what was after the acts. All devices are equal each time. `say` is told each step.
 */
export async function checkUndoOfItems(
  seed: number,
  databases: GroupDatabases,
  kind: ItemKind,
  heard: Heard,
  { again = false, say = () => undefined }: { readonly again?: boolean; say?(text: string): void } = {},
): Promise<UndoLaw> {
  const name = `undo of ${kind}, heard ${heard}, ${seed}`;
  const random = new SeededRandom(name);
  const group = new CollectionGroup(random.between(2, 3), name, kind, databases);
  for (let step = random.int(8); step > 0; step--) await oneAct(group, kind, random, 'later', true);
  group.exchange();
  const told = (device: GroupDevice): string => saidOf(device).join('\n');
  const any = (): GroupDevice => random.pick(group.devices);
  /** What was said before each act, and what the act is called. */
  const acts: { readonly id: string; readonly before: string; readonly time: number }[] = [];
  for (let step = random.between(1, 6); step > 0; step--) {
    const before = told(group.devices[0] as GroupDevice);
    const done = await oneAct(group, kind, random, heard, false);
    if (done === null) continue;
    acts.push({ ...done, before });
    say(`${done.id}: ${done.text}\n${told(done.device)}\n`);
  }
  group.exchange();
  const first = group.devices[0] as GroupDevice;
  const [before, after] = [acts[0]?.before ?? told(first), told(first)];
  const broken = (what: string, is: string, was: string): UndoLaw => ({
    broken: `${name}: ${what}\n--- was\n${was}\n--- is\n${is}`,
    undone: acts.length,
  });
  const differing = (): UndoLaw | null => {
    const root = recordsRoot(first.collection).root;
    const other = group.devices.find(({ collection }) => recordsRoot(collection).root !== root);
    return other === undefined ? null : broken(`${other.name} and ${first.name} differ`, told(other), told(first));
  };
  const undos: string[] = [];
  for (const { id, before: was } of [...acts].sort((a, b) => b.time - a.time)) {
    group.tick();
    const device = any();
    const sent = device.sent.length;
    undoChange(device.port, id);
    for (const each of device.sent.slice(sent)) undos.push(`${each.log}-${each.number}`);
    say(`undo of ${id}\n${told(device)}\n`);
    if (heard === 'at once' && told(device) !== was)
      return broken(`${id}, undone, is not as it was`, told(device), was);
    group.exchange();
  }
  if (told(first) !== before) return broken('all is undone, and not as it was', told(first), before);
  const differ = differing();
  if (differ !== null) return differ;
  if (!again) return { broken: null, undone: acts.length };
  for (const id of undos.toReversed()) {
    group.tick();
    const device = any();
    undoChange(device.port, id);
    say(`undo of undo ${id}\n${told(device)}\n`);
    group.exchange();
  }
  if (told(first) !== after) return broken('all undos are undone, and it is not as after the acts', told(first), after);
  return differing() ?? { broken: null, undone: acts.length };
}

/** Somebody does something somewhere, of which others hear sooner or later. null: nothing came of it. */
async function oneAct(
  group: CollectionGroup,
  kind: ItemKind,
  random: SeededRandom,
  heard: Heard,
  books: boolean,
): Promise<{ readonly id: string; readonly time: number; readonly device: GroupDevice; readonly text: string } | null> {
  group.tick();
  const device = random.pick(group.devices);
  const before = device.sent.length;
  const isDone = await actOnItems(device, kind, random, books);
  const [first, ...more] = device.sent.slice(before);
  if (heard === 'at once') group.exchange();
  else if (random.chance(0.4)) random.pick(group.devices).receiveFrom(device);
  if (!isDone || first === undefined) return null;
  if (more.length > 0) throw new Error('an act of a few changes is one package');
  const text = first.applied.map(
    ({ change }) =>
      `\n  ${change.record} ${change.cause} ${change.writes.map(({ field, value }) => `${field}=${JSON.stringify(value)}`).join(', ')}`,
  );
  return {
    id: `${first.log}-${first.number}`,
    time: device.clock.time,
    device,
    text: `${device.name}${text.join('')}`,
  };
}

/** What each record says that is there, field by field, and what a person has to decide. */
function saidOf(device: GroupDevice): readonly string[] {
  const { records, kind, log } = device.collection;
  const lines: string[] = [];
  for (const { id, state } of records.all()) {
    if (!isLive(state)) continue;
    for (const [field, siblings] of [...state.fields].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const rule = fieldRule(kind, field);
      const shown = shownSibling(rule, siblings, log.order);
      const texts = isConflict(rule, siblings)
        ? siblings.map(({ value }) => canonicalText(field, value)).sort()
        : [canonicalText(field, shown?.value ?? null)];
      if (texts.length > 1 || (texts[0] !== 'null' && field !== EXISTS))
        lines.push(`${id} ${field}: ${texts.join(' | ')}`);
      if (field === EXISTS) lines.push(`${id} is there${texts.length > 1 ? ', and gone' : ''}`);
    }
  }
  const conflicts = listConflicts(device.port).map(
    ({ record, field, values }) => `${record} ${field} in conflict: ${values.length}`,
  );
  return [...lines, ...conflicts].sort();
}
