import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { NetworkHost } from './network-host.ts';

/** Announces whoever was let in, by whichever admin, to everyone: nobody comes in unseen. */
export class TellNewMembers {
  readonly #host: Pick<NetworkHost, 'deviceId' | 'events'>;
  readonly #known = new Map<CollectionId, ReadonlySet<DeviceId>>();

  constructor(host: Pick<NetworkHost, 'deviceId' | 'events'>) {
    this.#host = host;
  }

  /** Of a collection that was not seen before nobody is new. */
  look(replica: Replica): void {
    const known = this.#known.get(replica.id);
    const others = replica.membership.others();
    this.#known.set(replica.id, new Set(others.map(({ device }) => device)));
    const { name: collection } = replica.collection.stored;
    for (const { device, name, addedBy } of known === undefined ? [] : others) {
      if (known?.has(device) === true || addedBy === this.#host.deviceId) continue;
      const by = replica.membership.member(addedBy)?.name ?? 'a device that was removed since';
      this.#host.events.tell('notice', {
        about: 'joined',
        title: `${name} shares ${collection} now`,
        text: `It was let in by ${by}. If you do not know it, remove it on the Devices page.`,
      });
    }
  }
}
