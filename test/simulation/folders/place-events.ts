import type { SourceChange } from '../../../src/contract/contract.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { Crash } from '../../fakes/fault-plan.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import { bytesOfText, OWN, viewRoot } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import type { Person } from './person.ts';

/** Another folder of a computer for the same collection; a person works in it only where the seed says so (`useSecond`). */
export const SECOND = '/home/second';

interface PlaceScene {
  readonly group: SimulatedGroup;
  readonly random: SeededRandom;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ONLY = [[], [], ['a'], ['/a', 'x'], ['b', 'c/d'], ['*x']];
const IGNORE = [[], [], ['y'], ['a/x', 'b'], ['c/']];

export function hasSource(group: SimulatedGroup, device: SimulatedDevice, location: string): boolean {
  return [...(group.replica(device)?.synchronizers.values() ?? [])].some(({ source }) => source.location === location);
}

/** Asks the program of `device` for it, as a person would; false: it was refused, or the program ended. */
async function change(group: SimulatedGroup, device: SimulatedDevice, wanted: SourceChange): Promise<boolean> {
  const asked = Promise.resolve(device.running?.handlers['source:change'](group.collection as string, wanted));
  const done = asked.then(
    () => true,
    (error: Error & { code?: string }) => {
      if (error.code === undefined && !(error instanceof Crash)) throw error;
      return false;
    },
  );
  return (await group.until(device, done)) ?? false;
}

/** The folder of a device belongs to the collection no more, or again. */
export async function turnSource({ group, random }: PlaceScene): Promise<string | null> {
  const { members } = group;
  if (members.length === 0) return null;
  const device = random.pick(members);
  const location = random.pick([ROOT, ROOT, SECOND]);
  if (!device.isMounted) return null;
  const isThere = hasSource(group, device, location);
  if (location === SECOND) device.user.mkdirp(SECOND);
  // With a folder goes the journal of what was written to it: what was torn before it went is as good as any content once it is taken again.
  const isSure = isSureOfAll(group, device, location);
  const done = await change(group, device, isThere ? { remove: location } : { add: location });
  if (isThere && !isSure) group.ledger.loseJournal(device, location === SECOND ? 'second' : 'first');
  return `${device.name} ${isThere ? 'lets go of' : 'takes'} ${location}${done ? '' : ', in vain'}`;
}

/** A computer leaves the collection, perhaps with what nobody else has; its folder stays, and belongs to it again when it next comes back. */
export async function leave({ group, random }: PlaceScene): Promise<string | null> {
  const { members } = group;
  if (members.length < 3 || group.middle !== null) return null;
  const device = random.pick(members);
  if (group.wouldStrand(device) || !device.isMounted) return null;
  const asked = Promise.resolve()
    .then(() => device.running?.handlers['collections:leave'](group.collection as string))
    .then(
      () => true,
      (error: Error & { code?: string }) => {
        if (error.code === undefined && !(error instanceof Crash)) throw error;
        return false;
      },
    );
  const done = (await group.until(device, asked)) ?? false;
  if (group.replica(device) === null) group.leaves(device);
  return `${device.name} leaves${done ? '' : ', in vain'}`;
}

/** A computer that was taken out, and knows it, leaves and is let in again with its folder. */
export async function comeAgain({ group, random }: PlaceScene): Promise<string | null> {
  const out = group.alive.filter(
    (each) => group.isRemoved(each) && group.replica(each)?.membership.isMember() === false,
  );
  if (out.length === 0) return null;
  const device = random.pick(out);
  // Let in by one that never heard of it, it would be out again: nothing says that this came after the removal.
  const knows = (each: SimulatedDevice): boolean =>
    group.replica(each)?.membership.current?.removed.has(device.identity.id) === true && group.mayLetIn(each);
  const by = group.members.find(knows);
  if (by === undefined || !device.isMounted) return null;
  const replica = group.replica(device) as Replica;
  await group.until(device, device.engine.leave(replica));
  if (group.replica(device) !== null) return `${device.name} leaves, in vain`;
  group.leaves(device);
  if (device.running === null || group.replica(by) === null) return `${device.name} leaves`;
  await group.letInAgain(device, by);
  return `${device.name} is let in again by ${by.name}`;
}

/** A computer has the collection in another folder as well, on a disk that comes and goes, and in which a person writes now and then. */
export async function useSecond({
  group,
  person,
  random,
}: PlaceScene & { readonly person: Person }): Promise<string | null> {
  const { members } = group;
  if (members.length === 0) return null;
  const device = random.pick(members);
  const what = random.pick(['comes or goes', 'comes or goes', 'edit', 'edit', 'edit', 'create']);
  if (!hasSource(group, device, SECOND)) {
    if (!device.isThere(SECOND)) return null;
    if (device.user.fs.lstat(SECOND) === null) {
      device.user.mkdirp(SECOND);
      device.disk.mount(SECOND);
    }
    return `${device.name} takes ${SECOND}${(await change(group, device, { add: SECOND })) ? '' : ', in vain'}`;
  }
  if (what === 'comes or goes') {
    if (!device.isThere(SECOND)) device.remount(SECOND);
    else if (device.disk.volumeAt(SECOND) === device.disk.volumeAt('/home')) return null;
    else device.unmount(SECOND);
    return `${device.name} ${device.isThere(SECOND) ? 'has' : 'loses sight of'} ${SECOND}`;
  }
  if (!device.isThere(SECOND)) return null;
  const files = [...(viewRoot(device.disk, SECOND) ?? [])].flatMap(([path, { type }]) => (type === 'file' ? path : []));
  const path = what === 'edit' && files.length > 0 ? random.pick(files) : person.path();
  const text = person.text(device);
  const to = `${SECOND}/${path}`;
  try {
    group.ledger.inSecond(device, text, () => {
      device.user.mkdirp(to.slice(0, to.lastIndexOf('/')));
      device.user.writeFile(to, bytesOfText(text));
    });
    return `${device.name}: ${what} ${to}`;
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return `${device.name}: ${what} ${to}, in vain`;
  }
}

/** Can all that its program wrote to the folder be synced, and is none of it doubted since the power went, or still to be made again? */
function isSureOfAll(group: SimulatedGroup, device: SimulatedDevice, location: string): boolean {
  const { collection, synchronizers } = group.replica(device) as Replica;
  const ours = [...synchronizers.values()].find(({ source }) => source.location === location);
  if (ours === undefined || ours.state === 'unavailable' || ours.construction.open > 0) return false;
  const { keeper } = device.engine;
  if ([...collection.records.all()].some(({ id }) => keeper.holdsBack(ours.source.row, id))) return false;
  const fs = device.disk.process();
  try {
    for (const [path, { type }] of viewRoot(device.disk, location) ?? [])
      if (type === 'file') fs.close(fs.open(`${location}/${path}`, 'read'));
    return true;
  } catch {
    return false;
  }
}

/** A device takes part of a collection only, or writes nothing of it to its folder. */
export async function select({ group, random }: PlaceScene): Promise<string | null> {
  const members = group.members.filter((each) => (group.replica(each) as Replica).synchronizers.size > 0);
  if (members.length === 0) return null;
  const device = random.pick(members);
  const wanted = { only: random.pick(ONLY), ignore: random.pick(IGNORE), readOnly: random.chance(0.2) };
  await change(group, device, wanted);
  return `${device.name} takes only [${wanted.only}] without [${wanted.ignore}]${wanted.readOnly ? ', and writes nothing' : ''}`;
}

/** Of all there is, a device holds little, and writes nothing else to its folder, or has none. */
export async function leaveOut({ group, random }: PlaceScene, device: SimulatedDevice): Promise<string> {
  const wanted = random.pick<SourceChange>([
    { remove: ROOT },
    { readOnly: true },
    { only: ['a'] },
    { ignore: ['x', 'b'] },
    { only: ['nothing'] },
  ]);
  await change(group, device, wanted);
  return `${device.name} is between two that never meet, and has ${JSON.stringify(wanted)}`;
}

/** A device is to keep less of what was, or as much as ever. */
export function limitHistory({ group, random }: PlaceScene): string | null {
  const { members } = group;
  if (members.length === 0) return null;
  const device = random.pick(members);
  // It has room for what others need of it.
  if (device === group.middle) return null;
  const [days, bytes] = [random.pick(['0', '1', '365']), random.pick(['0', '200', '100000', '10737418240'])];
  const handlers = device.running?.handlers;
  handlers?.config('history.days', days);
  handlers?.config('history.bytes', bytes);
  group.ledger.forgets.add(device);
  return `${device.name} keeps ${bytes} bytes of ${days} days`;
}

/** Nobody does anything for long. */
export function timeGoesBy({ group, random }: PlaceScene): string {
  const by = random.pick([2 * HOUR_MS, 2 * DAY_MS, 400 * DAY_MS]);
  letTimeGoBy(group, by);
  return `${by / HOUR_MS} hours go by`;
}

/** Whoever is to keep less of what was lets go of it: not before it lay there for an hour. */
export async function letHistoryGo(group: SimulatedGroup, quietMs: number): Promise<void> {
  if (group.ledger.forgets.size === 0) return;
  letTimeGoBy(group, DAY_MS + HOUR_MS);
  await group.pass(quietMs);
}

function letTimeGoBy(group: SimulatedGroup, by: number): void {
  for (const device of group.devices) device.wall.jump(by);
  // Longer than anybody asked for less keeps what was.
  if (by > 365 * DAY_MS) for (const device of group.devices) group.ledger.forgets.add(device);
  for (const device of group.alive) device.engine.keeper.wake();
}

/** Every member but the one in the middle has its folder again, whole, and none beside it. true: something was to be done. */
export async function bringBackPlaces(group: SimulatedGroup): Promise<boolean> {
  let any = false;
  for (const device of group.members) {
    for (const location of forgotten(group, device)) await change(group, device, { remove: location });
    // What it leaves out passes through it all the same.
    if (device === group.middle) continue;
    if (!hasSource(group, device, ROOT)) any = (await change(group, device, { add: ROOT })) || any;
    // Who is to keep less than there is has what it wrote there nowhere else.
    const mayBeOnlyThere = group.ledger.forgets.has(device) && device.user.fs.lstat(SECOND) !== null;
    if (mayBeOnlyThere && !hasSource(group, device, SECOND))
      any = (await change(group, device, { add: SECOND })) || any;
    const sources = [...(group.replica(device)?.synchronizers.values() ?? [])];
    if (!sources.some((each) => each.leavesOut)) continue;
    await change(group, device, { only: [], ignore: [], readOnly: false });
    any = true;
  }
  return any;
}

/**
 * Who was restored from before it let go of a folder finds one without a marker, or with that of the source it became since, or the power took
 * the folder itself: nothing is said of it until a person takes it again.
 */
function forgotten(group: SimulatedGroup, device: SimulatedDevice): readonly string[] {
  const sources = [...(group.replica(device)?.synchronizers.values() ?? [])];
  return sources.flatMap(({ source: { location }, state }) => {
    if (state !== 'unavailable' || !device.isMounted) return [];
    const isThere = device.user.fs.lstat(`${location}/${OWN}`) !== null;
    const marker = isThere ? device.user.readText(`${location}/${OWN}/marker.json`) : null;
    const isKnown = marker !== null && sources.some(({ source }) => source.id === JSON.parse(marker).source);
    return isKnown ? [] : location;
  });
}
