import type Database from 'better-sqlite3';
import type { Config } from '../config.ts';
import { keepsNothing } from '../content/keeps-nothing.ts';
import type { AskPeers } from '../content-exchange/ask-peers.ts';
import type { Contents, KeptContents } from '../content-exchange/contents.ts';
import type { ContentGiver } from '../content-exchange/give-content.ts';
import type { Clock } from '../platform/clock.ts';
import type { FileSystem } from '../platform/file-system.ts';
import type { Remote } from '../platform/remote.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId, RecordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { Schedule } from '../schedule.ts';
import type { MovedOn } from '../sources/files/aside.ts';
import type { PlacedItem } from '../sources/files/staging-batch.ts';
import type { WriteService } from '../sources/files/write-service.ts';
import type { Revision } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { RegistryStore } from '../store/registry-store.ts';
import { UnsyncedStore } from '../store/unsynced-store.ts';
import type { Synchronizer } from '../synchronizer.ts';
import { KeepAsked, type WantedContent } from './keep-asked.ts';
import { ConflictContents, KeepConflicts } from './keep-conflicts.ts';
import { KeepContents } from './keep-contents.ts';
import { KeepHolders } from './keep-holders.ts';
import { IdleWork } from './keep-idle.ts';
import { isLeftTorn } from './keep-judge.ts';
import { KeepLists } from './keep-lists.ts';
import { isOnlyInFiles } from './keep-needed.ts';
import { notePlaced } from './keep-placed.ts';
import type { IdleJob, KeepCollection, KeepPort, KeepSource } from './keep-port.ts';
import { KeepReconcile } from './keep-reconcile.ts';
import { KeepSynced } from './keep-synced.ts';
import { WholeFiles } from './keep-whole.ts';
import { Retention } from './retention.ts';

/** Which run of the system the journal of un-synced writes is of: in the same one nothing that was written can be torn. */
const BOOT = 'keep.boot';
/** Set while the program runs; still there at its start, the last stop was none. */
const RUNNING = 'keep.running';

/** Where more is written all the time than one turn a minute syncs. */
const SYNC_AGAIN_MS = 10_000;

/** What the keeper asks of the engine around it. */
export interface KeeperEngine {
  readonly world: {
    readonly clock: Clock;
    readonly database: Database.Database;
    readonly fs: FileSystem;
    readonly dataDirectory: string;
    readonly write: Remote<WriteService>;
    readonly boot?: string | null;
    failed(error: Error, where: string): void;
  };
  readonly registry: RegistryStore;
  readonly config: Config;
  readonly contents: Contents;
  readonly giver: ContentGiver;
  readonly contentStore: ContentStore;
  readonly kept: KeptContents;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  readonly schedules: ReadonlyMap<number, Schedule>;
  readonly isWorking: boolean;
  readonly network: {
    session(device: DeviceId): { isOpen(id: CollectionId): boolean } | null;
    ask(id: CollectionId, asked: Parameters<AskPeers>[0]): ReturnType<AskPeers>;
    readonly contents: { areHere(id: CollectionId): void };
  };
}

/** What of an engine history needs to give things back: what is kept, and that nothing torn is taken for an edit. */
export class HistoryKeeper {
  readonly #engine: KeeperEngine;
  readonly #port: KeepPort;
  readonly #unsynced: UnsyncedStore;
  readonly #whole: WholeFiles;
  readonly #contents: KeepContents;
  readonly #conflicts: KeepConflicts;
  readonly #asked: KeepAsked;
  readonly #retention: Retention;
  readonly #synced: KeepSynced;
  readonly #reconcile: KeepReconcile;
  readonly #idle: readonly IdleWork[];
  readonly #collections = new WeakMap<Replica, KeepCollection>();
  readonly #sources = new WeakMap<Synchronizer, KeepSource>();
  /** The power may have gone since the last stop. */
  readonly #isDoubtful: boolean;
  #started: boolean = false;

  constructor(engine: KeeperEngine) {
    const { clock, database, boot = null } = engine.world;
    const { registry } = engine;
    this.#engine = engine;
    this.#unsynced = new UnsyncedStore(database);
    this.#port = this.#makePort();
    this.#isDoubtful = boot === null || registry.setting(BOOT) !== boot;
    const wasRunning = registry.setting(RUNNING) !== null;
    registry.setSetting(RUNNING, '1');
    const conflicts = new ConflictContents();
    this.#whole = new WholeFiles(this.#port, this.recovered);
    this.#retention = new Retention(this.#port, conflicts, () => {
      this.#conflicts.roomMade();
      this.#contents.roomMade();
      this.wake();
    });
    this.#conflicts = new KeepConflicts(this.#port, conflicts, () => this.#retention.makeRoom());
    this.#contents = new KeepContents(this.#port, () => this.#retention.makeRoom());
    this.#synced = new KeepSynced(this.#port, (source, id) => this.#whole.holdsBack(source, id));
    this.#reconcile = new KeepReconcile(this.#port, wasRunning);
    this.#asked = new KeepAsked(this.#port);
    const holders = new KeepHolders(
      this.#port,
      (id) => registry.holdersAreDue(id),
      (id) => registry.holdersNoted(id),
    );
    const idle = (jobs: readonly IdleJob[], again?: number) =>
      new IdleWork(clock, jobs, isBusyWith(engine), (error) => engine.world.failed(error, ''), again);
    // Each of these by itself: what waits for a peer that does not answer, or copies much, holds up nothing of the others.
    this.#idle = [
      idle([this.#whole, this.#conflicts, this.#asked]),
      idle([this.#reconcile, holders, this.#contents, this.#retention, new KeepLists(this.#port, conflicts)]),
      idle([this.#synced], SYNC_AGAIN_MS),
    ];
  }

  /** To be called once all sources are open, before any is looked at. */
  start(): void {
    this.#started = true;
    for (const replica of this.#engine.replicas.values())
      for (const synchronizer of treesOf(replica)) {
        this.#whole.suspect(this.#collectionOf(replica), this.#sourceOf(synchronizer), this.#isDoubtful);
        // What was looked at until now was held back.
        synchronizer.forgetLook();
      }
    this.recovered();
    this.#whole.run().catch((error: Error) => this.#engine.world.failed(error, ''));
    this.wake();
  }

  /** A peer asked for contents that are not here. */
  askedInVain(collection: CollectionId, missing: readonly WantedContent[]): void {
    this.#asked.askedInVain(collection, missing);
  }

  /** A peer has contents again: what was asked for here may be had now. */
  seekAgain(collection: CollectionId): void {
    this.#asked.seekAgain(collection);
  }

  wake = (): void => {
    for (const idle of this.#idle) idle.wake();
  };

  /** Ends what is under way; the writing thread is free afterwards. */
  async stop(): Promise<void> {
    this.#retention.stop();
    this.#conflicts.stop();
    this.#synced.stop();
    await this.#whole.stop();
    await Promise.all(this.#idle.map((idle) => idle.stop()));
    await this.#synced.finish().catch((error: Error) => this.#engine.world.failed(error, ''));
    // What an unclean stop left is still to be looked for at the next start.
    if (this.#reconcile.isDone) this.#engine.registry.setSetting(RUNNING, null);
  }

  /** These items are being written, and no sync says that they are on the disk. Inside a transaction. */
  writing(source: number, rows: readonly number[]): void {
    this.#unsynced.note(source, rows, this.#engine.world.clock.now());
  }
  holdsBack(source: number, id: RecordId, revision?: Revision): boolean {
    return !this.#started || this.#whole.holdsBack(source, id, revision);
  }
  /**
   * Before a source is let go of, or left out in part: what was written to it is on the disk, and kept where nobody else has it, or where it is of
   * an open conflict.
   */
  async makeSure(replica: Replica, synchronizer: Synchronizer): Promise<void> {
    if (synchronizer.adapter.kind !== 'files') return;
    const collection = this.#collectionOf(replica);
    const failed = (error: Error) => this.#engine.world.failed(error, '');
    // Where there is no room to keep anything, what was written is on the disk all the same.
    await this.#contents.copyOnlyHere(collection).catch(failed);
    await this.#conflicts.copyHere(collection).catch(failed);
    await this.sync(replica, synchronizer);
  }
  /** What was written to a source is on the disk. */
  async sync(replica: Replica, synchronizer: Synchronizer): Promise<void> {
    if (synchronizer.adapter.kind !== 'files') return;
    const failed = (error: Error) => this.#engine.world.failed(error, '');
    await this.#synced.makeSure(this.#collectionOf(replica), this.#sourceOf(synchronizer)).catch(failed);
  }
  /** A source has other rules from now on. */
  rulesChanged(source: number): void {
    this.#whole.retry(source);
  }
  /**
   * What its rules leave out is about to be forgotten, but for what is held back afterwards. `isThere` false: its disk is away, so that nothing of it
   * can be kept; to try that would count as having tried.
   */
  async leavesOut(replica: Replica, synchronizer: Synchronizer, isThere = true): Promise<void> {
    if (isThere) await this.makeSure(replica, synchronizer);
    if (synchronizer.adapter.kind === 'files')
      this.#whole.leavesOut(this.#collectionOf(replica), this.#sourceOf(synchronizer));
  }
  /** After that: is one of these values of a record's entry only in files of this device? On a disk that is away, or where there was no room, it could not be kept. */
  isOnlyInFiles(replica: Replica, entries: Parameters<typeof isOnlyInFiles>[1]): boolean {
    return isOnlyInFiles(this.#collectionOf(replica), entries, (digest) => this.#port.kept.isKept(digest));
  }
  forgetSource(source: number): void {
    this.#unsynced.dropAll(source);
    this.#whole.forget(source);
  }

  /**
   * Nothing is doubted any more, or left aside: a start after this one, in the same run of the system, finds nothing that may be torn. To be called
   * wherever that may have come about.
   */
  recovered = (): void => {
    const { registry, replicas, world } = this.#engine;
    if (!this.#started || !this.#whole.isSettled) return;
    const trees = [...replicas.values()].flatMap(treesOf);
    if (!trees.some(({ adapter }) => adapter.leftAside === true)) registry.setSetting(BOOT, world.boot ?? null);
  };

  /** These were in their places when an interruption came. After a loss of power that says nothing of what is there. */
  wasPlaced(replica: Replica, source: { readonly row: number }, placed: readonly PlacedItem[]): void {
    if (this.#isDoubtful) return;
    replica.collection.transact(() => notePlaced(this.#port, replica.collection, source, placed));
  }

  /** Bytes found aside after an interruption: are they only what the power left of something? null: that cannot be told now. Same order. */
  async areTorn(replica: Replica, moved: readonly MovedOn[]): Promise<readonly (boolean | null)[]> {
    const torn: (boolean | null)[] = [];
    for (const each of moved)
      torn.push(this.#isDoubtful && (await isLeftTorn(this.#port.store, this.#collectionOf(replica), each)));
    return torn;
  }

  #makePort(): KeepPort {
    const engine = this.#engine;
    const { write, database, clock, fs, dataDirectory } = engine.world;
    return {
      clock,
      store: {
        isEmpty: () => keepsNothing(fs, `${dataDirectory}/versions`),
        capture: (source, requests, reserve) =>
          write.capture(source, requests, reserve).catch(whereLetGo(() => requests.map(() => 'moved' as const))),
        inspect: (source, ids) => write.inspect(source, ids).catch(whereLetGo(() => null)),
        sync: (source, ids) => write.sync(source, ids).catch(whereLetGo(() => ids.map(() => false))),
        freeBytes: () => write.freeBytes(),
        readKept: (digest) => write.readKept(digest),
        keep: (contents) => engine.kept.keep(contents),
        drop: (digests) => write.drop(digests),
        keptListing: (part) => write.keptListing(part),
        hasKept: (digests) => write.hasKept(digests),
      },
      kept: engine.contentStore,
      unsynced: this.#unsynced,
      collections: () => [...engine.replicas.values()].map((replica) => this.#collectionOf(replica)),
      limits: () => ({
        days: engine.config.number('history.days'),
        bytes: engine.config.number('history.bytes'),
        copyLimit: engine.config.number('history.copy-limit'),
        reserve: engine.config.number('disk.reserve'),
      }),
      whoHolds: (content) => [...engine.contents.here.holders(content)],
      readItem: async (source, id, revision) => {
        const synchronizer = [...engine.replicas.values()].flatMap(
          (replica) => replica.synchronizers.get(source) ?? [],
        )[0];
        const request = { id, revision, offset: 0, length: Number.MAX_SAFE_INTEGER, digest: null };
        const [bytes] = (await synchronizer?.adapter.readContent?.([request])) ?? [];
        return bytes ?? null;
      },
      transact: (work) => database.transaction(work).immediate(),
      contentsBack: (id) => engine.network.contents.areHere(id),
      wake: () => this.wake(),
    };
  }

  #collectionOf(replica: Replica): KeepCollection {
    let known = this.#collections.get(replica);
    if (known === undefined) {
      const { network, contents } = this.#engine;
      known = {
        collection: replica.collection,
        sources: () => treesOf(replica).map((each) => this.#sourceOf(each)),
        others: () =>
          replica.membership.others().map(({ device, memberKey }) => ({
            device,
            member: memberKey,
            applied: replica.memberPositions.hadContents(device),
          })),
        isBeingApplied: () => replica.memberPositions.isBeingApplied(),
        linked: () =>
          replica.membership
            .others()
            .flatMap(({ device }) => (network.session(device)?.isOpen(replica.id) === true ? [device] : [])),
        read: (record, content) => contents.read(record, content, (asked) => network.ask(replica.id, asked)),
      };
      this.#collections.set(replica, known);
    }
    return known;
  }

  #sourceOf(synchronizer: Synchronizer): KeepSource {
    let known = this.#sources.get(synchronizer);
    if (known === undefined) {
      const { source, construction } = synchronizer;
      const schedule = () => this.#engine.schedules.get(source.row);
      known = {
        row: source.row,
        id: source.id,
        get isAway() {
          return synchronizer.state === 'unavailable';
        },
        isReady: () =>
          synchronizer.adapter.condition().then(
            ({ is }) => is === 'ready',
            whereLetGo(() => false),
          ),
        pending: () => construction.rows(),
        enqueued: () => construction.enqueued,
        leavesOut: (id) => synchronizer.adapter.outside(id, false),
        construct: (row) => {
          construction.enqueue(row);
          schedule()?.constructSoon();
        },
        look: (groups) => {
          // The next look may be at everything that changed since one which passed them over.
          synchronizer.adapter.tellAgain?.([...groups]);
          for (const group of groups) schedule()?.dirty(group);
        },
      };
      this.#sources.set(synchronizer, known);
    }
    return known;
  }
}

/** Is something given to a peer, since the last call, or something looked at or constructed? */
const isBusyWith = (engine: KeeperEngine): (() => boolean) => {
  let given = 0;
  return () => {
    const gives = given !== engine.giver.given;
    given = engine.giver.given;
    return gives || engine.isWorking;
  };
};

/** What a source answers that was let go of after it was asked. */
const whereLetGo =
  <T>(answer: () => T) =>
  (error: unknown): T => {
    if (error instanceof LockstepError && error.code === 'no-source') return answer();
    throw error;
  };

/** Sources whose items are files: of texts everything is in the records. */
const treesOf = (replica: Replica): readonly Synchronizer[] =>
  [...replica.synchronizers.values()].filter(({ adapter }) => adapter.kind === 'files');
