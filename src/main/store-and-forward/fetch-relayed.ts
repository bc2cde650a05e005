import { openPiece } from '../peers/sealed/sealed-pack.ts';
import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import { digestOf } from '../platform/hash.ts';
import type { CollectionId, Digest } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RelayedContent, RelayStore } from '../store/relay-store.ts';
import type { ExchangePort } from './exchange-port.ts';
import { passing } from './passing.ts';
import type { RelayStorage } from './patient-storage.ts';
import { brokenOff, RequestSize } from './request-size.ts';
import { WANTED_MS, type WantedThere } from './wanted-contents.ts';

/** Pieces so near to each other in a pack are fetched in one go. */
const FETCHED_GAP = 64 << 10;
/** Packs are fetched from and to such places: the relay is not to see where a content begins and how long it is. */
const FETCHED_STEP = 64 << 10;
/** No more of one is fetched in one request; less where the line breaks off, but a multiple of the step. */
const FETCHED_BYTES = 4 << 20;
/** Where the line breaks off so often in a row it is left for now. */
const MOST_BREAKS = 3;
/** So many packs in which a content does not lie as was said are tried for it at one time; the others later. */
const MOST_PACKS_TRIED = 8;

/** Fetches contents out of the packs at a relay, and knows what was asked for and does not lie there. */
export class FetchRelayed {
  readonly #replica: Replica;
  readonly #store: RelayStore;
  readonly #port: ExchangePort;
  readonly #size = new RequestSize();
  /** What was asked for in vain, with the time. */
  readonly #wanted = new Map<string, WantedThere & { readonly at: number }>();

  constructor(replica: Replica, store: RelayStore, port: ExchangePort) {
    this.#replica = replica;
    this.#store = store;
    this.#port = port;
  }

  /** What is waited for here and does not lie there. */
  get wanted(): readonly WantedThere[] {
    this.#forgetOld();
    return [...this.#wanted.values()].flatMap(({ digest, kind, hint }) =>
      this.#store.content(digest, kind) === null ? [{ digest, kind, hint }] : [],
    );
  }

  /** Was anything asked for in vain that did not come since? It may be asked for again, be it that it lies there by now. */
  get isAnyAwaited(): boolean {
    this.#forgetOld();
    return this.#wanted.size > 0;
  }

  /** Fetches what lies there; null for what does not, or is not what it should be. Never fails. Same order. */
  async fetch(asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    const found: (ContentGiven | null)[] = asked.map(() => null);
    const session = this.#port.session();
    if (session !== null && this.#port.mayExchange()) await this.#fetch(session, asked, found);
    this.#noteWanted(asked, found);
    return found;
  }

  /** A pack that is gone is forgotten; what lies in another one as well is looked for there. */
  async #fetch(session: RelayStorage, asked: readonly ContentAsked[], found: (ContentGiven | null)[]): Promise<void> {
    let isGone = true;
    for (let tried = 0; isGone && tried < MOST_PACKS_TRIED; tried++) {
      isGone = false;
      const places = asked.flatMap(({ digest, kind }, at) => {
        const content = found[at] === null ? this.#store.content(digest, kind) : null;
        return content === null ? [] : [{ ...content, at, digest }];
      });
      for (const [pack, pieces] of Map.groupBy(places, (each) => each.pack))
        for (const run of runs(pieces)) {
          const isThere = await this.#fetchRun(session, pack, run, found).catch((error: unknown) =>
            brokenOff(error) === null ? true : null,
          );
          // Whoever waits for it asks again.
          if (isThere === null) return;
          isGone ||= !isThere;
          if (!isThere) break;
        }
    }
  }

  #forgetOld(): void {
    const now = this.#port.clock.now();
    for (const [key, { at }] of this.#wanted) if (now - at > WANTED_MS) this.#wanted.delete(key);
  }

  #noteWanted(asked: readonly ContentAsked[], found: readonly (ContentGiven | null)[]): void {
    const at = this.#port.clock.now();
    let isNew = false;
    for (const [each, { digest, kind, hint }] of asked.entries()) {
      const key = `${kind} ${digest}`;
      if (found[each] !== null) this.#wanted.delete(key);
      else {
        isNew ||= !this.#wanted.has(key);
        this.#wanted.set(key, { digest, kind, hint: hint ?? '', at });
      }
    }
    if (!isNew) return;
    // Where no relay is used nobody asks what is wanted.
    this.#forgetOld();
    this.#port.wants();
  }

  /** false: the pack is not there, or not what was said of it. */
  async #fetchRun(
    session: RelayStorage,
    pack: string,
    run: readonly (RelayedContent & { readonly at: number; readonly digest: Digest })[],
    found: (ContentGiven | null)[],
  ): Promise<boolean> {
    const { id, collection } = this.#replica;
    const first = Math.min(...run.map(({ offset }) => offset));
    const last = Math.max(...run.map(({ offset, length }) => offset + length));
    const begin = first - (first % FETCHED_STEP);
    const end = Math.ceil(last / FETCHED_STEP) * FETCHED_STEP;
    const bytes = await this.#fetchBytes(session, pack, begin, { last, end });
    if (bytes === null) {
      collection.transactSoon(() => this.#store.dropPack(pack));
      return false;
    }
    const isWhole = run
      .map(({ at, digest, key, place, offset, length }) => {
        const opened = pieceOf(id, key, place, bytes.subarray(offset - begin, offset - begin + length));
        if (opened === null || digestOf(opened) !== digest) return false;
        found[at] = { bytes: opened, splice: false };
        return true;
      })
      .every((isThere) => isThere);
    // Whoever knows a secret can say of junk what it is, and must not keep others from where the content lies: it is told again who waits for it.
    if (!isWhole) collection.transactSoon(() => this.#store.dropPack(pack));
    return isWhole;
  }

  /**
   * From `begin` on, to `last` at least and `end` at most, in as many requests as the line needs: what came is not fetched again. null: it is not
   * there. Fails where nothing comes any more.
   */
  async #fetchBytes(
    session: RelayStorage,
    pack: string,
    begin: number,
    { last, end }: { readonly last: number; readonly end: number },
  ): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = [];
    let at = begin;
    for (let breaks = 0; at < last; ) {
      const length = Math.min(end - at, this.#size.of(FETCHED_BYTES, FETCHED_STEP));
      await passing(this.#port.clock, this.#port.down, length);
      try {
        const part = await session.pack(this.#replica.id, pack, at, length);
        if (part === null || part.length === 0) return null;
        parts.push(part);
        at += part.length;
        breaks = 0;
        this.#size.wentThrough();
        // The pack ends there.
        if (part.length < length) break;
      } catch (error) {
        const isBroken = brokenOff(error);
        if (isBroken !== null) this.#size.brokeOff();
        if (isBroken !== 'again' || ++breaks === MOST_BREAKS) throw error;
      }
    }
    const [only, ...others] = parts;
    return only !== undefined && others.length === 0 ? only : new Uint8Array(Buffer.concat(parts));
  }
}

/** null where it does not open. */
function pieceOf(group: CollectionId, key: Uint8Array, place: number, sealed: Uint8Array): Uint8Array | null {
  try {
    return openPiece(group, key, place, sealed);
  } catch {
    return null;
  }
}

/** Pieces of one pack, in the order in which they lie there: those near to each other together. */
function runs<P extends RelayedContent>(pieces: readonly P[]): readonly (readonly P[])[] {
  const all: P[][] = [];
  let end = 0;
  for (const piece of [...pieces].sort((a, b) => a.offset - b.offset)) {
    if (all.length > 0 && piece.offset - end <= FETCHED_GAP) all.at(-1)?.push(piece);
    else all.push([piece]);
    end = piece.offset + piece.length;
  }
  return all;
}
