import type { Collection } from '../collection.ts';
import type { RetryProblems } from '../construct/retry-problems.ts';
import type { RunConstruction } from '../construct/run-construction.ts';
import type { Contents } from '../content-exchange/contents.ts';
import type { Clock } from '../platform/clock.ts';
import type { Lock } from '../platform/lock.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { StoredProblem } from '../store/problem-store.ts';
import { groupOf } from '../take-in/item-group.ts';
import type { LaterLooks } from '../take-in/later-looks/later-looks.ts';
import type { LookScope } from '../take-in/later-looks/look-scope.ts';
import type { StartNews } from '../take-in/later-looks/start-news.ts';
import { type TakeInPort, type TakeInRequest, type TakeInResult, takeIn } from '../take-in/take-in.ts';
import type { SourceConfirmation } from './source-confirmation.ts';
import type { SourceStage } from './source-stage.ts';
import type { SourceStatus } from './source-status.ts';
import type { SynchronizerPort } from './synchronizer-port.ts';

/** What is looked at, and where what is found goes. */
interface LookedAt {
  readonly collection: Collection;
  readonly adapter: SourceAdapter;
  readonly contents: Pick<Contents, 'keep'>;
  readonly contentStore: ContentStore;
  readonly clock: Clock;
}
/** What is known of the source, which a look asks and tells. */
interface AboutSource {
  readonly construction: RunConstruction;
  readonly later: LaterLooks;
  readonly confirmation: SourceConfirmation;
  readonly status: SourceStatus;
  readonly problems: RetryProblems;
  readonly stage: SourceStage;
  readonly news: StartNews;
}
/** Looking and writing take turns, and end together. */
interface Turns {
  readonly lock: Lock;
  readonly signal: AbortSignal;
}

const VANISHING_TEXT = 'Items are going: waits until no more do, before any of it is deleted elsewhere.';
const NEWS_TEXT = 'There are new entries: waits a minute for the other devices, which may know them already.';

/** The first half of a cycle of one source: has it taken in (`takeIn`), and tells all that is known of the source how that ended. */
export class LookAtSource {
  readonly #source: LookedAt;
  readonly #about: AboutSource;
  readonly #port: SynchronizerPort;
  readonly #turns: Turns;

  constructor(source: LookedAt, about: AboutSource, port: SynchronizerPort, turns: Turns) {
    this.#source = source;
    this.#about = about;
    this.#port = port;
    this.#turns = turns;
  }

  /** As `Synchronizer.look`. */
  async look(groups: readonly string[] | null, asked: boolean, begins: () => void): Promise<boolean> {
    const { construction, later, problems, stage, status } = this.#about;
    const scope = later.next(groups, asked);
    const all = scope.within === null;
    if (stage.source.adopting && !this.#port.mayCompare()) {
      status.set('scanning', 'Waits until the collection is here, to compare the two.');
      return false;
    }
    if (status.state === 'ready' && all) status.set('scanning');
    let troubled: readonly StoredProblem[] = [];
    let leftDue: readonly number[] = [];
    const taken = await this.#turns.lock.run(() => {
      begins();
      // Not before it is our turn: what was being constructed until now may have met with a problem.
      troubled = problems.named();
      leftDue = stage.leftDue();
      return takeIn(this.#takeInPort(), this.#request(scope));
    });
    if (taken.is === 'done') {
      const looked = new Set(scope.within);
      problems.looked(troubled, all, (id) => looked.has(groupOf(id)));
      stage.queueDue([...taken.behind, ...leftDue]);
      // What is held back was not looked at: whoever lets go of it calls for a look.
      if (!all) construction.retryWhere((id) => looked.has(groupOf(id)) && !this.#port.heldBack(id));
    }
    return this.#took(taken, scope);
  }

  /** A look that only tells what it finds. Inside the lock. */
  trial(): Promise<TakeInResult> {
    return takeIn(this.#takeInPort(), this.#request(this.#about.later.trial(), true));
  }

  #request(scope: LookScope, dry = false): TakeInRequest {
    const { confirmation, news, stage } = this.#about;
    const port = this.#port;
    return {
      scope,
      confirmed: confirmation.confirmed,
      limits: port.limits(),
      heldBack: (id, revision) => port.heldBack(id, revision),
      // It may become another while a look is under way.
      get readOnly() {
        return !port.mayWrite();
      },
      get belongs() {
        return port.belongs();
      },
      holdsNameless: !stage.source.adopting && news.isHeld,
      dry,
      signal: this.#turns.signal,
    };
  }

  #takeInPort(): TakeInPort {
    const { collection, adapter, contents, contentStore, clock } = this.#source;
    const { construction, stage, status } = this.#about;
    const port = this.#port;
    return {
      batchRecords: port.batches.taken,
      collection,
      source: stage.source,
      adapter,
      contents: contentStore,
      clock,
      written: (packages) => {
        const applied = packages.flatMap((each) => each.applied);
        construction.touch(applied);
        construction.makeWay(applied.map(({ change }) => change.record));
        port.written(packages);
      },
      lately: (rows) => port.writing(rows),
      settled: (rows) => construction.settle(rows),
      due: (row) => stage.foundDue(row),
      leavesOut: () => {
        // Its files can be read again.
        if (status.state === 'unavailable') status.set('scanning');
        return port.leavesOut();
      },
      keepContents: (found) => contents.keep(found),
      // A look at what was just saved is over in a moment, and is not shown; one at a large file is.
      readsLong: () => {
        if (status.state === 'ready') status.set('scanning');
      },
      progress: (items, bytes) => status.advance('reading', items, bytes),
    };
  }

  #took(taken: TakeInResult, scope: LookScope): boolean {
    const { confirmation, construction, later, news, stage, status } = this.#about;
    switch (taken.is) {
      case 'planned':
        return false;
      case 'unavailable':
        later.forget();
        status.set('unavailable', taken.detail);
        return false;
      case 'halted':
        later.halted(scope);
        status.set('halted', confirmation.halt(taken), taken.plan);
        return false;
      case 'done': {
        confirmation.goOn();
        const all = later.took(scope, taken.token);
        if (all) {
          confirmation.carriedOut();
          stage.lookedEverywhere();
          if (status.cameBack()) this.#port.contentsBack();
          // A peer may have now what it could not give before, though nothing says so: its disk was away, or full.
          construction.retryWaiting();
        }
        // What is still being written has not been seen whole.
        if (taken.waits || !later.isGoing) news.looked(taken.waits);
        if (later.isGoing) status.set('scanning', VANISHING_TEXT);
        else if (news.waits) status.set('scanning', NEWS_TEXT);
        else status.set('ready');
        return true;
      }
    }
  }
}
