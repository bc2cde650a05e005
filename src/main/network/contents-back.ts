import type { PeerSession } from '../peers/session/peer-session.ts';
import type { CollectionId } from '../record/ids.ts';

/** A word that contents are back costs who says it nothing: it is heard so often at most. */
const HEARD_MS = 1000;

/** Tells peers that what they asked for in vain may be here again, as where the disk it lies on was away, and hears it from them. */
export class ContentsBack {
  readonly #now: () => number;
  readonly #sessions: () => Iterable<Pick<PeerSession, 'tellContentsBack'>>;
  readonly #tryAgain: (id: CollectionId) => void;
  /** Collections in which peers asked for something in vain since they were last told. */
  readonly #asked = new Set<CollectionId>();
  readonly #heard = new Map<CollectionId, number>();

  /** `tryAgain`: what waits for content in the collection, or was given up, may be had now. */
  constructor(
    now: () => number,
    sessions: () => Iterable<Pick<PeerSession, 'tellContentsBack'>>,
    tryAgain: (id: CollectionId) => void,
  ) {
    this.#now = now;
    this.#sessions = sessions;
    this.#tryAgain = tryAgain;
  }

  askedInVain(id: CollectionId): void {
    this.#asked.add(id);
  }

  /** A source of the collection can be read again, after it could not. */
  readableAgain(id: CollectionId): void {
    if (!this.#asked.delete(id)) return;
    for (const session of this.#sessions()) session.tellContentsBack(id);
  }

  /** A peer says so. */
  heard(id: CollectionId): void {
    const now = this.#now();
    const passed = now - (this.#heard.get(id) ?? Number.NEGATIVE_INFINITY);
    if (passed >= 0 && passed < HEARD_MS) return;
    this.#heard.set(id, now);
    this.#tryAgain(id);
  }
}
