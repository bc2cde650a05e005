import { decodeChunkList } from '../content/chunk-list.ts';
import { RelayError } from '../peers/relay/relay-error.ts';
import { type PackPiece, PackSealer } from '../peers/sealed/sealed-pack.ts';
import { digestOf } from '../platform/hash.ts';
import { Retry, type RetryPace } from '../platform/retry.ts';
import { giveSlabs, slabsOf } from '../platform/slabs.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY } from '../record/file-entry.ts';
import { type DeviceId, digest, type LogId, recordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { type RelayedContent, type RelayStore, UNTOLD } from '../store/relay-store.ts';
import type { AtRelay, ExchangePort } from './exchange-port.ts';
import { passing } from './passing.ts';
import type { RelayStorage } from './patient-storage.ts';
import { brokenOff, RequestSize } from './request-size.ts';
import { post } from './seal.ts';
import { StuckContents } from './stuck-contents.ts';
import { WaitedPacks } from './waited-packs.ts';
import { batches, LARGEST_PART, tooLargeIn, type Wanted, type WantedThere } from './wanted-contents.ts';

/** A pack is put up once so much is in it, or so many pieces. */
const PACK_BYTES = 4 << 20;
/** The item that tells of them is shorter than any line that passes a content breaks off after. */
const PACK_PIECES = 4096;
/** And where the line breaks off once so much is in it, which is as much as a content mostly is. */
const LEAST_BYTES = 64 << 10;
const LEAST_PIECES = 64;
/** A relay that had no room is tried again so soon. */
const FULL: RetryPace = { first: 10 * 60_000, most: 10 * 60_000 };
/** The relay keeps a pack for a month after it was asked to. */
const KEPT_AGAIN_MS = 24 * 3600_000;
/** A pack that is being made, and its key. */
interface Making {
  readonly key: Uint8Array;
  readonly sealer: PackSealer;
}
/** Contents in packs at a relay: those of packages that are put up, for members that are away. */
export class ContentsAtRelay {
  readonly #replica: Replica;
  readonly #store: RelayStore;
  readonly #port: ExchangePort;
  readonly #waitedFor = new WaitedPacks();
  readonly #size = new RequestSize();
  readonly #stuck = new StuckContents();
  /** Why something of them is left out. */
  #whyStuck: LockstepError | null = null;
  /** How many packs were put there since the program began. */
  packsPut = 0;
  /** When the relay was asked last to keep all that is needed for another while. */
  #keptAt = Number.NEGATIVE_INFINITY;

  constructor(replica: Replica, store: RelayStore, port: ExchangePort) {
    this.#replica = replica;
    this.#store = store;
    this.#port = port;
  }

  /**
   * Puts up contents that changes name, as far as they are here and do not lie there yet, and tells again of what does to those who read up
   * to `readUpTo` only or passed it over. `covers`: the packages they are of, which tell when nobody needs them any more. Fails as the session does.
   */
  async putUp(
    at: AtRelay,
    wanted: readonly Wanted[],
    covers: ReadonlyMap<LogId, number>,
    readUpTo: number,
  ): Promise<void> {
    await this.#putUp(at, wanted, covers, readUpTo, () => true);
  }

  /** The same with contents that a member says it waits for, as far as they may lie there. `mayRepeat`: may a pack be told of again? */
  async putUpWanted(
    at: AtRelay,
    wanted: readonly WantedThere[],
    covers: ReadonlyMap<LogId, number>,
    readUpTo: number,
    mayRepeat: (pack: string) => boolean,
  ): Promise<void> {
    const { collection } = this.#replica;
    const asked = wanted.flatMap(({ digest, kind, hint: text }): readonly Wanted[] => {
      const hint = text === '' ? null : recordId(text);
      const values = hint === null ? [] : (collection.records.find(hint)?.state.fields.get(ENTRY) ?? []);
      const isLarge = values.some(({ value }) => tooLargeIn(ENTRY, value).length > 0);
      return isLarge ? [] : [{ digest, kind, hint, base: null, size: 0 }];
    });
    const packs = await this.#putUp(at, asked, covers, readUpTo, mayRepeat);
    for (const pack of packs) this.#waitedFor.putUp(pack, this.#port.clock.now());
  }

  /** The packs in which they lie. */
  async #putUp(
    at: AtRelay,
    wanted: readonly Wanted[],
    covers: ReadonlyMap<LogId, number>,
    readUpTo: number,
    mayRepeat: (pack: string) => boolean,
  ): Promise<readonly string[]> {
    const there = new Map<string, number>();
    const noteThere = ({ pack, sid }: RelayedContent): void => void there.set(pack, sid);
    const missing = this.#notThere(wanted, noteThere);
    const packs =
      missing.length === 0 || this.fullFor > 0
        ? []
        : await this.#port.packs.use((memory) => this.#putPacks(at, memory, missing, covers, noteThere));
    const again = [...there].flatMap(([pack, sid]) => (sid <= readUpTo && mayRepeat(pack) ? pack : []));
    const lost = new Set(await this.#dropLost(at.session, again));
    for (const [pack, sid] of there)
      if (!lost.has(pack) && (sid > readUpTo || again.includes(pack)))
        await this.#needAgain(at, pack, sid > readUpTo ? sid : null, covers);
    const anew = lost.size > 0 ? await this.#putUp(at, wanted, covers, readUpTo, () => false) : [];
    return [...packs, ...[...there.keys()].filter((pack) => !lost.has(pack)), ...anew];
  }

  /** Asks the relay to keep packs for another while; those it has no more, which are not known any more either: what was in them is put up anew. */
  async #dropLost(session: RelayStorage, packs: readonly string[]): Promise<readonly string[]> {
    const { id, collection } = this.#replica;
    const lost = packs.length > 0 ? await session.touchPacks(id, packs) : [];
    for (const name of lost) collection.transactSoon(() => this.#store.dropPack(name));
    return lost;
  }

  /** Their names. */
  async #putPacks(
    at: AtRelay,
    memory: Uint8Array,
    wanted: readonly Wanted[],
    covers: ReadonlyMap<LogId, number>,
    noteThere: (content: RelayedContent) => void,
  ): Promise<readonly string[]> {
    const packs: string[] = [];
    const begun = (): Making => {
      const key = this.#port.random.bytes(32);
      return { key, sealer: new PackSealer(this.#replica.id, key, memory) };
    };
    let pack = begun();
    const flush = async (): Promise<void> => {
      const name = pack.sealer.entries.length > 0 ? await this.#putPack(at, pack, covers) : null;
      if (name !== null) packs.push(name);
      pack = begun();
    };
    const add = async (piece: PackPiece): Promise<void> => {
      const { length, entries } = pack.sealer;
      const isFull = length + piece.bytes.length > this.#size.of(PACK_BYTES, LEAST_BYTES);
      if (isFull || entries.length >= this.#size.of(PACK_PIECES, LEAST_PIECES)) await flush();
      pack.sealer.add(piece);
    };
    await this.#give(wanted, async (piece, hint) => {
      // Before their list: where that lies there, so do they.
      if (piece.kind === 'chunk-list') await this.#give(this.#notThere(chunksOf(piece.bytes, hint), noteThere), add);
      await add(piece);
    });
    await flush();
    return packs;
  }

  /** A pack of this device is needed for more. `sid`: the item that tells of it; null: it has to be told of again. */
  async #needAgain(at: AtRelay, pack: string, sid: number | null, covers: ReadonlyMap<LogId, number>): Promise<void> {
    const { id, collection } = this.#replica;
    const known = this.#store.pack(pack);
    if (known === null) return;
    const item = { is: 'contents', pack: digest(pack), key: known.key, entries: known.pieces } as const;
    const told = sid ?? (await post(this.#port, at, id, item));
    collection.transactSoon(() => this.#store.told(pack, told, covers));
  }

  /** Reads those that are here and fit a pack, and has each taken; what is taken need not stay as it is after that. */
  async #give(
    wanted: readonly Wanted[],
    take: (piece: PackPiece, hint: Wanted['hint']) => Promise<void>,
  ): Promise<void> {
    const now = this.#port.clock.now();
    for (const batch of batches(wanted.filter(({ digest, size }) => !this.#stuck.isLeftOut(digest, size, now)))) {
      if (this.fullFor > 0) return;
      // What cannot be read is a problem of that file, named elsewhere.
      const given = await this.#port.give(batch).catch(() => []);
      try {
        for (const [at, content] of given.entries()) {
          const { digest, kind, hint } = batch[at] as Wanted;
          if (content === null || content.bytes.length > LARGEST_PART || digestOf(content.bytes) !== digest) continue;
          await take({ digest, kind, bytes: content.bytes }, hint);
        }
      } finally {
        giveSlabs(slabsOf(given.flatMap((content) => content?.bytes ?? [])));
      }
    }
  }

  #notThere(wanted: readonly Wanted[], noteThere: (content: RelayedContent) => void): readonly Wanted[] {
    const seen = new Set<string>();
    return wanted.filter(({ digest, kind }) => {
      const key = `${kind} ${digest}`;
      if (seen.has(key)) return false;
      seen.add(key);
      // Whose pack it is takes it away when it likes.
      const content = this.#store.ownContent(digest, kind);
      if (content !== null) noteThere(content);
      return content === null;
    });
  }

  /** Why contents, or some of them, are not put up now; null: they are. */
  get trouble(): LockstepError | null {
    if (this.fullFor > 0) return this.#whyFull;
    return this.#stuck.areAny ? this.#whyStuck : null;
  }
  /** In so many milliseconds a content is tried again that did not go through the line; null: none is left out. */
  get stuckFor(): number | null {
    return this.#stuck.triedIn(this.#port.clock.now());
  }
  /** In so many milliseconds it is tried whether the relay has room again; 0: now. */
  get fullFor(): number {
    return this.#full.dueIn(this.#port.clock.now());
  }
  readonly #full = new Retry(FULL);
  #whyFull: LockstepError | null = null;

  /** A person asks: what found no room, or did not go through the line, is tried once more with the next run. */
  tryNow(): void {
    this.#full.tryNow();
    this.#stuck.tryNow();
  }

  /** Where the relay has no room for it, packages go up without their contents, which are given to who waits for them once there is. */
  async #putPack(at: AtRelay, { key, sealer }: Making, covers: ReadonlyMap<LogId, number>): Promise<string | null> {
    if (this.fullFor > 0) return null;
    const { id, collection } = this.#replica;
    const bytes = sealer.finish(this.#port.random);
    const { entries } = sealer;
    const name = digestOf(bytes);
    // Before it lies there: whoever is killed in between would leave it to lie there, as nobody's.
    collection.transact(() => this.#store.notePack({ name, key, sid: UNTOLD }, covers, entries));
    const put = await this.#send(at.session, bytes)
      .catch((error: unknown) => this.#brokeOff(error, entries, bytes.length))
      .catch((error: unknown) => this.#noRoom(error));
    if (put === null) {
      collection.transactSoon(() => this.#store.dropPack(name));
      return null;
    }
    const sid = await post(this.#port, at, id, { is: 'contents', pack: name, key, entries });
    collection.transactSoon(() => this.#store.told(name, sid, covers));
    for (const entry of entries) this.#stuck.wentThrough(entry);
    return name;
  }

  /** Once more where the line breaks off: it may have had its share of bytes before. */
  async #send(session: RelayStorage, bytes: Uint8Array): Promise<string> {
    const put = async (): Promise<string> => {
      await passing(this.#port.clock, this.#port.up, bytes.length);
      return session.putPack(this.#replica.id, bytes);
    };
    const name = await put().catch((error: unknown) => (brokenOff(error) === 'again' ? put() : Promise.reject(error)));
    this.packsPut++;
    this.#size.wentThrough();
    return name;
  }
  /** Less is put up at a time from now on; where it cannot be less, the content is left out for a while after some tries. */
  #brokeOff(error: unknown, entries: PackSealer['entries'], bytes: number): never {
    const [only, ...others] = entries;
    if (brokenOff(error) !== null && error instanceof RelayError) {
      this.#size.brokeOff();
      if (only !== undefined && others.length === 0) {
        this.#stuck.brokeOff(only, this.#port.clock.now());
        this.#whyStuck = tooLongForLine(error, bytes);
      }
    }
    throw error;
  }

  /** Takes away packs of which nothing tells what is in them: something came in between. Fails as the session does. */
  async dropUntold(session: RelayStorage): Promise<void> {
    const { id, collection } = this.#replica;
    for (const name of this.#store.untoldPacks()) {
      await session.deletePack(id, name);
      collection.transactSoon(() => this.#store.dropPack(name));
    }
  }

  #noRoom(error: unknown): null {
    if (!(error instanceof LockstepError) || error.code !== 'relay-quota') throw error;
    this.#full.failed(this.#port.clock.now());
    this.#whyFull = error;
    return null;
  }

  /** In so many milliseconds something need not lie there any more; null: nothing is kept there for a time. */
  get tidyIn(): number | null {
    return this.#waitedFor.overIn(this.#port.clock.now());
  }

  /**
   * Takes away what all members have applied and nobody waits for, and has what they need kept for another while. `isWaitedFor`: by a
   * member; `waits`: this device does, or may come for what lies there by now. Fails as the session does.
   */
  async dropUnneeded(session: RelayStorage, isWaitedFor: boolean, waits: boolean): Promise<void> {
    const now = this.#port.clock.now();
    if (!isWaitedFor) this.#waitedFor.nobodyWaits(now);
    const { id, membership, memberPositions, collection } = this.#replica;
    const others = membership.others().filter(({ memberKey }) => memberKey !== null);
    for (const { name, covers } of this.#store.ownPacks()) {
      const isNeeded = others.some(({ device }) => {
        const known = memberPositions.of(device);
        return [...covers].some(([log, number]) => (known.get(log)?.applied ?? 0) < number);
      });
      if (isNeeded) this.#waitedFor.isYetToBeApplied(name);
      if (isNeeded || this.#waitedFor.stays(name, isWaitedFor, now)) continue;
      await session.deletePack(id, name);
      this.#waitedFor.dropped(name);
      collection.transactSoon(() => this.#store.dropPack(name));
      // There may be room again.
      this.#full.ended();
    }
    if (!isWaitedFor && !waits && this.#isAllApplied(others.map(({ device }) => device))) {
      this.#stuck.clear();
      collection.transactSoon(() => this.#store.forgetOthers(this.#store.cursor));
    }
    const needed = this.#store.ownPacks().map(({ name }) => name);
    if (needed.length === 0 || now - this.#keptAt < KEPT_AGAIN_MS) return;
    this.#keptAt = now;
    await this.#dropLost(session, needed);
  }

  /** Everything is applied everywhere: whoever put packs there takes them away, and what was in them need not be known. */
  #isAllApplied(others: readonly DeviceId[]): boolean {
    const { collection, memberPositions } = this.#replica;
    return (
      collection.log.logs().every(({ held, applied }) => applied >= held) &&
      others.every((device) => memberPositions.behind(device) === 0)
    );
  }
}

const tooLongForLine = (error: RelayError, bytes: number): RelayError =>
  new RelayError(
    error.code,
    `The connection to the relay breaks off before ${Math.ceil(bytes / 1000)} kB that go in one piece are there. What needs them waits, the rest does not; they are tried again.`,
    error.subject,
    { cause: error },
  );

/** None where it is no list of chunks, whatever a record says. */
function chunksOf(list: Uint8Array, hint: Wanted['hint']): readonly Wanted[] {
  try {
    const chunks = decodeChunkList(list);
    return chunks.map(({ digest, length }) => ({ digest, kind: 'chunk', hint, base: null, size: length }));
  } catch {
    return [];
  }
}
