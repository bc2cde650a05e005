import type { SourceState } from '../contract/contract.ts';
import type { Collection } from './collection.ts';
import { keepStaged } from './construct/keep-staged.ts';
import { RetryProblems } from './construct/retry-problems.ts';
import { type ConstructionParts, RunConstruction } from './construct/run-construction.ts';
import { isMissingFor } from './construct/write-problems.ts';
import type { Contents } from './content-exchange/contents.ts';
import type { Held } from './merge/record-state.ts';
import { letGoOfLeftOut } from './one-source/let-go-of-left-out.ts';
import { LookAtSource } from './one-source/look-at-source.ts';
import { SourceConfirmation, type SourcePreview } from './one-source/source-confirmation.ts';
import { SourceStage } from './one-source/source-stage.ts';
import { type Progress, SourceStatus } from './one-source/source-status.ts';
import type { SynchronizerPort } from './one-source/synchronizer-port.ts';
import { Lock } from './platform/lock.ts';
import { troubleText } from './platform/trouble-text.ts';
import type { SourceAdapter } from './sources/source-adapter.ts';
import type { StoredSource } from './store/registry-store.ts';
import { groupOf } from './take-in/item-group.ts';
import { LaterLooks } from './take-in/later-looks/later-looks.ts';
import { StartNews } from './take-in/later-looks/start-news.ts';

/** What a source is made of. */
export interface SourceParts extends ConstructionParts {
  readonly contents: Contents;
}

/**
 * One source and its two half-cycles: what the source says becomes packages, what packages say becomes the source.
 *
 *     source → snapshot → difference → package      package → merge → construct → source
 */
export class Synchronizer {
  readonly adapter: SourceAdapter;
  readonly construction: RunConstruction;
  readonly #collection: Collection;
  readonly #port: SynchronizerPort;
  readonly #lock = new Lock();
  readonly #later: LaterLooks;
  readonly #abort = new AbortController();
  readonly #confirmation: SourceConfirmation;
  readonly #status: SourceStatus;
  readonly #problems: RetryProblems;
  readonly #stage: SourceStage;
  readonly #news: StartNews;
  readonly #looks: LookAtSource;

  constructor(parts: SourceParts, port: SynchronizerPort) {
    const { collection, source, adapter, contents, clock } = parts;
    this.#collection = collection;
    this.adapter = adapter;
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
    this.construction = new RunConstruction(parts, {
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
    this.#looks = new LookAtSource(
      parts,
      {
        construction: this.construction,
        later: this.#later,
        confirmation: this.#confirmation,
        status: this.#status,
        problems: this.#problems,
        stage: this.#stage,
        news: this.#news,
      },
      port,
      { lock: this.#lock, signal: this.#abort.signal },
    );
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
      return await this.#looks.look(within, asked, begins);
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
    return this.#confirmation.previewOf(await this.#lock.run(() => this.#looks.trial()));
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
      const gone = this.#confirmation.goneBy(await this.#looks.trial(), plan);
      if (gone === null) return false;
      this.#stage.putBack(gone);
      this.#later.forget();
      return true;
    });
  }

  /**
   * Other rules of what it holds: it is compared with the collection as at a join. Nothing is looked at meanwhile, so a look has one set of
   * rules from its beginning to its end: what the new ones leave out would be deleted by the old. That is let go of now: before the next look, which
   * a pause or a disk that is away puts off, they may be others again. `first`: what is done before, and nothing written meanwhile.
   */
  changeRules(settings: StoredSource['settings'], first: () => Promise<void>): Promise<void> {
    return this.#lock.run(async () => {
      await first();
      this.#stage.changeSettings(settings);
      if (!this.isWritten) this.construction.release();
      this.#later.forget();
      await this.adapter.setRules?.(settings);
      const { is } = await this.adapter.condition();
      await this.#port.leavesOut(is === 'ready');
      letGoOfLeftOut(this.#collection, this.source.row, this.adapter, this.#port);
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

  async #whileReady<T>(work: () => Promise<T>): Promise<T> {
    const condition = await this.adapter.condition();
    if (condition.is === 'ready') return work();
    this.#status.set('unavailable', condition.detail);
    throw new SourceAway(condition.detail);
  }
}

/** As groups: what a source of texts lists. */
const EVERYTHING: ReadonlySet<string> = new Set(['']);

class SourceAway extends Error {}
