import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
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
} from '../folders/machine-events.ts';
import { ROOT } from '../simulated-device.ts';
import { PROGRAM_DEEDS } from './program-deeds.ts';
import { numbersIn, type Shelf } from './shelf.ts';
import { type Deed, how, pickText, type ShelfScene } from './shelf-deeds.ts';
import {
  backUp,
  changeRole,
  knownWith,
  loseDatabase,
  moveAway,
  pause,
  readOnly,
  restoreBackup,
  serverBreaksOff,
  serverFails,
  serverOnlyRead,
  serverRefuses,
  settle,
  turnSource,
  undo,
} from './shelf-world-events.ts';

export const SHELF_KINDS = [
  'remove',
  'files',
  'rewrite',
  'slow',
  'race',
  'crash',
  'power',
  'links',
  'disk',
  'deaf',
  'clock',
  'settle',
  'export',
  'put-back',
  'copy',
  'series',
  'tasks',
  'database',
  'restore',
  'pause',
  'sources',
  'read-only',
  'roles',
  'away',
  'undo',
  'second',
  'server',
  'server-fails',
  'server-refuses',
  'server-breaks-off',
  'server-only-read',
  'state-disk',
] as const;
export type ShelfKind = (typeof SHELF_KINDS)[number];

type ShelfEvent = (scene: ShelfScene) => string | null | Promise<string | null>;

const edit: Deed = (shelf, { random, wrote }) => {
  const found = pickText(shelf, random);
  if (found === null) return null;
  const [path, text] = found;
  const item = random.pick(shelf.itemsIn(text));
  const [old] = random.shuffle(numbersIn(item));
  const number = wrote.next();
  const changed =
    old === undefined || random.chance(0.4)
      ? shelf.extended(item, number, shelf.headerOf(text))
      : item.replace(old, number);
  shelf.save(
    path,
    text.replace(item, () => changed),
    how(random),
  );
  return `edit ${path} ${number}`;
};
const add: Deed = (shelf, { random, wrote }) => {
  const person = random.int(12);
  const number = wrote.next();
  const uid = `${shelf.device.name}-${person}-${number.slice(-3)}`;
  const found =
    shelf.server !== null || (shelf.shape === 'folder' && random.chance(0.7))
      ? null
      : (pickText(shelf, random) ?? [...shelf.texts()][0] ?? null);
  const item = shelf.item(person, uid, number, found === null ? undefined : shelf.headerOf(found[1]));
  if (found === null && !shelf.isOfMany) return null;
  const path = found?.[0] ?? shelf.pathOf(`${random.pick(shelf.server === null ? ['', 'Card ', 'ü'] : [''])}${uid}`);
  shelf.save(path, found === null ? shelf.textOf([item]) : shelf.withItem(found[1], item), how(random));
  return `add ${uid} to ${path}`;
};
const remove: Deed = (shelf, { group, random, wrote }) => {
  const found = pickText(shelf, random);
  if (found === null) return null;
  const [path, text] = found;
  const items = shelf.itemsIn(text);
  if (shelf.isOfMany && items.length === 1) shelf.remove(path);
  else {
    const item = random.pick(items);
    // Who removes a row removes all that is known of whom it shows.
    if (shelf.isTable) for (const number of knownWith(numbersIn(item), group)) wrote.superseded.add(number);
    shelf.save(path, text.replace(shelf.isTable ? `${item}\r\n` : item, ''), how(random));
  }
  return `remove an item of ${path}`;
};
const renameFile: Deed = (shelf, { random }) => {
  const found = pickText(shelf, random);
  if (found === null || shelf.shape !== 'folder') return null;
  const [path] = found;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ending = name.slice(-4);
  const to = random.pick([
    name.toUpperCase(),
    name.toLowerCase(),
    `a${ending}`,
    `B${ending}`,
    `b${ending}`,
    `x y${ending}`,
  ]);
  const target = `${shelf.path}/${to}`;
  const there = shelf.device.user.fs.lstat(target);
  if (there !== null && there.inode !== shelf.device.user.fs.lstat(path)?.inode) return null;
  shelf.rename(path, target);
  return `rename ${path} to ${to}`;
};
/** Two texts of a folder become one, or one becomes two. */
const regroup: Deed = (shelf, { random }) => {
  if (shelf.shape !== 'folder') return null;
  const texts = random.shuffle([...shelf.texts()].filter(([, text]) => shelf.itemsIn(text).length > 0));
  const many = texts.find(([, text]) => shelf.itemsIn(text).length > 1);
  if (many !== undefined && random.chance(0.5)) {
    const [path, text] = many;
    const [first, ...others] = shelf.itemsIn(text) as [string, ...string[]];
    const to = `${path.slice(0, -4)}+${path.slice(-4)}`;
    if (shelf.device.user.fs.lstat(to) !== null) return null;
    shelf.save(path, shelf.textOf(others), how(random));
    shelf.save(to, shelf.textOf([first]), how(random));
    return `take one out of ${path}`;
  }
  const [one, other] = texts;
  if (one === undefined || other === undefined) return null;
  shelf.save(one[0], shelf.textOf([...shelf.itemsIn(one[1]), ...shelf.itemsIn(other[1])]), how(random));
  shelf.device.user.remove(other[0]);
  return `put ${other[0]} into ${one[0]}`;
};
/** Another program writes the same in its own way. */
const rewrite: Deed = (shelf, { random }) => {
  const found = pickText(shelf, random);
  if (found === null) return null;
  const [path, text] = found;
  const items = shelf.itemsIn(text);
  const written = random.chance(0.5) ? random.shuffle(items) : items.map((item) => shuffled(item, random));
  const again = shelf.textOf(random.chance(0.5) ? written : items, shelf.headerOf(text));
  shelf.save(path, random.chance(0.3) && !shelf.isTable ? again.replaceAll('\r\n', '\n') : again, how(random));
  return `rewrite ${path}`;
};
/** The lines of an item in another order, but for the first two and the last. */
function shuffled(item: string, random: SeededRandom): string {
  const lines = item.split(/\r?\n/).slice(0, -1);
  if (lines.length < 4 || lines.slice(1).some((line) => /^(?: |BEGIN:)/.test(line))) return item;
  return [...lines.slice(0, 2), ...random.shuffle(lines.slice(2, -1)), lines.at(-1)]
    .map((line) => `${line}\r\n`)
    .join('');
}
/** What stands in conflict with any of these numbers, as this device knows. */
function inConflictWith(numbers: readonly string[], { group }: ShelfScene, { device }: Shelf): readonly string[] {
  const records = [...(group.replica(device)?.collection.records.all() ?? [])];
  return records
    .flatMap(({ state }) => [...state.fields])
    .map(([field, siblings]) => siblings.flatMap(({ value }) => numbersIn(canonicalText(field, value))))
    .filter((all) => all.some((number) => numbers.includes(number)))
    .flat();
}
const writeSlowly: Deed = (shelf, scene) => {
  const { random, wrote } = scene;
  wrote.finish(shelf);
  const found = pickText(shelf, random);
  if (found === null || shelf.server !== null) return null;
  const [path, text] = found;
  const [old] = random.shuffle(numbersIn(text));
  if (old === undefined) return null;
  const number = wrote.next();
  const hidden = numbersIn(text).filter((each) => each !== old);
  // A row, and what was moved into a text since it was looked at, is deleted as far as anyone can tell until it is there again: of a conflict it had,
  // what stands in the text outlives that.
  if (shelf.isTable || (shelf.shape === 'folder' && shelf.itemsIn(text).length > 1))
    for (const number of inConflictWith(hidden, scene, shelf)) wrote.superseded.add(number);
  wrote.halves.set(shelf, { hidden, write: shelf.saveSlowly(path, text.replace(old, number)) });
  wrote.givenUp.add(old);
  return `begin to write ${number} to ${path}`;
};

const DEEDS = { edit, add, remove, 'rename-file': renameFile, regroup, rewrite };

/** Nobody works on in a text that is torn: it is written again first. */
const repairOr =
  (act: Deed): Deed =>
  (shelf, scene) =>
    shelf.isAway ? null : scene.wrote.repair(shelf) || act(shelf, scene);

const deed =
  (act: Deed): ShelfEvent =>
  (scene) => {
    const shelf = scene.random.pick(scene.shelves);
    let done: string | null = null;
    const what = scene.wrote.by(shelf, () => {
      done = repairOr(act)(shelf, scene);
      return done ?? '';
    });
    return done === null && what === '' ? null : `${shelf.device.name}: ${what}`;
  };

interface Entry {
  readonly weight: number;
  readonly kind: ShelfKind | null;
  readonly happen: ShelfEvent;
}

export const SHELF_EVENTS = {
  edit: { weight: 14, kind: null, happen: deed(edit) },
  add: { weight: 6, kind: null, happen: deed(add) },
  remove: { weight: 4, kind: 'remove', happen: deed(remove) },
  'rename-file': { weight: 4, kind: 'files', happen: deed(renameFile) },
  regroup: { weight: 4, kind: 'files', happen: deed(regroup) },
  rewrite: { weight: 5, kind: 'rewrite', happen: deed(rewrite) },
  'write-slowly': { weight: 4, kind: 'slow', happen: deed(writeSlowly) },
  export: { weight: 5, kind: 'export', happen: deed(PROGRAM_DEEDS.export) },
  'put-back': { weight: 5, kind: 'put-back', happen: deed(PROGRAM_DEEDS['put-back']) },
  copy: { weight: 4, kind: 'copy', happen: deed(PROGRAM_DEEDS.copy) },
  series: { weight: 12, kind: 'series', happen: deed(PROGRAM_DEEDS.series) },
  tasks: { weight: 6, kind: 'tasks', happen: deed(PROGRAM_DEEDS.tasks) },
  race: {
    weight: 7,
    kind: 'race',
    happen: (scene) => {
      const { group, shelves, random, wrote } = scene;
      const shelf = random.pick(shelves);
      const name = random.pick(['edit', 'add', 'rewrite', 'rename-file'] as const);
      if (!group.alive.includes(shelf.device)) return null;
      if (shelf.server !== null) {
        shelf.server.before = () => void wrote.by(shelf, () => DEEDS[name](shelf, scene) ?? '');
        return `${shelf.device.name}: a person will ${name} before the next request`;
      }
      let left = random.between(1, 60);
      shelf.device.onCall = (call) => {
        if (--left > 0) return null;
        // A text saved by a rename just before ours takes its place nobody sees (threat-model.md): Node has no call that exchanges names.
        if ((call.name === 'rename' && !isOwnName(call.to)) || call.path.includes('.lockstep-old-')) return null;
        shelf.device.onCall = null;
        wrote.by(shelf, () => repairOr(DEEDS[name])(shelf, scene) ?? '');
        return null;
      };
      return `${shelf.device.name}: a person will ${name} between two calls, ${left} from now`;
    },
  },
  'crash-soon': { weight: 6, kind: 'crash', happen: crashSoon },
  kill: { weight: 2, kind: 'crash', happen: kill },
  'end-properly': { weight: 2, kind: 'crash', happen: endProperly },
  'lose-power': {
    weight: 4,
    kind: 'power',
    happen: ({ group, shelves, random, wrote }) => {
      const shelf = random.pick(shelves.filter(({ server }) => server === null));
      const { device } = shelf;
      const others = shelves.filter((other) => other.device === device && other !== shelf && other.server === null);
      const lose = (): string =>
        wrote.byAll([shelf, ...others], () => {
          for (const each of [shelf, ...others]) wrote.halves.delete(each);
          shelf.losePower(random.fork(`power ${group.ledger.step}`));
          return '';
        });
      if (device.running === null || random.chance(0.5)) {
        lose();
        return `power of ${device.name} goes`;
      }
      let left = random.between(1, 80);
      device.onCall = () => {
        if (--left > 0) return null;
        device.onCall = null;
        lose();
        return null;
      };
      return `power of ${device.name} goes at call ${left} from now`;
    },
  },
  cut: { weight: 5, kind: 'links', happen: cut },
  mend: { weight: 4, kind: 'links', happen: mend },
  'fill-disk': { weight: 3, kind: 'disk', happen: fillDisk([ROOT], 400) },
  'free-disk': { weight: 3, kind: 'disk', happen: freeDisks([ROOT]) },
  deafen: { weight: 2, kind: 'deaf', happen: deafen },
  'jump-clock': { weight: 2, kind: 'clock', happen: jumpClock },
  settle: { weight: 3, kind: 'settle', happen: settle },
  undo: { weight: 4, kind: 'undo', happen: undo },
  'lose-database': { weight: 3, kind: 'database', happen: loseDatabase },
  'back-up': { weight: 3, kind: 'restore', happen: backUp },
  'restore-backup': { weight: 3, kind: 'restore', happen: restoreBackup },
  pause: { weight: 3, kind: 'pause', happen: pause },
  'turn-source': { weight: 5, kind: 'sources', happen: turnSource },
  'read-only': { weight: 4, kind: 'read-only', happen: readOnly },
  'change-role': { weight: 3, kind: 'roles', happen: changeRole },
  'move-away': { weight: 4, kind: 'away', happen: moveAway },
  'server-fails': { weight: 6, kind: 'server-fails', happen: serverFails },
  'server-refuses': { weight: 6, kind: 'server-refuses', happen: serverRefuses },
  'server-breaks-off': { weight: 6, kind: 'server-breaks-off', happen: serverBreaksOff },
  'server-only-read': { weight: 6, kind: 'server-only-read', happen: serverOnlyRead },
  'fill-state': { weight: 5, kind: 'state-disk', happen: fillState },
} as const satisfies { readonly [name: string]: Entry };
export type ShelfEventName = keyof typeof SHELF_EVENTS;

/** Is it a name of a file that only the program knows? */
const isOwnName = (path: string | null): boolean => path?.slice(path.lastIndexOf('/') + 1).startsWith('.') === true;
