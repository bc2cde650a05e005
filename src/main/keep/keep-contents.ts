import type { Collection } from '../collection.ts';
import { Lock } from '../platform/lock.ts';
import { Retry, type RetryPace } from '../platform/retry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import type { Revision } from '../sources/source-adapter.ts';
import type { IdleJob, KeepCollection, KeepPort, KeepSource } from './keep-port.ts';
import { PackageWalk, type WalkPart } from './keep-walk.ts';

/** One step copies at most so much: what comes meanwhile waits no longer than that takes. */
const STEP_ITEMS = 64;
const STEP_BYTES = 4 << 20;
/** A file that was just changing is read again by a look within this time. */
const LATER_MS = 3000;
const FULL: RetryPace = { first: 60_000, most: 60_000 };

/**
 * Copies what files here hold into the version store, so that the next edit does not take the only copy with it: an undo of it, and the
 * common ancestor of a later conflict, have their bytes. Only while there is room for it by the limits, and not while a member is at work
 * with it: once that has it, it is not only here any more.
 */
export class KeepContents implements IdleJob {
  readonly #port: KeepPort;
  readonly #needsRoom: () => void;
  /** A walk goes on one part at a time. */
  readonly #lock = new Lock();
  readonly #walks = new WeakMap<Collection, PackageWalk>();
  #keptBytes: number | null = null;
  #wakes: boolean = false;
  readonly #room = new Retry(FULL);

  /** `needsRoom`: content that nobody else has does not fit any more. */
  constructor(port: KeepPort, needsRoom: () => void) {
    this.#port = port;
    this.#needsRoom = needsRoom;
  }

  /** What is kept has become less, or the limits may be others. */
  roomMade(): void {
    this.#room.ended();
    this.#keptBytes = null;
  }

  step(): Promise<boolean> {
    return this.#lock.run(() => this.#step());
  }

  /** Copies what nobody else has: a source is let go of, or left out in part, and afterwards its files give nothing to anybody. */
  copyOnlyHere(each: KeepCollection): Promise<void> {
    return this.#lock.run(async () => {
      const walk = this.#walkOf(each);
      // Those of this device come next, once it is through with a package it may be at.
      for (let isNext = false; ; ) {
        const part = walk.next(STEP_ITEMS, STEP_BYTES, this.#port.clock.now());
        if (part === null || (isNext && !part.only) || !(await this.#copy(walk, part))) return;
        isNext = part.isLast;
      }
    });
  }

  async #step(): Promise<boolean> {
    const now = this.#port.clock.now();
    if (this.#room.dueIn(now) > 0) return false;
    for (const each of this.#port.collections()) {
      // What records of texts refer to is kept when it is met.
      if (each.collection.kind !== 'files') continue;
      if (each.isBeingApplied()) {
        this.#wakeLater();
        continue;
      }
      const walk = this.#walkOf(each);
      const part = walk.next(STEP_ITEMS, STEP_BYTES, now);
      if (part === null) {
        this.#commit(walk, []);
        continue;
      }
      return this.#copy(walk, part);
    }
    this.#keptBytes = null;
    return false;
  }

  #walkOf(each: KeepCollection): PackageWalk {
    let walk = this.#walks.get(each.collection);
    if (walk === undefined) {
      walk = new PackageWalk(
        each,
        ({ digest, size }) => size > 0 && size <= this.#port.limits().copyLimit && !this.#port.kept.isKept(digest),
        (source) => this.#sources().get(source)?.isAway === true,
      );
      this.#walks.set(each.collection, walk);
    }
    return walk;
  }

  async #copy(walk: PackageWalk, part: WalkPart): Promise<boolean> {
    const { clock, limits, kept, store } = this.#port;
    const sources = this.#sources();
    const wanted = new Map(part.contents.map((content) => [content.digest, content.size]));
    const { bytes, reserve } = limits();
    this.#keptBytes ??= kept.keptBytes();
    const size = [...wanted.values()].reduce((sum, each) => sum + each, 0);
    if (size > 0 && this.#keptBytes + size > bytes) return this.#full(part);
    const requests = new Map<string, { id: RecordId; revision: Revision; digest: Digest }[]>();
    let again = false;
    const away = new Set<number>();
    for (const digest of wanted.keys()) {
      const holders = this.#port.whoHolds(digest);
      const holder = holders.find(({ source }) => sources.get(source)?.isAway === false);
      const source = holder === undefined ? undefined : sources.get(holder.source);
      // On a disk that went away: it comes back as it was, or as another change.
      if (holder === undefined || source === undefined) for (const { source: row } of holders) away.add(row);
      else
        requests.set(source.id, [
          ...(requests.get(source.id) ?? []),
          { id: holder.id, revision: holder.revision, digest },
        ]);
    }
    const got: { digest: Digest; size: number }[] = [];
    let full = false;
    for (const [source, asked] of requests) {
      const results = await store.capture(source, asked, reserve);
      for (const [at, result] of results.entries()) {
        const { digest } = asked[at] as (typeof asked)[number];
        if (result === 'kept') got.push({ digest, size: wanted.get(digest) ?? 0 });
        again ||= result === 'moved';
        full ||= result === 'no-room';
      }
    }
    for (const { size } of got) this.#keptBytes = (this.#keptBytes ?? 0) + size;
    if (!full) {
      walk.took(part, { again, away, now: clock.now(), later: LATER_MS });
      // Where a disk is back a look finds it, which wakes.
      if (again) this.#wakeLater();
    }
    this.#commit(walk, got);
    return full ? this.#full(part) : true;
  }

  #sources(): ReadonlyMap<number, KeepSource> {
    const all = this.#port.collections().flatMap((one) => one.sources());
    return new Map(all.map((source) => [source.row, source]));
  }

  #wakeLater(): void {
    if (this.#wakes) return;
    this.#wakes = true;
    this.#port.clock.after(LATER_MS, () => {
      this.#wakes = false;
      this.#port.wake();
    });
  }

  #full(part: WalkPart): false {
    this.#room.failed(this.#port.clock.now());
    this.#keptBytes = null;
    if (part.only) this.#needsRoom();
    return false;
  }

  #commit(walk: PackageWalk, got: readonly { readonly digest: Digest; readonly size: number }[]): void {
    const { collection, captured } = walk;
    if (got.length === 0 && captured <= collection.stored.captured) return;
    const now = this.#port.clock.now();
    collection.transact(() => {
      for (const { digest, size } of got) this.#port.kept.noteKept(digest, size, now);
      if (captured > collection.stored.captured) collection.update({ captured });
    });
  }
}
