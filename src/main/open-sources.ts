import type { Config } from './config.ts';
import type { Contents } from './content-exchange/contents.ts';
import type { EngineEvents } from './engine-events.ts';
import type { EngineWorld } from './engine-world.ts';
import type { HistoryKeeper } from './keep/history-keeper.ts';
import { openAdapter } from './locations/open-source.ts';
import type { PeerNetwork } from './network/peer-network.ts';
import { ToldTroubles } from './one-source/told-troubles.ts';
import { BATCH_SIZES } from './platform/batch-sizes.ts';
import type { CollectionId, DeviceId, Digest, Dot } from './record/ids.ts';
import type { Replica } from './replica.ts';
import { Schedule } from './schedule.ts';
import { mayCome } from './sharing/may-come.ts';
import type { MovedOn } from './sources/files/aside.ts';
import { formatNamed } from './sources/formats.ts';
import type { SourceAdapter } from './sources/source-adapter.ts';
import type { ContentStore } from './store/content-store.ts';
import type { RegistryStore, StoredSource } from './store/registry-store.ts';
import { Synchronizer } from './synchronizer.ts';

/** What the sources of a device need of the engine around them. */
export interface SourcesEngine {
  readonly world: EngineWorld;
  readonly deviceId: DeviceId;
  readonly config: Config;
  readonly registry: RegistryStore;
  readonly events: EngineEvents;
  readonly contents: Contents;
  readonly contentStore: ContentStore;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  readonly network: PeerNetwork;
  readonly keeper: HistoryKeeper;
  changed(): void;
}

/** The sources of this device that are open: adapter, synchronizer, schedule and watch of each. */
export class OpenSources {
  /** By the row of the source. */
  readonly schedules = new Map<number, Schedule>();
  readonly #engine: SourcesEngine;
  readonly #stopWatching = new Map<number, () => Promise<void>>();

  constructor(engine: SourcesEngine) {
    this.#engine = engine;
  }

  /** Opens a source and begins to watch it. `isNew`: its place is marked as its own. Fails as `openAdapter`. */
  async open(replica: Replica, stored: StoredSource, isNew: boolean): Promise<void> {
    const engine = this.#engine;
    const source = this.#shownAnew(replica, stored);
    const recovered: number[] = [];
    const adapter = await openAdapter(engine, replica, source, isNew, {
      movedOn: (moved) => {
        const rows = this.#takeMovedOn(replica, moved);
        engine.keeper.writing(source.row, rows);
        if (!replica.synchronizers.has(source.row)) recovered.push(...rows);
      },
      areTorn: (moved) => engine.keeper.areTorn(replica, moved),
      placed: (placed) => engine.keeper.wasPlaced(replica, source, placed),
      recovered: engine.keeper.recovered,
    });
    const synchronizer = this.#synchronizer(replica, source, adapter);
    replica.synchronizers.set(source.row, synchronizer);
    // What was written before the source was there to be brought to it.
    for (const row of recovered) synchronizer.construction.enqueue(row);
    replica.collection.sourcesChanged();
    engine.contents.here.register(source.row, replica.collection, adapter);
    const schedule = new Schedule(
      engine.world.clock,
      synchronizer,
      () => engine.config.number('scan.interval') * 1000,
      new ToldTroubles((error) => engine.world.failed(error, source.location)),
    );
    this.schedules.set(source.row, schedule);
    await this.#watch(source, adapter, schedule);
  }

  /**
   * Where its format shows another part of a record by now than when its snapshots were taken, they say nothing of what it holds: that it lacks what
   * it could not show is no deletion. It is compared with the collection as at a join.
   */
  #shownAnew(replica: Replica, source: StoredSource): StoredSource {
    const { registry } = this.#engine;
    const shows = formatNamed(source.format)?.shows ?? 1;
    if (registry.shows(source.id) === shows) return source;
    const { collection } = replica;
    return collection.transact(() => {
      const isCompared = collection.records.hasSnapshots(source.row);
      const anew = isCompared ? { ...source, adopting: true } : source;
      // One that was still to be compared at its join waits until the collection is here, as before.
      if (isCompared && !source.adopting) registry.setComparesAgain(source.id, true);
      collection.records.dropSnapshots(source.row);
      collection.sent.dropAll(source.row);
      registry.updateSource(anew);
      registry.setShows(source.id, shows);
      return anew;
    });
  }

  #synchronizer(replica: Replica, source: StoredSource, adapter: SourceAdapter): Synchronizer {
    const engine = this.#engine;
    // Only of files a power loss may leave parts: a text is on the disk before it takes its place.
    const isTree = adapter.kind === 'files';
    const synchronizer: Synchronizer = new Synchronizer(
      {
        collection: replica.collection,
        source,
        adapter,
        contents: engine.contents,
        contentStore: engine.contentStore,
        clock: engine.world.clock,
      },
      {
        batches: engine.world.batches ?? BATCH_SIZES,
        ask: (asked) => engine.network.ask(replica.id, asked),
        peersEpoch: () => engine.network.contents.epoch,
        mayCome: (dots) => this.#mayCome(replica, dots),
        written: (packages) => replica.written(packages, source.row),
        done: (tickets) => replica.done(tickets),
        writing: (rows) => isTree && engine.keeper.writing(source.row, rows),
        heldBack: (id, revision) => isTree && engine.keeper.holdsBack(source.row, id, revision),
        leavesOut: (isThere) => engine.keeper.leavesOut(replica, synchronizer, isThere),
        isOnlyInFiles: (entries) => isTree && engine.keeper.isOnlyInFiles(replica, entries),
        caughtUp: () => replica.memberPositions.caughtUp(),
        mayCompare: () => engine.registry.comparesAgain(source.id) || replica.memberPositions.caughtUp(),
        mayWrite: () => replica.mayWrite(),
        belongs: () => replica.membership.isMember(),
        limits: () => engine.config.safety,
        changed: () => engine.changed(),
        ended: () => replica.tellProblems(),
        contentsBack: () => engine.network.contents.areHere(replica.id),
        lookLater: (groups, after) => this.schedules.get(source.row)?.lookLater(groups, after),
        sourceUpdated: (updated) => {
          engine.registry.updateSource(updated);
          replica.collection.sourcesChanged();
          if (!updated.adopting) engine.registry.setComparesAgain(updated.id, false);
          engine.network.standingChanged(replica.id);
        },
      },
    );
    return synchronizer;
  }

  #mayCome(replica: Replica, dots: readonly Dot[]): boolean {
    const { network } = this.#engine;
    const relay = network.exchanges.of(replica.id)?.state.is ?? 'off';
    // What lies there is known only once all of it was read.
    if (relay !== 'off' && relay !== 'level') return true;
    return mayCome(replica, dots, (device) => {
      const session = network.session(device);
      return session?.isOpen(replica.id) === true && !session.isSilent;
    });
  }

  async #watch(source: StoredSource, adapter: SourceAdapter, schedule: Schedule): Promise<void> {
    if (!adapter.can.watch || adapter.watch === undefined) return;
    const { world, events } = this.#engine;
    const tell = (detail: string): void => {
      world.log(`${source.location}: ${detail}`);
      events.notice(`watch-${source.id}`, { about: 'problem', title: 'Too few watches', text: detail });
    };
    this.#stopWatching.set(source.row, await adapter.watch((group) => schedule.dirty(group), tell));
  }

  /**
   * Opens a source of an earlier run. `isNoted`: it was added to the end. The program may have ended before that: then what is to mark its
   * place is not there yet, and nothing was taken in. true: that was made up for.
   */
  async reopen(replica: Replica, source: StoredSource, isNoted: boolean): Promise<boolean> {
    if (!isNoted && !replica.collection.records.hasSnapshots(source.row))
      try {
        await this.open(replica, source, true);
        return true;
      } catch {
        // A look tells what is the matter with its place.
      }
    await this.open(replica, source, false);
    return false;
  }

  /**
   * Lets go of a source: what was written to it is on the disk, and nothing in its place marks it any more. `forget`: what is stored of it goes; before the
   * mark, for where the program ends in between a source without one would pass for one whose disk is away.
   */
  async remove(replica: Replica, row: number, forget: () => void): Promise<void> {
    this.schedules.get(row)?.stop();
    this.schedules.delete(row);
    await this.#stopWatching.get(row)?.();
    this.#stopWatching.delete(row);
    const synchronizer = replica.synchronizers.get(row);
    await synchronizer?.stop(async () => {
      // With the source goes the journal that says what of it may be torn: whoever takes this place again would take that for edits.
      await this.#engine.keeper.makeSure(replica, synchronizer);
      forget();
      await synchronizer.adapter.release?.();
    });
    replica.synchronizers.delete(row);
    synchronizer?.construction.release();
    this.#engine.contents.here.forget(row);
  }

  /** Nothing is begun any more; what is under way goes on. */
  async stop(): Promise<void> {
    for (const schedule of this.schedules.values()) schedule.stop();
    for (const stop of this.#stopWatching.values()) await stop();
  }

  /** Bytes that may be fetched to the disk of a source; null: the system does not say. */
  async room(row: number): Promise<number | null> {
    const { world, config, replicas } = this.#engine;
    const location = [...replicas.values()].flatMap((replica) => replica.synchronizers.get(row) ?? [])[0]?.source
      .location;
    const space = location === undefined ? null : await world.diskSpace(location);
    return space === null ? null : Math.max(0, space.free - config.reserve(space.size));
  }

  /** Somebody still wrote to a file while it was replaced: those bytes are a change of that item, beside what replaced it. */
  #takeMovedOn(replica: Replica, moved: readonly MovedOn[]): readonly number[] {
    const { contentStore, world } = this.#engine;
    for (const { digest, size } of moved) contentStore.noteKept(digest, size, world.clock.now());
    const rows = replica.takeMovedOn(moved);
    this.#recount(moved.flatMap(({ instead }) => instead ?? [])).catch((error: Error) => world.failed(error, ''));
    return rows;
  }

  /** These were thought to be kept, and other bytes turned out to be there. */
  async #recount(contents: readonly Digest[]): Promise<void> {
    const { contentStore, world } = this.#engine;
    const held = await world.write.hasKept(contents);
    contentStore.forgetKept(contents.filter((_, at) => held[at] === false));
  }
}
