import type { PlannedView } from '../../contract/contract.ts';
import type { Collection, WrittenPackage } from '../collection.ts';
import type { Clock } from '../platform/clock.ts';
import { isOfDatabase } from '../platform/database-trouble.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { RecordId } from '../record/ids.ts';
import type { SafetyLimits } from '../safety.ts';
import type { ListResult, Reading, Revision, SourceAdapter } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { StoredSource } from '../store/registry-store.ts';
import { CommitLook } from './commit-look.ts';
import { CompareListing } from './compare-listing.ts';
import { questionOf } from './deleted-elsewhere.ts';
import { type DirtyItem, DirtyItems } from './dirty-items.ts';
import { DraftChange } from './draft-change.ts';
import { formerLists } from './former-lists.ts';
import { GoneItems, NO_MOVES } from './gone-items.ts';
import { HeldItems } from './held-items.ts';
import { type HaltedLook, JudgeLook } from './judge-look.ts';
import type { LookScope } from './later-looks/look-scope.ts';
import { LookProblems } from './look-problems.ts';
import { MeetBook } from './meet-book.ts';
import { followRenamed } from './renamed-contacts.ts';

/** Of texts, which are read in this thread, so many items are read at a time: peers and people wait no longer than that takes. */
const BATCH_ITEMS = 400;
/** So much takes long enough to read that a person is told. */
const LONG_READ_BYTES = 64 << 20;

export type TakeInResult =
  | {
      readonly is: 'done';
      readonly token: number;
      readonly changes: number;
      /** Records that say more than the source shows: they are to be brought to it. */
      readonly behind: readonly number[];
      /** Some that nobody knows was left for a later look (`TakeInRequest.holdsNameless`). */
      readonly waits: boolean;
    }
  | { readonly is: 'unavailable'; readonly code: string; readonly detail: string }
  | HaltedLook
  | { readonly is: 'planned'; readonly local: readonly PlannedView[] };

export interface TakeInRequest {
  /** Where it looks, and who is told what it leaves for a later look. */
  readonly scope: LookScope;
  /** A plan a person let go on. */
  readonly confirmed: string | null;
  readonly limits: SafetyLimits;
  /** This device may only read: what differs is named, and not passed on. */
  readonly readOnly: boolean;
  /** It belongs to the collection. */
  readonly belongs: boolean;
  /** Items of which nothing is known for sure yet: neither changed nor gone. */
  heldBack(id: RecordId, revision?: Revision): boolean;
  /** What nobody knows, and states nothing by which it could be known, is left for a later look. */
  readonly holdsNameless: boolean;
  /** Only tell what would happen. */
  readonly dry: boolean;
  readonly signal: AbortSignal;
}

/** The source that is looked at, and who is told what was found. */
export interface TakeInPort {
  /** Records of one transaction. */
  readonly batchRecords: number;
  readonly collection: Collection;
  readonly source: StoredSource;
  readonly adapter: SourceAdapter;
  readonly contents: ContentStore;
  readonly clock: Clock;
  /** Packages were committed: other sources and peers get them. */
  written(packages: readonly WrittenPackage[]): void;
  /** Somebody wrote these just now: what a power loss leaves of them is no edit. Inside a transaction. */
  lately(rows: readonly number[]): void;
  /** These records were found just as they are shown: nothing is to be constructed of them. */
  settled(rows: readonly number[]): void;
  /**
   * What the record says is to be written, and no package asks for it: what could not be written for what stood there, which is over; what else the
   * source shows less of than the record says. Inside a transaction.
   */
  due(row: number): void;
  /**
   * Rules leave out something the source held: it gives nothing of that to anybody from now on, and what is to outlast that is kept first. What is
   * held back afterwards is not forgotten.
   */
  leavesOut(): Promise<void>;
  /** Puts contents that only a text holds into the version store. */
  keepContents(contents: Reading['attachments']): Promise<void>;
  /** What takes a while to read is read from now on. */
  readsLong(): void;
  /** So many items more were read, of so many bytes. */
  progress(items: number, bytes: number): void;
}

/**
 * The first half of a cycle: list, compare with the snapshot, read what differs, and commit the differences as packages
 * (source → snapshot → difference → package). Runs under the source's lock, so nothing is constructed meanwhile.
 */
export async function takeIn(port: TakeInPort, request: TakeInRequest): Promise<TakeInResult> {
  try {
    const condition = await port.adapter.condition(request.scope.asked);
    return condition.is === 'unavailable' ? condition : await new Look(port, request).run();
  } finally {
    port.collection.records.letGo();
  }
}

/** One look at a source, from its listing to its last commit. */
class Look {
  readonly #port: TakeInPort;
  readonly #request: TakeInRequest;
  readonly #held: HeldItems;
  readonly #dirty: DirtyItems;
  readonly #gone: GoneItems;
  readonly #listing: CompareListing;
  readonly #drafts: DraftChange;
  readonly #problems: LookProblems;
  /** null: it is no book of contacts that meets others for the first time. */
  readonly #meets: MeetBook | null;
  readonly #judge: JudgeLook;
  readonly #commit: CommitLook;
  readonly #isFirst: boolean;
  /** What is read is committed while the listing goes on. */
  readonly #streams: boolean;
  #committed: Promise<void> = Promise.resolve();
  /** All but the last batch of those. */
  #committedBefore: Promise<void> = Promise.resolve();

  constructor(port: TakeInPort, request: TakeInRequest) {
    const { collection, source, adapter, contents, clock } = port;
    this.#port = port;
    this.#request = request;
    this.#isFirst = !collection.records.hasSnapshots(source.row);
    this.#streams = !request.dry && this.#isFirst;
    this.#held = new HeldItems(collection, source.row, adapter);
    this.#dirty = new DirtyItems(
      this.#held.project === null ? port.batchRecords : Math.min(BATCH_ITEMS, port.batchRecords),
    );
    this.#gone = new GoneItems(collection, this.#held);
    this.#drafts = new DraftChange(collection, this.#held, source.adopting);
    this.#problems = new LookProblems(collection, this.#held, clock, {
      wasChanging: (group) => request.scope.wasChanging(group),
      due: (row) => port.due(row),
    });
    this.#meets = this.#meetBook();
    this.#listing = new CompareListing(
      collection,
      source.row,
      adapter,
      { dirty: this.#dirty, gone: this.#gone },
      {
        heldBack: (id, revision) => request.heldBack(id, revision),
        leaves: (id, isSame) => request.scope.leaves(id, isSame),
        holdsNameless: request.holdsNameless,
        saw: (id) => this.#meets?.saw(id),
        note: (problem) => this.#problems.note(problem),
      },
    );
    this.#judge = new JudgeLook(collection, this.#held, {
      scope: request.scope,
      limits: request.limits,
      confirmed: request.confirmed,
      dry: request.dry,
      listing: this.#listing,
      gone: this.#gone,
      drafts: this.#drafts,
      meets: this.#meets,
    });
    this.#commit = new CommitLook(collection, this.#held, {
      batchRecords: port.batchRecords,
      contents,
      clock,
      scope: request.scope,
      drafts: this.#drafts,
      problems: this.#problems,
      meets: this.#meets,
      isFirst: this.#isFirst,
      confirmed: this.#confirmed(),
      readOnly: () => request.readOnly,
      belongs: () => request.belongs,
      written: (packages) => port.written(packages),
      lately: (rows) => port.lately(rows),
      settled: (rows) => port.settled(rows),
      due: (row) => port.due(row),
    });
  }

  async run(): Promise<TakeInResult> {
    const request = this.#request;
    const { batchRecords } = this.#port;
    const listed = await this.#list();
    if (listed.complete) this.#listing.sweep();
    // It may be what is held, in other words.
    if (this.#listing.holdsSome) this.#gone.clear();
    if (!request.dry) await this.#letGoOfLeftOut();
    await this.#meets?.match(this.#readNews());
    this.#meets?.follow(this.#dirty);
    if (!this.#streams && this.#meets === null) await this.#followRenamed();
    const readings = this.#streams ? null : await this.#readAll();
    const moves = readings === null ? NO_MOVES : this.#gone.movesTo(readings);
    // What is still going is not judged before it is gone.
    if (!request.readOnly && !request.dry) this.#judge.leaveGoing(readings ?? [], moves);
    if (readings === null) {
      await this.#takeDirty();
      await this.#committed;
    } else {
      const halt = this.#judge.halt(readings, moves);
      if (halt !== null) {
        this.#problems.forgetGone((id) => this.#gone.has(id));
        return halt;
      }
      if (request.dry) return { is: 'planned', local: this.#judge.planned(readings, moves) };
      for (let at = 0; at < readings.length; at += batchRecords)
        this.#commit.readings(readings.slice(at, at + batchRecords), moves);
    }
    if (request.readOnly) this.#commit.goneIsNotPassedOn(this.#gone);
    else await this.#commit.gone(this.#gone, moves);
    this.#problems.forget(this.#listing, listed.complete, (id) => request.heldBack(id));
    if (!this.#problems.areAny) this.#held.sent.sawAll();
    return {
      is: 'done',
      token: listed.token,
      changes: this.#commit.changes,
      behind: this.#commit.behind,
      waits: this.#listing.holdsSome,
    };
  }

  async #list(): Promise<ListResult> {
    const { scope, signal } = this.#request;
    const listing = this.#port.adapter.list(
      scope.since,
      scope.within,
      async (event) => {
        this.#listing.compare(event);
        if (this.#streams && this.#meets === null && this.#dirty.hasBatch) await this.#takeDirty();
      },
      signal,
    );
    try {
      return await listing;
    } finally {
      // Nothing is committed any more once the source is let go of. Whatever ended the listing, that the database failed is told.
      await this.#committed.catch((error: unknown) => {
        if (isOfDatabase(error)) throw error;
      });
    }
  }

  async #letGoOfLeftOut(): Promise<void> {
    const { leftOut } = this.#listing;
    if (leftOut.size === 0) return;
    await this.#port.leavesOut();
    const { records } = this.#port.collection;
    const isDoubted = (row: number): boolean => {
      const id = records.at(row)?.id;
      return id !== undefined && this.#request.heldBack(id);
    };
    this.#port.collection.transact(() => {
      for (const row of leftOut) if (!isDoubted(row)) records.dropSnapshot(this.#port.source.row, row);
    });
  }

  #meetBook(): MeetBook | null {
    const { collection, source, adapter } = this.#port;
    const { kind, records } = collection;
    if (!source.adopting || kind !== 'contacts' || records.live === 0 || adapter.recognize === undefined) return null;
    return new MeetBook(collection, source.row, adapter, this.#held.project, this.#request.readOnly);
  }

  #followRenamed(): Promise<void> {
    const { collection, adapter } = this.#port;
    const found = { dirty: this.#dirty, gone: this.#gone };
    return followRenamed(collection, adapter, this.#held, found, () => this.#readNews());
  }

  /** Items whose id nobody knows. */
  async *#readNews(): AsyncGenerator<readonly Reading[]> {
    const { batchRecords } = this.#port;
    const news = this.#dirty.all().filter(({ id }) => this.#port.collection.records.find(id) === null);
    for (let at = 0; at < news.length; at += batchRecords) {
      // Who was not compared with the others would be doubled.
      if (this.#request.signal.aborted) throw new LockstepError('stopped', 'the look was stopped');
      yield await this.#read(news.slice(at, at + batchRecords));
    }
  }

  /**
   * Commits what is dirty, batch by batch. Of files it returns while the last two batches are being read: they are committed while the listing
   * goes on, so that one is read while another is committed.
   */
  async #takeDirty(): Promise<void> {
    const isText = this.#held.project !== null;
    for (const batch of this.#dirty.take()) {
      const reading = this.#read(batch);
      const before = this.#committed;
      // Never settles before the one before it: once it has, nothing is committed any more.
      this.#committed = before.then(async () => this.#commit.readings(await reading, NO_MOVES));
      reading.catch(() => undefined);
      // Whoever awaits it next is told.
      this.#committed.catch(() => undefined);
      // Texts are read in this thread: peers get each batch, and whoever asks is answered, while the next is read.
      const room = isText ? before : this.#committedBefore;
      this.#committedBefore = before;
      await room;
      if (isText) await new Promise<void>((resolve) => this.#port.clock.after(0, resolve));
    }
  }

  async #readAll(): Promise<Reading[]> {
    const readings: Reading[] = [];
    for (const batch of this.#dirty.take()) readings.push(...(await this.#read(batch)));
    return readings;
  }

  async #read(batch: readonly DirtyItem[]): Promise<Reading[]> {
    const readings: Reading[] = [];
    const wanted = batch.filter(({ id }) => {
      const ahead = this.#meets?.takeAhead(id) ?? null;
      if (ahead !== null) readings.push(ahead);
      return ahead === null;
    });
    if (wanted.length === 0) return readings;
    const ids = wanted.map((item) => item.id);
    const bytes = wanted.reduce((sum, item) => sum + item.size, 0);
    if (bytes >= LONG_READ_BYTES && !this.#request.dry) this.#port.readsLong();
    const lists = formerLists(this.#port, this.#held, wanted);
    const read = await this.#port.adapter.read(ids, this.#request.signal, lists);
    for (const each of read) {
      if ('code' in each) this.#problems.note(each);
      else readings.push(each);
    }
    // Of a file they say how it is cut; of anything else they are a part of what it says, which only the text holds else.
    const contents = this.#held.project === null ? [] : readings.flatMap(({ attachments }) => attachments);
    const news = contents.filter(({ digest }) => !this.#port.contents.isKept(digest));
    if (news.length > 0) await this.#port.keepContents(news);
    this.#port.progress(wanted.length, bytes);
    return readings;
  }

  /** Items deleted elsewhere of which a person said that they go here too. */
  #confirmed(): ReadonlySet<RecordId> {
    const { collection, source } = this.#port;
    const question = questionOf(collection, source.row);
    return new Set(question?.plan === this.#request.confirmed ? question?.records : []);
  }
}
