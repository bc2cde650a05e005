import type { ConflictView } from '../../../src/contract/contract.ts';
import type { Replica } from '../../../src/main/replica.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import { viewRoot } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import {
  crashSoon,
  cut,
  deafen,
  endProperly,
  fillDisk,
  fillState,
  freeDisks,
  jumpClock,
  kill,
  mend,
} from './machine-events.ts';
import { DEEDS, type Person } from './person.ts';
import { comeAgain, leave, limitHistory, select, timeGoesBy, turnSource, useSecond } from './place-events.ts';
import { fillRelay, loseRelay, relayCollects, relayForgets, relayRestarts, strictRelay } from './relay-events.ts';

export interface Scene {
  readonly group: SimulatedGroup;
  readonly person: Person;
  readonly random: SeededRandom;
}
/** Something that happens to the group; the text says what. null: it cannot happen now. */
export type Event = (scene: Scene) => string | null | Promise<string | null>;

/** What a seed may leave out, so that each kind of trouble also appears alone and with any other. */
export const KINDS = [
  'tree',
  'attributes',
  'links',
  'crash',
  'power',
  'database',
  'pause',
  'disk',
  'clock',
  'members',
  'remove',
  'settle',
  'race',
  'deaf',
  'restore',
  'roles',
  'sources',
  'select',
  'retention',
  'middle',
  'folding',
  'second',
  'epochs',
  'relay',
  'relay-fails',
  'state-disk',
  'leave',
  'come-again',
] as const;
export type Kind = (typeof KINDS)[number];

interface Entry {
  readonly weight: number;
  /** null: always there. */
  readonly kind: Kind | null;
  readonly happen: Event;
}

/** Is it an item a person sees, and nothing of the program's own? */
const isInFolder = (path: string | null): boolean =>
  path?.startsWith(`${ROOT}/`) === true && !path.startsWith(`${ROOT}/.lockstep/`);

const deed =
  (name: keyof typeof DEEDS): Event =>
  ({ group, person, random }) => {
    const device = random.pick(group.devices);
    if (!device.isMounted) return null;
    return `${device.name}: ${person.act(device, name, DEEDS[name])}`;
  };

/** Runs `act` on a device whose program runs and belongs to the group. */
const onMember =
  (act: (device: SimulatedDevice, scene: Scene) => string | null | Promise<string | null>): Event =>
  (scene) => {
    const members = scene.group.members;
    return members.length === 0 ? null : act(scene.random.pick(members), scene);
  };

/** Why a conflict may stay open: what nobody has any more cannot be taken, and who became a reader meanwhile settles nothing. */
const NOT_SETTLED = new Set(['content-not-kept', 'cannot-keep-both', 'not-allowed']);

/** Where a device has its folder, and where its program has what is its own. */
const DISKS = [ROOT, '/data'];

export const EVENTS = {
  create: { weight: 10, kind: null, happen: deed('create') },
  edit: { weight: 12, kind: null, happen: deed('edit') },
  append: { weight: 4, kind: null, happen: deed('append') },
  remove: { weight: 5, kind: null, happen: deed('remove') },
  'write-slowly': { weight: 3, kind: 'race', happen: deed('write-slowly') },
  'remove-directory': { weight: 2, kind: 'tree', happen: deed('remove-directory') },
  move: { weight: 5, kind: 'tree', happen: deed('move') },
  'move-directory': { weight: 3, kind: 'tree', happen: deed('move-directory') },
  'change-case': { weight: 2, kind: 'tree', happen: deed('change-case') },
  'file-to-directory': { weight: 2, kind: 'tree', happen: deed('file-to-directory') },
  'directory-to-file': { weight: 2, kind: 'tree', happen: deed('directory-to-file') },
  rotate: { weight: 2, kind: 'tree', happen: deed('rotate') },
  'make-directory': { weight: 2, kind: 'tree', happen: deed('make-directory') },
  link: { weight: 2, kind: 'attributes', happen: deed('link') },
  'make-executable': { weight: 3, kind: 'attributes', happen: deed('make-executable') },
  touch: { weight: 3, kind: 'attributes', happen: deed('touch') },
  cut: { weight: 6, kind: 'links', happen: cut },
  partition: {
    weight: 2,
    kind: 'links',
    happen: ({ group, random }) => {
      const away = random.pick(group.devices);
      for (const other of group.devices) if (other !== away) group.cut(away, other);
      return `cut ${away.name} off`;
    },
  },
  mend: { weight: 5, kind: 'links', happen: mend },
  'crash-soon': { weight: 5, kind: 'crash', happen: crashSoon },
  kill: { weight: 2, kind: 'crash', happen: kill },
  'end-properly': { weight: 2, kind: 'crash', happen: endProperly },
  'lose-power': {
    weight: 4,
    kind: 'power',
    happen: ({ group, person, random }) => {
      const device = random.pick(group.devices);
      if (!device.isMounted) return null;
      person.finishWriting();
      group.ledger.byPerson(device, () => device.losePower(random.fork(`power ${group.ledger.step}`)), true);
      return `power of ${device.name} goes`;
    },
  },
  'lose-database': {
    weight: 2,
    kind: 'database',
    happen: ({ group, random }) => {
      const device = random.pick(group.devices);
      device.kill();
      device.loseDatabase();
      group.ledger.loseJournal(device);
      group.lostDatabase.add(device);
      return `${device.name} loses its database`;
    },
  },
  'back-up': {
    weight: 2,
    kind: 'restore',
    happen: ({ group, random }) => {
      const device = random.pick(group.devices);
      device.backUp();
      return `${device.name} is backed up`;
    },
  },
  'restore-backup': {
    weight: 2,
    kind: 'restore',
    happen: ({ group, random }) => {
      const device = random.pick(group.devices);
      // With a copy from before it left it would have the collection without its membership log, which went as it left.
      if (!device.hasBackup || group.hasLeft(device)) return null;
      device.kill();
      device.restoreBackup();
      // The journal is that of the copy.
      group.ledger.loseJournal(device);
      group.lostDatabase.add(device);
      group.restored.add(device);
      return `${device.name} is restored from its backup`;
    },
  },
  pause: {
    weight: 2,
    kind: 'pause',
    happen: onMember((device, { group }) => {
      const paused = !(group.replica(device) as Replica).collection.stored.paused;
      device.running?.handlers.pause(group.collection, paused);
      return `${device.name} ${paused ? 'pauses' : 'goes on'}`;
    }),
  },
  'fill-disk': { weight: 2, kind: 'disk', happen: fillDisk(DISKS, 60) },
  'free-disk': { weight: 2, kind: 'disk', happen: freeDisks(DISKS) },
  forbid: {
    weight: 2,
    kind: 'disk',
    happen: ({ group, person, random }) => {
      const device = random.pick(group.devices);
      if (!device.isMounted) return null;
      const path = person.existing(device);
      const allowed = random.chance(0.5);
      return `${device.name}: ${person.act(device, allowed ? 'allow' : 'forbid', () => {
        device.disk.deny(`${ROOT}/${path}`, !allowed);
        return path;
      })}`;
    },
  },
  unmount: {
    weight: 2,
    kind: 'disk',
    happen: ({ group, person, random }) => {
      const device = random.pick(group.devices);
      if (device.isMounted) {
        person.finishWriting();
        group.ledger.observe(device);
      }
      if (device.isMounted) device.unmount();
      else device.remount();
      return `${device.name} ${device.isMounted ? 'has its disk again' : 'loses sight of its disk'}`;
    },
  },
  'jump-clock': { weight: 3, kind: 'clock', happen: jumpClock },
  'add-device': {
    weight: 2,
    kind: 'members',
    happen: async ({ group, random }) => {
      const by = group.members.find((each) => group.mayLetIn(each));
      // Whoever came would meet both of two that never meet.
      if (group.devices.length >= 5 || by === undefined || group.cuts > 0 || group.middle !== null) return null;
      const device = group.addDevice({ skewed: false, folding: false });
      const how = random.pick(['empty', 'equal', 'other'] as const);
      group.ledger.byPerson(device, () => fillFolder(device, by, how));
      await group.start(device);
      if (group.replica(by) === null) return `${device.name} finds nobody to let it in`;
      await group.join(device, by);
      return `${device.name} joins with a folder that is ${how}`;
    },
  },
  'remove-device': {
    weight: 1,
    kind: 'remove',
    happen: onMember((by, { group, random }) => {
      const others = group.members.filter((device) => device !== by);
      if (others.length < 2) return null;
      const device = random.pick(others);
      if (group.wouldStrand(device) || device === group.middle) return null;
      return group.remove(device, by) ? `${by.name} removes ${device.name}` : null;
    }),
  },
  'change-role': {
    weight: 2,
    kind: 'roles',
    happen: onMember((by, { group, random }) => {
      const others = group.members.filter((device) => device !== by);
      if (others.length === 0) return null;
      const [device, role] = [random.pick(others), random.pick(['admin', 'editor', 'reader'] as const)];
      if (role !== 'admin' && group.wouldVoid(device, by)) return null;
      return group.setRole(device, role, by) ? `${by.name} makes ${device.name} ${role}` : null;
    }),
  },
  settle: {
    weight: 6,
    kind: 'settle',
    happen: onMember((device, { group, random }) => {
      if (group.replica(device)?.mayWrite() !== true) return null;
      const handlers = device.running?.handlers;
      const open = handlers?.['conflicts:list'](group.collection) as readonly ConflictView[] | undefined;
      if (handlers === undefined || open === undefined || open.length === 0) return null;
      const conflict = random.pick(open);
      const choice = random.chance(0.2) ? { keepBoth: true as const } : { take: random.pick(conflict.values).id };
      // What nobody has any more cannot be taken, and only files be kept beside each other.
      const settled = Promise.resolve(handlers['conflicts:resolve'](conflict.id, choice));
      settled.catch((error: Error & { code?: string }) => {
        if (!NOT_SETTLED.has(error.code ?? '')) throw error;
      });
      return `${device.name} settles ${conflict.record} with ${'take' in choice ? choice.take : 'all of them'}`;
    }),
  },
  confirm: {
    weight: 3,
    kind: null,
    happen: onMember((device, { group }) => {
      const halted = [...(group.replica(device) as Replica).synchronizers.values()].find((each) => each.plan !== null);
      if (halted?.plan == null) return null;
      device.running?.handlers['safety:confirm'](halted.plan);
      return `${device.name} confirms ${halted.reason}`;
    }),
  },
  race: {
    weight: 6,
    kind: 'race',
    happen: ({ group, person, random }) => {
      if (group.alive.length === 0) return null;
      const device = random.pick(group.alive);
      const name = random.pick(['edit', 'append', 'remove', 'create', 'write-slowly'] as const);
      let left = random.between(1, 60);
      device.onCall = (call) => {
        if (--left > 0 || !device.isMounted) return null;
        // A file saved by a rename just before ours takes its place nobody sees (threat-model.md): Node has no call that exchanges names.
        if ((name === 'edit' || name === 'create') && call.name === 'rename' && isInFolder(call.to)) return null;
        device.onCall = null;
        person.act(device, name, DEEDS[name]);
        return null;
      };
      return `${device.name}: a person will ${name} between two calls, ${left} from now`;
    },
  },
  deafen: { weight: 1, kind: 'deaf', happen: deafen },
  'turn-source': { weight: 4, kind: 'sources', happen: turnSource },
  select: { weight: 4, kind: 'select', happen: select },
  'limit-history': { weight: 2, kind: 'retention', happen: limitHistory },
  'time-goes-by': { weight: 3, kind: 'retention', happen: timeGoesBy },
  'new-epoch': {
    weight: 3,
    kind: 'epochs',
    happen: onMember((device, { group, random }) => {
      const replica = group.replica(device);
      const makesNew = random.chance(0.3);
      if (replica?.mayWrite() !== true) return null;
      const { membership } = replica;
      const now = device.wall.now();
      const epoch = makesNew ? null : membership.writingEpoch(now);
      const sealed = epoch === null ? membership.rotate(now) !== null : membership.sealMissing(now);
      if (sealed) replica.membershipChanged();
      return `${device.name} writes in epoch ${membership.writingEpoch(now)?.n}`;
    }),
  },
  'set-relay': {
    weight: 1,
    kind: 'epochs',
    happen: onMember((device, { group, random }) => {
      const url = random.pick(['', 'https://one.example', 'https://two.example']);
      const replica = group.replica(device);
      if (replica === null || group.roleOf(device) !== 'admin' || group.relay !== null) return null;
      replica.membership.setRelay(url, device.wall.now());
      replica.membershipChanged();
      return `${device.name} sets the relay ${url}`;
    }),
  },
  'use-second': { weight: 8, kind: 'second', happen: useSecond },
  'lose-relay': { weight: 6, kind: 'relay', happen: loseRelay },
  'relay-collects': { weight: 3, kind: 'relay', happen: relayCollects },
  'relay-restarts': { weight: 5, kind: 'relay-fails', happen: relayRestarts },
  'relay-forgets': { weight: 3, kind: 'relay-fails', happen: relayForgets },
  'fill-relay': { weight: 4, kind: 'relay-fails', happen: fillRelay },
  'strict-relay': { weight: 3, kind: 'relay-fails', happen: strictRelay },
  leave: { weight: 3, kind: 'leave', happen: leave },
  'come-again': { weight: 12, kind: 'come-again', happen: comeAgain },
  'fill-state': { weight: 4, kind: 'state-disk', happen: fillState },
} as const satisfies { readonly [name: string]: Entry };
export type EventName = keyof typeof EVENTS;

/** What lies in the folder of a device before it joins: nothing, what `like` has, or that and a file of its own. */
function fillFolder(device: SimulatedDevice, like: SimulatedDevice, how: 'empty' | 'equal' | 'other'): void {
  if (how === 'empty') return;
  const { user } = device;
  for (const [path, seen] of viewRoot(like.disk, ROOT) ?? []) {
    const to = `${ROOT}/${path}`;
    if (seen.type === 'directory') user.mkdirp(to);
    else if (seen.type === 'file') {
      user.writeFile(to, new Uint8Array(Buffer.from(seen.content, 'latin1')));
      user.touch(to, Number(seen.modified / 1000n));
    }
  }
  if (how === 'other' && user.fs.lstat(`${ROOT}/x`)?.type !== 'directory')
    user.writeFile(`${ROOT}/x`, `${device.name} had this before.`);
}
