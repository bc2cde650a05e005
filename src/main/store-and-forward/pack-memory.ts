import { PACK_LIMIT } from '../peers/sealed/relay-item.ts';

/** Packs that are made and put up at a time. With one a relay that answers nothing would hold up the collections of all others. */
const AT_ONCE = 2;

/**
 * Memory in which packs are made, for all collections of a device: so much is under way however many have something to put up. It is used again,
 * as what a pack takes would otherwise lie about until a collection.
 */
export class PackMemory {
  #inUse = 0;
  readonly #waiting: (() => void)[] = [];
  /** Weak: what lies unused is let go by a collection. */
  #free = new WeakRef<Uint8Array[]>([]);

  /** Does the work with memory for one pack at a time, with anything in it, once there is some. Fails as the work does. */
  async use<T>(work: (memory: Uint8Array) => Promise<T>): Promise<T> {
    if (this.#inUse < AT_ONCE) this.#inUse++;
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    const memory = this.#free.deref()?.pop() ?? new Uint8Array(PACK_LIMIT);
    try {
      return await work(memory);
    } finally {
      this.#giveBack(memory);
      const next = this.#waiting.shift();
      if (next === undefined) this.#inUse--;
      else next();
    }
  }

  #giveBack(memory: Uint8Array): void {
    const list = this.#free.deref();
    if (list === undefined) this.#free = new WeakRef([memory]);
    else list.push(memory);
  }
}
