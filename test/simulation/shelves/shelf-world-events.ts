import type { ConflictView, SourceChange } from '../../../src/contract/contract.ts';
import { conflictFields } from '../../../src/main/merge/record-state.ts';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import { packageId } from '../../../src/main/past/change-id.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import type { StoredRecord } from '../../../src/main/store/record-store.ts';
import { Crash } from '../../fakes/fault-plan.ts';
import { noticeNoRoom } from '../full-state.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { numbersIn, type Shelf } from './shelf.ts';
import type { ShelfScene } from './shelf-deeds.ts';

/*
 * What befalls a program and what a person asks of it, where contacts or events are shared: its state is lost or goes back in time, a text is let go of
 * and taken again, or moved out of the way; conflicts are settled, and changes undone.
 */

type WorldEvent = (scene: ShelfScene) => string | null | Promise<string | null>;

/** The numbers of a record as this device knows it. */
function numbersOf({ state }: StoredRecord, fields: readonly string[] | null = null): readonly string[] {
  return [...state.fields].flatMap(([field, siblings]) =>
    fields?.includes(field) === false
      ? []
      : siblings.flatMap(({ value }) => numbersIn(canonicalText(field as never, value))),
  );
}
/** All that is known anywhere of records with one of these numbers. */
export function knownWith(numbers: readonly string[], group: SimulatedGroup): readonly string[] {
  return group.devices.flatMap((device) =>
    [...(group.replica(device)?.collection.records.all() ?? [])]
      .map((record) => numbersOf(record))
      .filter((all) => all.some((number) => numbers.includes(number)))
      .flat(),
  );
}

const onMember =
  (
    act: (device: SimulatedDevice, replica: Replica, scene: ShelfScene) => string | null | Promise<string | null>,
  ): WorldEvent =>
  (scene) => {
    const { group, random } = scene;
    const { members } = group;
    if (members.length === 0) return null;
    const device = random.pick(members);
    return act(device, group.replica(device) as Replica, scene);
  };

/** What is refused is what happens to people. */
function asked(work: unknown): Promise<boolean> {
  return Promise.resolve(work).then(
    () => true,
    (error: Error & { code?: string }) => {
      noticeNoRoom(error);
      if (error.code === undefined && !(error instanceof Crash)) throw error;
      return false;
    },
  );
}

/** A person chooses a value of what is in conflict, or has both kept. */
export const settle: WorldEvent = onMember((device, { collection }, { group, random, wrote }) => {
  const handlers = device.running?.handlers;
  const open = handlers?.['conflicts:list'](group.collection) as readonly ConflictView[] | undefined;
  if (handlers === undefined || open === undefined || open.length === 0) return null;
  const conflict = random.pick(open);
  const record = collection.records.find(recordId(conflict.record));
  if (record === null) return null;
  const fields = conflictFields(collection.kind, record.state);
  // Of what was deleted beside an edit all of it may go.
  for (const number of numbersOf(record, fields.includes(EXISTS) ? null : fields)) wrote.superseded.add(number);
  const choice = random.chance(0.2) ? { keepBoth: true as const } : { take: random.pick(conflict.values).id };
  asked(Promise.resolve().then(() => handlers['conflicts:resolve'](conflict.id, choice)));
  return `${device.name} settles ${conflict.record} with ${'take' in choice ? choice.take : 'both'}`;
});

/** A person undoes a change, or has a record again as it was then. */
export const undo: WorldEvent = onMember((device, { collection }, { group, random, wrote }) => {
  const handlers = device.running?.handlers;
  const packages = [...collection.log.byRow(0, 1_000_000)];
  const newest = packages.at(-1);
  if (handlers === undefined || newest === undefined) return null;
  const { row } = random.chance(0.5) ? newest : random.pick(packages);
  const changes = (collection.packages.changesIn(row) ?? []).flatMap((each) => ('writes' in each ? each : []));
  const [first] = changes;
  if (first === undefined) return null;
  for (const { record } of changes) {
    const found = collection.records.find(record);
    for (const number of found === null ? [] : numbersOf(found)) wrote.superseded.add(number);
  }
  for (const { field, value } of changes.flatMap(({ writes }) => writes))
    for (const number of numbersIn(canonicalText(field, value))) wrote.superseded.add(number);
  const id = packageId(collection, row);
  if (random.chance(0.3)) {
    asked(
      Promise.resolve().then(() => handlers['history:restore'](group.collection as string, first.record, id, null)),
    );
    return `${device.name} has ${first.record} again as it was with ${id}`;
  }
  asked(Promise.resolve().then(() => handlers['history:undo'](id)));
  return `${device.name} undoes ${id}`;
});

export const loseDatabase: WorldEvent = ({ group, random, wrote }) => {
  const device = random.pick(group.devices);
  device.kill();
  device.loseDatabase();
  group.lostDatabase.add(device);
  // Then each side makes anew what it has, before it hears of the other one: a contact without an id of its own is two (decision 034).
  if (!group.devices.some((each) => knowsChanges(group, each)))
    for (const number of wrote.all) wrote.copied.add(number);
  return `${device.name} loses its database`;
};
/** Has it a database that says what was, or one that is not open now? */
const knowsChanges = (group: SimulatedGroup, device: SimulatedDevice): boolean =>
  device.running === null
    ? device.hasDatabase
    : group
        .replica(device)
        ?.collection.log.logs()
        .some(({ held }) => held > 0) === true;
export const backUp: WorldEvent = ({ group, random }) => {
  const device = random.pick(group.devices);
  device.backUp();
  return `${device.name} is backed up`;
};
export const restoreBackup: WorldEvent = ({ group, random }) => {
  const device = random.pick(group.devices);
  if (!device.hasBackup) return null;
  device.kill();
  device.restoreBackup();
  group.lostDatabase.add(device);
  group.restored.add(device);
  return `${device.name} is restored from its backup`;
};
export const pause: WorldEvent = onMember((device, { collection }, { group }) => {
  const paused = !collection.stored.paused;
  device.running?.handlers.pause(group.collection, paused);
  return `${device.name} ${paused ? 'pauses' : 'goes on'}`;
});

async function change(group: SimulatedGroup, device: SimulatedDevice, wanted: SourceChange): Promise<boolean> {
  const work = Promise.resolve().then(() =>
    device.running?.handlers['source:change'](group.collection as string, wanted),
  );
  return (await group.until(device, asked(work))) ?? false;
}
export const isSource = (replica: Replica | null, { path }: Shelf): boolean =>
  [...(replica?.synchronizers.values() ?? [])].some(({ source }) => source.location === path);

/** A text belongs to the collection no more, or again. */
export const turnSource: WorldEvent = async ({ group, shelves, random }) => {
  const shelf = random.pick(shelves);
  const replica = group.replica(shelf.device);
  if (replica === null || shelf.isAway) return null;
  const isThere = isSource(replica, shelf);
  const done = isThere ? await change(group, shelf.device, { remove: shelf.path }) : await takeSource(group, shelf);
  return `${shelf.device.name} ${isThere ? 'lets go of' : 'takes'} ${shelf.path}${done ? '' : ', in vain'}`;
};
/** As a person would who says which format it is in. */
export async function takeSource(group: SimulatedGroup, shelf: Shelf): Promise<boolean> {
  const { device, path } = shelf;
  const replica = group.replica(device);
  if (replica === null) return false;
  const format = formatNamed(shelf.format) as SourceFormat;
  const done = await group.until(device, asked(device.engine.addSource(replica, { path, format })));
  return done ?? false;
}

/** Nothing is written to the texts of a device, or again. */
export const readOnly: WorldEvent = onMember(async (device, replica, { group }) => {
  const [first] = replica.synchronizers.values();
  if (first === undefined) return null;
  const wanted = { readOnly: first.isWritten };
  const done = await change(group, device, wanted);
  return `${device.name} ${wanted.readOnly ? 'writes nothing to its texts' : 'writes to its texts again'}${done ? '' : ', in vain'}`;
});

export const changeRole: WorldEvent = onMember((by, _replica, { group, random }) => {
  const others = group.members.filter((device) => device !== by);
  if (others.length === 0) return null;
  const [device, role] = [random.pick(others), random.pick(['admin', 'reader'] as const)];
  if (role !== 'admin' && group.wouldVoid(device, by)) return null;
  return group.setRole(device, role, by) ? `${by.name} makes ${device.name} ${role}` : null;
});

/** A text is moved out of the way, and back later. */
export const moveAway: WorldEvent = ({ shelves, random, wrote }) => {
  const shelf = random.pick(shelves.filter(({ server }) => server === null));
  wrote.finish(shelf);
  try {
    shelf.moveAway(!shelf.isAway);
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return null;
  }
  return `${shelf.device.name}: ${shelf.path} is ${shelf.isAway ? 'moved away' : 'there again'}`;
};

/** A server is in trouble, or forgets what it told, or is well again. */
export const serverFails: WorldEvent = ({ shelves, random }) => {
  const servers = shelves.flatMap(({ server }) => server ?? []);
  if (servers.length === 0) return null;
  const server = random.pick(servers);
  server.trouble = random.pick(['away', 'busy', 'fails', 'says-nothing', 'full', null, null, null] as const);
  server.forgetsTokens = random.chance(0.3);
  return `the server ${server.trouble ?? 'is well'}${server.forgetsTokens ? ', and forgets its tokens' : ''}`;
};

/** A server breaks connections off, or does so no more. */
export const serverBreaksOff: WorldEvent = ({ shelves, random }) => {
  const servers = shelves.flatMap(({ server }) => server ?? []);
  if (servers.length === 0) return null;
  const server = random.pick(servers);
  server.trouble = server.trouble === 'breaks-off' ? null : 'breaks-off';
  return `the server ${server.trouble === null ? 'is well' : 'breaks connections off'}`;
};
/** A server may only be read, says so or does not, or may be written to again. */
export const serverOnlyRead: WorldEvent = ({ shelves, random }) => {
  const servers = shelves.flatMap(({ server }) => server ?? []);
  if (servers.length === 0) return null;
  const server = random.pick(servers);
  server.trouble = server.trouble === 'only-read' ? null : 'only-read';
  server.tellsRights = random.chance(0.7);
  return `the server ${server.trouble === null ? 'is well' : `may only be read${server.tellsRights ? ', and says so' : ''}`}`;
};
/** A server takes some texts of ours for none, or takes all. */
export const serverRefuses: WorldEvent = ({ shelves, random }) => {
  const servers = shelves.flatMap(({ server }) => server ?? []);
  if (servers.length === 0) return null;
  const server = random.pick(servers);
  const [of, rest] = [random.pick([2, 3, 5]), random.int(2)];
  const isRefused = (text: string): boolean => numbersIn(text).some((number) => Number(number) % of === rest);
  server.refuses = random.chance(0.3) ? null : isRefused;
  return server.refuses === null ? 'the server takes all texts' : `the server refuses what has ${rest} of ${of}`;
};

/** At the end everything is allowed again, and each text belongs to the collection. true: something was to be done. */
export async function bringBackShelves(group: SimulatedGroup, shelves: readonly Shelf[]): Promise<boolean> {
  let any = false;
  const admin = group.members.find((device) => group.roleOf(device) === 'admin');
  for (const device of group.members) {
    const replica = group.replica(device) as Replica;
    if (replica.collection.stored.paused) {
      device.running?.handlers.pause(replica.id, false);
      any = true;
    }
    if (group.roleOf(device) === 'reader' && admin !== undefined) any = group.setRole(device, 'admin', admin) || any;
    if ([...replica.synchronizers.values()].some((each) => !each.isWritten))
      any = (await change(group, device, { readOnly: false })) || any;
  }
  for (const shelf of shelves) {
    const replica = group.replica(shelf.device);
    const ours = [...(replica?.synchronizers.values() ?? [])].find(({ source }) => source.location === shelf.path);
    if (replica === null || (ours !== undefined && ours.state !== 'unavailable')) continue;
    // Who was restored from before it let go of a folder finds one that nothing marks.
    if (ours !== undefined) await change(group, shelf.device, { remove: shelf.path });
    any = (await takeSource(group, shelf)) || any;
  }
  return any;
}
