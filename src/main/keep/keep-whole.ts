import { PlannedRetry, type RetryPace } from '../platform/retry.ts';
import { hexOf } from '../record/encode-value.ts';
import type { RecordId } from '../record/ids.ts';
import type { Inspected, Revision } from '../sources/source-adapter.ts';
import { isLeftByPower, isSettledThere } from './keep-expected.ts';
import { judge, type Suspect, type There } from './keep-judge.ts';
import type { IdleJob, KeepCollection, KeepPort, KeepSource } from './keep-port.ts';
import { forgetHeld, type Judged, noteJudged } from './keep-snapshot.ts';

const STEP = 256;
/** What could not be read, or had by anybody, is tried again after this long. */
const AGAIN_MS = 30_000;
/** What somebody may have who was not linked yet: a device between this one and that fetches what it is asked for again. */
const UNDECIDED: RetryPace = { first: AGAIN_MS, most: 5 * 60_000 };
/**
 * After a stop in which the power may have gone: files are not synced one by one when they are constructed, so what was written last may
 * be torn, or not have happened. Such items are held back, neither edit nor deletion, until they were compared with what they should
 * be. What the power left of them is constructed again, and its bytes go to the version store as anything replaced; all else
 * is somebody's edit and is let go.
 */
export class WholeFiles implements IdleJob {
  readonly #port: KeepPort;
  readonly #suspects = new Map<number, Map<RecordId, Suspect>>();
  /** By source. */
  readonly #queues = new Map<number, Suspect[]>();
  #undecided: Suspect[] = [];
  readonly #again: PlannedRetry;
  #working: Promise<void> | null = null;
  #stopped = false;
  readonly #settled: () => void;

  /** `settled`: told when no suspect is left. */
  constructor(port: KeepPort, settled: () => void) {
    this.#port = port;
    this.#settled = settled;
    this.#again = new PlannedRetry(port.clock, UNDECIDED, () => this.#askAgain());
  }

  get isSettled(): boolean {
    return [...this.#suspects.values()].every((suspects) => suspects.size === 0);
  }

  /**
   * Holds back what a source was being brought to, what the power left earlier and was not made again, and where the `power` may have gone what
   * it was brought to lately as well. To be called before it is looked at for the first time.
   */
  suspect(each: KeepCollection, source: KeepSource, power: boolean): void {
    const unsynced = this.#port.unsynced.of(source.row);
    const doubted = new Set(unsynced.filter((row) => power || isLeftByPower(each.collection, source, row)));
    const rows = new Set([...doubted, ...source.pending()]);
    // What was to be constructed when the program ended, and no open package tells of.
    if (!power) for (const row of unsynced) if (!isSettledThere(each.collection, source, row)) source.construct(row);
    this.#suspects.set(source.row, new Map());
    this.#queues.set(source.row, []);
    for (const row of rows) this.#doubtAt(each, source, row, power || doubted.has(row));
  }

  #doubtAt(each: KeepCollection, source: KeepSource, row: number, power: boolean): void {
    const id = each.collection.records.at(row)?.id;
    const suspects = this.#suspects.get(source.row);
    if (id === undefined || suspects === undefined || suspects.has(id)) return;
    const suspect = { each, source, row, id, power, seen: null, asked: new Set<string>(), due: false, lastTry: false };
    suspects.set(id, suspect);
    this.#putBack([suspect]);
  }

  /** `revision`: a look found it there like this. What somebody wrote to since it could not be told waits for nobody any more. */
  holdsBack(source: number, id: RecordId, revision?: Revision): boolean {
    const suspect = this.#suspects.get(source)?.get(id);
    if (suspect === undefined) return false;
    if (revision !== undefined && suspect.seen !== null && suspect.seen !== hexOf(revision)) {
      suspect.due = true;
      this.#port.wake();
    }
    return true;
  }
  /** A source has other rules: what was left out of it may be written now. */
  retry(source: number): void {
    for (const suspect of this.#undecided) suspect.due ||= suspect.source.row === source;
    this.#port.wake();
  }
  /**
   * A look found that rules leave out what the source held. What the power left there and was not made again yet is doubted again: forgotten, it
   * would be an edit once it is let in.
   */
  leavesOut(each: KeepCollection, source: KeepSource): void {
    for (const row of this.#port.unsynced.of(source.row)) {
      const id = each.collection.records.at(row)?.id;
      if (id !== undefined && source.leavesOut(id) && isLeftByPower(each.collection, source, row))
        this.#doubtAt(each, source, row, true);
    }
    this.#port.wake();
  }
  forget(source: number): void {
    this.#suspects.delete(source);
    this.#queues.delete(source);
    this.#undecided = this.#undecided.filter((suspect) => suspect.source.row !== source);
  }

  /** Resolves once nothing is under way; nothing more begins. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#again.ended();
    await this.#working;
  }

  /** Looks at the suspects now, without waiting for a quiet moment: the rest of the program waits for them. */
  async run(): Promise<void> {
    while (await this.step());
  }

  async step(): Promise<boolean> {
    // One at a time: the walk at the start may still be under way when it gets quiet.
    if (this.#working !== null) {
      await this.#working;
      return true;
    }
    const batch = this.#stopped ? [] : this.#take();
    if (batch.length === 0) return false;
    const working = this.#inspect(batch);
    this.#working = working.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await working;
    } finally {
      this.#working = null;
    }
  }

  /** The next batch, all of one source that is there. */
  #take(): readonly Suspect[] {
    for (const suspect of this.#undecided.filter(isDue)) {
      this.#undecided.splice(this.#undecided.indexOf(suspect), 1);
      suspect.due = false;
      for (const device of suspect.each.linked()) suspect.asked.add(device);
      this.#putBack([suspect]);
    }
    for (const queue of this.#queues.values()) if (queue[0]?.source.isAway === false) return queue.splice(-STEP);
    return [];
  }

  #putBack(suspects: readonly Suspect[]): void {
    for (const suspect of suspects) this.#queues.get(suspect.source.row)?.push(suspect);
  }

  /** false: the source is not there; its suspects wait. */
  async #inspect(batch: readonly Suspect[]): Promise<boolean> {
    const [{ source }] = batch as [Suspect];
    let standing: readonly Inspected[] | null = null;
    try {
      // Asked before and after: what is missing on a disk that went away is not gone.
      if (await source.isReady())
        standing = await this.#port.store.inspect(
          source.id,
          batch.map(({ id }) => id),
        );
      if (standing !== null && !(await source.isReady())) standing = null;
    } finally {
      if (standing === null) this.#putBack(batch);
    }
    if (standing === null) return false;
    const judged: Judged[] = [];
    for (const [at, suspect] of batch.entries()) {
      const verdict = await judge(this.#port, suspect, standing[at] as Inspected);
      if (this.#suspects.get(source.row)?.get(suspect.id) !== suspect) continue;
      if (verdict === 'once-more') {
        suspect.lastTry = true;
        this.#tryAgain(suspect);
      }
      if (verdict === 'undecided' || verdict === 'once-more') this.#hold(suspect, standing[at] as There);
      else if (verdict === 'later') this.#holdUnread(suspect);
      else judged.push({ suspect, standing: standing[at] as Inspected, verdict });
    }
    this.#settle(source, judged);
    return true;
  }

  #tryAgain(suspect: Suspect): void {
    this.#port.clock.after(AGAIN_MS, () => {
      suspect.due = true;
      this.#port.wake();
    });
  }

  /** After those that somebody could tell who was not linked. */
  #askAgain(): void {
    const open = this.#undecided.filter(({ lastTry }) => !lastTry);
    for (const suspect of open) suspect.due ||= suspect.each.linked().length > 0;
    if (open.some(({ due }) => due)) this.#port.wake();
    if (open.some(({ due }) => !due)) this.#planAgain();
  }
  #planAgain(): void {
    if (!this.#stopped) this.#again.failed();
  }

  #hold(suspect: Suspect, standing: There): void {
    const { each, source, id } = suspect;
    if (suspect.seen === null) this.#again.anew();
    suspect.seen ??= hexOf(standing.revision);
    this.#undecided.push(suspect);
    forgetHeld(this.#port, suspect);
    if (!suspect.lastTry) this.#planAgain();
    // What is left out is no problem of anybody's, and doubted all the same: it may be let in again.
    if (source.leavesOut(id)) {
      each.collection.problems.drop(source.row, id);
      return;
    }
    each.collection.problems.put(
      source.row,
      id,
      'content-unavailable',
      'it may be torn by a power loss: it is compared once a device that has its content is linked, and left as it is until then',
      this.#port.clock.now(),
    );
  }

  /** What is there cannot be read now: once it can be, it may be torn as well. A look names the trouble. */
  #holdUnread(suspect: Suspect): void {
    this.#undecided.push(suspect);
    this.#tryAgain(suspect);
  }

  /** All of a batch at once: there may be tens of thousands, and each commit waits for the disk. */
  #settle(source: KeepSource, settled: readonly Judged[]): void {
    const { collection } = settled[0]?.suspect.each ?? {};
    // A source that went meanwhile has no suspects any more.
    const judged = settled.filter(({ suspect, standing, verdict }) => {
      if (this.#suspects.get(source.row)?.get(suspect.id) !== suspect) return false;
      // Its rules may have become others since the batch was begun.
      if (verdict !== 'again' || !isLeftOut(suspect, standing)) return true;
      this.#hold(suspect, standing as There);
      return false;
    });
    if (collection === undefined || judged.length === 0) return;
    collection.transact(() => {
      for (const each of judged) {
        noteJudged(this.#port, each);
        collection.problems.drop(source.row, each.suspect.id);
      }
      const rows = judged.map(({ suspect }) => suspect.row);
      this.#port.unsynced.note(source.row, rows, this.#port.clock.now());
    });
    for (const { suspect } of judged) this.#suspects.get(source.row)?.delete(suspect.id);
    if (this.isSettled) this.#settled();
    for (const { suspect, verdict } of judged)
      if (verdict !== 'let-go' || !isSettledThere(collection, source, suspect.row)) source.construct(suspect.row);
    source.look(new Set(judged.map(({ suspect: { id } }) => id.slice(0, Math.max(0, id.lastIndexOf('/'))))));
  }
}

/** Is there somebody who was not asked? */
const isDue = ({ each, asked, due }: Suspect): boolean => due || each.linked().some((device) => !asked.has(device));

/** Is something there that is not written to: what is torn stays so, and is doubted until it is let in again. */
const isLeftOut = ({ source, id }: Suspect, standing: Inspected): boolean =>
  standing.is === 'there' && source.leavesOut(id);
