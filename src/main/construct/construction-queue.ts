import type { AppliedChange } from '../collection.ts';
import type { RecordId } from '../record/ids.ts';
import type { Revision } from '../sources/source-adapter.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { NO_TICKETS, type Ticket } from './pending.ts';

/**
 * Fields of the records that wait with their state at hand (5,000 files, a thousand contacts); those behind are read again when it is their turn,
 * so a long queue is cheap.
 */
const FIELDS_AT_HAND = 20_000;

/** One record that a source has to be brought to. */
export interface Job {
  readonly row: number;
  /** The record as merged last, while that is known here; null: to be read. */
  record: StoredRecord | null;
  /** No source can hold it yet: that merge made it. */
  isNew: boolean;
  /** What closes with it. */
  tickets: readonly Ticket[];
  /** The record moved on while this was being prepared: what was planned is stale. */
  touched: boolean;
  /** How often it was refused as changed underneath, with the same one expected. */
  refusals: number;
  refusedAt: Revision | null;
  /** Since when nobody who was asked had its content, milliseconds since 1970; null: it was not asked for in vain. */
  lackingSince: number | null;
}

/**
 * The records that one source has to be brought to, each once: queued, in flight (somebody prepares or writes it), or waiting for something to
 * come about. A record that changes while it is in flight is queued behind itself. In the order in which they came.
 */
export class ConstructionQueue {
  readonly #queued = new Map<number, Job>();
  readonly #inFlight = new Map<number, Job>();
  /** Jobs whose content nobody linked has, and those of `#unexpected`. */
  readonly #waiting = new Map<number, Job>();
  /** Of those that wait: what stood in the source was not what was expected. */
  readonly #unexpected = new Map<number, RecordId>();
  #enqueued = 0;

  /** How many were ever queued: where it is what it was, `rows` has none that was not among them. */
  get enqueued(): number {
    return this.#enqueued;
  }
  /** How many there are, wherever they stand. */
  get open(): number {
    return this.#queued.size + this.#inFlight.size + this.#waiting.size;
  }
  /** Their rows. */
  rows(): readonly number[] {
    return [...this.#queued.keys(), ...this.#inFlight.keys(), ...this.#waiting.keys()];
  }
  /** How many can be taken now. */
  get queued(): number {
    let behind = 0;
    for (const row of this.#inFlight.keys()) if (this.#queued.has(row)) behind++;
    return this.#queued.size - behind;
  }
  get waiting(): number {
    return this.#waiting.size;
  }
  /** How many wait for content that nobody linked has. */
  get lacking(): number {
    let lacking = 0;
    for (const row of this.#waiting.keys()) if (this.lacks(row)) lacking++;
    return lacking;
  }
  /** The first of them. */
  lackingRows(most: number): readonly number[] {
    const rows: number[] = [];
    for (const row of this.#waiting.keys()) {
      if (rows.length === most) break;
      if (this.lacks(row)) rows.push(row);
    }
    return rows;
  }
  /** Does this record wait for content? */
  lacks(row: number): boolean {
    return this.#waiting.has(row) && !this.#unexpected.has(row);
  }

  /** `applied`: the change that makes it necessary, if it is at hand. */
  enqueue(row: number, tickets: readonly Ticket[], applied: AppliedChange | null = null): void {
    this.#enqueued++;
    const flying = this.#inFlight.get(row);
    if (flying !== undefined) flying.touched = true;
    const waiting = this.#waiting.get(row);
    this.#waiting.delete(row);
    const known = this.#queued.get(row) ?? waiting;
    const job = known ?? newJob(row, tickets, applied?.before === null && flying === undefined);
    if (applied !== null && this.#queued.size * applied.state.fields.size <= FIELDS_AT_HAND)
      job.record = { row, id: applied.change.record, state: applied.state };
    else if (applied !== null) job.record = null;
    // Queued once more, as what a comparison finds missing is, it is as new as it was.
    if (known !== undefined && applied !== null) job.isNew = false;
    if (applied !== null) job.lackingSince = null;
    if (known !== undefined) closesToo(known, tickets);
    this.#queued.set(row, job);
  }

  /** These records changed in the source itself: a plan made before that is stale. */
  touch(rows: Iterable<number>): void {
    for (const row of rows) {
      const flying = this.#inFlight.get(row);
      if (flying !== undefined) flying.touched = true;
      for (const job of [flying, this.#queued.get(row), this.#waiting.get(row)]) {
        if (job === undefined) continue;
        job.record = null;
        job.isNew = false;
      }
    }
  }

  /** These are as they shall be: those that are queued only are done. Returns what that closes. */
  settle(rows: readonly number[]): readonly Ticket[] {
    const done: Ticket[] = [];
    for (const row of rows) {
      const job = this.#queued.get(row);
      if (job === undefined || this.#inFlight.has(row)) continue;
      this.#queued.delete(row);
      done.push(...job.tickets);
    }
    return done;
  }

  /** Nobody waits for what is here any more, wherever it stands. Returns what that closes. */
  release(): readonly Ticket[] {
    return [...this.#queued.values(), ...this.#inFlight.values(), ...this.#waiting.values()].flatMap((job) => {
      const { tickets } = job;
      job.tickets = NO_TICKETS;
      return tickets;
    });
  }

  /** The source may hold what was new here when it was queued. */
  forgetNew(): void {
    for (const job of this.#queued.values()) job.isNew = false;
  }

  /**
   * Takes one after the other out of the queue; whoever takes it says what becomes of it. What is behind itself stays: planned before it is known
   * what became of the first, it would be written over by it, or count as done where the first wrote something else.
   */
  *take(): Generator<Job> {
    for (const [row, job] of this.#queued) {
      if (this.#inFlight.has(row)) continue;
      this.#queued.delete(row);
      yield job;
    }
  }

  /** What was taken is being worked at. */
  begin(job: Job): void {
    this.#inFlight.set(job.row, job);
  }

  /** It is done. Returns what that closes: nothing where the record moved on meanwhile, and has to be brought there once more. */
  finish(job: Job): readonly Ticket[] {
    this.#inFlight.delete(job.row);
    const queued = this.#queued.get(job.row);
    if (queued === undefined) return job.tickets;
    closesToo(queued, job.tickets);
    return [];
  }

  /** It is tried again. */
  requeue(job: Job): void {
    if (!this.#joinQueued(job)) this.#queued.set(job.row, job);
  }

  /** Nobody linked has its content: it is tried again with `retryWaiting`. */
  wait(job: Job): void {
    this.#inFlight.delete(job.row);
    this.#unexpected.delete(job.row);
    this.#waiting.set(job.row, job);
  }

  /** What stood in the source was not what was expected: it is tried again once the source was looked at there (`retryWhere`). */
  waitForLook(job: Job, id: RecordId): void {
    if (!this.#joinQueued(job)) this.#waiting.set(job.row, job);
    this.#unexpected.set(job.row, id);
  }

  /** Nothing is in flight any more: what was is tried again. */
  requeueInFlight(): void {
    for (const job of this.#inFlight.values()) this.requeue(job);
  }

  /** Whatever waits is tried again, but for what was not as expected and cannot be looked at yet. */
  retryWaiting(canBeLookedAt: (id: RecordId) => boolean): void {
    for (const [row, job] of this.#waiting) {
      const id = this.#unexpected.get(row);
      if (id !== undefined && !canBeLookedAt(id)) continue;
      this.#unexpected.delete(row);
      this.#waiting.delete(row);
      this.#queued.set(row, job);
    }
  }

  /** The source was looked at there: what was not as expected may be now, or is somebody's change. */
  retryWhere(wasLookedAt: (id: RecordId) => boolean): void {
    for (const [row, id] of this.#unexpected) {
      if (!wasLookedAt(id)) continue;
      this.#unexpected.delete(row);
      const job = this.#waiting.get(row);
      if (job === undefined) continue;
      this.#waiting.delete(row);
      this.#queued.set(row, job);
    }
  }

  /** What closes with a job that is in flight closes with the one queued behind it, if there is one. */
  #joinQueued(job: Job): boolean {
    this.#inFlight.delete(job.row);
    const queued = this.#queued.get(job.row);
    if (queued !== undefined) closesToo(queued, job.tickets);
    return queued !== undefined;
  }
}

/** Most close what one package opened: an array that grows has room for sixteen more, and a hundred thousand jobs may wait. */
function closesToo(job: Job, tickets: readonly Ticket[]): void {
  if (tickets.length > 0) job.tickets = job.tickets.length === 0 ? tickets : [...job.tickets, ...tickets];
}

const newJob = (row: number, tickets: readonly Ticket[], isNew: boolean): Job => ({
  row,
  record: null,
  isNew,
  tickets,
  touched: false,
  refusals: 0,
  refusedAt: null,
  lackingSince: null,
});
