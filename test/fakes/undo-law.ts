import type { Change } from '../../src/main/change-log/change.ts';
import { undoChange } from '../../src/main/history/undo-change.ts';
import { recordsRoot } from '../../src/main/history/verify.ts';
import { ENTRY, EXISTS } from '../../src/main/record/file-entry.ts';
import type { Dot, FieldName } from '../../src/main/record/ids.ts';
import { equalValues, type Value } from '../../src/main/record/value.ts';
import { CollectionGroup, type GroupDatabases, type GroupDevice } from './collection-group.ts';
import { liveHistory } from './random-history.ts';
import { SeededRandom } from './seeded-random.ts';

/** `broken`: what did not hold; null: all did. */
export interface UndoLaw {
  readonly broken: string | null;
  readonly undone: number;
}

/**
 * After a random history every change there is, undone one after the other, gives what it replaced, alone or in a conflict, and never fails;
 * then all devices agree.
 */
export async function checkUndoLaw(seed: number, databases: GroupDatabases): Promise<UndoLaw> {
  const group = new CollectionGroup(3, `undo ${seed}`, 'files', databases);
  await liveHistory(group, group.devices, new SeededRandom(`undo ${seed}`), 16);
  group.exchange();
  const [device, ...others] = group.devices as [GroupDevice, ...GroupDevice[]];
  let undone = 0;
  for (const place of device.collection.log.places({ logs: null, records: null }, null, 1000))
    for (const [index, change] of (device.collection.packages.changesIn(place.row) ?? []).entries()) {
      const name = `${place.log}-${place.number}-${index}`;
      if ('invalid' in change) return { broken: `seed ${seed}: ${name} is invalid: ${change.invalid}`, undone };
      group.tick();
      undoChange(device.port, name);
      undone++;
      const lacking = lackingAfter(device, change);
      if (lacking !== null) return { broken: `seed ${seed}: after the undo of ${name}, ${lacking}`, undone };
    }
  group.exchange();
  const { root } = recordsRoot(device.collection);
  const other = others.find(({ collection }) => recordsRoot(collection).root !== root);
  return { broken: other === undefined ? null : `seed ${seed}: ${other.name} and ${device.name} differ`, undone };
}

/** What is not there of what the undone change had replaced, and nobody took back, or of an undo: replaced beside it; null: nothing. */
function lackingAfter(device: GroupDevice, { record, writes, cause }: Change): string | null {
  const isTakenBack = takenBackIn(device, record, cause === 'undo');
  const replaced = (field: FieldName): Value[] =>
    (writes.find((write) => write.field === field)?.replaces ?? []).flatMap((dot) =>
      isTakenBack(dot, field)
        ? []
        : (device.collection.packages.changeAt(dot)?.change.writes.find((write) => write.field === field)?.value ?? []),
    );
  if (!replaced(EXISTS).includes(true)) return null;
  if (!device.existsValues(record).includes(true)) return `${record} is not there`;
  const now = device.values(record);
  const lost = replaced(ENTRY).find((before) => !now.some((value) => equalValues(value, before)));
  return lost === undefined ? null : `${record} lacks ${JSON.stringify(lost)}`;
}

/**
 * Says of a change to a record whether an undo takes it back that is not taken back itself, or brings back only what is taken back; with `orReplaced`: or
 * somebody replaced it who is not taken back.
 */
function takenBackIn(
  { collection }: GroupDevice,
  record: Change['record'],
  orReplaced: boolean,
): (dot: Dot, field: FieldName) => boolean {
  const dots = collection.log.changesOf(collection.records.find(record)?.row as number);
  const changeAt = (dot: Dot): Change | undefined => collection.packages.changeAt(dot)?.change;
  const writeIn = (dot: Dot, of: FieldName) => changeAt(dot)?.writes.find(({ field }) => field === of);
  const existsIn = (dot: Dot) => writeIn(dot, EXISTS);
  const isTakenBack = (dot: Dot): boolean =>
    dots.some((each) => changeAt(each)?.takesBack?.includes(dot) === true && !isTakenBack(each));
  const replaces = (each: Dot, dot: Dot, of: FieldName): boolean => writeIn(each, of)?.replaces.includes(dot) === true;
  const isReplaced = (dot: Dot, field: FieldName): boolean =>
    dots.some(
      (each) =>
        changeAt(each)?.cause !== 'undo' &&
        // Whoever had seen it there only as an undo brought it back replaced that undo, and what it says.
        (replaces(each, dot, EXISTS) || replaces(each, dot, field)) &&
        !isTakenBack(each),
    );
  // Where what an undo took back stood beside another value it brought nothing back: it left that one there, which is gone once it is written over.
  const isLeft = (dot: Dot, value: Dot): boolean =>
    changeAt(dot)?.takesBack?.every((each) => !replaces(each, value, EXISTS)) === true;
  // The undo of an undo says nothing of its own: there is what there would be without both.
  const isRedo = (dot: Dot): boolean =>
    changeAt(dot)?.takesBack?.every((each) => changeAt(each)?.cause === 'undo') === true;
  // What an undo takes back, and says again as all there is, it leaves there.
  const isEnded = (dot: Dot, value: Dot): boolean =>
    isTakenBack(value) && changeAt(dot)?.takesBack?.includes(value) !== true;
  return (dot, field) => {
    const broughtBack = writeIn(dot, field)?.standsFor ?? [];
    const isGone = isTakenBack(dot) || (broughtBack.length > 0 && broughtBack.every((each) => isEnded(dot, each)));
    const left = existsIn(dot)?.standsFor ?? [];
    const isLeftAndGone =
      left.length > 0 && left.every((each) => (isRedo(dot) || isLeft(dot, each)) && isReplaced(each, EXISTS));
    return isGone || (orReplaced && (isReplaced(dot, field) || isLeftAndGone));
  };
}

/**
 * What was just done, undone, leaves the records as they were before it, open conflicts too; the undo undone, as they were after it.
 */
export async function checkUndoAtOnce(seed: number, databases: GroupDatabases): Promise<UndoLaw> {
  const group = new CollectionGroup(2, `undo at once ${seed}`, 'files', databases);
  const random = new SeededRandom(`undo at once ${seed}`);
  await liveHistory(group, group.devices, random, 10);
  group.exchange();
  const [device] = group.devices as [GroupDevice];
  const root = () => recordsRoot(device.collection).root;
  let undone = 0;
  for (let round = 0; round < 3; round++) {
    const [before, written] = [root(), device.sent.length];
    group.tick();
    await liveHistory(group, [device], random, 1);
    const [done] = device.sent.slice(written);
    // An undo may reach far back: then it stands beside what came since, and so does the undo of it.
    if (
      done === undefined ||
      device.sent.length > written + 1 ||
      done.applied.some(({ change }) => change.cause === 'undo')
    )
      continue;
    const after = root();
    const name = `${done.log}-${done.number}`;
    group.tick();
    const undo = undoChange(device.port, name);
    if (root() !== before) return { broken: `seed ${seed}: ${name}, undone at once, is not as it was`, undone };
    group.tick();
    const [first] = undo?.changes ?? [];
    if (first !== undefined) undoChange(device.port, first.slice(0, first.lastIndexOf('-')));
    if (root() !== after) return { broken: `seed ${seed}: the undo of ${name}, undone, is not as it was`, undone };
    undone++;
  }
  return { broken: null, undone };
}
