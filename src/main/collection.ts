import type Database from 'better-sqlite3';
import type { Change } from './change-log/change.ts';
import { compressBody } from './change-log/compress-body.ts';
import { type FilledPackage, FillPackages } from './change-log/fill-packages.ts';
import { nextTime, witnessTime } from './change-log/hybrid-time.ts';
import { makePackage, type PackageHead, readPackage, type SignedPackage } from './change-log/package.ts';
import type { DecodedChange } from './change-log/package-body.ts';
import { applyChange } from './merge/apply-change.ts';
import { EMPTY_STATE, type Held, type RecordState, shownFields } from './merge/record-state.ts';
import {
  NOBODY,
  PackageDoor,
  type PackageRules,
  refusedAsHostile,
  type Sender,
  type Untaken,
  unknownLog,
} from './package-door.ts';
import { BATCH_SIZES } from './platform/batch-sizes.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import { hexOf } from './record/encode-value.ts';
import { EXISTS } from './record/file-entry.ts';
import { type Dot, dotOf, type LogId, type MemberKey, recordId } from './record/ids.ts';
import { heldOf } from './snapshot/held.ts';
import { type PlannedItem, planItem } from './snapshot/plan-item.ts';
import { CoveredFiles, type Due, NOTHING_DUE } from './store/covered-files.ts';
import { LogLimits } from './store/log-limits.ts';
import { LogStore, type StoredLog } from './store/log-store.ts';
import { PackageReader } from './store/package-reader.ts';
import { changeLogSource, ProblemStore, STAYS } from './store/problem-store.ts';
import { QuarantineStore } from './store/quarantine-store.ts';
import { RecordStore, type StoredRecord, type StoredSnapshot } from './store/record-store.ts';
import type { RegistryStore, StoredCollection, StoredSource } from './store/registry-store.ts';
import { RelayStore } from './store/relay-store.ts';
import { SentStore } from './store/sent-store.ts';
import { Transactions } from './store/transactions.ts';

export interface CollectionAuthority extends PackageRules {
  readonly member: MemberKey;
  sign(bytes: Uint8Array): Uint8Array;
  /** How people know this member. */
  nameOf(member: MemberKey): string;
  /** Why a change cannot be used by any source of this kind, or null. */
  invalid(change: Change): string | null;
}

/** One applied change: where it landed. */
export interface AppliedChange {
  readonly dot: Dot;
  readonly change: Change;
  /** The record before; null if it was new here. */
  readonly before: StoredRecord | null;
  readonly row: number;
  readonly state: RecordState;
}
export interface WrittenPackage {
  readonly log: LogId;
  readonly number: number;
  readonly row: number;
  readonly bytes: Uint8Array;
  readonly applied: readonly AppliedChange[];
}
export type Received =
  | { readonly is: 'stored'; readonly package: WrittenPackage; readonly invalid: number; readonly head: PackageHead }
  | { readonly is: 'forked'; readonly package: WrittenPackage; readonly head: PackageHead }
  | Untaken;

/** What a collection is made of. */
export interface CollectionParts {
  readonly database: Database.Database;
  readonly registry: RegistryStore;
  readonly stored: StoredCollection;
  readonly authority: CollectionAuthority;
  readonly clock: Clock;
  readonly random: Random;
  /** As of `BatchSizes`. */
  readonly packaged?: number;
}

/**
 * One collection as this device knows it: its records, and the change log they follow from.
 * Everything is synchronous and happens inside `transact`, so that nothing half-happens (DESIGN 9).
 */
export class Collection {
  readonly records: RecordStore;
  readonly log: LogStore;
  /** What the packages of the log say. */
  readonly packages: PackageReader;
  readonly problems: ProblemStore;
  readonly sent: SentStore;
  readonly quarantine: QuarantineStore;
  readonly relay: RelayStore;
  /** null: only files lie below each other. */
  readonly #covered: CoveredFiles | null;
  readonly #transactions: Transactions;
  readonly #registry: RegistryStore;
  readonly #authority: CollectionAuthority;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #filling: FillPackages;
  readonly #door: PackageDoor;
  #stored: StoredCollection;

  constructor({ database, registry, stored, authority, clock, random, packaged }: CollectionParts) {
    this.#registry = registry;
    this.#stored = stored;
    this.#authority = authority;
    this.#clock = clock;
    this.#random = random;
    this.#filling = new FillPackages(packaged ?? BATCH_SIZES.packaged);
    this.records = new RecordStore(database, stored.row, stored.kind);
    this.log = new LogStore(database, stored.row);
    this.packages = new PackageReader(this.log);
    this.problems = new ProblemStore(database);
    this.sent = new SentStore(database);
    this.quarantine = new QuarantineStore(database, stored.row);
    const limits = new LogLimits(this.log, (member, what) => this.#tellTooManyLogs(member, what));
    this.#door = new PackageDoor(stored.id, this.log, limits, this.quarantine, authority);
    this.relay = new RelayStore(database, stored.row);
    this.#covered =
      stored.kind === 'files' ? new CoveredFiles(this.records, (record) => this.#nameUncovered(record)) : null;
    this.#transactions = new Transactions(database, () => {
      const before = this.#stored;
      return () => this.#rolledBackTo(before);
    });
  }

  get stored(): StoredCollection {
    return this.#stored;
  }
  get kind() {
    return this.#stored.kind;
  }

  update(change: Partial<Pick<StoredCollection, 'name' | 'paused' | 'captured' | 'ownLog'>>): void {
    this.#stored = { ...this.#stored, ...change };
    this.#registry.updateCollection(this.#stored);
  }

  #rolledBackTo(before: StoredCollection): void {
    this.#stored = before;
    this.records.forgetCaches();
    this.log.forgetCaches();
    this.problems.forgetCaches();
    this.#covered?.forget();
    this.packages.forget();
  }

  /** As `Transactions`: this device has left it. */
  end(): void {
    this.#transactions.end(this.#stored.name);
  }
  get isOver(): boolean {
    return this.#transactions.isOver;
  }
  transact<T>(work: () => T): T {
    return this.#transactions.run(work);
  }
  transactSoon<T>(work: () => T): T {
    return this.#transactions.runSoon(work);
  }

  /**
   * Writes changes of this device as the next packages of its log and applies them. Inside `transact`. `by`: the source they were found in,
   * whose snapshot the caller moves for each of them; null: none.
   */
  write(changes: readonly Change[], by: number | null = null): readonly WrittenPackage[] {
    const written: WrittenPackage[] = [];
    for (const filled of this.#filling.fill(changes, (dot) => this.log.nameOf(dot)))
      written.push(this.#writePackage(filled, by));
    return written;
  }

  /** Why nobody could use this change, or null: a package of such changes is not to be made. */
  whyInvalid(change: Change): string | null {
    return this.#authority.invalid(change);
  }

  #writePackage({ changes, body }: FilledPackage, by: number | null): WrittenPackage {
    const log = this.log.log(this.#stored.ownLog, this.#authority.member);
    const time = nextTime(this.#stored.time, this.#clock.now());
    const seen = this.log
      .logs()
      .filter((other) => other.log !== log.log && other.held > 0)
      .map((other) => ({ log: other.log, number: other.held, hash: other.hash.slice(0, 16) }));
    const made = makePackage(
      {
        collection: this.#stored.id,
        member: this.#authority.member,
        log: log.log,
        number: log.held + 1,
        previous: log.hash,
        epoch: 0,
        time,
        seen,
      },
      compressBody(body),
      (bytes) => this.#authority.sign(bytes),
    );
    return this.#append(log, made, changes, time, by).package;
  }

  /** Takes a package from a peer or a relay: checks, stores, and merges it. Inside `transact`. Never throws for what a peer sent. */
  receive(bytes: Uint8Array, sender: Sender = NOBODY): Received {
    let read: SignedPackage;
    try {
      read = readPackage(bytes);
    } catch (error) {
      return refusedAsHostile((error as Error).message);
    }
    const { head } = read;
    const log = this.log.known(head.log) ?? unknownLog(head.log);
    const untaken = this.#door.judge(read, log, sender);
    if (untaken !== null) return untaken;
    const changes = this.#door.decode(read);
    if ('is' in changes) return changes;
    const owned = this.log.log(head.log, head.member);
    const isFork = head.number <= log.held || head.previous !== log.hash;
    if (isFork) {
      const { number, time } = head;
      const row = this.log.addBranch(owned, { number, hash: read.hash, time, changes: changes.length, bytes });
      this.#witness(head.time);
      const applied = this.#applyAll(row, changes, head.log, head.number);
      const forked = { log: head.log, number: head.number, row, bytes, applied: applied.applied };
      return { is: 'forked', package: forked, head };
    }
    const { package: stored, invalid } = this.#append(owned, read, changes, head.time);
    return { is: 'stored', package: stored, invalid, head };
  }

  #tellTooManyLogs(member: MemberKey, what: string): void {
    const name = recordId(this.#authority.nameOf(member));
    const detail = `${what}; what it writes in further ones is not taken. Remove the device if it is not yours.`;
    this.problems.put(changeLogSource(this.#stored.row), name, 'too-many-logs', detail, this.#clock.now());
  }

  /** Takes what was set aside and may be taken now: somebody had taken it before, or a person wants it. Inside `transact`. */
  receiveQuarantined(): readonly Received[] {
    return this.quarantine.all().flatMap((each) => {
      if (this.#authority.refuses(readPackage(each.bytes).head) !== null) return [];
      const received = this.receive(each.bytes);
      if (received.is !== 'gap') this.quarantine.drop(each);
      return [received];
    });
  }

  #append(
    log: StoredLog,
    made: SignedPackage,
    changes: readonly DecodedChange[],
    time: number,
    by: number | null = null,
  ) {
    const { number } = made.head;
    const row = this.log.append(log, { number, hash: made.hash, time, changes: changes.length, bytes: made.bytes });
    this.#witness(time);
    const { applied, invalid } = this.#applyAll(row, changes, log.log, number, by);
    return { package: { log: log.log, number, row, bytes: made.bytes, applied }, invalid };
  }

  /** What this device writes after it has read or written something of this time is later. */
  #witness(time: number): void {
    const last = witnessTime(this.#stored.time, time, this.#clock.now());
    if (last === this.#stored.time) return;
    this.#stored = { ...this.#stored, time: last };
    this.#registry.setTime(this.#stored.row, last);
  }

  #applyAll(row: number, changes: readonly DecodedChange[], log: LogId, number: number, by: number | null = null) {
    const applied: AppliedChange[] = [];
    let invalid = 0;
    changes.forEach((change, index) => {
      const why = 'invalid' in change ? change.invalid : this.#authority.invalid(change);
      if (why === null) applied.push(this.#apply(change as Change, dotOf(row, index), by));
      else {
        invalid++;
        const name = 'invalid' in change ? `${log}-${number}-${index}` : change.record;
        const source = changeLogSource(this.#stored.row);
        this.problems.put(source, recordId(name), 'invalid-change', why, this.#clock.now());
      }
    });
    return { applied, invalid };
  }

  #apply(change: Change, dot: Dot, by: number | null): AppliedChange {
    const before = this.records.find(change.record);
    const state = applyChange(this.kind, before?.state ?? EMPTY_STATE, dot, change, (each) => this.log.isApplied(each));
    if (before !== null) this.#rememberHeld(before, by);
    const row = this.records.put(change.record, before, state);
    this.#covered?.note(change.record, row, before, state);
    this.log.noteChange(row, dot);
    return { dot, change, before, row, state };
  }

  /** Records that sources have to be brought to anew, with what lies below them, because others changed. */
  takeDue(): Due {
    return this.#covered?.takeDue() ?? NOTHING_DUE;
  }

  /** What a source holds of a record by what is stored of its snapshot (`heldOf`); null: it never held it. */
  held(record: StoredRecord, stored: StoredSnapshot | undefined): Held | null {
    return heldOf(this.kind, record.state, stored?.held, this.log.order);
  }

  /** What a source that holds `held` of a record has to do so that it shows it. */
  plan(record: StoredRecord, held: Held | null): PlannedItem {
    return planItem(this.kind, record.state, held, this.log.order, this.records.isCovered(record.row));
  }

  /** Sources that show a directory in its place are due, and shall be so after a restart too: the next look at everything tries them. */
  #nameUncovered({ id, row }: StoredRecord): void {
    for (const source of this.sourceRows()) {
      const stored = this.records.snapshot(source, row);
      if (stored !== undefined && stored.held !== null)
        this.problems.put(source, id, STAYS, `${id} is to be a file again.`, this.#clock.now());
    }
  }

  /**
   * Before a state moves on, sources that showed exactly that state get it written down as what they hold. One that is still to be compared with the
   * collection shows nobody's deletion yet: what it has may be what was deleted.
   */
  #rememberHeld(before: StoredRecord, by: number | null): void {
    for (const { row: source, adopting } of this.#sourcesHere()) {
      if (source === by) continue;
      const stored = this.records.snapshot(source, before.row);
      if (stored === undefined) {
        if (adopting || before.state.fields.get(EXISTS)?.some((sibling) => sibling.value === true) === true) continue;
        this.records.putSnapshot(source, before.row, null, shownFields(this.kind, before.state, this.log.order));
      } else if (stored.held === null)
        this.records.putSnapshot(
          source,
          before.row,
          stored.revision,
          shownFields(this.kind, before.state, this.log.order),
          stored.native,
        );
    }
  }

  #sources: readonly StoredSource[] | null = null;
  #sourcesHere(): readonly StoredSource[] {
    this.#sources ??= this.#registry.sources(this.#stored.row);
    return this.#sources;
  }
  sourceRows(): readonly number[] {
    return this.#sourcesHere().map(({ row }) => row);
  }
  sourcesChanged(): void {
    this.#sources = null;
  }

  /**
   * Another device knows a package of our own log that we do not: our state was restored from a copy. A new log is begun, so no
   * number is ever used twice (DESIGN 9). What the old log holds further arrives like anyone else's.
   */
  beginNewLog(): void {
    this.transact(() => this.update({ ownLog: hexOf(this.#random.bytes(8)) as LogId }));
  }
}
