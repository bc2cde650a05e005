import type { AppliedChange, Collection } from '../collection.ts';
import type { FoundContent, WantedContent } from '../content-exchange/contents.ts';
import { conflictFields, type Held } from '../merge/record-state.ts';
import type { Clock } from '../platform/clock.ts';
import { ALIAS_OF } from '../record/alias.ts';
import { type ContentReference, referencesIn } from '../record/content-reference.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import { type Digest, type RecordId, recordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { heldOf, isAsShown } from '../snapshot/held.ts';
import { nativeOf, sameFields } from '../snapshot/lens.ts';
import { revisionIn, storedRevision } from '../snapshot/stored-revision.ts';
import type {
  ConstructItem,
  ConstructOutcome,
  ContentPlan,
  ProblemCode,
  Revision,
  SourceAdapter,
} from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import { STAYS } from '../store/problem-store.ts';
import type { StoredRecord } from '../store/record-store.ts';
import type { StoredSource } from '../store/registry-store.ts';
import type { Ticket } from './pending.ts';
import type { PlannedItem } from './plan-construction.ts';

/** What constructing an item may come upon, and reading it never tells. */
export const WRITE_PROBLEMS: ReadonlySet<string> = new Set([
  STAYS,
  'parent-is-file',
  'not-empty',
  'no-permission',
  'disk-full',
  'content-unavailable',
  'content-wrong',
  'name-not-allowed',
  'path-too-long',
  'io',
]);

/**
 * What stands in the source and cannot be taken in, or is refused again and again, is named: until that is over nothing is written over it, and
 * then what came meanwhile is due.
 */
const NOT_TAKEN_IN: ReadonlySet<string> = new Set(['read-only', 'malformed', 'invalid-change', 'changed-underneath']);

/** What a person has to decide about, and what a reader changed, stays as it is until a look finds it otherwise. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['deleted-elsewhere', 'read-only']);

/** What stands there is found as it was expected, and is refused again and again: after so many times that is a problem, and not tried at once. */
const MOST_REFUSALS = 5;

/** A batch commits in one transaction; its content lies in memory at once. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 8 << 20;
/** The same of contents that records of a text refer to, where each batch writes the whole text anew. */
const BATCH_BYTES_OF_TEXTS = 64 << 20;
/** Records that wait with their state at hand; those behind are read again when it is their turn, so a long queue is cheap. */
const RECORDS_AT_HAND = 5000;
/** Batches whose content is on its way while another is written. */
const BATCHES_AHEAD = 3;
/** Files: so many batches are written one after the other before a look has its turn. */
const BATCHES_A_TURN = 4;

type Attachments = ReadonlyMap<Digest, Uint8Array>;
const NO_ATTACHMENTS: Attachments = new Map();
const MISSING: FoundContent = { from: 'missing' };

interface Job {
  readonly row: number;
  /** The record as merged last, while that is known here; null: to be read. */
  record: StoredRecord | null;
  /** No source can hold it yet: that merge made it. */
  isNew: boolean;
  readonly tickets: Ticket[];
  /** The record moved on while this was being prepared: what was planned is stale. */
  touched: boolean;
  /** How often it was refused as changed underneath, with the same one expected. */
  refusals: number;
  refusedAt: Revision | null;
}
interface Prepared {
  readonly job: Job;
  readonly id: RecordId;
  readonly planned: PlannedItem;
  readonly before: Held | null;
  readonly asShown: boolean;
  readonly expected: Revision | null;
  /** What the source holds in its own format, and what it is to hold; both null where it holds all of a record. */
  readonly native: Fields | null;
  readonly target: Fields | null;
  readonly attachments: Attachments;
  readonly content: FoundContent | null;
  /** The content that is put together for it; null: it is small, or there is none. */
  readonly stages: Digest | null;
  /** `peersEpoch` when its content was asked for. */
  readonly epoch: number;
}
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
  /** One each of `ready`. */
  readonly outcomes: Promise<readonly ConstructOutcome[]>;
}
/** What the construction of a source needs from the rest. */
export interface ConstructionPort {
  /** Finds what files need, here or at a peer; `missing` where nobody linked has it now. Same order. */
  findContents(wanted: readonly WantedContent[], signal: AbortSignal): Promise<readonly FoundContent[]>;
  /** A content a record refers to, from here or else from linked peers; null where nobody linked has it now. */
  readContent(id: RecordId, content: ContentReference): Promise<Uint8Array | null>;
  keepContents(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void>;
  /** Rises with every peer that begins to share the collection: what was missing before may be had now. */
  peersEpoch(): number;
  /** The source's lock: nothing looks at the source while something is written. */
  locked<T>(work: () => Promise<T>): Promise<T>;
  /** Fails where the source went away since. */
  stillThere(): Promise<void>;
  /** Something at this item is not as the snapshot says: look there before trying again. */
  lookAgain(id: RecordId): void;
  /** These items are being written: what a power loss leaves of them shall not be taken for an edit. Inside a transaction. */
  writing(rows: readonly number[]): void;
  done(tickets: readonly Ticket[]): void;
  progress(items: number, bytes: number): void;
}

/**
 * The second half of a cycle, for one source: brings it to what the records say, batch by batch, and moves its snapshot only by what was
 * really written (STYLE: advance by what was achieved). Never overwrites what it did not expect; what is refused comes back in the next cycle.
 */
export class RunConstruction {
  readonly #collection: Collection;
  readonly #source: StoredSource;
  readonly #adapter: SourceAdapter;
  readonly #contents: ContentStore;
  readonly #clock: Clock;
  readonly #port: ConstructionPort;
  readonly #queue = new Map<number, Job>();
  readonly #inFlight = new Map<number, Job>();
  /** Jobs whose content nobody linked has; tried again when somebody new is. */
  readonly #waiting = new Map<number, Job>();
  /** Large contents that are being put together, each in a place of its own; and in flight, jobs that want one of them too. */
  readonly #staged = new Set<Digest>();
  readonly #twins: Job[] = [];
  /** Of those that wait: what stood in the source was not what was expected. */
  readonly #unexpected = new Map<number, RecordId>();
  #running: Promise<void> | null = null;

  constructor(
    collection: Collection,
    source: StoredSource,
    adapter: SourceAdapter,
    contents: ContentStore,
    clock: Clock,
    port: ConstructionPort,
  ) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
    this.#contents = contents;
    this.#clock = clock;
    this.#port = port;
  }

  /** Records still to be brought to this source. */
  get open(): number {
    return this.#queue.size + this.#inFlight.size + this.#waiting.size;
  }
  /** Their rows. */
  rows(): readonly number[] {
    return [...this.#queue.keys(), ...this.#inFlight.keys(), ...this.#waiting.keys()];
  }
  get waiting(): number {
    return this.#waiting.size;
  }

  /** `applied`: the change that makes it necessary, if it is at hand. */
  enqueue(row: number, ticket: Ticket | null, applied: AppliedChange | null = null): void {
    const flying = this.#inFlight.get(row);
    if (flying !== undefined) flying.touched = true;
    const waiting = this.#waiting.get(row);
    this.#waiting.delete(row);
    const queued = this.#queue.get(row) ?? waiting;
    const job = queued ?? {
      row,
      record: null,
      isNew: applied?.before === null && flying === undefined,
      tickets: [],
      touched: false,
      refusals: 0,
      refusedAt: null,
    };
    if (applied !== null && this.#queue.size < RECORDS_AT_HAND)
      job.record = { row, id: applied.change.record, state: applied.state };
    else if (applied !== null) job.record = null;
    if (queued !== undefined) job.isNew = false;
    if (ticket !== null) job.tickets.push(ticket);
    this.#queue.set(row, job);
  }

  /** A record of this source changed by the source itself: a plan made before that is stale. */
  touch(applied: readonly AppliedChange[]): void {
    for (const { row } of applied) {
      const flying = this.#inFlight.get(row);
      if (flying !== undefined) flying.touched = true;
      for (const job of [flying, this.#queue.get(row), this.#waiting.get(row)]) {
        if (job === undefined) continue;
        job.record = null;
        job.isNew = false;
      }
    }
  }

  /** A look found these records in the source just as they are shown: nothing is to be done for those not begun. */
  settle(rows: readonly number[]): void {
    const done: Ticket[] = [];
    for (const row of rows) {
      const job = this.#queue.get(row);
      if (job === undefined || this.#inFlight.has(row)) continue;
      this.#queue.delete(row);
      done.push(...job.tickets);
    }
    if (done.length > 0) this.#port.done(done);
  }

  /** The source was compared with the collection: it may hold what was new here when it was queued. */
  forgetNew(): void {
    for (const job of this.#queue.values()) job.isNew = false;
  }

  retryWaiting(): void {
    for (const [row, job] of this.#waiting) this.#queue.set(row, job);
    this.#waiting.clear();
    this.#unexpected.clear();
  }

  /** The source was looked at there: what was not as expected may be now, or is somebody's change. */
  retryWhere(wasLookedAt: (id: RecordId) => boolean): void {
    for (const [row, id] of this.#unexpected) {
      if (!wasLookedAt(id)) continue;
      this.#unexpected.delete(row);
      const job = this.#waiting.get(row);
      if (job === undefined) continue;
      this.#waiting.delete(row);
      this.#queue.set(row, job);
    }
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
      }
    } finally {
      this.#staged.clear();
      this.#twins.length = 0;
      for (const job of this.#inFlight.values()) this.#requeue(job);
      this.#inFlight.clear();
    }
  }

  #prepareAhead(ahead: Ahead[], signal: AbortSignal): void {
    while (!signal.aborted && this.#queue.size > 0 && ahead.length < BATCHES_AHEAD) {
      const each: Ahead = { batch: this.#prepare(signal), isReady: false };
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

  /** Plans the next records and finds their content. */
  async #prepare(signal: AbortSignal): Promise<readonly Prepared[]> {
    const items: Omit<Prepared, 'content' | 'epoch' | 'attachments'>[] = [];
    const wanted: { at: number; want: Omit<WantedContent, 'deleted'> }[] = [];
    const deleted = new Set<number>();
    const done: Ticket[] = [];
    let bytes = 0;
    const mostBytes = this.#adapter.batch === undefined ? BATCH_BYTES : BATCH_BYTES_OF_TEXTS;
    for (const [row, job] of this.#queue) {
      if (items.length >= (this.#adapter.batch ?? BATCH_RECORDS) || bytes >= mostBytes) break;
      this.#queue.delete(row);
      const item = this.#plan(job);
      if (item === null) {
        done.push(...job.tickets);
        continue;
      }
      this.#inFlight.set(row, job);
      if (item.planned.fields === null) deleted.add(row);
      const want = this.#wanted(item);
      const stages = want === null || want.chunks === null ? null : want.digest;
      if (stages !== null && this.#staged.has(stages)) {
        // Once the first one is in its place, this one is copied from it.
        this.#twins.push(job);
        continue;
      }
      if (stages !== null) this.#staged.add(stages);
      for (const { size } of item.target === null ? [] : referencesIn(item.target)) bytes += size;
      if (want !== null) {
        bytes += want.size;
        wanted.push({ at: items.length, want });
      }
      items.push({ ...item, stages });
    }
    if (done.length > 0) this.#port.done(done);
    const epoch = this.#port.peersEpoch();
    const found = await this.#port.findContents(
      wanted.map(({ want }) => ({ ...want, deleted })),
      signal,
    );
    const contents = new Map(wanted.map(({ at }, each) => [at, found[each] as FoundContent]));
    const prepared: Prepared[] = [];
    for (const [at, item] of items.entries()) {
      const attachments = await this.#attachments(item);
      const content = attachments === null ? MISSING : (contents.get(at) ?? null);
      prepared.push({ ...item, attachments: attachments ?? NO_ATTACHMENTS, content, epoch });
    }
    return prepared;
  }

  /** What the fields refer to, kept here from now on; null: some of it nobody has now. */
  async #attachments({
    id,
    target,
    planned,
  }: Pick<Prepared, 'id' | 'target' | 'planned'>): Promise<Attachments | null> {
    const wanted = target === null || !planned.write ? [] : referencesIn(target);
    if (wanted.length === 0) return NO_ATTACHMENTS;
    const attachments = new Map<Digest, Uint8Array>();
    for (const reference of wanted) {
      const bytes = await this.#port.readContent(id, reference);
      if (bytes === null) return null;
      attachments.set(reference.content, bytes);
    }
    const news = [...attachments].filter(([digest]) => !this.#contents.isKept(digest));
    if (news.length > 0) await this.#port.keepContents(news.map(([digest, bytes]) => ({ digest, bytes })));
    return attachments;
  }

  #plan(job: Job): Omit<Prepared, 'content' | 'epoch' | 'stages' | 'attachments'> | null {
    const { records, kind, log, problems } = this.#collection;
    const found = job.record ?? records.at(job.row);
    if (found === null) return null;
    const stored = job.isNew ? undefined : records.snapshot(this.#source.row, job.row);
    job.record = null;
    job.isNew = false;
    const before = heldOf(kind, found.state, stored === undefined ? undefined : stored.held, log.order);
    const lens = this.#lens(this.#collection.plan(found, before), before, stored?.native ?? null);
    const { planned } = lens;
    const isDirectory = fileEntry(planned.fields?.get(ENTRY))?.type === 'directory';
    const problem = problems.find(this.#source.row, found.id);
    if (stored === undefined && (planned.fields === null || this.#adapter.outside(found.id, isDirectory))) {
      // It was to be written here and is so no longer.
      if (problem !== null && !LEFT_ALONE.has(problem.code)) problems.drop(this.#source.row, found.id);
      return null;
    }
    if (LEFT_ALONE.has(problem?.code ?? '')) return null;
    const asShown = isAsShown(kind, planned.held, found.state, log.order);
    const revision = stored?.revision ?? null;
    job.touched = false;
    const expected = revision === null ? null : revisionIn(revision);
    return { job, id: found.id, ...lens, before, asShown, expected };
  }

  /** What is to be written where the source cannot hold all of a record: nothing, if it shows the same of the new one as of the old. */
  #lens(
    planned: PlannedItem,
    before: Held | null,
    stored: Fields | null,
  ): Pick<Prepared, 'planned' | 'native' | 'target'> {
    const adapter = this.#adapter;
    if (adapter.project === undefined) return { planned, native: null, target: null };
    const project = (full: Fields): Fields => adapter.project?.(full) ?? full;
    const wasThere = before?.get(EXISTS)?.value === true;
    const native = wasThere ? nativeOf(before, stored, project) : null;
    if (planned.fields === null) return { planned, native, target: null };
    const target = project(planned.fields);
    const write = !wasThere || !sameFields(this.#collection.kind, target, nativeOf(before, null, project));
    return { planned: { ...planned, write }, native, target };
  }

  #wanted(item: Omit<Prepared, 'content' | 'epoch' | 'stages' | 'attachments'>): Omit<WantedContent, 'deleted'> | null {
    if (!item.planned.write) return null;
    const entry = fileEntry(item.planned.fields?.get(ENTRY));
    if (entry?.type !== 'file') return null;
    const held = fileEntry(item.before?.get(ENTRY)?.value);
    const holds = item.expected !== null && held?.type === 'file' ? held : null;
    if (holds?.digest === entry.digest) return null;
    return {
      source: this.#source.row,
      id: item.id,
      digest: entry.digest,
      size: entry.size,
      chunks: entry.chunks ?? null,
      base: holds === null ? null : { digest: holds.digest, chunks: holds.chunks ?? null },
    };
  }

  /** Has a batch written, but for what is not to be. */
  #begin(batch: readonly Prepared[]): Begun {
    const ready: Prepared[] = [];
    const agreed: Prepared[] = [];
    const refused: Prepared[] = [];
    for (const item of batch) if (item.planned.held.has(ALIAS_OF)) this.#giveBack(item);
    for (const item of batch) {
      if (item.job.touched) this.#requeue(item.job);
      else if (!item.planned.write) agreed.push(item);
      else if (item.content?.from === 'missing') this.#wait(item);
      else if (item.content?.from === 'refused') refused.push(item);
      else ready.push(item);
    }
    // What a package asks for is known to be open until the package counts as applied; of the rest nothing else would tell.
    const untold = ready.filter((item) => item.job.tickets.length === 0);
    if (untold.length > 0) this.#collection.transact(() => this.#port.writing(untold.map((item) => item.job.row)));
    const outcomes =
      ready.length === 0 ? Promise.resolve([]) : this.#adapter.construct(ready.map((item) => this.#item(item)));
    // Whoever awaits it next is told.
    outcomes.catch(() => undefined);
    return { batch, ready, agreed, refused, outcomes };
  }

  /** Moves snapshots by what was really written. */
  #commit({ batch, ready, agreed, refused }: Begun, outcomes: readonly ConstructOutcome[]): void {
    const done: Ticket[] = [];
    this.#collection.transact(() => {
      this.#port.writing(ready.map((item) => item.job.row));
      for (const item of agreed) this.#commitAgreed(item);
      for (const { id, content } of refused)
        if (content?.from === 'refused') this.#problem(id, content.code, content.detail);
      outcomes.forEach((outcome, at) => {
        this.#commitOutcome(ready[at] as Prepared, outcome);
      });
    });
    let bytes = 0;
    for (const item of [...agreed, ...refused]) done.push(...this.#finish(item.job));
    outcomes.forEach((outcome, at) => {
      const item = ready[at] as Prepared;
      // What was found there is named already: it changes no more by looking again and again.
      if (isUnexpected(outcome) && !this.#isNamed(item.id)) {
        this.#requeue(item.job, true);
        this.#unexpected.set(item.job.row, item.id);
        this.#port.lookAgain(item.id);
        return;
      }
      if (outcome.done === 'written' && outcome.fresh === true) this.#port.lookAgain(item.id);
      const entry = fileEntry(item.planned.fields?.get(ENTRY));
      if (entry?.type === 'file' && item.content !== null) bytes += entry.size;
      done.push(...this.#finish(item.job));
    });
    this.#port.progress(agreed.length + outcomes.length, bytes);
    const freed = this.#freedBy(ready.flatMap((item, at) => (outcomes[at]?.done === 'refused' ? [] : [item.id])));
    for (const row of freed) this.enqueue(row, null);
    // The packages count as applied once what they made way for was tried again.
    const first = freed[0] === undefined ? undefined : this.#queue.get(freed[0]);
    first?.tickets.push(...done.splice(0));
    if (done.length > 0) this.#port.done(done);
    for (const { stages } of batch) if (stages !== null) this.#staged.delete(stages);
    for (const job of this.#twins.splice(0)) this.#requeue(job);
  }

  /**
   * A contact that is to come into being here, and whose item shows another one, which it was found to be: it has its item back, and the other one
   * comes into being anew. What the item says of the other one goes with the next batch.
   */
  #giveBack({ job, id, expected, planned }: Prepared): void {
    if (expected !== null || planned.fields === null || this.#adapter.shownAs === undefined) return;
    const { records, kind, log } = this.#collection;
    const said = this.#collection.earlierValues(job.row).filter(({ field }) => field === ALIAS_OF);
    for (const other of new Set(said.flatMap(({ value }) => (typeof value === 'string' ? recordId(value) : [])))) {
      const found = records.find(other);
      const stored = found === null ? undefined : records.snapshot(this.#source.row, found.row);
      if (found === null || stored === undefined || stored.revision === null) continue;
      if (this.#adapter.shownAs?.(revisionIn(stored.revision)) !== id) continue;
      const shown = heldOf(kind, found.state, stored.held, log.order) ?? new Map();
      // It shows nothing anybody wrote of this record: an edit of it now stands beside all that.
      const held: Held = new Map([...shown].map(([field, { value }]) => [field, { value, dots: [] }]));
      this.#collection.transact(() => {
        records.dropSnapshot(this.#source.row, found.row);
        records.putSnapshot(this.#source.row, job.row, stored.revision, held, stored.native);
      });
      job.touched = true;
      this.enqueue(found.row, null);
      return;
    }
  }

  /** Rows of the problems that these items were in the way of: what was in a directory that is to be a file, a file where a directory is to be. */
  #freedBy(written: readonly RecordId[]): readonly number[] {
    const { problems, records } = this.#collection;
    if (written.length === 0 || problems.count(this.#source.row) === 0) return [];
    return problems.of(this.#source.row).flatMap(({ record, code }) => {
      const isFreed =
        ((code === 'not-empty' || code === STAYS) && written.some((id) => id.startsWith(`${record}/`))) ||
        (code === 'parent-is-file' && written.some((id) => record.startsWith(`${id}/`)));
      return isFreed ? (records.find(record)?.row ?? []) : [];
    });
  }

  #item(item: Prepared): ConstructItem {
    const held = fileEntry(item.before?.get(ENTRY)?.value);
    const replaces = item.expected !== null && held?.type === 'file' ? held.digest : null;
    const { content: found } = item;
    const content = found === null || found.from === 'missing' || found.from === 'refused' ? null : planOf(found);
    const { id, expected, native, attachments } = item;
    return { id, fields: item.target ?? item.planned.fields, expected, native, attachments, replaces, content };
  }

  #commitAgreed(item: Prepared): void {
    const { records, problems } = this.#collection;
    const held = item.planned.held;
    // What only reading tells stands, though there is nothing to write.
    if (WRITE_PROBLEMS.has(problems.find(this.#source.row, item.id)?.code ?? ''))
      problems.drop(this.#source.row, item.id);
    if (item.planned.fields === null && item.asShown) records.dropSnapshot(this.#source.row, item.job.row);
    else {
      const stored = records.snapshot(this.#source.row, item.job.row);
      const asShown = item.asShown && !item.job.touched;
      records.putSnapshot(
        this.#source.row,
        item.job.row,
        stored?.revision ?? null,
        asShown ? null : held,
        stored?.native ?? null,
      );
    }
  }

  #commitOutcome(item: Prepared, outcome: ConstructOutcome): void {
    const { records, problems } = this.#collection;
    const source = this.#source.row;
    if (outcome.done === 'refused') {
      if (!isUnexpected(outcome) || (!this.#isNamed(item.id) && this.#givesUp(item)))
        this.#refused(item, outcome.reason, outcome.detail);
      return;
    }
    for (const digest of item.attachments.keys()) this.#contents.noteHolder(digest, item.job.row);
    const before = fileEntry(item.before?.get(ENTRY)?.value);
    const after = fileEntry(item.planned.fields?.get(ENTRY));
    if (before?.type === 'file' && !(after?.type === 'file' && after.digest === before.digest))
      this.#contents.forgetHolder(before.digest, item.job.row, this.#clock.now());
    if (after?.type === 'file' && after.size > 0) this.#contents.noteHolder(after.digest, item.job.row);
    const list = item.content?.from === 'staged' ? item.content.list : null;
    if (after?.type === 'file' && after.chunks !== undefined && list !== null)
      this.#contents.putChunkList(after.chunks, after.digest, list);
    if (outcome.kept !== null && before?.type === 'file')
      this.#contents.noteKept(outcome.kept, before.size, this.#clock.now());
    const asShown = item.asShown && !item.job.touched;
    if (outcome.revision === null && asShown) records.dropSnapshot(source, item.job.row);
    else {
      const revision = outcome.revision === null ? null : storedRevision(outcome.revision, outcome.fresh === true);
      const { holds } = outcome;
      const isMeant = holds === undefined || sameFields(this.#collection.kind, holds, item.target ?? holds);
      records.putSnapshot(source, item.job.row, revision, asShown ? null : item.planned.held, isMeant ? null : holds);
    }
    if (problems.count(source) > 0) problems.drop(source, item.id);
  }

  #refused({ id, planned }: Prepared, reason: ProblemCode, detail: string): void {
    const { records } = this.#collection;
    const above = reason === 'parent-is-file' ? this.#fileInConflictAbove(id) : null;
    if (above !== null)
      this.#problem(id, reason, `${above} is a file here and a folder on another device: settle its conflict.`);
    else if (reason === 'not-empty' && planned.fields === null && records.hasLiveBelow(id))
      this.#problem(id, STAYS, `${id} is deleted, and other items are in it.`);
    else this.#problem(id, reason, detail);
  }

  #fileInConflictAbove(id: RecordId): RecordId | null {
    const { records, kind } = this.#collection;
    for (let at = id.lastIndexOf('/'); at > 0; at = id.lastIndexOf('/', at - 1)) {
      const above = records.find(recordId(id.slice(0, at)));
      if (above === null) continue;
      if (records.isCovered(above.row) || conflictFields(kind, above.state).includes(ENTRY)) return above.id;
    }
    return null;
  }

  /** Is this once too often? */
  #givesUp({ job, expected }: Prepared): boolean {
    const isSame =
      expected === null ? job.refusedAt === null : job.refusedAt !== null && equal(expected, job.refusedAt);
    job.refusals = isSame ? job.refusals + 1 : 1;
    job.refusedAt = expected;
    return job.refusals >= MOST_REFUSALS;
  }
  #isNamed(id: RecordId): boolean {
    return NOT_TAKEN_IN.has(this.#collection.problems.find(this.#source.row, id)?.code ?? '');
  }

  #problem(id: RecordId, code: ProblemCode | typeof STAYS, detail: string): void {
    this.#collection.problems.put(this.#source.row, id, code, detail, this.#clock.now());
  }

  #wait(item: Prepared): void {
    if (item.epoch !== this.#port.peersEpoch()) {
      this.#requeue(item.job);
      return;
    }
    this.#inFlight.delete(item.job.row);
    this.#waiting.set(item.job.row, item.job);
  }

  #finish(job: Job): readonly Ticket[] {
    this.#inFlight.delete(job.row);
    const queued = this.#queue.get(job.row);
    if (queued === undefined) return job.tickets;
    queued.tickets.push(...job.tickets);
    return [];
  }

  #requeue(job: Job, later = false): void {
    this.#inFlight.delete(job.row);
    const queued = this.#queue.get(job.row);
    if (queued !== undefined) queued.tickets.push(...job.tickets);
    else if (later) this.#waiting.set(job.row, job);
    else this.#queue.set(job.row, job);
  }
}

/** What the source needs to know of a content that was found. */
const planOf = (found: Exclude<FoundContent, { from: 'missing' | 'refused' }>): ContentPlan =>
  found.from === 'staged' ? { from: 'staged', path: found.path } : found;
const isUnexpected = (outcome: ConstructOutcome): boolean =>
  outcome.done === 'refused' && outcome.reason === 'changed-underneath';
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
