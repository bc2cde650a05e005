import type { Descriptor } from '../peers/identity/descriptor.ts';
import type { LeftCollection } from '../peers/membership/left-collection.ts';
import { RemovedCollection } from '../peers/membership/removed-collection.ts';
import type { SharedCollection } from '../peers/session/shared-collection.ts';
import type { Clock } from '../platform/clock.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';

/** Whoever was taken out is looked for so long to be told of it (milliseconds), as a device that left looks for who hears it. */
const TOLD_WITHIN_MS = 90 * 24 * 3_600_000;

export interface WhoLinksHost {
  readonly world: { readonly clock: Pick<Clock, 'now'> };
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  readonly left: { values(): Iterable<LeftCollection> };
}

/** With whom this device links, and what it shares with them. */
export class WhoLinks {
  readonly #host: WhoLinksHost;
  readonly #removed = new WeakMap<Replica, RemovedCollection>();
  /** Who was told, since the start of the program, that it was taken out of which collection. */
  readonly #told = new Map<CollectionId, Set<DeviceId>>();

  constructor(host: WhoLinksHost) {
    this.#host = host;
  }

  /** Devices that belong to what this one belongs to, or has left. */
  members(): ReadonlyMap<DeviceId, Descriptor> {
    const members = new Map<DeviceId, Descriptor>();
    for (const { membership } of this.#host.replicas.values())
      if (membership.isMember())
        for (const { device, descriptor } of membership.others()) members.set(device, descriptor);
    for (const left of this.#host.left.values())
      for (const { device, descriptor } of left.others()) members.set(device, descriptor);
    return members;
  }

  /** Devices to which links are wanted: those, and whoever was taken out, until it was told so. Perhaps it can reach nobody by itself, and waits. */
  wanted(): ReadonlyMap<DeviceId, Descriptor> {
    const wanted = new Map(this.members());
    for (const { id, membership } of this.#host.replicas.values()) {
      if (!membership.isMember()) continue;
      for (const [device, { descriptor, saidAt }] of membership.former())
        if (this.#isToBeTold(id, device, saidAt)) wanted.set(device, descriptor);
    }
    return wanted;
  }
  #isToBeTold(id: CollectionId, device: DeviceId, saidAt: number | null): boolean {
    const since = this.#host.world.clock.now() - TOLD_WITHIN_MS;
    return saidAt !== null && saidAt >= since && this.#told.get(id)?.has(device) !== true;
  }

  /** A device heard that it does not belong to this collection any more. false: it had heard it before. */
  toldRemoved(id: CollectionId, device: DeviceId): boolean {
    const told = this.#told.get(id) ?? new Set();
    this.#told.set(id, told);
    return told.size < told.add(device).size;
  }

  /** Devices that may link to tell something, or to hear it: former members, and those that belong where this one was removed. */
  former(): readonly Descriptor[] {
    return [...this.#host.replicas.values()].flatMap(({ membership }) => {
      const former = [...membership.former().values()];
      return [...former, ...(membership.isMember() ? [] : membership.others())].map(({ descriptor }) => descriptor);
    });
  }

  /** All collections that are here, or were left, as sessions see them. */
  collections(): readonly SharedCollection[] {
    const here = [...this.#host.replicas.values()].map((replica) =>
      replica.membership.isMember() ? replica : this.#removedOf(replica),
    );
    return [...here, ...this.#host.left.values()];
  }
  #removedOf(replica: Replica): RemovedCollection {
    let removed = this.#removed.get(replica);
    if (removed === undefined) {
      removed = new RemovedCollection(replica.membership, replica);
      this.#removed.set(replica, removed);
    }
    return removed;
  }
}
