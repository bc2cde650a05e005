import type { AddedView, AddOptions } from '../contract/contract.ts';
import { Config } from './config.ts';
import { Contents, type KeptContents } from './content-exchange/contents.ts';
import { ContentsHere } from './content-exchange/contents-here.ts';
import { ContentGiver } from './content-exchange/give-content.ts';
import { EngineEvents } from './engine-events.ts';
import type { EngineWorld } from './engine-world.ts';
import { HistoryKeeper } from './keep/history-keeper.ts';
import { placesIn, recoverPlaces } from './locations/recover-places.ts';
import { findServerPlace, isAddress } from './locations/server-place.ts';
import {
  type AskedPlace,
  checkApart,
  findPlace,
  isFolder,
  nameOfPlace,
  type SourcePlace,
} from './locations/source-place.ts';
import { JoinsUnderWay } from './network/joins-under-way.ts';
import { LeftCollections } from './network/left-collections.ts';
import { ManageMembers } from './network/manage-members.ts';
import { PeerNetwork } from './network/peer-network.ts';
import { RelaySetting } from './network/relay-setting.ts';
import { openReplica } from './open-replica.ts';
import { OpenSources } from './open-sources.ts';
import { GroupMembership } from './peers/membership/group-membership.ts';
import { createCollection } from './peers/membership/membership-log.ts';
import { checkedName, displayName } from './peers/protocol/display-name.ts';
import { isWithin, parseTimeWindows } from './peers/session/time-windows.ts';
import { hexOf } from './record/encode-value.ts';
import type { RecordKind } from './record/field-rules.ts';
import { type CollectionId, type DeviceId, type LogId, type SourceId, sourceId } from './record/ids.ts';
import type { Replica } from './replica.ts';
import type { Schedule } from './schedule.ts';
import { checkMayMark } from './sources/files/source-marker.ts';
import { ContentStore } from './store/content-store.ts';
import {
  RegistryStore,
  type SourceSettings,
  type StoredCollection,
  type StoredSource,
} from './store/registry-store.ts';

const NO_SETTINGS: SourceSettings = { only: [], ignore: [], readOnly: false };

/** One device: its collections, their sources, and the peers it shares them with. */
export class Engine {
  readonly world: EngineWorld;
  readonly events: EngineEvents;
  readonly registry: RegistryStore;
  readonly config: Config;
  readonly contents: Contents;
  readonly giver: ContentGiver;
  readonly contentStore: ContentStore;
  readonly kept: KeptContents;
  readonly replicas = new Map<CollectionId, Replica>();
  /** What this device asked to join, and was not let into so far. */
  readonly joins: JoinsUnderWay;
  readonly left: LeftCollections;
  readonly sources: OpenSources;
  readonly network: PeerNetwork;
  readonly members: ManageMembers;
  readonly relaySetting: RelaySetting;
  readonly keeper: HistoryKeeper;
  #isStopping = false;

  constructor(world: EngineWorld) {
    this.world = world;
    this.events = new EngineEvents(world.clock);
    this.registry = new RegistryStore(world.database);
    this.config = new Config(this.registry, world.keys, (key) => {
      if (key === 'name') this.members.renamed();
      // What did not fit may fit now.
      if (key === 'disk.reserve') for (const schedule of this.schedules.values()) schedule.dirty(null);
      this.changed();
    });
    this.contentStore = new ContentStore(world.database);
    this.kept = {
      read: (digest) => world.write.readKept(digest),
      keep: async (contents) => {
        await world.write.keep(contents);
        const now = world.clock.now();
        for (const { digest, bytes } of contents) this.contentStore.noteKept(digest, bytes.length, now);
      },
      drop: (digests) => world.write.drop(digests),
    };
    const here = new ContentsHere(this.contentStore);
    this.contents = new Contents(here, this.contentStore, this.kept, (source) => this.sources.room(source));
    this.giver = new ContentGiver(here, this.contentStore, this.kept);
    this.sources = new OpenSources(this);
    this.joins = new JoinsUnderWay(this.registry);
    this.left = new LeftCollections(this);
    this.network = new PeerNetwork(this);
    this.members = new ManageMembers(this);
    this.relaySetting = new RelaySetting(this);
    this.keeper = new HistoryKeeper(this);
  }

  /** When each source is looked at and brought to what the records say, by its row. */
  get schedules(): ReadonlyMap<number, Schedule> {
    return this.sources.schedules;
  }
  get deviceId(): DeviceId {
    return this.world.identity.id;
  }
  get name(): string {
    return this.config.text('name') || this.world.defaultName;
  }

  /** Is a source looked at or written to, or about to be? */
  get isWorking(): boolean {
    return [...this.schedules.values()].some((schedule) => schedule.isWorking);
  }

  limit(direction: 'up' | 'down'): number {
    return this.config.number(`limits.${direction}`);
  }
  mayExchange(): boolean {
    return isWithin(parseTimeWindows(this.config.text('schedule')), new Date(this.world.clock.now()));
  }

  /** Opens every collection and source and begins to look and link. `relay`: for this run; null: as configured. */
  async start(listen: { host: string; port: number; orNext: boolean }, relay: string | null = null): Promise<string> {
    this.relaySetting.begin(relay);
    this.#recoverPlaces();
    for (const stored of this.registry.collections()) this.#openReplica(stored);
    this.#takeUpJoins();
    const noted = this.#notedSources();
    for (const replica of this.replicas.values())
      for (const source of this.registry.sources(replica.collection.stored.row))
        if (await this.sources.reopen(replica, source, noted.has(source.id))) this.savePlaces();
    for (const replica of this.replicas.values()) {
      replica.resume();
      // What a program that ended in between had still to say.
      replica.membershipChanged();
    }
    this.left.recover();
    this.members.renamed();
    this.keeper.start();
    const address = await this.network.start(listen);
    for (const schedule of this.schedules.values()) schedule.dirty(null);
    return address;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.network.stop();
    await this.sources.stop();
    await this.keeper.stop();
    for (const replica of this.replicas.values())
      for (const synchronizer of replica.synchronizers.values()) await synchronizer.stop();
    for (const replica of this.replicas.values()) replica.memberPositions.save();
  }

  /** Something is other than it was: history may have more to keep, and whoever shows this device is told. */
  changed = (): void => {
    this.keeper.wake();
    this.events.changed();
  };

  /** A new collection with this folder as its first source; returns once what is in it is in the log. */
  async add(options: AddOptions): Promise<Omit<AddedView, 'problems'>> {
    const { location, create = false, kind = null, format = null } = options;
    const named = options.name === undefined ? null : checkedName(options.name);
    const place = await this.place(location, { kind, format, create });
    const { identity, clock, random } = this.world;
    const name = named ?? (displayName(nameOfPlace(place)) || place.path);
    const made = createCollection(identity, {
      kind: place.format.kind,
      name,
      deviceName: this.name,
      nonce: random.bytes(32),
      time: clock.now(),
    });
    this.world.membershipFile(made.group).save(made.ops.map((op) => op.bytes));
    const replica = this.openCollection(made.group, name, place.format.kind);
    const source = await this.addSource(replica, place).catch(async (error) => {
      if (!this.#isStopping) await this.leave(replica);
      throw error;
    });
    await this.schedules.get(source.row)?.lookNow();
    return {
      collection: made.group,
      source: source.id,
      kind: place.format.kind,
      format: place.format.name,
      records: replica.collection.records.live,
    };
  }

  /**
   * The collection as this device knows it from now on, made where it is new. Its membership is stored already. Peers hear of it with its first
   * source: what they send before would count as applied here.
   */
  openCollection(id: CollectionId, name: string, kind: RecordKind): Replica {
    const known = this.replicas.get(id);
    if (known !== undefined) return known;
    this.left.takeBack(id);
    return this.#openReplica(this.registry.addCollection(id, name, kind, this.#newLog()));
  }

  /** Another place on this device for a collection. Fails with `overlaps-source` where another call has taken it meanwhile. */
  async addSource(replica: Replica, { path, format }: SourcePlace): Promise<StoredSource> {
    checkApart(path, this.#taken());
    const id = sourceId(hexOf(this.world.random.bytes(8)));
    const source = this.registry.addSource(id, replica.collection.stored.row, path, format.name, NO_SETTINGS);
    try {
      await this.sources.open(replica, source, true);
    } catch (error) {
      // What was not done for want of time is done at the next start.
      if (!this.#isStopping) this.registry.removeSource(source.row);
      throw error;
    }
    // Not before: where the program ends while this device has joined and its place is not there, the next start tells of it.
    this.joins.drop(replica.id);
    this.savePlaces();
    this.network.collectionsChanged();
    this.network.standingChanged(replica.id);
    this.relaySetting.offer(replica);
    this.schedules.get(source.row)?.dirty(null);
    this.changed();
    return source;
  }

  /**
   * Where a source is to be, on this computer or a server, in whatever format is there or asked for. With `create` it is made where there
   * is nothing. Fails with `no-such-path`, `overlaps-source`, `unknown-format`, `wrong-format`, `other-marker`, and as `findServerPlace`.
   */
  async place(location: string, asked: AskedPlace): Promise<SourcePlace> {
    const taken = this.#taken();
    if (isAddress(location)) return findServerPlace(location, asked, this.world.secrets, taken);
    const place = findPlace(this.world, location, asked, taken, this.world.dataDirectory);
    if (isFolder(place.format)) checkMayMark(this.world.fs, place.path, this.deviceId);
    return place;
  }

  /** Where this device keeps something in step, or is about to. */
  #taken(): readonly string[] {
    return this.registry.collections().flatMap(({ row }) => this.registry.sources(row).map(({ location }) => location));
  }

  async removeSource(replica: Replica, row: number): Promise<void> {
    const { collection } = replica;
    await this.sources.remove(replica, row, () => {
      collection.transact(() => {
        this.keeper.forgetSource(row);
        collection.records.dropSnapshots(row);
        this.contentStore.forgetSource(row);
        collection.problems.dropAll(row);
        collection.sent.dropAll(row);
        this.registry.removeSource(row);
      });
      collection.sourcesChanged();
      this.savePlaces();
    });
    this.network.standingChanged(replica.id);
    this.changed();
  }

  /**
   * Forgets a collection here; what is in its folders stays. Its other members are told, now or when one of them is met. Fails with
   * `last-admin` where nobody could admit or remove anyone after that.
   */
  async leave(replica: Replica): Promise<void> {
    const { membership } = replica;
    const isMember = membership.isMember();
    // One that left is here again where its data was put back, or the program ended in between.
    const isToBeTold = (isMember || membership.hasLeft()) && membership.others().length > 0;
    if (isMember && isToBeTold) this.members.checkMayLeave(replica);
    for (const row of [...replica.synchronizers.keys()]) await this.removeSource(replica, row);
    this.replicas.delete(replica.id);
    const cut = replica.heldOf(this.deviceId);
    replica.collection.end();
    const now = this.world.clock.now();
    // Said before it is forgotten: else nobody would ever be told, should the program end in between.
    if (isMember && isToBeTold) membership.remove(this.deviceId, cut, now);
    this.world.database.transaction(() => {
      this.registry.removeCollection(replica.collection.stored.row);
      if (isToBeTold) this.left.hold(membership, now);
    })();
    this.relaySetting.forget(replica.id);
    if (!isToBeTold) this.world.removeMembership(replica.id);
    this.savePlaces();
    this.network.collectionReplaced(replica.id);
    this.changed();
  }

  /** Other selection or ignore rules for a source: what is outside now is let go of, what is inside again is compared as at a join. */
  async changeRules(replica: Replica, row: number, settings: SourceSettings): Promise<void> {
    const synchronizer = replica.synchronizers.get(row);
    if (synchronizer === undefined) return;
    // What is left out from now on is nobody's to make again, should the power tear it: once let in, that would pass for an edit.
    // Most of it before the source is held up: that takes as long as the disk does for all that was written in the last minute.
    await this.keeper.sync(replica, synchronizer);
    await synchronizer.changeRules(settings, () => this.keeper.makeSure(replica, synchronizer));
    this.keeper.rulesChanged(row);
    this.savePlaces();
    for (const { row } of replica.collection.records.all()) synchronizer.construction.enqueue(row);
    await this.schedules.get(row)?.lookNow();
  }

  /** Writes down what a lost database could not tell again. */
  savePlaces(): void {
    this.world.places.save(placesIn(this.registry, this.network.rememberedAddresses()));
  }

  /** Who was let in just as the program ended belongs, and is waited for: it has the collection, and a person is told that it lacks a place. */
  #takeUpJoins(): void {
    const { identity, random } = this.world;
    for (const { collection: id } of this.joins.all()) {
      if (this.replicas.has(id)) continue;
      const membership = new GroupMembership(identity, id, this.world.membershipFile(id), random);
      if (membership.current === null || !membership.isMember()) continue;
      this.openCollection(id, membership.current.name, membership.current.kind);
      this.joins.lacksPlace(id);
    }
  }

  #recoverPlaces(): void {
    const places = this.world.places.load();
    if (places === null || this.registry.collections().length > 0) return;
    const isMember = (id: CollectionId): boolean => this.world.membershipFile(id).load().length > 0;
    recoverPlaces(this.registry, places, isMember, () => this.#newLog());
  }

  #newLog(): LogId {
    return hexOf(this.world.random.bytes(8)) as LogId;
  }

  #openReplica(stored: StoredCollection): Replica {
    const replica = openReplica(this, stored);
    this.replicas.set(stored.id, replica);
    return replica;
  }

  /** Sources that were added to the end. */
  #notedSources(): ReadonlySet<SourceId> {
    const places = this.world.places.load()?.collections ?? [];
    return new Set(places.flatMap(({ sources }) => sources.map(({ id }) => id)));
  }
}
