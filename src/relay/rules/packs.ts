import { Lock } from '../../main/platform/lock.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import type { BlobStore } from './blob-store.ts';
import { LEASE_MS, type RelayLimits } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { RelayStore, StoredPack } from './relay-store.ts';

/** What lies in the blob store without a row for longer than this was left by a crash. */
const ORPHAN_MS = 60 * 60 * 1000;

interface PacksPort {
  readonly store: RelayStore;
  readonly blobs: BlobStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly limits: Pick<RelayLimits, 'groupPacks'>;
}

/** Packs of contents: of each a row in the store, and its bytes in the blob store. Whoever asks is known to be a member. */
export class Packs {
  readonly #port: PacksPort;
  /** Writing and removing the bytes of one pack take turns, so that its row and its bytes agree. */
  readonly #locks = new Map<string, { readonly lock: Lock; users: number }>();

  constructor(port: PacksPort) {
    this.#port = port;
  }

  /** Keeps a pack, whose id is that of its bytes, for 30 days; again: renews that. Other outcomes than `kept`: it was not. */
  put(group: CollectionId, id: string, bytes: Uint8Array, by: MemberKey): Promise<'kept' | 'quota' | 'no-group'> {
    const { store, blobs, limits, now } = this.#port;
    return this.#on(group, id, async () => {
      const row = { size: bytes.length, by, lease: now() + LEASE_MS };
      const outcome = await store.putPack(group, id, row, limits.groupPacks);
      if (outcome === 'quota' || outcome === 'no-group') return outcome;
      try {
        // Also where it is known: its bytes may be lost.
        await blobs.put(group, id, bytes);
      } catch (fault) {
        if (outcome === 'new') await store.removePack(group, id);
        throw fault;
      }
      return 'kept';
    });
  }

  /** Bytes of a pack; refuses with `not-found` where it is not here. */
  async size(group: CollectionId, id: string): Promise<number> {
    const pack = await this.#port.store.pack(group, id);
    return pack?.size ?? noPack();
  }

  /** So many bytes of a pack, less at its end. Refuses as `size`. */
  async read(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array> {
    const { store, blobs } = this.#port;
    const bytes = await blobs.read(group, id, offset, length);
    if (bytes !== null) return bytes;
    // Whatever took the bytes away: who put them is to learn that they are missing. One that is just being put has its turn first.
    await this.#on(group, id, async () => {
      if ((await blobs.read(group, id, 0, 1)) === null) await store.removePack(group, id);
    });
    return noPack();
  }

  /** `allow`: throws where whoever asks may not. Refuses as `size`. */
  async remove(group: CollectionId, id: string, allow: (pack: StoredPack) => Promise<void>): Promise<void> {
    const { store, blobs } = this.#port;
    await this.#on(group, id, async () => {
      await allow((await store.pack(group, id)) ?? noPack());
      await store.removePack(group, id);
      await blobs.remove(group, id);
    });
  }

  /** Renews the 30 days of these; returns those that are not here. */
  touch(group: CollectionId, ids: readonly string[]): Promise<readonly string[]> {
    return this.#port.store.touchPacks(group, ids, this.#port.now() + LEASE_MS);
  }

  /** Deletes those whose time is over since `graceOver`; returns how many. */
  async collect(graceOver: number, now: number): Promise<number> {
    for (let count = 0; ; ) {
      const packs = await this.#port.store.collectPacks(graceOver, now);
      if (packs.length === 0) return count;
      count += packs.length;
      for (const { g, id } of packs) await this.#removeBytes(g, id);
    }
  }

  /** Removes bytes that a crash left without a row. */
  async sweep(now: number): Promise<void> {
    for await (const { g, id } of this.#port.blobs.writtenBefore(now - ORPHAN_MS)) await this.#removeBytes(g, id);
  }

  /** Removes the bytes of a pack that has no row: it may have been put again meanwhile. */
  async #removeBytes(g: CollectionId, id: string): Promise<void> {
    await this.#on(g, id, async () => {
      if ((await this.#port.store.pack(g, id)) === null) await this.#port.blobs.remove(g, id);
    });
  }

  async #on<T>(group: CollectionId, id: string, work: () => Promise<T>): Promise<T> {
    const name = `${group}/${id}`;
    const turn = this.#locks.get(name) ?? { lock: new Lock(), users: 0 };
    this.#locks.set(name, turn);
    turn.users++;
    try {
      return await turn.lock.run(work);
    } finally {
      if (--turn.users === 0) this.#locks.delete(name);
    }
  }
}

function noPack(): never {
  throw new Refusal('not-found', 'no such pack is here');
}
