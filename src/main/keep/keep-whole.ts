import { hexOf } from '../record/encode-value.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXISTS, type FileEntry, fileEntry, MODIFIED } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { revisionIn, storedRevision, vouchesFor } from '../snapshot/stored-revision.ts';
import type { Revision, Standing } from '../sources/source-adapter.ts';
import { earlierWhereMoved, expectedOf, isLeftByPower, isSettledThere, planOf } from './keep-expected.ts';
import type { IdleJob, KeepCollection, KeepPort, KeepSource } from './keep-port.ts';
import { hasHoles, hasTimeOfWhole, isTorn } from './keep-torn.ts';

const STEP = 256;
/** Earlier versions of a file it is compared with. */
const EARLIER = 8;
/**
 * What could not be read, or had by anybody, is tried again after this long; what somebody may have who was not linked yet twice as long each time
 * up to the second: a device between this one and that fetches what it is asked for again.
 */
const AGAIN_MS = 30_000;
const LONGEST_AGAIN_MS = 5 * 60_000;
/** A larger file is not compared byte by byte with what it should be. */
const LARGEST = 64 << 20;

interface Suspect {
  readonly each: KeepCollection;
  readonly source: KeepSource;
  readonly row: number;
  readonly id: RecordId;
  readonly power: boolean;
  /** As it was when it could not be told first; one that changed since is somebody's edit. */
  seen: string | null;
  /** Who was linked when its contents were asked for. */
  readonly asked: Set<string>;
  /** It is to be tried again, whoever is linked. */
  due: boolean;
  /** Whoever could have its contents was asked. */
  lastTry: boolean;
}
/** Bytes that an interruption left beside their place; now in the version store. */
interface LeftAside {
  readonly id: RecordId | null;
  readonly digest: Digest;
  /** Microseconds since 1970. */
  readonly modified: number;
}
/** `made`: it is what was being made, only nobody noted that. `again`: what the power left. */
type Verdict = 'let-go' | 'made' | 'again';
interface Judged {
  readonly suspect: Suspect;
  readonly standing: Standing;
  readonly verdict: Verdict;
}
type There = Extract<Standing, { is: 'there' }>;
type File = Extract<FileEntry, { type: 'file' }>;

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
  #again: (() => void) | null = null;
  #againAfter = AGAIN_MS;
  #working: Promise<void> | null = null;
  #stopped = false;
  readonly #settled: () => void;

  /** `settled`: told when no suspect is left. */
  constructor(port: KeepPort, settled: () => void) {
    this.#port = port;
    this.#settled = settled;
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
    this.#again?.();
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
    let standing: readonly Standing[] | null = null;
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
      const verdict = await this.#judge(suspect, standing[at] as Standing);
      if (this.#suspects.get(source.row)?.get(suspect.id) !== suspect) continue;
      if (verdict === 'undecided') this.#hold(suspect, standing[at] as There);
      else if (verdict === 'later') this.#holdUnread(suspect);
      else judged.push({ suspect, standing: standing[at] as Standing, verdict });
    }
    this.#settle(source, judged);
    return true;
  }

  async #judge(suspect: Suspect, standing: Standing): Promise<Verdict | 'undecided' | 'later'> {
    const expected = expectedOf(suspect.each.collection, suspect.source, suspect.row);
    if (expected === null) return 'let-go';
    if (standing.is === 'unreadable') return suspect.power ? 'later' : 'let-go';
    const { collection } = suspect.each;
    if (standing.is === 'missing') return suspect.power && expected.wasThere ? 'again' : 'let-go';
    const found = fileEntry(standing.fields.get(ENTRY));
    const rule = fieldRule(collection.kind, ENTRY);
    const is = (entry: FileEntry | null): boolean => entry !== null && found !== null && rule.same(entry, found);
    if (suspect.power && is(expected.held) && isLeftByPower(collection, suspect.source, suspect.row)) return 'again';
    if (found === null || is(expected.held)) return 'let-go';
    if (is(expected.target)) return 'made';
    if (!suspect.power) return 'let-go';
    // Whoever writes to it changes more than its content.
    if (expected.vouched !== null && vouchesFor(expected.vouched, standing.revision)) return 'again';
    const earlier = collection.packages.earlierValues(suspect.row);
    const past = earlier.flatMap(({ field, value }) => (field === ENTRY ? (fileEntry(value) ?? []) : []));
    const isOther = expected.wasThere || expected.isGone;
    if (isOther && past.some(is)) return 'again';
    if (found.type !== 'file') return 'let-go';
    // A move that the power took back brings what was written since to the old place, whatever came to be there meanwhile.
    const times = isOther ? [...earlier, ...earlierWhereMoved(collection, suspect.row)] : earlier;
    if (hasTimeOfWhole(found, standing.fields.get(MODIFIED), standing.holes, times)) return 'again';
    const needed = [expected.held, expected.target].flatMap((entry) => entry ?? []);
    // What was replaced or deleted last may be back, and torn as well.
    const wholes = [...needed, ...past.slice(-EARLIER)].filter(
      (entry): entry is File => entry.type === 'file' && entry.size >= found.size,
    );
    if (wholes.length === 0) return 'let-go';
    if (standing.zeroes) return 'again';
    if (suspect.seen !== null && suspect.seen !== hexOf(standing.revision)) return 'let-go';
    return this.#compare(suspect, standing, found, wholes, new Set(needed));
  }

  async #compare(
    suspect: Suspect,
    standing: There,
    found: File,
    wholes: readonly File[],
    needed: ReadonlySet<FileEntry>,
  ): Promise<Verdict | 'undecided' | 'later'> {
    const { each, source, id } = suspect;
    let [unknown, missing] = [false, false];
    for (const device of each.linked()) suspect.asked.add(device);
    for (const whole of wholes) {
      // A write is torn at its end or by the page, and nobody edits a file of that size within the minute.
      if (whole.size > LARGEST) {
        if (found.size < whole.size || standing.holes) return 'again';
        continue;
      }
      const should = await each.read(id, whole);
      // An earlier version that nobody who is linked has is not waited for.
      if (should === null) {
        missing ||= needed.has(whole);
        unknown ||= hasOthersToAsk(suspect) && (needed.has(whole) || each.linked().length === 0);
      } else {
        const bytes = await this.#port.readItem(source.row, id, standing.revision);
        // It changed since, or its disk went away.
        if (bytes === null) return 'later';
        if (isTorn(bytes, should)) return 'again';
      }
    }
    if (!unknown && missing && !suspect.lastTry) {
      // All were asked. One of them may only not have been able to give it just then.
      suspect.lastTry = true;
      this.#tryAgain(suspect);
      return 'undecided';
    }
    return unknown ? 'undecided' : 'let-go';
  }

  #tryAgain(suspect: Suspect): void {
    this.#port.clock.after(AGAIN_MS, () => {
      suspect.due = true;
      this.#port.wake();
    });
  }

  /** Those that somebody could tell who is not linked. */
  #planAgain(): void {
    if (this.#again !== null || this.#stopped) return;
    this.#again = this.#port.clock.after(this.#againAfter, () => {
      this.#again = null;
      this.#againAfter = Math.min(2 * this.#againAfter, LONGEST_AGAIN_MS);
      const open = this.#undecided.filter(({ lastTry }) => !lastTry);
      for (const suspect of open) suspect.due ||= suspect.each.linked().length > 0;
      if (open.some(({ due }) => due)) this.#port.wake();
      if (open.some(({ due }) => !due)) this.#planAgain();
    });
  }

  #hold(suspect: Suspect, standing: There): void {
    const { each, source, id } = suspect;
    if (suspect.seen === null) this.#againAfter = AGAIN_MS;
    suspect.seen ??= hexOf(standing.revision);
    this.#undecided.push(suspect);
    this.#forgetHeld(suspect);
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

  /** Whatever it turns out to be, it is not what it was: that content is not to be had from there any more. */
  #forgetHeld({ each, source, row }: Suspect): void {
    const held = expectedOf(each.collection, source, row)?.held;
    if (held?.type === 'file') this.#port.kept.forgetHolder(held.digest, source.row, row, this.#port.clock.now());
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
      for (const { suspect, standing, verdict } of judged) {
        if (isGoneWhereLeftOut(suspect, verdict)) {
          this.#forgetHeld(suspect);
          collection.records.dropSnapshot(source.row, suspect.row);
        } else if (verdict === 'let-go') this.#doubt(suspect);
        else if (verdict === 'made') this.#note(suspect, standing as There);
        else this.#expect(suspect, standing);
        collection.problems.drop(source.row, suspect.id);
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

  /** Whatever is there is read once more: after a power loss even what looks the same may be other. */
  #doubt({ each, source, row, power }: Suspect): void {
    const stored = each.collection.records.snapshot(source.row, row);
    if (!power || stored === undefined || stored.revision === null) return;
    each.collection.records.putSnapshot(
      source.row,
      row,
      storedRevision(revisionIn(stored.revision), true),
      stored.held,
    );
  }

  /** It was written, and the program ended before it could say so. The next look reads it once more. */
  #note({ each, source, row }: Suspect, standing: There): void {
    const plan = planOf(each.collection, source, row);
    if (plan === null) return;
    const { before, planned } = plan;
    const { records } = each.collection;
    const [old, made] = [fileEntry(before?.get(ENTRY)?.value), fileEntry(planned.held.get(ENTRY)?.value)];
    if (old?.type === 'file') this.#port.kept.forgetHolder(old.digest, source.row, row, this.#port.clock.now());
    if (made?.type === 'file' && made.size > 0) this.#port.kept.noteHolder(made.digest, source.row, row);
    records.putSnapshot(source.row, row, storedRevision(standing.revision, true), planned.held);
  }

  /** The snapshot says what stands there, so that construction replaces it and the next look sees no edit in it. */
  #expect({ each, source, row }: Suspect, standing: Standing): void {
    const plan = planOf(each.collection, source, row);
    if (plan === null) return;
    const { before, planned } = plan;
    const { records } = each.collection;
    const lost = fileEntry(before?.get(ENTRY)?.value);
    if (lost?.type === 'file') this.#port.kept.forgetHolder(lost.digest, source.row, row, this.#port.clock.now());
    const held = new Map(planned.held);
    if (standing.is !== 'there') {
      // It still stands for the value it held, so that in a conflict it gets that one again.
      for (const field of [EXISTS, ENTRY]) held.set(field, { value: null, dots: held.get(field)?.dots ?? [] });
      if (planned.fields === null) records.dropSnapshot(source.row, row);
      else records.putSnapshot(source.row, row, null, held);
      return;
    }
    const stands = fileEntry(standing.fields.get(ENTRY));
    if (stands?.type === 'file' && stands.size > 0) this.#port.kept.noteHolder(stands.digest, source.row, row);
    held.set(EXISTS, { value: true, dots: held.get(EXISTS)?.dots ?? [] });
    // Its time and mode too are what stands there: else they would stay where the record comes to have these very bytes.
    for (const field of new Set([...held.keys(), ...standing.fields.keys()]))
      if (field !== EXISTS)
        held.set(field, { value: standing.fields.get(field) ?? null, dots: held.get(field)?.dots ?? [] });
    records.putSnapshot(source.row, row, storedRevision(standing.revision, false), held);
  }

  /**
   * Are these bytes, which were found aside, only what the power left of a version of the record? null: that cannot be told by what is
   * here, and nobody who could know is linked.
   */
  async isLeftTorn(each: KeepCollection, { id, digest, modified }: LeftAside): Promise<boolean | null> {
    const record = id === null ? null : each.collection.records.find(id);
    const bytes = await this.#port.store.readKept(digest);
    if (id === null || record === null || bytes === null) return false;
    if (bytes.every((byte) => byte === 0)) return true;
    const earlier = each.collection.packages.earlierValues(record.row);
    if (hasTimeOfWhole({ type: 'file', digest, size: bytes.length }, modified, hasHoles(bytes), earlier)) return true;
    let unknown = false;
    for (const { field, value } of earlier) {
      const whole = field === ENTRY ? fileEntry(value) : null;
      if (whole?.type !== 'file' || whole.size < bytes.length || whole.size > LARGEST) continue;
      const should = await each.read(id, whole);
      if (should === null) unknown ||= each.others().length > 0 && each.linked().length === 0;
      else if (isTorn(bytes, should)) return true;
    }
    return unknown ? null : false;
  }
}

/** Is there somebody who was not asked? */
const isDue = ({ each, asked, due }: Suspect): boolean => due || each.linked().some((device) => !asked.has(device));

/** Is something there that is not written to: what is torn stays so, and is doubted until it is let in again. */
const isLeftOut = ({ source, id }: Suspect, standing: Standing): boolean =>
  standing.is === 'there' && source.leavesOut(id);

/** Is what the power left in a place that is left out there no more? It is neither made again there nor doubted once more. */
const isGoneWhereLeftOut = ({ each, source, row, id, power }: Suspect, verdict: Verdict): boolean =>
  source.leavesOut(id) &&
  (verdict === 'again' || (power && verdict === 'let-go' && isLeftByPower(each.collection, source, row)));

/** Has some member not been linked yet since it came to be doubted? */
const hasOthersToAsk = ({ each, asked }: Suspect): boolean => each.others().some(({ device }) => !asked.has(device));
