import Database from 'better-sqlite3';
import { Engine } from '../../src/main/engine.ts';
import type { EngineWorld } from '../../src/main/engine-world.ts';
import type { Places } from '../../src/main/locations/places.ts';
import { DeviceIdentity, makeSecrets } from '../../src/main/peers/identity/identity.ts';
import type { RelayConnector } from '../../src/main/peers/relay/relay-session.ts';
import type { BatchSizes } from '../../src/main/platform/batch-sizes.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { faultText } from '../../src/main/platform/trouble.ts';
import type { CollectionId } from '../../src/main/record/ids.ts';
import { handlersOf } from '../../src/main/requests/handlers.ts';
import { countItems } from '../../src/main/sources/count-items.ts';
import { LookService } from '../../src/main/sources/files/look-service.ts';
import type { FilesWatch, WatchOptions } from '../../src/main/sources/files/watch-files.ts';
import { WriteService } from '../../src/main/sources/files/write-service.ts';
import { TextsService } from '../../src/main/sources/text/in-files/texts-service.ts';
import { openDatabase } from '../../src/main/store/open-database.ts';
import type { DeviceClock, FakeClock } from '../fakes/fake-clock.ts';
import type { Fault, FileCall } from '../fakes/fault-plan.ts';
import { Crash } from '../fakes/fault-plan.ts';
import type { Volume } from '../fakes/inode.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import type { MemoryFileSystem } from '../fakes/memory-file-system.ts';
import type { MemoryNetwork } from '../fakes/memory-network.ts';
import type { RelayNetwork } from '../fakes/relay-network.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { SimulatedUser } from '../fakes/simulated-user.ts';
import { limitPages, noticeNoRoom, wasNoticed } from './full-state.ts';
import { OWN } from './root-view.ts';
import { slowService } from './slow-service.ts';

export const ROOT = '/home/sync';
export const PORT = 21_027;
const DATA = '/data';

/** What a log may say: a disk's own troubles, which the simulation makes, those of a server, and the end of a process. */
const EXPECTED =
  /the process died at|is on another disk|wrote as one|is not there|\b(?:ENOSPC|EACCES|EPERM|EROFS)\b|answers (?:429|500)|cannot be reached/;

/** What a device tells those who watch over the simulation. */
export interface DeviceReport {
  /** Something that would have ended, or stopped a part of, a real program. */
  fault(device: SimulatedDevice, what: string): void;
}

/** A process of the program: what dies together. */
interface Running {
  readonly engine: Engine;
  readonly fs: MemoryFileSystem;
  readonly clock: DeviceClock;
  readonly database: Database.Database;
  readonly write: WriteService;
  readonly handlers: ReturnType<typeof handlersOf>;
  readonly stopWatching: Set<() => void>;
}

/** One computer: a disk, a person, a wall clock, and the program on it, which may die and be started again. */
export class SimulatedDevice {
  readonly name: string;
  readonly host: string;
  readonly index: number;
  /** What this computer takes for the time. */
  readonly wall: DeviceClock;
  readonly disk: MemoryDisk;
  readonly user: SimulatedUser;
  readonly identity: DeviceIdentity;
  readonly random: SeededRandom;
  readonly membership = new Map<CollectionId, readonly Uint8Array[]>();
  readonly network: MemoryNetwork;
  readonly relays: RelayNetwork | null;
  readonly folding: boolean;
  readonly batches: BatchSizes;
  /** Asked before each call of the program to the file system; may act as another program would at that moment. */
  onCall: ((call: FileCall) => Fault | 'power' | null) | null = null;
  /** Calls to the file system the program may still make before it counts as one that never rests. */
  patience = Number.POSITIVE_INFINITY;
  /** Given to the program when it is started. */
  relay: string | null = null;
  /** Is it told of changes to texts, or are they looked at on a timer only? */
  watchesTexts: boolean = false;
  /** Share of the notices of a change on the disk that are lost. */
  deafness = 0;
  /** Calls to the file system of processes that are gone. */
  #formerCalls = 0;
  readonly #world: FakeClock;
  readonly #report: DeviceReport;
  #image: Buffer | null = null;
  #backup: Buffer | null = null;
  readonly #graves = new Set<Database.Database>();
  #running: Running | null = null;
  #starts = 0;
  #powerLosses = 0;
  #losesPower: boolean = false;
  /** Disks that are not there, by where they belong. */
  readonly #disconnected = new Map<string, Volume>();

  constructor(
    index: number,
    options: {
      readonly clock: FakeClock;
      readonly network: MemoryNetwork;
      readonly relays: RelayNetwork | null;
      readonly random: SeededRandom;
      readonly skew: number;
      readonly folding: boolean;
      readonly batches: BatchSizes;
    },
    report: DeviceReport,
  ) {
    this.index = index;
    this.name = 'ABCDEFGH'[index] as string;
    this.host = `10.0.0.${index + 1}`;
    this.#world = options.clock;
    this.#report = report;
    this.network = options.network;
    this.relays = options.relays;
    this.random = options.random;
    this.folding = options.folding;
    this.batches = options.batches;
    this.wall = options.clock.device(options.skew);
    this.disk = new MemoryDisk({ clock: this.wall });
    this.user = new SimulatedUser(this.disk);
    this.user.mkdirp(ROOT);
    this.user.mkdirp(`${DATA}/versions`);
    this.disk.mount(ROOT, { names: options.folding ? { caseless: true } : {} });
    this.disk.commitNames();
    this.identity = identityOf(index);
  }

  get running(): Running | null {
    return this.#running;
  }
  /** The engine. Fails where the program does not run. */
  get engine(): Engine {
    if (this.#running === null) throw new Error(`${this.name} does not run`);
    return this.#running.engine;
  }
  get calls(): number {
    return this.#formerCalls + (this.#running?.fs.calls ?? 0);
  }
  get isMounted(): boolean {
    return this.isThere(ROOT);
  }

  #places: Places | null = null;

  /** Starts the program; resolves when it listens, or died on the way. */
  async start(): Promise<void> {
    this.#closeGraves();
    const run = this.#starts++;
    const clock = this.#world.device();
    const fs = this.disk.process((call) => this.#beforeCall(call));
    const random = this.random.fork(`run ${run}`);
    const latency = random.fork('latency');
    const database = this.#openDatabase();
    const guarded = this.#guardedClock(clock);
    const now = () => this.wall.now();
    const stopWatching = new Set<() => void>();
    let running: Running | null = null;
    try {
      const write = new WriteService(fs, `${DATA}/versions`, 0o644);
      const world: EngineWorld = {
        clock: guarded,
        random,
        database,
        identity: this.identity,
        keys: { kept: 'file', move: () => {} },
        membershipFile: (group) => ({
          load: () => this.membership.get(group) ?? [],
          save: (operations) => void (fs.dead || this.membership.set(group, [...operations])),
        }),
        removeMembership: (group) => void this.membership.delete(group),
        transport: this.network.transport(this.identity.descriptor, this.host),
        batches: this.batches,
        fs,
        look: slowService(
          new LookService(fs, now),
          guarded,
          () => latency.int(3),
          () => fs.dead,
        ),
        write: slowService(
          write,
          guarded,
          () => latency.int(3),
          () => fs.dead,
        ),
        texts: slowService(
          new TextsService(fs),
          guarded,
          () => latency.int(3),
          () => fs.dead,
        ),
        watch: (options) => this.#watch(options, guarded, stopWatching, random.fork('watch')),
        boot: `boot ${this.#powerLosses}`,
        watchRoot: null,
        places: { load: () => this.#places, save: (places) => void (fs.dead || (this.#places = places)) },
        relays: this.#relaysFor(guarded, random.fork('relays'), () => fs.dead || this.#graves.has(database)),
        beacons: [],
        networks: () => '',
        platform: 'posix',
        // Its other folder lies on a disk that tells case apart.
        isFolding: (root) => this.folding && root === ROOT,
        diskSpace: async (path) => {
          const { capacity, used } = this.disk.volumeAt(path);
          return { free: Math.max(0, capacity - used), size: capacity };
        },
        realPath: (path) => {
          const there = this.user.fs.lstat(path);
          return there === null ? null : { path, isFolder: there.type === 'directory' };
        },
        countItems: (path, format) => Promise.resolve().then(() => countItems(this.user.fs, path, format)),
        watchText: this.watchesTexts ? this.#watchText(guarded, stopWatching, random.fork('texts')) : null,
        isProfileLocked: () => false,
        secrets: { passwordOf: () => null, setPassword: () => undefined },
        nameServers: { services: async () => [], texts: async () => [] },
        makeDirectory: (path) => this.user.mkdirp(path),
        dataDirectory: DATA,
        defaultName: this.name,
        log: (line) => this.#logged(running, line),
        failed: (error, where) => {
          if (!noticeNoRoom(error)) this.#logged(running, `${where}: ${faultText(error)}`);
        },
      };
      const engine = new Engine(world);
      const handlers = this.#answering(handlersOf(engine));
      running = { engine, fs, clock, database, write, handlers, stopWatching };
      this.#running = running;
      await engine.start({ host: this.host, port: PORT, orNext: false }, this.relay);
    } catch (error) {
      if (fs.dead || error instanceof Crash) {
        this.#bury(fs, database, clock, stopWatching);
        return;
      }
      throw error;
    }
  }

  /** The person ends the program properly. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    await running.engine.stop();
    if (this.#running !== running) return;
    this.#bury(running.fs, running.database, running.clock, running.stopWatching);
  }

  /** `kill -9`. */
  kill(): void {
    const running = this.#running;
    if (running !== null) this.#bury(running.fs, running.database, running.clock, running.stopWatching);
  }

  /** The power goes: what was not synced survives as `random` decides. */
  losePower(random: SeededRandom): void {
    this.#powerLosses++;
    this.#losesPower = true;
    this.kill();
    this.#losesPower = false;
    this.disk.losePower({ keepUnsynced: random });
  }

  /**
   * Its state has room for so many pages more, until the program begins again: it does so once there is room (lasting-engine.ts). It ends, once what is
   * under way has returned, with the first commit that finds none.
   */
  fillState(pages: number): void {
    const running = this.#running;
    if (running === null) return;
    limitPages(running.database, pages, (error) => {
      this.#world.after(0, () => {
        if (this.#running === running) this.kill();
      });
      this.#world.after(1000, () => {
        if (!wasNoticed(error)) this.#report.fault(this, `goes on with a full disk: ${(error as Error).stack}`);
      });
    });
  }
  /** Its state has room again. */
  freeState(): void {
    this.#running?.database.pragma('max_page_count = 4294967294');
  }
  /** As in the product, a request that finds no room for the state fails, and ends the program. */
  #answering(handlers: Running['handlers']): Running['handlers'] {
    const guarded = Object.entries(handlers).map(([name, handler]) => {
      const call = handler as (...args: readonly unknown[]) => unknown;
      const answer = (...args: readonly unknown[]): unknown => {
        try {
          const answered = call(...args);
          if (answered instanceof Promise) answered.catch(noticeNoRoom);
          return answered;
        } catch (error) {
          noticeNoRoom(error);
          throw error;
        }
      };
      return [name, answer] as const;
    });
    return Object.fromEntries(guarded) as Running['handlers'];
  }

  /** A copy of the database, as a program for backups would take it. */
  backUp(): void {
    this.#backup = this.#running?.database.serialize() ?? this.#image;
  }
  get hasBackup(): boolean {
    return this.#backup !== null;
  }
  /** The database is as it was when it was backed up; nothing else is. The program must not run. */
  restoreBackup(): void {
    this.#image = this.#backup;
  }

  /** The database is gone, as if its file had been deleted. The program must not run. */
  loseDatabase(): void {
    this.#image = null;
  }
  get hasDatabase(): boolean {
    return this.#image !== null || this.#running !== null;
  }

  /** The simulation is over. */
  end(): void {
    this.kill();
    this.#closeGraves();
  }
  #closeGraves(): void {
    for (const database of this.#graves) database.close();
  }

  /** Is the disk there that belongs to this place? */
  isThere(root: string): boolean {
    return !this.#disconnected.has(root);
  }
  unmount(root = ROOT): void {
    if (this.isThere(root)) this.#disconnected.set(root, this.disk.unmount(root));
  }
  remount(root = ROOT): void {
    const volume = this.#disconnected.get(root);
    if (volume !== undefined) this.disk.mount(root, volume);
    this.#disconnected.delete(root);
  }

  #openDatabase(): Database.Database {
    if (this.#image === null) return openDatabase(':memory:');
    const database = new Database(this.#image);
    database.pragma('foreign_keys = OFF');
    return database;
  }

  /** Everything of a process ends at once; its database keeps what was committed. */
  #bury(
    fs: MemoryFileSystem,
    database: Database.Database,
    clock: DeviceClock,
    stopWatching: ReadonlySet<() => void>,
  ): void {
    this.#freeze(fs, database, clock, stopWatching);
    fs.kill();
  }

  /** As `bury`, but for the call to the disk that is under way. */
  #freeze(
    fs: MemoryFileSystem,
    database: Database.Database,
    clock: DeviceClock,
    stopWatching: ReadonlySet<() => void>,
  ): void {
    if (this.#graves.has(database)) return;
    // What is still under way in the dead process may go on writing to a database that nobody will read.
    this.#image = database.serialize();
    this.#graves.add(database);
    clock.stop();
    this.network.unplug(this.host);
    this.relays?.died(this.host, this.#losesPower);
    for (const stop of stopWatching) stop();
    this.#formerCalls += fs.calls;
    if (this.#running?.fs === fs) this.#running = null;
  }

  #beforeCall(call: FileCall): Fault | null {
    let fault = this.onCall?.(call) ?? null;
    if (--this.patience < 0) {
      this.patience = Number.POSITIVE_INFINITY;
      this.#report.fault(this, `never rests: ${call.name} ${call.path}`);
      fault = { dies: 'before' };
    }
    if (fault === 'power') {
      this.losePower(this.random);
      return null;
    }
    if (fault !== null && 'dies' in fault) {
      // The call is the last thing the process does; nothing of it is committed or sent any more.
      const running = this.#running;
      if (running !== null) this.#freeze(running.fs, running.database, running.clock, running.stopWatching);
    }
    return fault;
  }

  #relaysFor(clock: Clock, random: SeededRandom, isDead: () => boolean): RelayConnector | null {
    return this.relays?.connector({ host: this.host, clock, random, isDead }) ?? null;
  }

  /** The clock of one process: it sees the wall's time, and what its timers throw ends the process as it would in Node. */
  #guardedClock(own: DeviceClock): Clock {
    return {
      now: () => this.wall.now(),
      after: (milliseconds, call) =>
        own.after(milliseconds, () => {
          try {
            call();
          } catch (error) {
            if (noticeNoRoom(error)) return;
            if (this.#running?.clock === own) this.#report.fault(this, `uncaught: ${(error as Error).stack}`);
          }
        }),
    };
  }

  #logged(running: Running | null, line: string): void {
    if (running === null || this.#running !== running || EXPECTED.test(line)) return;
    this.#report.fault(this, line);
  }

  /** Tells what the disk tells, a moment later, but for what is lost. */
  #watch(options: WatchOptions, clock: Clock, stops: Set<() => void>, random: SeededRandom): FilesWatch {
    const told = (path: string): void => {
      if (!path.startsWith(`${options.root}/`) || random.chance(this.deafness)) return;
      const id = path.slice(options.root.length + 1);
      if (id === OWN || id.startsWith(`${OWN}/`)) return;
      clock.after(random.int(5), () => {
        const groups = [id.slice(0, Math.max(0, id.lastIndexOf('/'))), ...this.#directoriesFrom(options.root, id)];
        for (const group of groups) options.onDirty(group.normalize('NFC'));
      });
    };
    const stop = this.disk.onChange(told);
    stops.add(stop);
    return { add: () => {}, remove: () => {}, close: async () => stop() };
  }

  /** The same of texts. What begins with a dot is not told of a folder. */
  #watchText(clock: Clock, stops: Set<() => void>, random: SeededRandom): EngineWorld['watchText'] {
    const follow = async (tell: (path: string) => (() => void) | null): Promise<() => Promise<void>> => {
      const stop = this.disk.onChange((path) => {
        const call = tell(path);
        if (call !== null && !random.chance(this.deafness)) clock.after(random.int(5), call);
      });
      stops.add(stop);
      return async () => stop();
    };
    return {
      file: (path, onChange) => follow((changed) => (changed === path ? onChange : null)),
      folder: (path, onChange) =>
        follow((changed) => {
          const name = changed.startsWith(`${path}/`) ? changed.slice(path.length + 1) : '.';
          return name.startsWith('.') || name.includes('/') ? null : () => onChange(name);
        }),
    };
  }

  /** The directory of that name and those in it: what a watcher takes up anew. */
  #directoriesFrom(root: string, id: string): readonly string[] {
    try {
      return [...(this.disk.tree(`${root}/${id}`) ?? [])]
        .filter(([, what]) => what === 'directory')
        .map(([path]) => `${id}/${path}`)
        .concat(id);
    } catch {
      return [];
    }
  }
}

const identities: DeviceIdentity[] = [];
/** Keys are slow to make, and which they are means nothing: each computer has the same in every run. */
function identityOf(index: number): DeviceIdentity {
  identities[index] ??= new DeviceIdentity(makeSecrets(new SeededRandom(`identity ${index}`)));
  return identities[index];
}
