import type { DeviceId } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import { toHex } from '../protocol/hex.ts';
import type { LiveLink } from './live-link.ts';

/** Addresses remembered of one device; the one that helped least lately goes first. */
const MAX_ADDRESSES = 16;
/** Devices that are no members yet of which addresses are remembered. */
const MAX_STRANGERS = 64;

/** A device that may link. */
export interface KnownDevice {
  /** Links are wanted to it; false: it is let in to hear that it belongs to nothing any more, or to tell that this device does. */
  isWanted: boolean;
  readonly descriptor: Descriptor;
  /** host:port, the best first. */
  addresses: readonly string[];
  live: LiveLink | null;
  dialling: AbortController | null;
  /** Dials in a row that came to nothing; after a link was lost, begun at `shortLived`. */
  failures: number;
  /** Links in a row that were not worth dialling for. */
  shortLived: number;
  /** The next dial waits for its time. */
  planned: boolean;
  cancelPlan: () => void;
}

/** The devices links are wanted to, and those that are let in though they are not, by id and by TLS key. */
export class KnownDevices {
  readonly #byId = new Map<DeviceId, KnownDevice>();
  readonly #byTlsKey = new Map<string, Descriptor>();

  /** Addresses of devices that may become known. */
  readonly #hints = new Map<DeviceId, readonly string[]>();
  readonly #self: DeviceId;

  constructor(self: DeviceId) {
    this.#self = self;
  }

  /**
   * These and no others, the device itself left out: links are wanted to the first, the second are let in. Gives those that are wanted
   * no longer, or let in no longer. What is known of the others stays.
   */
  replace(members: Iterable<Descriptor>, former: Iterable<Descriptor>): readonly KnownDevice[] {
    const known = new Map<DeviceId, { readonly descriptor: Descriptor; readonly isWanted: boolean }>();
    for (const descriptor of former) known.set(descriptor.id, { descriptor, isWanted: false });
    for (const descriptor of members) known.set(descriptor.id, { descriptor, isWanted: true });
    known.delete(this.#self);
    const gone: KnownDevice[] = [];
    for (const device of this.all()) {
      const { id, tls } = device.descriptor;
      const now = known.get(id);
      if (now === undefined) {
        this.#byId.delete(id);
        this.#byTlsKey.delete(toHex(tls));
      }
      if (now === undefined || (device.isWanted && !now.isWanted)) gone.push(device);
      device.isWanted = now?.isWanted === true;
    }
    for (const { descriptor, isWanted } of known.values())
      if (!this.#byId.has(descriptor.id)) this.#add(descriptor, isWanted);
    return gone;
  }

  #add(descriptor: Descriptor, isWanted: boolean): void {
    const addresses = this.#hints.get(descriptor.id) ?? [];
    this.#hints.delete(descriptor.id);
    const idle = { live: null, dialling: null, failures: 0, shortLived: 0, planned: false, cancelPlan: () => {} };
    this.#byId.set(descriptor.id, { descriptor, isWanted, addresses, ...idle });
    this.#byTlsKey.set(toHex(descriptor.tls), descriptor);
  }

  all(): readonly KnownDevice[] {
    return [...this.#byId.values()];
  }
  get(id: DeviceId): KnownDevice | null {
    return this.#byId.get(id) ?? null;
  }
  byTlsKey(spki: Uint8Array): Descriptor | null {
    return this.#byTlsKey.get(toHex(spki)) ?? null;
  }

  /** Was it unknown? */
  addAddress(id: DeviceId, address: string): boolean {
    const device = this.get(id);
    const known = device?.addresses ?? this.#hints.get(id) ?? [];
    if (id === this.#self || known.includes(address)) return false;
    const all = [...known.slice(0, MAX_ADDRESSES - 1), address];
    if (device !== null) device.addresses = all;
    else if (this.#hints.has(id) || this.#hints.size < MAX_STRANGERS) this.#hints.set(id, all);
    return true;
  }
  preferAddress(device: KnownDevice, address: string): void {
    device.addresses = [address, ...device.addresses.filter((each) => each !== address)].slice(0, MAX_ADDRESSES);
  }
}
