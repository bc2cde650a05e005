import { recordsRoot } from '../../../src/main/history/verify.ts';
import { isLive } from '../../../src/main/merge/record-state.ts';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import { collectionId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { SimulatedDav, serveDav } from '../../fakes/simulated-dav.ts';
import type { Finding } from '../folders/ledger.ts';
import { CALLS_THAT_WRITE } from '../folders/simulate.ts';
import { PORT, ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { NewChanges } from './new-changes.ts';
import { type ItemKind, numbersIn, type Shape, Shelf } from './shelf.ts';
import type { ShelfScene } from './shelf-deeds.ts';
import { SHELF_EVENTS, SHELF_KINDS, type ShelfEventName, type ShelfKind } from './shelf-events.ts';
import { bringBackShelves, knownWith, takeSource } from './shelf-world-events.ts';
import { WrittenNumbers } from './written-numbers.ts';

export interface ShelvesOptions {
  readonly kinds?: readonly ShelfKind[];
  /** All of `kinds` occur. */
  readonly every?: boolean;
  readonly steps?: number;
  readonly tell?: (line: string) => void;
  /** Tell also what becomes other in texts and change logs. */
  readonly changes?: boolean;
}
export interface ShelvesDone {
  /** All that happened, and the texts at the end; equal for equal seeds. */
  readonly trace: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

const WAITS = [0, 0, 3, 20, 80, 400, 1500, 5000, 12_000];
/** Longer than the pause between two whole looks. */
const LONG_MS = 620_000;
const PEOPLE = 5;
/** Servers write what they are given as it is, with a stamp of their own, or in another order. */
const WAYS_OF_SERVERS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/^REV:.*\r?\n/gm, '').replace(/END:VCARD/g, 'REV:20260101T000000Z\r\n$&'),
  (text) => text.replace(/^(TEL.*\r?\n|DTSTART.*\r?\n)(NOTE.*\r?\n|SUMMARY.*\r?\n)/gm, '$2$1'),
];

/** Runs devices that share contacts or a calendar, each with texts of another shape, through what the seed makes of chance. */
export async function simulateShelves(seed: number | string, options: ShelvesOptions = {}): Promise<ShelvesDone> {
  return new ShelvesRun(new SeededRandom(`shelves ${seed}`), options).run();
}

class ShelvesRun {
  readonly #random: SeededRandom;
  readonly #options: ShelvesOptions;
  readonly #group: SimulatedGroup;
  readonly #kinds: ReadonlySet<ShelfKind>;
  readonly #wrote = new WrittenNumbers((numbers) => knownWith(numbers, this.#group));
  readonly #kind: ItemKind;
  readonly #counts = new Map<string, number>();
  readonly #lines: string[] = [];
  readonly #changes: NewChanges;
  #shelves: readonly Shelf[] = [];

  constructor(random: SeededRandom, options: ShelvesOptions) {
    this.#random = random.fork('events');
    this.#options = options;
    this.#group = new SimulatedGroup(random.fork('group'));
    this.#changes = new NewChanges(this.#group);
    const chosen = random.fork('kinds');
    const allowed = options.kinds ?? SHELF_KINDS;
    this.#kinds = new Set(
      SHELF_KINDS.filter((kind) => (chosen.chance(0.4) || options.every === true) && allowed.includes(kind)),
    );
    this.#kind = chosen.chance(0.6) ? 'contacts' : 'calendar';
  }

  async run(): Promise<ShelvesDone> {
    const group = this.#group;
    const steps = this.#options.steps ?? this.#random.between(15, 40);
    try {
      await this.#begin();
      for (let step = 1; step <= steps && group.findings.length === 0; step++) await this.#step(step);
      if (group.findings.length === 0) await this.#end();
    } catch (error) {
      group.find('simulation', (error as Error).stack ?? String(error));
    }
    for (const shelf of this.#shelves) this.#tell(shelf.shown());
    for (const device of group.devices) device.end();
    for (const { rule, what } of group.findings) this.#tell(`FINDING ${rule}: ${what}`);
    return { trace: this.#lines.join('\n'), counts: this.#counts, findings: group.findings };
  }

  #tell(line: string): void {
    this.#lines.push(line);
    this.#options.tell?.(line);
  }
  #tellChanges(): void {
    if (this.#options.changes === true)
      for (const line of this.#changes.lines(this.#shelves)) this.#options.tell?.(line);
  }

  async #begin(): Promise<void> {
    const group = this.#group;
    const random = this.#random;
    group.slowness = random.pick([1, 20, 400]);
    const shapes: readonly Shape[] =
      this.#kind === 'contacts' ? ['text', 'folder', 'folder', 'table'] : ['text', 'folder'];
    const count = random.pick([2, 2, 3]);
    this.#shelves = Array.from({ length: count }, (_, at) => {
      const device = group.addDevice({ skewed: this.#kinds.has('clock'), folding: random.chance(0.3) });
      device.watchesTexts = random.chance(0.7);
      return new Shelf(device, this.#kind, at === 0 ? 'folder' : random.pick(shapes));
    });
    if (this.#kinds.has('second')) {
      // A device has the collection in two places.
      const other = random.pick(this.#shelves.slice(1)) as Shelf;
      this.#shelves = [...this.#shelves, new Shelf(other.device, this.#kind, random.pick(shapes), 'second')];
    }
    if (this.#kinds.has('server')) this.#moveToServer();
    for (const shelf of this.#shelves) if (shelf.shape === 'folder') shelf.device.user.mkdirp(shelf.path);
    // What two have on one server one of them wrote last.
    for (const shelf of this.#shelves)
      this.#wrote.by(shelf, () => {
        this.#fill(shelf);
        return '';
      });
    const told = this.#shelves.map(
      ({ device, shape }) => `${device.name} ${shape}${device.folding ? ', folding' : ''}`,
    );
    this.#tell(`${this.#kind}: ${told.join('; ')}; ${[...this.#kinds].join(' ')}`);
    const [first, ...others] = this.#shelves as [Shelf, ...Shelf[]];
    for (const device of group.devices) await group.start(device);
    const adding = first.device.engine.add({
      location: first.path,
      name: 'items',
      format: first.format as never,
      kind: this.#kind,
    });
    group.collection = collectionId((await group.until(first.device, adding))?.collection ?? '');
    for (const shelf of others) {
      const { device } = shelf;
      device.engine.openCollection(group.admit(device, first.device).id, 'items', this.#kind);
      this.#introduce();
      await takeSource(group, shelf);
    }
    await group.pass(random.pick([100, 5000, 60_000]));
    this.#tellChanges();
  }
  /** Some of the devices have their items on a server; where two of them have, it may be the same. */
  #moveToServer(): void {
    const random = this.#random.fork('server');
    const { clock } = this.#group;
    const passing = this.#random.fork('passing');
    const make = () => {
      const server = new SimulatedDav(this.#kind, random.pick(WAYS_OF_SERVERS));
      server.tellsPassing = passing.chance(0.5);
      return server;
    };
    const shared = random.chance(0.4) ? make() : null;
    this.#shelves = this.#shelves.map((shelf, at) => {
      const { device } = shelf;
      const isFirst = this.#shelves.findIndex((each) => each.device === device) === at;
      if (at === 0 || !isFirst || (at > 1 && random.chance(0.5))) return shelf;
      const moved = new Shelf(device, this.#kind, 'server', 'items', shared ?? make());
      const server = moved.server as SimulatedDav;
      const { host } = new URL(moved.path);
      serveDav(host, { server, random: random.fork(host), clock, process: () => device.running });
      return moved;
    });
  }
  #fill(shelf: Shelf): void {
    const people = Array.from({ length: PEOPLE }, (_, at) => at).filter(() => this.#random.chance(0.5));
    // Those that several have are the same by their ids; rows of a table meet by what is in them.
    const items = people.map((person) => shelf.item(person, `u${person}`, this.#wrote.next()));
    if (shelf.isOfMany)
      for (const [at, item] of items.entries())
        shelf.save(shelf.pathOf(`u${people[at]}`), shelf.textOf([item]), 'in-place');
    else shelf.save(shelf.path, items.length === 0 && !shelf.isTable ? '' : shelf.textOf(items), 'in-place');
  }
  /** They find each other, as a beacon would have it. */
  #introduce(): void {
    const { devices } = this.#group;
    for (const device of devices.filter(({ running }) => running !== null))
      for (const other of devices)
        if (other !== device) device.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
  }

  async #step(step: number): Promise<void> {
    const group = this.#group;
    const random = this.#random;
    group.ledger.step = step;
    if (this.#kinds.has('put-back')) for (const shelf of this.#shelves) if (random.chance(0.3)) shelf.backUp();
    const scene: ShelfScene = { group, shelves: this.#shelves, random, wrote: this.#wrote };
    const name = this.#draw();
    const what = await SHELF_EVENTS[name].happen(scene);
    if (what !== null) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#options.tell?.(`  ${step} ${what ?? `no ${name}`}`);
    this.#tellChanges();
    await group.pass(random.pick(WAITS));
    for (const shelf of [...this.#wrote.halves.keys()]) if (random.chance(0.7)) this.#wrote.finish(shelf);
    for (const shelf of this.#shelves)
      if (!this.#wrote.halves.has(shelf) && random.chance(0.3)) this.#wrote.repair(shelf);
    for (const device of group.devices) if (device.running === null && random.chance(0.3)) await this.#start(device);
    this.#tell(`${step} ${what ?? `no ${name}`} ${this.#state()}`);
    this.#tellChanges();
  }
  async #start(device: SimulatedDevice): Promise<void> {
    await this.#group.start(device);
    this.#introduce();
    this.#tell(`${device.name} starts`);
    this.#tellChanges();
  }

  #draw(): ShelfEventName {
    const open = Object.entries(SHELF_EVENTS).filter(([, { kind }]) => kind === null || this.#kinds.has(kind));
    let left = this.#random.int(open.reduce((sum, [, { weight }]) => sum + weight, 0));
    for (const [name, { weight }] of open) {
      left -= weight;
      if (left < 0) return name as ShelfEventName;
    }
    throw new Error('nothing was drawn');
  }

  #state(): string {
    return this.#group.devices
      .map((device) => {
        const logs = this.#group.replica(device)?.collection.log.logs() ?? [];
        return `${device.name}[${logs.map(({ held, applied }) => `${held}/${applied}`).join(' ')} ${device.calls}]`;
      })
      .join(' ');
  }

  #replicas(): readonly (readonly [Shelf, Replica])[] {
    return this.#shelves.map((shelf) => [shelf, this.#group.replica(shelf.device) as Replica] as const);
  }

  async #end(): Promise<void> {
    const group = this.#group;
    group.ledger.step = 0;
    for (const shelf of [...this.#wrote.halves.keys()]) this.#wrote.finish(shelf);
    group.mendAll();
    group.slowness = 20;
    for (const device of group.devices) {
      device.onCall = null;
      device.deafness = 0;
      device.freeState();
      device.disk.volumeAt(ROOT).capacity = Number.POSITIVE_INFINITY;
    }
    for (const shelf of this.#shelves) {
      if (shelf.server !== null) {
        shelf.server.trouble = null;
        shelf.server.before = null;
      }
      if (shelf.isAway) shelf.moveAway(false);
      this.#wrote.repair(shelf);
    }
    for (let round = 0; round < 6; round++) {
      for (const device of group.devices) if (device.running === null) await this.#start(device);
      this.#introduce();
      await group.pass(LONG_MS);
      this.#tellChanges();
      const waits = [await bringBackShelves(group, this.#shelves), this.#confirm()].includes(true);
      if (!waits && round > 0) break;
    }
    this.#tell(`quiet ${this.#state()}`);
    this.#check();
    if (group.findings.length === 0) await this.#checkSilence();
  }
  #confirm(): boolean {
    let any = false;
    for (const [{ device }, replica] of this.#replicas())
      for (const { plan } of replica.synchronizers.values()) {
        if (plan === null) continue;
        device.running?.handlers['safety:confirm'](plan);
        any = true;
      }
    return any;
  }

  #check(): void {
    const group = this.#group;
    const roots = this.#replicas().map(([, { collection }]) => recordsRoot(collection).root);
    if (roots.some((root) => root !== roots[0])) group.find('I2', 'what is merged differs');
    for (const [shelf, replica] of this.#replicas()) this.#checkShown(shelf, replica);
    this.#checkNothingLost();
    this.#checkNothingDoubled();
  }

  /** What is merged stands in the texts, as far as they have a place for it, and nothing else does. */
  #checkShown(shelf: Shelf, { collection, synchronizers }: Replica): void {
    const { device } = shelf;
    const synchronizer = [...synchronizers.values()].find((each) => each.source.location === shelf.path);
    if (synchronizer === undefined) {
      this.#group.find('I2', `${device.name} has ${shelf.path} no more`);
      return;
    }
    const { state, reason, source } = synchronizer;
    if (state !== 'ready') this.#group.find('I2', `${device.name} is ${state}: ${reason}`);
    const problems = collection.problems.of(source.row);
    for (const { record, code, detail } of problems) this.#tell(`${device.name}: ${record}: ${code} ${detail}`);
    const isRefused = (code: string): boolean => code === 'not-taken' && shelf.server?.refuses != null;
    const bad = problems.filter(({ code }) => code !== 'kept-beside' && !isRefused(code));
    if (bad.length > 0) {
      this.#group.find('problems', `${device.name}: ${bad.map(({ record, code }) => `${record} ${code}`).join(', ')}`);
      return;
    }
    // What a server does not take it shows as it was, or not at all.
    if (problems.some(({ code }) => isRefused(code))) return;
    const shown = shelf.numbers();
    const live = [...collection.records.all()].filter((record) => isLive(record.state));
    const known = new Map<string, readonly string[]>();
    const all = new Set<string>();
    for (const record of live) {
      const values = [...record.state.fields].flatMap(([field, siblings]) =>
        siblings.map(({ value }) => ({ field, numbers: numbersIn(canonicalText(field, value)) })),
      );
      for (const number of values.flatMap(({ numbers }) => numbers)) all.add(number);
      // A table has a place for one note.
      const shownOnes = values.filter(({ field }) => !shelf.isTable || !field.startsWith('note'));
      known.set(
        record.id,
        shownOnes.flatMap(({ numbers }) => numbers),
      );
    }
    for (const number of shown)
      if (!all.has(number)) this.#group.find('I2', `${device.name} shows ${number}, which nobody has any more`);
    if (collection.records.conflicts > 0) return;
    for (const [id, numbers] of known)
      for (const number of numbers)
        if (!shown.includes(number)) this.#group.find('I2', `${device.name} does not show ${number} of ${id}`);
    const count = shelf.count();
    if (count !== live.length) this.#group.find('I2', `${device.name} shows ${count} items of ${live.length}`);
  }

  /** I1: what anyone wrote is current, in a conflict, in history, or beside a text; current, where nobody took it away again. */
  #checkNothingLost(): void {
    const current = new Set<string>();
    const past = new Set<string>();
    for (const [shelf, { collection }] of this.#replicas()) {
      for (const record of collection.records.all())
        for (const [field, siblings] of record.state.fields)
          for (const { value } of siblings)
            for (const number of numbersIn(canonicalText(field, value))) {
              past.add(number);
              if (isLive(record.state)) current.add(number);
            }
      for (const { row } of collection.log.byRow(0, 1_000_000))
        for (const each of collection.packages.changesIn(row) ?? [])
          if ('writes' in each)
            for (const { field, value } of each.writes)
              for (const number of numbersIn(canonicalText(field, value))) past.add(number);
      for (const number of shelf.allNumbers()) {
        past.add(number);
        current.add(number);
      }
    }
    for (const number of this.#wrote.all) {
      if (this.#wrote.givenUp.has(number)) continue;
      // What was undone or settled is history, which goes with the databases of all.
      const mayBeForgotten = this.#wrote.superseded.has(number) && this.#group.lostDatabase.size > 0;
      if (!past.has(number) && !mayBeForgotten) this.#group.find('I1', `${number} is lost`);
      else if (!current.has(number) && !this.#wrote.superseded.has(number) && !this.#wrote.copied.has(number))
        this.#group.find('I1', `${number} is not current any more`);
    }
  }

  /** What one item says no other says as well, unless a person copied it or made two of one by undoing, or what became of one is not decided yet. */
  #checkNothingDoubled(): void {
    const collection = this.#replicas()[0]?.[1].collection;
    if (collection === undefined || collection.records.conflicts > 0) return;
    const of = new Map<string, string>();
    for (const { id, state } of collection.records.all()) {
      if (!isLive(state)) continue;
      const numbers = [...state.fields].flatMap(([field, siblings]) =>
        siblings.flatMap(({ value }) => numbersIn(canonicalText(field, value))),
      );
      for (const number of new Set(numbers)) {
        const other = of.get(number);
        // Which of two of one UID is which only the database tells.
        const mayBeTheOther = other?.split('#')[0] === id.split('#')[0] && this.#group.lostDatabase.size > 0;
        const mayBeTwice = mayBeTheOther || this.#wrote.copied.has(number) || this.#wrote.superseded.has(number);
        if (other !== undefined && !mayBeTwice) this.#group.find('doubled', `${number} is of ${other} and ${id}`);
        of.set(number, id);
      }
    }
  }

  /** I8: nothing happens where nobody does anything. */
  async #checkSilence(): Promise<void> {
    const count = ({ device, server }: Shelf): string => {
      const calls = device.running?.fs.callsByName ?? new Map<string, number>();
      const written = CALLS_THAT_WRITE.flatMap((name) => (calls.has(name) ? `${name} ${calls.get(name)}` : []));
      const logs = this.#group.replica(device)?.collection.log.logs() ?? [];
      return `${written.join(', ')}; ${server?.changed ?? 0}; ${logs.map(({ held, applied }) => `${held}/${applied}`).join(' ')}`;
    };
    const before = this.#shelves.map(count);
    await this.#group.pass(3 * LONG_MS);
    this.#shelves.forEach((shelf, at) => {
      const after = count(shelf);
      if (after !== before[at])
        this.#group.find('I8', `${shelf.device.name} does not keep still: ${before[at]} became ${after}`);
    });
  }
}
