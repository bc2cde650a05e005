import type { AppliedChange, Collection } from '../collection.ts';
import type { FoundContent } from '../content-exchange/contents.ts';
import type { Clock } from '../platform/clock.ts';
import { referencesOf } from '../record/content-reference.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Dot, RecordId } from '../record/ids.ts';
import type { ConstructOutcome, ContentPlan, SourceAdapter } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import { CONTENT_GONE } from '../store/problem-store.ts';
import type { StoredSource } from '../store/registry-store.ts';
import { CommitOutcome } from './commit-outcome.ts';
import { ConstructionQueue } from './construction-queue.ts';
import { giveBack } from './give-back.ts';
import { noteSent } from './note-sent.ts';
import { NO_TICKETS, type Ticket } from './pending.ts';
import { type BatchPort, NO_ATTACHMENTS, PrepareBatch, type Prepared } from './prepare-batch.ts';
import { constructItemOf, PrepareItem } from './prepare-item.ts';

/** Batches whose content is on its way while another is written. */
const BATCHES_AHEAD = 3;
/** The same of texts, whose batches are large. */
const BATCHES_AHEAD_OF_TEXTS = 1;
/** Files: so many batches are written one after the other before a look has its turn. */
const BATCHES_A_TURN = 4;
/** A content that nobody who may have it is away with is given up after so long: what takes its place, or the way to it, may be on its way here. */
const GIVEN_UP_MS = 60_000;

const GONE = {
  from: 'refused',
  code: CONTENT_GONE,
  detail:
    'no device that can be asked has its content: that was on one which left, or was removed, before another had it, or lies on a disk that is away there.',
} as const;

/** A batch whose content is on its way. */
interface Ahead {
  readonly batch: Promise<readonly Prepared[]>;
  /** It need not be waited for. */
  isReady: boolean;
}
/** A batch that is being written. */
interface Begun {
  readonly batch: readonly Prepared[];
  readonly ready: readonly Prepared[];
  readonly agreed: readonly Prepared[];
  readonly refused: readonly Prepared[];
  /** What is gone: that was not judged yet, and its snapshot says what the source showed until then. */
  readonly gone: readonly Prepared[];
  /** One each of `ready`. */
  readonly outcomes: Promise<readonly ConstructOutcome[]>;
}

/** What is constructed, and where. */
export interface ConstructionParts {
  readonly collection: Collection;
  readonly source: StoredSource;
  readonly adapter: SourceAdapter;
  readonly contentStore: ContentStore;
  readonly clock: Clock;
}

/** What the construction of a source needs from the rest. */
export interface ConstructionPort extends BatchPort {
  /** The source's lock: nothing looks at the source while something is written. */
  locked<T>(work: () => Promise<T>): Promise<T>;
  /** Fails where the source went away since. */
  stillThere(): Promise<void>;
  /** Something at this item is not as the snapshot says: look there before trying again. */
  lookAgain(id: RecordId): void;
  /** As of `SynchronizerPort`. */
  mayCome(dots: readonly Dot[]): boolean;
  /** What stands there may be torn: no look takes it in until that is known. */
  heldBack(id: RecordId): boolean;
  /** A look found it gone, and did not take it for deleted yet. */
  isGone(id: RecordId): boolean;
  /** These items are being written: what a power loss leaves of them shall not be taken for an edit. Inside a transaction. */
  writing(rows: readonly number[]): void;
  /** Something came to be due that no package asks for. Inside a transaction. */
  due(): void;
  /** Content came that was waited for, or that nobody had any more. */
  contentsBack(): void;
  progress(items: number, bytes: number): void;
}

/**
 * The second half of a cycle, for one source: brings it to what the records say, batch by batch, and moves its snapshot only by what was
 * really written. Never overwrites what it did not expect; what is refused comes back in the next cycle. What is queued, what is to be done
 * about a record, what a batch is made of and what became of it are files of their own; here is the order of things.
 */
export class RunConstruction {
  readonly #collection: Collection;
  readonly #source: StoredSource;
  readonly #adapter: SourceAdapter;
  readonly #contents: ContentStore;
  readonly #clock: Clock;
  readonly #port: ConstructionPort;
  readonly #items: PrepareItem;
  readonly #batches: PrepareBatch;
  readonly #outcomes: CommitOutcome;
  readonly #queue = new ConstructionQueue();
  #running: Promise<void> | null = null;

  constructor({ collection, source, adapter, contentStore, clock }: ConstructionParts, port: ConstructionPort) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
    this.#contents = contentStore;
    this.#clock = clock;
    this.#port = port;
    this.#items = new PrepareItem(collection, source, adapter, (id) => port.heldBack(id));
    this.#batches = new PrepareBatch(adapter, contentStore, this.#queue, this.#items, port);
    this.#outcomes = new CommitOutcome(collection, source, contentStore, clock, (id) => port.heldBack(id));
  }

  /** Records still to be brought to this source. */
  get open(): number {
    return this.#queue.open;
  }
  /** Their rows. */
  rows(): readonly number[] {
    return this.#queue.rows();
  }
  /** How many were ever queued. */
  get enqueued(): number {
    return this.#queue.enqueued;
  }
  /** Those of them that nothing can be done about now. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** A record is to be brought to the source. `applied`: the change that makes it necessary, if it is at hand. */
  enqueue(row: number, tickets: readonly Ticket[] = NO_TICKETS, applied: AppliedChange | null = null): void {
    this.#queue.enqueue(row, tickets, applied);
  }

  /** Records of this source changed by the source itself: a plan made before that is stale. */
  touch(applied: readonly AppliedChange[]): void {
    this.#queue.touch(applied.map(({ row }) => row));
  }

  /** These items are in the source what they were not before: what they were in the way of is due. */
  makeWay(ids: readonly RecordId[]): void {
    for (const row of this.#outcomes.freedBy(ids)) this.#queue.enqueue(row, NO_TICKETS);
  }

  /** A look found these records in the source just as they are shown: nothing is to be done for those not begun. */
  settle(rows: readonly number[]): void {
    const done = this.#queue.settle(rows);
    if (done.length > 0) this.#port.done(done);
  }

  /** Nothing is written to the source any more, or it is gone: nobody waits for what is due there. */
  release(): void {
    const done = this.#queue.release();
    if (done.length > 0) this.#port.done(done);
  }

  /** The source was compared with the collection: it may hold what was new here when it was queued. */
  forgetNew(): void {
    this.#queue.forgetNew();
  }

  /** How many records wait for content that nobody linked has. */
  get lacking(): number {
    return this.#queue.lacking;
  }
  /** The first of their rows. */
  lackingRows(most: number): readonly number[] {
    return this.#queue.lackingRows(most);
  }
  /** Does this one? */
  lacks(row: number): boolean {
    return this.#queue.lacks(row);
  }
  /** They are tried again. */
  retryLacking(): void {
    this.#queue.retryWaiting(() => false);
  }

  /** Whatever waits is tried again, but for what was not as expected and is held back: whoever lets go of it calls for a look. */
  retryWaiting(): void {
    this.#queue.retryWaiting((id) => !this.#port.heldBack(id));
  }

  /** The source was looked at there: what was not as expected may be now, or is somebody's change. */
  retryWhere(wasLookedAt: (id: RecordId) => boolean): void {
    this.#queue.retryWhere(wasLookedAt);
  }

  /** Of a source into which nothing is written: what it holds as it is shown is done, the rest waits. */
  sift(): void {
    const done: Ticket[] = [];
    this.#collection.transact(() => {
      for (const job of this.#queue.take()) {
        const item = this.#items.prepare(job);
        if (item?.planned.write === true) {
          this.#queue.wait(job);
          continue;
        }
        if (item !== null)
          this.#outcomes.agreed({ ...item, job, content: null, chunkList: null, attachments: NO_ATTACHMENTS });
        done.push(...job.tickets);
      }
    });
    if (done.length > 0) this.#port.done(done);
  }

  /** Works until nothing is left but what waits for content. One run at a time. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#work(signal).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #work(signal: AbortSignal): Promise<void> {
    const ahead: Ahead[] = [];
    try {
      for (;;) {
        this.#prepareAhead(ahead, signal);
        const first = ahead.shift();
        if (first === undefined || signal.aborted) return;
        const batch = await first.batch;
        await this.#port.locked(() => this.#constructInTurn(batch, ahead, signal));
        // Texts are written in this thread: peers and people wait no longer than a batch takes.
        if (this.#adapter.batch !== undefined && (ahead.length > 0 || this.#queue.queued > 0))
          await new Promise<void>((resolve) => this.#clock.after(0, resolve));
      }
    } finally {
      this.#batches.clear();
      this.#queue.requeueInFlight();
    }
  }

  #prepareAhead(ahead: Ahead[], signal: AbortSignal): void {
    const most = this.#adapter.batch === undefined ? BATCHES_AHEAD : BATCHES_AHEAD_OF_TEXTS;
    while (!signal.aborted && this.#queue.queued > 0 && ahead.length < most) {
      const each: Ahead = { batch: this.#batches.next(signal), isReady: false };
      each.batch.then(
        () => (each.isReady = true),
        () => undefined,
      );
      ahead.push(each);
    }
  }

  /** Constructs a batch, and those after it that are ready by then: while one is committed, the next is being written already. */
  async #constructInTurn(batch: readonly Prepared[], ahead: Ahead[], signal: AbortSignal): Promise<void> {
    let begun: Begun | null = this.#begin(batch);
    for (let left = BATCHES_A_TURN - 1; begun !== null; left--) {
      const current: Begun = begun;
      const outcomes = await current.outcomes;
      begun = null;
      let trouble: unknown = null;
      // A text is written anew by each batch, from what the one before it left.
      if (this.#collection.kind === 'files' && left > 0 && ahead[0]?.isReady === true && !signal.aborted) {
        try {
          await this.#port.stillThere();
          begun = this.#begin(await ahead[0].batch);
          ahead.shift();
        } catch (error) {
          trouble = error;
        }
      }
      try {
        this.#commit(current, outcomes);
        if (begun !== null) this.#prepareAhead(ahead, signal);
      } catch (error) {
        // Nobody looks at the source while something is written.
        await begun?.outcomes.catch(() => undefined);
        throw error;
      }
      if (trouble !== null) throw trouble;
    }
  }

  /** Has a batch written, but for what is not to be. */
  #begin(batch: readonly Prepared[]): Begun {
    const ready: Prepared[] = [];
    const agreed: Prepared[] = [];
    const refused: Prepared[] = [];
    const gone: Prepared[] = [];
    for (const item of batch) this.#giveBack(item);
    for (const item of batch) {
      if (item.job.touched) this.#queue.requeue(item.job);
      else if (!item.planned.write) (this.#port.isGone(item.id) ? gone : agreed).push(item);
      else if (item.content?.from === 'missing' && this.#isGone(item)) refused.push({ ...item, content: GONE });
      else if (item.content?.from === 'missing') this.#wait(item);
      else if (item.content?.from === 'refused') refused.push(item);
      else ready.push(item);
    }
    // What a package asks for is known to be open until the package counts as applied; of the rest nothing else would tell.
    const untold = ready.filter((item) => item.job.tickets.length === 0);
    if (untold.length > 0) this.#collection.transact(() => this.#port.writing(untold.map((item) => item.job.row)));
    if (this.#adapter.unedited !== undefined) noteSent(this.#collection, this.#source.row, ready);
    const asked = ready.map((item) => constructItemOf(item, planOf(item.content), item.attachments));
    const outcomes = asked.length === 0 ? Promise.resolve([]) : this.#adapter.construct(asked);
    // Whoever awaits it next is told.
    outcomes.catch(() => undefined);
    return { batch, ready, agreed, refused, gone, outcomes };
  }

  #giveBack(item: Prepared): void {
    const other = giveBack(this.#collection, this.#source, this.#adapter, item, () => this.#port.due());
    if (other === null) return;
    item.job.touched = true;
    this.#queue.enqueue(other, NO_TICKETS);
  }

  /** Moves snapshots by what was really written. */
  #commit({ batch, ready, agreed, refused, gone }: Begun, outcomes: readonly ConstructOutcome[]): void {
    const stale: Prepared[] = [];
    const unexpected = new Map<Prepared, RecordId>();
    const isBack = ready.some((item, at) => outcomes[at]?.done === 'written' && this.#wasAwaited(item));
    this.#collection.transact(() => {
      this.#port.writing(ready.map((item) => item.job.row));
      for (const item of agreed) if (!this.#outcomes.agreed(item)) stale.push(item);
      for (const { id, content } of refused)
        if (content?.from === 'refused') this.#outcomes.problem(id, content.code, content.detail);
      outcomes.forEach((outcome, at) => {
        const item = ready[at] as Prepared;
        const where = this.#outcomes.outcome(item, outcome);
        if (where !== null) unexpected.set(item, where);
      });
    });
    this.#adapter.committed?.(outcomes);
    if (isBack) this.#port.contentsBack();
    for (const { job } of stale) this.#queue.requeue(job);
    for (const { job, id } of gone) this.#queue.waitForLook(job, id);
    const settled = [...agreed, ...refused].filter((item) => !stale.includes(item));
    const done = settled.flatMap((item) => this.#queue.finish(item.job));
    let bytes = 0;
    outcomes.forEach((outcome, at) => {
      const item = ready[at] as Prepared;
      const where = unexpected.get(item);
      if (where !== undefined) {
        this.#queue.waitForLook(item.job, where);
        this.#port.lookAgain(where);
        return;
      }
      if (outcome.done === 'written' && outcome.fresh === true) this.#port.lookAgain(item.id);
      const entry = fileEntry(item.planned.fields?.get(ENTRY));
      if (entry?.type === 'file' && item.content !== null) bytes += entry.size;
      done.push(...this.#queue.finish(item.job));
    });
    this.#port.progress(agreed.length + outcomes.length, bytes);
    const tried = ready.filter((_, at) => outcomes[at]?.done !== 'refused');
    const freed = this.#outcomes.freedBy(tried.map((item) => item.id));
    // The packages count as applied once what they made way for was tried again.
    freed.forEach((row, at) => {
      this.#queue.enqueue(row, at === 0 ? done : []);
    });
    if (freed.length === 0 && done.length > 0) this.#port.done(done);
    this.#batches.written(batch);
  }

  /**
   * Has nobody its content any more, as where a device left, or was removed, before another one had fetched it? Who linked since was not asked, and
   * another place of this device that cannot be read now has it as long as no look finds it gone there.
   */
  #isGone({ id, job, planned, epoch }: Prepared): boolean {
    if (epoch !== this.#port.peersEpoch()) return false;
    const isNamed = this.#collection.problems.find(this.#source.row, id)?.code === GONE.code;
    const lacked = this.#clock.now() - (job.lackingSince ?? Number.POSITIVE_INFINITY);
    if (!isNamed && lacked < GIVEN_UP_MS) return false;
    const entry = fileEntry(planned.fields?.get(ENTRY));
    if (entry?.type === 'file' && this.#contents.heldAmong([entry.digest]).size > 0) return false;
    const dots = [...planned.held].flatMap(([field, { value, dots }]) =>
      field === ENTRY || referencesOf(value).length > 0 ? dots : [],
    );
    return !this.#port.mayCome(dots);
  }

  #wasAwaited({ id, job, content }: Prepared): boolean {
    if (content === null) return false;
    return job.lackingSince !== null || this.#collection.problems.find(this.#source.row, id)?.code === GONE.code;
  }

  /** Nobody linked has its content: it waits until somebody new is. */
  #wait({ job, epoch }: Prepared): void {
    job.lackingSince ??= this.#clock.now();
    if (epoch === this.#port.peersEpoch()) this.#queue.wait(job);
    else this.#queue.requeue(job);
  }
}

/** What the source needs to know of a content that was found. */
function planOf(found: FoundContent | null): ContentPlan | null {
  if (found === null || found.from === 'missing' || found.from === 'refused') return null;
  return found.from === 'staged' ? { from: 'staged', path: found.path } : found;
}
