import { Collection } from './collection.ts';
import type { ContentGiver } from './content-exchange/give-content.ts';
import type { EngineEvents } from './engine-events.ts';
import type { EngineWorld } from './engine-world.ts';
import type { HistoryKeeper } from './keep/history-keeper.ts';
import type { PeerNetwork } from './network/peer-network.ts';
import type { RelaySetting } from './network/relay-setting.ts';
import { GroupMembership } from './peers/membership/group-membership.ts';
import { BATCH_SIZES } from './platform/batch-sizes.ts';
import type { LogId } from './record/ids.ts';
import { Replica } from './replica.ts';
import type { Schedule } from './schedule.ts';
import { validateFileChange } from './sources/files/validate-file-change.ts';
import { validateItemChange } from './sources/text/validate-item-change.ts';
import type { RegistryStore, StoredCollection } from './store/registry-store.ts';

/** What peers acknowledged is written down this much later, in milliseconds. */
const SAVE_MS = 3000;

/** What a collection needs of the engine around it. */
export interface ReplicaEngine {
  readonly world: EngineWorld;
  readonly events: EngineEvents;
  readonly registry: RegistryStore;
  readonly giver: ContentGiver;
  /** By the row of the source. */
  readonly schedules: ReadonlyMap<number, Schedule>;
  readonly network: PeerNetwork;
  readonly relaySetting: RelaySetting;
  readonly keeper: HistoryKeeper;
  changed(): void;
}

/** A collection that is stored here, with its membership; its sources are still to be opened. */
export function openReplica(engine: ReplicaEngine, stored: StoredCollection): Replica {
  const { world, registry, network, keeper } = engine;
  const { identity, clock, random } = world;
  const membership = new GroupMembership(identity, stored.id, world.membershipFile(stored.id), random);
  const collection = openCollection(engine, stored, membership);
  const schedules = (): readonly Schedule[] =>
    [...replica.synchronizers.keys()].flatMap((row) => engine.schedules.get(row) ?? []);
  const replica: Replica = new Replica(collection, membership, registry, engine.giver, {
    packages: (id) => network.packagesWritten(id),
    applied: (id) => network.applied(id),
    appliedElsewhere: (id) => network.contents.tryAgain(id),
    askedInVain: (id, missing) => {
      keeper.askedInVain(id, missing);
      network.contents.askedInVain(id);
    },
    membership: (id) => {
      network.membershipChanged(id);
      engine.relaySetting.offer(replica);
    },
    changed: () => engine.changed(),
    now: () => clock.now(),
    compareAgain: (id) => network.compareAgain(id),
    constructSoon: () => {
      for (const schedule of schedules()) schedule.constructSoon();
    },
    scanNow: async () => {
      await Promise.all(schedules().map((schedule) => schedule.lookNow()));
    },
    later: (call, after = SAVE_MS) => void clock.after(after, () => collection.isOver || call()),
    caughtUp: () => {
      for (const schedule of schedules()) schedule.dirty(null);
    },
    forked: (_id, log) => tellFork(engine, log, stored.name, replica.authorName(log)),
  });
  return replica;
}

function openCollection(
  { world, registry }: ReplicaEngine,
  stored: StoredCollection,
  membership: GroupMembership,
): Collection {
  const { clock, random, database, batches = BATCH_SIZES } = world;
  return new Collection({
    database,
    registry,
    stored,
    authority: {
      member: membership.ownKey,
      sign: (bytes) => membership.sign(bytes),
      verify: (member, bytes, signature) => membership.verify(member, bytes, signature),
      refuses: (head) => membership.refuses(head),
      nameOf: (member) => membership.nameOf(member),
      invalid: stored.kind === 'files' ? validateFileChange : validateItemChange,
    },
    clock,
    random,
    packaged: batches.packaged,
  });
}

function tellFork({ events, world }: ReplicaEngine, log: LogId, collection: string, author: string): void {
  const text = `Two computers wrote as one in ${collection}: nothing is lost. If ${author} was restored from a backup all is well; if it was copied to another computer, stop one of the two and let it join as a device of its own.`;
  const isFirst = events.warn(`fork-${log}`, { about: 'problem', title: 'A device was copied or restored', text });
  if (isFirst) world.log(text);
}
