import type { EngineWorld } from '../engine-world.ts';
import { GroupMembership } from '../peers/membership/group-membership.ts';
import { LeftCollection } from '../peers/membership/left-collection.ts';
import type { CollectionId } from '../record/ids.ts';
import type { RegistryStore } from '../store/registry-store.ts';

/** Setting that names the collections left here, of which nobody knows yet; and how long somebody is looked for (milliseconds). */
const LEFT = 'left';
const LEFT_MS = 90 * 24 * 3_600_000;

/** What collections that were left need of the device. */
export interface LeavingHost {
  readonly world: Pick<EngineWorld, 'clock' | 'identity' | 'random' | 'membershipFile' | 'removeMembership'>;
  readonly registry: Pick<RegistryStore, 'setting' | 'setSetting'>;
  /** Collections that are here. */
  readonly replicas: Pick<ReadonlyMap<CollectionId, unknown>, 'has'>;
  readonly network: { collectionReplaced(id: CollectionId): void };
}

/** The collections this device left and of which nobody knows yet, over its restarts. */
export class LeftCollections {
  readonly #host: LeavingHost;
  readonly #left = new Map<CollectionId, LeftCollection>();

  constructor(host: LeavingHost) {
    this.#host = host;
  }

  values(): Iterable<LeftCollection> {
    return this.#left.values();
  }

  /** This device has just left it: whoever is met is told, until one knows. */
  hold(membership: GroupMembership, since: number): void {
    const left = new LeftCollection(membership, since, () => this.#forget(membership.group));
    this.#left.set(membership.group, left);
    this.#save();
  }

  /** It is back before anybody heard that it had left: to those that are just being told it is another collection from now on. */
  takeBack(id: CollectionId): void {
    if (!this.#left.delete(id)) return;
    this.#save();
    this.#host.network.collectionReplaced(id);
  }

  /** Goes on where the program ended. */
  recover(): void {
    const { registry, replicas, world } = this.#host;
    const stored = JSON.parse(registry.setting(LEFT) ?? '[]') as readonly { id: CollectionId; since: number }[];
    for (const { id, since } of stored) {
      if (replicas.has(id)) continue;
      if (world.clock.now() - since > LEFT_MS) world.removeMembership(id);
      else this.hold(new GroupMembership(world.identity, id, world.membershipFile(id), world.random), since);
    }
    this.#save();
  }

  /** Somebody knows, or nobody will: the collection is gone here. */
  #forget(id: CollectionId): void {
    const { network, replicas, world } = this.#host;
    if (!this.#left.delete(id)) return;
    this.#save();
    if (!replicas.has(id)) world.removeMembership(id);
    network.collectionReplaced(id);
  }

  #save(): void {
    const left = [...this.#left.values()].map(({ id, since }) => ({ id, since }));
    this.#host.registry.setSetting(LEFT, left.length === 0 ? null : JSON.stringify(left));
  }
}
