import type { Descriptor } from '../peers/identity/descriptor.ts';
import type { LeftCollection } from '../peers/membership/left-collection.ts';
import { RemovedCollection } from '../peers/membership/removed-collection.ts';
import type { SharedCollection } from '../peers/session/shared-collection.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';

export interface WhoLinksHost {
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  readonly left: { values(): Iterable<LeftCollection> };
}

/** With whom this device links, and what it shares with them. */
export class WhoLinks {
  readonly #host: WhoLinksHost;
  readonly #removed = new WeakMap<Replica, RemovedCollection>();

  constructor(host: WhoLinksHost) {
    this.#host = host;
  }

  /** Devices to which links are wanted: those that belong to what this one belongs to, or has left. */
  members(): ReadonlyMap<DeviceId, Descriptor> {
    const members = new Map<DeviceId, Descriptor>();
    for (const { membership } of this.#host.replicas.values())
      if (membership.isMember())
        for (const { device, descriptor } of membership.others()) members.set(device, descriptor);
    for (const left of this.#host.left.values())
      for (const { device, descriptor } of left.others()) members.set(device, descriptor);
    return members;
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
