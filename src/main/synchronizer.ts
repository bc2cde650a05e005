import type { SourceState } from '../contract/contract.ts';
import type { Collection } from './collection.ts';
import { keepStaged } from './construct/keep-staged.ts';
import { RetryProblems } from './construct/retry-problems.ts';
import { RunConstruction } from './construct/run-construction.ts';
import { isMissingFor } from './construct/write-problems.ts';
import type { Contents } from './content-exchange/contents.ts';
import type { Held } from './merge/record-state.ts';
import { SourceConfirmation, type SourcePreview } from './one-source/source-confirmation.ts';
import { SourceStage } from './one-source/source-stage.ts';
import { type Progress, SourceStatus } from './one-source/source-status.ts';
import type { SynchronizerPort } from './one-source/synchronizer-port.ts';
import type { Clock } from './platform/clock.ts';
import { Lock } from './platform/lock.ts';
import { troubleText } from './platform/trouble-text.ts';
import type { SourceAdapter } from './sources/source-adapter.ts';
import type { ContentStore } from './store/content-store.ts';
import type { StoredProblem } from './store/problem-store.ts';
import type { StoredSource } from './store/registry-store.ts';
import { groupOf } from './take-in/item-group.ts';
import { LaterLooks } from './take-in/later-looks/later-looks.ts';
import type { LookScope } from './take-in/later-looks/look-scope.ts';
import { StartNews } from './take-in/later-looks/start-news.ts';
import { type TakeInPort, type TakeInRequest, type TakeInResult, takeIn } from './take-in/take-in.ts';

/**
 * One source and its two half-cycles: what the source says becomes packages, what packages say becomes the source.
 *
 *     source → snapshot → difference → package      package → merge → construct → source
 */
export class Synchronizer {
  readonly adapter: SourceAdapter;
  readonly construction: RunConstruction;
  readonly #collection: Collection;
  readonly #contentStore: ContentStore;
  readonly #contents: Contents;
  readonly #clock: Clock;
  readonly #port: SynchronizerPort;
  readonly #lock = new Lock();
  readonly #later: LaterLooks;
  readonly #abort = new AbortController();
  readonly #confirmation: SourceConfirmation;
  readonly #status: SourceStatus;
  readonly #problems: RetryProblems;
  readonly #stage: SourceStage;
  readonly #news: StartNews;

  constructor(
    collection: Collection,
    source: StoredSource,
    adapter: SourceAdapter,
    contents: Contents,
    contentStore: ContentStore,
    clock: Clock,
    port: SynchronizerPort,
  ) {
    this.#collection = collection;
    this.adapter = adapter;
    this.#contentStore = contentStore;
    this.#contents = contents;
    this.#clock = clock;
    this.#port = port;
    this.#later = new LaterLooks(clock, adapter.project !== undefined, (groups, after) =>
      port.lookLater(groups, after),
    );
    this.#confirmation = new SourceConfirmation(collection, source.row);
    this.#status = new SourceStatus(
      clock,
      () => this.#confirmation.question,
      () => port.changed(),
    );
    this.construction = new RunConstruction(collection, source, adapter, contentStore, clock, {
      batchFiles: port.batches.constructed,
      findContents: (wanted, signal) => contents.find(wanted, port.ask, signal),
      readContent: (id, { content, size }) => contents.read(id, { digest: content, size }, port.ask),
      keepContents: (found) => contents.keep(found),
      peersEpoch: () => port.peersEpoch(),
      mayCome: (dots) => port.mayCome(dots),
      locked: (work) => this.#lock.run(() => this.#whileReady(work)),
      stillThere: () => this.#whileReady(() => Promise.resolve()),
      lookAgain: (id) => this.#later.lookAgain(groupOf(id)),
      heldBack: (id) => port.heldBack(id),
      isGone: (id) => this.#later.isGone(id),
      writing: (rows) => port.writing(rows),
      due: () => this.#stage.fill(),
      contentsBack: () => port.contentsBack(),
      done: (tickets) => port.done(tickets),
      progress: (items, bytes) => this.#status.advance('writing', items, bytes),
    });
    this.#stage = new SourceStage(collection, source, {
      construction: this.construction,
      rulesVersion: () => adapter.rulesVersion(),
      updated: (updated) => port.sourceUpdated(updated),
    });
    this.#news = new StartNews(clock, {
      caughtUp: () => port.caughtUp(),
      look: () => port.lookLater(EVERYTHING, 0),
    });
    this.#problems = new RetryProblems(collection, source.row, this.construction, (id) => port.heldBack(id));
  }

  get source(): StoredSource {
    return this.#stage.source;
  }
  /** Is what changes elsewhere written to it? */
  get isWritten(): boolean {
    return !this.source.settings.readOnly;
  }
  /** Is it kept from holding something of the collection, by what a person set for it? */
  get leavesOut(): boolean {
    const { only, ignore } = this.source.settings;
    return !this.isWritten || only.length > 0 || ignore.length > 0;
  }
  /** Is what was left out, or is new to it, still to be brought to it, though packages of before count as applied? */
  get isFilling(): boolean {
    return this.#stage.isFilling;
  }
  /** Is something that counts as applied, for it is named as a problem, not there? */
  get misses(): boolean {
    return this.#collection.problems.isAny(this.source.row, isMissingFor);
  }
  get state(): SourceState {
    return this.#status.state;
  }
  get reason(): string | null {
    return this.#status.reason;
  }
  /** The plan a person may let go on; null where nothing waits for one. */
  get plan(): string | null {
    return this.#status.plan;
  }
  /** Nothing goes on before a person has said so, or its place is there again. */
  get isStopped(): boolean {
    return this.#confirmation.isHalted || this.state === 'unavailable';
  }
  /** A person is asked about some items, and all else goes on. */
  get asks(): boolean {
    return this.#confirmation.question !== null;
  }
  /** Nothing is under way in it. */
  get rests(): boolean {
    return this.state === 'ready' || (this.state === 'halted' && !this.#confirmation.isHalted);
  }
  /** How many records wait for what may come about and nothing would tell: content that nobody linked had, room on the disk. */
  get lacking(): number {
    return this.#problems.lacking;
  }
  /** They are tried again. */
  retryLacking(): void {
    this.#problems.retryLacking();
  }
  /** As `RetryProblems`. */
  retryGone(): boolean {
    return this.#problems.retryGone();
  }
  /** Something is gone that is not taken for deleted yet. */
  get postpones(): boolean {
    return this.#later.isGoing;
  }
  get progress(): Progress | null {
    return this.#status.progress;
  }

  /**
   * The first half of a cycle: takes in what changed in the source. `within`: only these groups; null: everywhere. `asked`: a
   * person waits for it, so what is gone is deleted, but for what may be yet to come. `begins`: called when it is its turn. false: it could not.
   */
  async look(within: readonly string[] | null, asked: boolean, begins: () => void = () => undefined): Promise<boolean> {
    if (this.#collection.stored.paused || this.#abort.signal.aborted) return false;
    try {
      return await this.#takeIn(within, asked, begins);
    } finally {
      this.#port.ended();
    }
  }

  /** The second half: brings to the source what the records say; nothing where it is halted or not there. */
  async construct(): Promise<void> {
    this.#news.told();
    if (this.#collection.stored.paused || this.#abort.signal.aborted || this.source.adopting) return;
    if (this.isStopped) return;
    if (!this.isWritten) {
      await this.#lock.run(async () => this.construction.sift());
      this.#port.changed();
      return;
    }
    this.#stage.noteFilled();
    if (this.construction.open === this.construction.waiting) return;
    this.#status.beginWriting();
    try {
      await this.construction.run(this.#abort.signal);
      if (this.#stage.isQueued && !this.#abort.signal.aborted)
        await keepStaged(this.#collection, this.source.row, this.adapter, this.construction.rows());
      this.#stage.noteFilled();
    } catch (error) {
      if (!(error instanceof SourceAway)) throw error;
    } finally {
      this.#status.endWriting();
      this.#port.ended();
    }
  }

  /** What the next cycle would take in, without doing it. */
  async preview(): Promise<SourcePreview> {
    return this.#confirmation.previewOf(await this.#lock.run(() => this.#trial()));
  }

  /** What the source holds of a record now; null: it never held it. */
  heldNow(row: number): Held | null {
    const { records } = this.#collection;
    const record = records.at(row);
    return record === null ? null : this.#collection.held(record, records.snapshot(this.source.row, row));
  }

  /** Lets a halted source go on with exactly the plan it halted for, or deletes what was asked about. */
  confirm(plan: string): void {
    this.#confirmation.confirm(plan);
    this.#later.forget();
  }

  /**
   * A person says that what is gone from a halted source went by mistake: it is written there again, from other devices or from what is kept here.
   * Whatever stands in such a place by then is left and compared as at a join. false: it halts for another plan by now.
   */
  putBack(plan: string): Promise<boolean> {
    return this.#lock.run(async () => {
      const gone = this.#confirmation.goneBy(await this.#trial(), plan);
      if (gone === null) return false;
      this.#stage.putBack(gone);
      this.#later.forget();
      return true;
    });
  }

  /**
   * Other rules of what it holds: it is compared with the collection as at a join. Nothing is looked at meanwhile, so a look has one set of
   * rules from its beginning to its end: what the new ones leave out would be deleted by the old. `first`: what is done before, and nothing
   * written meanwhile.
   */
  changeRules(settings: StoredSource['settings'], first: () => Promise<void>): Promise<void> {
    return this.#lock.run(async () => {
      await first();
      this.#stage.changeSettings(settings);
      if (!this.isWritten) this.construction.release();
      this.#later.forget();
      await this.adapter.setRules?.(settings);
    });
  }

  /** The next look is at everything. */
  forgetLook(): void {
    this.#later.forget();
  }

  /** A look failed altogether: that is said, and the next one is at everything. */
  lookFailed(error: Error): void {
    this.#later.forget();
    if (!this.#abort.signal.aborted) this.#status.set('unavailable', troubleText(error));
  }

  /** Nothing is looked at or written any more. `last`: what is done then, before the source is closed. */
  async stop(last: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.#abort.abort();
    this.#news.stop();
    await this.#lock.run(last);
    await this.adapter.close();
  }

  async #takeIn(groups: readonly string[] | null, asked: boolean, begins: () => void): Promise<boolean> {
    const scope = this.#later.next(groups, asked);
    const all = scope.within === null;
    if (this.source.adopting && !this.#port.mayCompare()) {
      this.#status.set('scanning', 'Waits until the collection is here, to compare the two.');
      return false;
    }
    if (this.state === 'ready' && all) this.#status.set('scanning');
    let troubled: readonly StoredProblem[] = [];
    let leftDue: readonly number[] = [];
    const taken = await this.#lock.run(() => {
      begins();
      // Not before it is our turn: what was being constructed until now may have met with a problem.
      troubled = this.#problems.named();
      leftDue = this.#stage.leftDue();
      return takeIn(this.#takeInPort(), this.#request(scope));
    });
    if (taken.is === 'done') {
      const looked = new Set(scope.within);
      this.#problems.looked(troubled, all, (id) => looked.has(groupOf(id)));
      this.#stage.queueDue([...taken.behind, ...leftDue]);
      // What is held back was not looked at: whoever lets go of it calls for a look.
      if (!all) this.construction.retryWhere((id) => looked.has(groupOf(id)) && !this.#port.heldBack(id));
    }
    return this.#took(taken, scope);
  }

  /** A look that only tells what it finds. */
  #trial(): Promise<TakeInResult> {
    return takeIn(this.#takeInPort(), this.#request(this.#later.trial(), true));
  }

  #request(scope: LookScope, dry = false): TakeInRequest {
    const port = this.#port;
    return {
      scope,
      confirmed: this.#confirmation.confirmed,
      limits: port.limits(),
      heldBack: (id, revision) => port.heldBack(id, revision),
      // It may become another while a look is under way.
      get readOnly() {
        return !port.mayWrite();
      },
      get belongs() {
        return port.belongs();
      },
      holdsNameless: !this.source.adopting && this.#news.isHeld,
      dry,
      signal: this.#abort.signal,
    };
  }

  #takeInPort(): TakeInPort {
    return {
      batchRecords: this.#port.batches.taken,
      collection: this.#collection,
      source: this.source,
      adapter: this.adapter,
      contents: this.#contentStore,
      clock: this.#clock,
      written: (packages) => {
        const applied = packages.flatMap((each) => each.applied);
        this.construction.touch(applied);
        this.construction.makeWay(applied.map(({ change }) => change.record));
        this.#port.written(packages);
      },
      lately: (rows) => this.#port.writing(rows),
      settled: (rows) => this.construction.settle(rows),
      due: (row) => this.#stage.foundDue(row),
      leavesOut: () => {
        // Its files can be read again.
        if (this.state === 'unavailable') this.#status.set('scanning');
        return this.#port.leavesOut();
      },
      keepContents: (contents) => this.#contents.keep(contents),
      // A look at what was just saved is over in a moment, and is not shown; one at a large file is.
      readsLong: () => {
        if (this.state === 'ready') this.#status.set('scanning');
      },
      progress: (items, bytes) => this.#status.advance('reading', items, bytes),
    };
  }

  #took(taken: TakeInResult, scope: LookScope): boolean {
    switch (taken.is) {
      case 'planned':
        return false;
      case 'unavailable':
        this.#later.forget();
        this.#status.set('unavailable', taken.detail);
        return false;
      case 'halted':
        this.#later.halted(scope);
        this.#status.set('halted', this.#confirmation.halt(taken), taken.plan);
        return false;
      case 'done': {
        this.#confirmation.goOn();
        const all = this.#later.took(scope, taken.token);
        if (all) {
          this.#confirmation.carriedOut();
          this.#stage.lookedEverywhere();
          if (this.#status.cameBack()) this.#port.contentsBack();
          // A peer may have now what it could not give before, though nothing says so: its disk was away, or full.
          this.construction.retryWaiting();
        }
        // What is still being written has not been seen whole.
        if (taken.waits || !this.#later.isGoing) this.#news.looked(taken.waits);
        if (this.#later.isGoing) this.#status.set('scanning', VANISHING_TEXT);
        else if (this.#news.waits) this.#status.set('scanning', NEWS_TEXT);
        else this.#status.set('ready');
        return true;
      }
    }
  }

  async #whileReady<T>(work: () => Promise<T>): Promise<T> {
    const condition = await this.adapter.condition();
    if (condition.is === 'ready') return work();
    this.#status.set('unavailable', condition.detail);
    throw new SourceAway(condition.detail);
  }
}

const VANISHING_TEXT = 'Items are going: waits until no more do, before any of it is deleted elsewhere.';
const NEWS_TEXT = 'There are new entries: waits a minute for the other devices, which may know them already.';
/** As groups: what a source of texts lists. */
const EVERYTHING: ReadonlySet<string> = new Set(['']);

class SourceAway extends Error {}
