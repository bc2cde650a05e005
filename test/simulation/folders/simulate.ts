import { createHash } from 'node:crypto';
import { BATCH_SIZES, type BatchSizes } from '../../../src/main/platform/batch-sizes.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { OWN, stagedPaths } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { checkContents, checkConvergence, checkOrder, checkStep, dumpRecord, type Looked } from './checks.ts';
import { EVENTS, type EventName, KINDS, type Kind } from './events.ts';
import type { Finding } from './ledger.ts';
import { Person } from './person.ts';
import { bringBackPlaces, leaveOut, letHistoryGo, SECOND } from './place-events.ts';
import { mendRelays } from './relay-events.ts';

export interface SimulationOptions {
  /** Kinds of trouble that may occur; the seed chooses among them. */
  readonly kinds?: readonly Kind[];
  /** All of `kinds` occur. */
  readonly every?: boolean;
  readonly steps?: number;
  /** Batches as large as anywhere, whatever the seed says: what seeds were kept for before it said anything shows with those only. */
  readonly wholeBatches?: boolean;
  /** Records of which all that is known at the end is told. */
  readonly dump?: readonly string[];
  /** And after each step. */
  readonly dumpEach?: boolean;
  /** Told what happens, step by step. */
  readonly tell?: (line: string) => void;
}
export interface Simulation {
  readonly seed: string;
  /** Digest of all that happened; equal for equal seeds. */
  readonly trace: string;
  readonly steps: number;
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

const WAITS = [0, 0, 3, 20, 80, 400, 1500, 5000, 12_000];
/** Longer than the longest pause between two tries to link, and than the pause between two whole looks. */
const LONG_MS = 620_000;
export const CALLS_THAT_WRITE = [
  'write',
  'rename',
  'unlink',
  'makeDirectory',
  'removeDirectory',
  'link',
  'symlink',
  'setModified',
  'setMode',
  'truncate',
  'copy',
];

/** Runs a group of computers through what the seed makes of chance, and says what was not as it must be. */
export async function simulate(seed: number | string, options: SimulationOptions = {}): Promise<Simulation> {
  return new Run(new SeededRandom(seed), options).run();
}

/** Few people have thousands of files here: one seed in two works them one to five at a time, so that there is more than one batch of them. */
function drawBatches(random: SeededRandom): BatchSizes {
  if (random.chance(0.5)) return BATCH_SIZES;
  const draw = () => random.pick([1, 1, 2, 3, 5]);
  return { listed: draw(), taken: draw(), packaged: draw(), constructed: draw() };
}

class Run {
  readonly #random: SeededRandom;
  readonly #options: SimulationOptions;
  readonly #group: SimulatedGroup;
  readonly #person: Person;
  readonly #kinds: ReadonlySet<Kind>;
  readonly #counts = new Map<string, number>();
  readonly #trace = createHash('sha256');
  readonly #looked: Looked = new Map();

  constructor(random: SeededRandom, options: SimulationOptions) {
    this.#random = random.fork('events');
    this.#options = options;
    this.#group = new SimulatedGroup(random.fork('group'));
    this.#person = new Person(random.fork('person'), this.#group.ledger, this.#group.clock);
    const chosen = random.fork('kinds');
    const allowed = options.kinds ?? KINDS;
    this.#kinds = new Set(KINDS.filter((kind) => chosen.chance(0.4) && allowed.includes(kind)));
    if (options.wholeBatches !== true) this.#group.batches = drawBatches(random.fork('batches'));
    if (options.every === true) this.#kinds = new Set(allowed);
  }

  async run(): Promise<Simulation> {
    const steps = this.#options.steps ?? this.#random.between(20, 60);
    try {
      await this.#begin();
      for (let step = 1; step <= steps && this.#group.findings.length === 0; step++) await this.#step(step);
      if (this.#group.findings.length === 0) await this.#end();
    } catch (error) {
      this.#group.find('simulation', (error as Error).stack ?? String(error));
    }
    for (const id of this.#options.dump ?? [])
      for (const line of dumpRecord(this.#group, id)) this.#options.tell?.(line);
    for (const device of this.#group.devices) device.end();
    const { findings } = this.#group;
    for (const finding of findings) this.#tell(`FINDING ${finding.rule}: ${finding.what}`);
    return { seed: this.#random.seed, trace: this.#trace.digest('hex'), steps, counts: this.#counts, findings };
  }

  #tell(line: string): void {
    this.#trace.update(line);
    this.#options.tell?.(line);
  }

  async #begin(): Promise<void> {
    const group = this.#group;
    const drawn = this.#random.pick([2, 2, 2, 3, 3, 4]);
    const count = this.#kinds.has('middle') ? 3 : drawn;
    group.slowness = this.#random.pick([1, 20, 400]);
    const folds = this.#random.fork('folding');
    const switchboard = this.#random.fork('switchboard');
    // Every other relay also joins those that are on; every third tells only where things are.
    if (this.#kinds.has('relay')) group.relyOnRelay(switchboard.chance(0.5), switchboard.chance(0.3));
    for (let at = 0; at < count; at++)
      group.addDevice({
        skewed: this.#kinds.has('clock'),
        // Of some the disk does not tell case apart.
        folding: this.#kinds.has('folding') && folds.chance(0.5),
      });
    const [first, ...others] = group.devices as [SimulatedDevice, ...SimulatedDevice[]];
    const { listed, taken, packaged, constructed } = group.batches;
    this.#tell(
      `${count} devices, ${[...this.#kinds].join(' ')}; batches ${listed} ${taken} ${packaged} ${constructed}`,
    );
    for (const device of group.devices)
      for (let item = this.#random.int(4); item > 0; item--)
        this.#person.act(device, 'create', (person, at) => this.#first(person, at));
    for (const device of group.devices) await group.start(device);
    const middle = this.#kinds.has('middle') && group.relay === null ? this.#random.pick(group.devices) : null;
    if (middle !== null) group.meetOnly(middle);
    await group.create(first);
    // Whom the one in the middle lets in has heard of it.
    const order = [...others].sort((one, other) => Number(other === middle) - Number(one === middle));
    for (const other of order) await group.join(other, other === middle ? first : (middle ?? first));
    await group.pass(this.#random.pick([0, 100, 5000]));
    if (middle !== null) this.#tell(await leaveOut({ group, random: this.#random }, middle));
  }

  #first(person: Person, device: SimulatedDevice): string {
    const path = person.path();
    device.user.mkdirp(`${ROOT}/${path}`.slice(0, `${ROOT}/${path}`.lastIndexOf('/')));
    device.user.writeFile(`${ROOT}/${path}`, person.text(device));
    return path;
  }

  async #step(step: number): Promise<void> {
    const group = this.#group;
    group.ledger.step = step;
    const name = this.#draw();
    const what = await EVENTS[name].happen({ group, person: this.#person, random: this.#random });
    if (what !== null) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    const wait = this.#random.pick(WAITS);
    await group.pass(wait);
    for (const device of group.devices)
      if (device.running === null && this.#random.chance(0.3)) await this.#restart(device);
    checkStep(group, this.#looked);
    this.#tell(`${step} ${what ?? `no ${name}`}, ${wait} ms ${this.#state()}`);
    if (this.#options.dumpEach === true)
      for (const id of this.#options.dump ?? []) for (const line of dumpRecord(group, id)) this.#options.tell?.(line);
  }

  #draw(): EventName {
    const open = Object.entries(EVENTS).filter(([, { kind }]) => kind === null || this.#kinds.has(kind));
    let left = this.#random.int(open.reduce((sum, [, { weight }]) => sum + weight, 0));
    for (const [name, { weight }] of open) {
      left -= weight;
      if (left < 0) return name as EventName;
    }
    throw new Error('nothing was drawn');
  }

  /** What is known and done on each device: what the trace compares. */
  #state(): string {
    return this.#group.devices
      .map((device) => {
        const replica = this.#group.replica(device);
        const held = replica?.collection.log
          .logs()
          .map((log) => `${log.held}/${log.applied}${log.frozen ? '!' : ''}`) ?? ['-'];
        return `${device.name}[${held.join(' ')} ${device.calls}]`;
      })
      .join(' ');
  }

  async #restart(device: SimulatedDevice): Promise<void> {
    this.#tell(`${device.name} starts`);
    await this.#group.start(device);
    await this.#comeBack(device);
  }

  /** After its database was lost a person says again which folder belongs to the collection. */
  async #comeBack(device: SimulatedDevice): Promise<void> {
    const group = this.#group;
    if (device.running === null || group.replica(device) !== null || group.collection === null || !device.isMounted)
      return;
    const by = group.members.find((other) => other !== device && (!group.hasLeft(device) || group.mayLetIn(other)));
    if (by === undefined) return;
    group.ledger.byPerson(device, () => device.user.remove(`${ROOT}/${OWN}/marker.json`));
    await group.join(device, by).catch((error: Error & { code?: string }) => {
      // It is a member all the same, and has its folder again once there is room.
      if (error.code !== 'ENOSPC') throw error;
    });
  }

  async #end(): Promise<void> {
    const group = this.#group;
    group.ledger.step = 0;
    this.#person.finishWriting();
    this.#mend();
    for (let round = 0; round < 6; round++) {
      for (const device of group.devices) if (device.running === null) await this.#restart(device);
      for (const device of group.members) await this.#comeBack(device);
      for (const device of group.alive) {
        if (group.replica(device) === null) await this.#comeBack(device);
        device.engine.network.dialNow();
      }
      await group.pass(LONG_MS);
      // Whoever could only read writes again: what it kept to itself is everyone's then.
      const waits = [await bringBackPlaces(group), this.#promote(), this.#waitsAtRelay()].includes(true);
      checkStep(group, this.#looked);
      if (!this.#confirm() && !waits && round > 0) break;
    }
    this.#tell(`quiet ${this.#state()}`);
    await letHistoryGo(group, LONG_MS);
    if (group.findings.length > 0) return;
    checkConvergence(group);
    checkContents(group);
    checkOrder(group, this.#random.fork('order'));
    if (group.findings.length === 0) await this.#checkSilence();
  }

  /** What was broken is whole again, what was forbidden allowed. */
  #mend(): void {
    const group = this.#group;
    group.mendAll();
    mendRelays(group);
    group.slowness = 20;
    for (const device of group.devices) {
      device.onCall = null;
      device.deafness = 0;
      device.freeState();
      device.remount();
      device.remount(SECOND);
      for (const path of [ROOT, '/data']) device.disk.volumeAt(path).capacity = Number.POSITIVE_INFINITY;
      for (const path of [...group.ledger.view(device).keys(), ...stagedPaths(device.disk, ROOT)])
        device.disk.deny(`${ROOT}/${path}`, false);
      const replica = group.replica(device);
      if (replica?.collection.stored.paused === true) device.running?.handlers.pause(replica.id, false);
    }
  }

  /** Who comes to have a folder again asks for what is in it at the relay, and has it some looks later. */
  #waitsAtRelay(): boolean {
    const { relay, members } = this.#group;
    const sources = members.flatMap((device) => [...(this.#group.replica(device) as Replica).synchronizers.values()]);
    return relay !== null && sources.some(({ construction }) => construction.waiting > 0);
  }
  /** true where somebody could only read. */
  #promote(): boolean {
    const { members } = this.#group;
    const readers = members.filter((device) => this.#group.roleOf(device) === 'reader');
    const admin = members.find((device) => this.#group.roleOf(device) === 'admin');
    for (const device of readers) if (admin !== undefined) this.#group.setRole(device, 'editor', admin);
    return readers.length > 0;
  }

  /** Lets everything go on that waits for a person. false: nothing does. */
  #confirm(): boolean {
    let any = false;
    for (const device of this.#group.members) {
      const replica = this.#group.replica(device) as Replica;
      if (replica.collection.stored.paused) {
        device.running?.handlers.pause(replica.id, false);
        any = true;
      }
      for (const { plan } of replica.synchronizers.values()) {
        if (plan === null) continue;
        device.running?.handlers['safety:confirm'](plan);
        any = true;
      }
    }
    return any;
  }

  /** I8: nothing happens where nobody does anything. */
  async #checkSilence(): Promise<void> {
    const count = (device: SimulatedDevice): string => {
      const calls = device.running?.fs.callsByName ?? new Map<string, number>();
      const written = CALLS_THAT_WRITE.map((name) => `${name} ${calls.get(name) ?? 0}`).filter(
        (each) => !each.endsWith(' 0'),
      );
      const logs = this.#group.replica(device)?.collection.log.logs() ?? [];
      const replica = this.#group.replica(device);
      // What is a problem is tried again with each whole look, and staged for it.
      const tries = [...(replica?.synchronizers.keys() ?? [])].some(
        (source) => replica?.collection.problems.count(source) !== 0,
      );
      return `${tries ? '' : written.join(', ')}; ${logs.map((log) => `${log.held}/${log.applied}`).join(' ')}`;
    };
    const before = this.#group.devices.map(count);
    await this.#group.pass(3 * LONG_MS);
    this.#group.devices.forEach((device, at) => {
      const after = count(device);
      if (after !== before[at])
        this.#group.find('I8', `${device.name} does not keep still: ${before[at]} became ${after}`);
    });
  }
}
