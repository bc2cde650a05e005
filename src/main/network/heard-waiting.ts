import { displayName } from '../peers/protocol/display-name.ts';
import type { Clock } from '../platform/clock.ts';
import { compareTexts } from '../record/compare-texts.ts';

/** A device that says aloud in this network that its person waits for another one. Nobody vouches for the name. */
export interface WaitingDevice {
  /** 8 bytes in hex, another one each time it waits. */
  readonly id: string;
  readonly name: string;
  /** host:port, where it was heard. */
  readonly addresses: readonly string[];
}

/** A little longer than a device waits at most. */
const KEPT_MS = 130_000;
const DEVICES_LIMIT = 32;
const ADDRESSES_LIMIT = 8;

/** Devices nearby that wait for another one, as far as they were heard. */
export class HeardWaiting {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #devices = new Map<string, { name: string; at: number; readonly addresses: Set<string> }>();

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** What was heard from an address; null: nobody waits there (any more). */
  heard(waiting: { readonly id: string; readonly name: string } | null, address: string): void {
    let changed = this.#forget();
    for (const [id, { addresses }] of [...this.#devices])
      if (id !== waiting?.id && addresses.delete(address)) {
        if (addresses.size === 0) this.#devices.delete(id);
        changed = true;
      }
    if (waiting !== null && this.#put(waiting, address)) changed = true;
    if (changed) this.#onChange();
  }

  /** By name. */
  all(): readonly WaitingDevice[] {
    this.#forget();
    return [...this.#devices]
      .map(([id, { name, addresses }]) => ({ id, name, addresses: [...addresses] }))
      .sort((a, b) => compareTexts(a.name, b.name));
  }

  #put(waiting: { readonly id: string; readonly name: string }, address: string): boolean {
    const name = displayName(waiting.name);
    const at = this.#clock.now();
    const known = this.#devices.get(waiting.id);
    if (known !== undefined) {
      known.at = at;
      if (known.addresses.size >= ADDRESSES_LIMIT || known.addresses.has(address)) return false;
      known.addresses.add(address);
      return true;
    }
    if (name === '' || this.#devices.size >= DEVICES_LIMIT) return false;
    this.#devices.set(waiting.id, { name, at, addresses: new Set([address]) });
    return true;
  }

  #forget(): boolean {
    const before = this.#devices.size;
    for (const [id, { at }] of [...this.#devices]) if (this.#clock.now() - at > KEPT_MS) this.#devices.delete(id);
    return this.#devices.size < before;
  }
}
