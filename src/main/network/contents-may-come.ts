import type { PeerSession } from '../peers/session/peer-session.ts';
import type { Clock } from '../platform/clock.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';

/** A word that contents are back costs who says it nothing: all that come within this time (milliseconds) are answered together. */
const HEARD_MS = 1000;

type Session = Pick<PeerSession, 'isOpen' | 'tellContentsBack'>;
/** What of a source is tried. */
interface Tried {
  readonly construction: { readonly waiting: number; retryWaiting(): void };
  retryGone(): boolean;
}
/** What of the engine has to do with it. */
interface ContentsHost {
  readonly replicas: ReadonlyMap<CollectionId, { readonly synchronizers: ReadonlyMap<number, Tried> }>;
  readonly schedules: ReadonlyMap<number, { constructSoon(): void }>;
  readonly keeper: { seekAgain(id: CollectionId): void };
}

/**
 * When what waits for content is tried again: somebody may have it now who had it not, or could not be asked. Peers tell each other so where the disk
 * it lies on was away, and pass it on once they have some of it themselves: nothing is told where nothing came, so it ends.
 */
export class ContentsMayCome {
  readonly #host: ContentsHost;
  readonly #clock: Clock;
  readonly #sessions: ReadonlyMap<DeviceId, Session>;
  /** Rises each time: who asked before that asks again. */
  epoch = 0;
  /** Of which devices and collections it was said since they share them. */
  readonly #shared = new Set<string>();
  /** Collections in which peers asked for something in vain since they were last told. */
  readonly #asked = new Set<CollectionId>();
  /** Of which collections it was said lately; and whether again since what waits was tried. */
  readonly #heard = new Map<CollectionId, { again: boolean; readonly cancel: () => void }>();

  constructor(host: ContentsHost, clock: Clock, sessions: ReadonlyMap<DeviceId, Session>) {
    this.#host = host;
    this.#clock = clock;
    this.#sessions = sessions;
  }

  /** What waits for content is tried again. `isAnyBack`: also what nobody had any more. */
  tryAgain(id: CollectionId, isAnyBack = false): void {
    this.epoch++;
    for (const [row, synchronizer] of this.#host.replicas.get(id)?.synchronizers ?? []) {
      const { construction } = synchronizer;
      const isTried = isAnyBack && synchronizer.retryGone();
      if (construction.waiting === 0 && !isTried) continue;
      construction.retryWaiting();
      this.#host.schedules.get(row)?.constructSoon();
    }
  }

  /** A peer sends contents again, after it sent nothing. */
  move(device: DeviceId): void {
    for (const id of this.#host.replicas.keys()) if (this.#sessions.get(device)?.isOpen(id) === true) this.tryAgain(id);
  }

  /** What is shared with a device may be more: it may have what was asked for before. */
  sharedWith(device: DeviceId): void {
    const session = this.#sessions.get(device);
    for (const id of this.#host.replicas.keys()) {
      const key = `${device}/${id}`;
      if (session?.isOpen(id) !== true || this.#shared.has(key)) continue;
      this.#shared.add(key);
      this.tryAgain(id, true);
    }
  }
  unlinked(device: DeviceId): void {
    for (const id of this.#host.replicas.keys()) this.#shared.delete(`${device}/${id}`);
  }

  askedInVain(id: CollectionId): void {
    this.#asked.add(id);
  }
  /** Contents of the collection can be had here that could not: who asked in vain is told. */
  areHere(id: CollectionId): void {
    if (!this.#asked.delete(id)) return;
    for (const session of this.#sessions.values()) session.tellContentsBack(id);
  }
  /** A peer tells the same. */
  areBack(id: CollectionId): void {
    const lately = this.#heard.get(id);
    if (lately !== undefined) {
      lately.again = true;
      return;
    }
    this.#heard.set(id, { again: false, cancel: this.#clock.after(HEARD_MS, () => this.#hearAgain(id)) });
    this.tryAgain(id, true);
    this.#host.keeper.seekAgain(id);
  }
  #hearAgain(id: CollectionId): void {
    const lately = this.#heard.get(id);
    this.#heard.delete(id);
    // Another may have said it, of other contents, after the first was asked.
    if (lately?.again === true) this.areBack(id);
  }

  /** Nothing more is tried by itself. */
  stop(): void {
    for (const { cancel } of this.#heard.values()) cancel();
    this.#heard.clear();
  }
}
