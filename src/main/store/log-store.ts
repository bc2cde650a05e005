import type Database from 'better-sqlite3';
import { Branches, type BranchLink } from '../change-log/branches.ts';
import { FIRST_PREVIOUS, hashIn, previousIn } from '../change-log/package.ts';
import type { PackageName } from '../change-log/package-body.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { type Dot, dotOf, indexOf, type LogId, type MemberKey, packageRowOf } from '../record/ids.ts';
import { logStatements } from './log-statements.ts';

/** One log of a collection: who writes it and how far we are. */
export interface StoredLog {
  readonly row: number;
  readonly log: LogId;
  /** '' while other packages only refer to it. */
  readonly member: MemberKey | '';
  readonly held: number;
  /** Hash of the package `held`. */
  readonly hash: string;
  readonly applied: number;
  readonly frozen: boolean;
}
export interface StoredPackage {
  readonly row: number;
  readonly log: LogId;
  readonly number: number;
  readonly time: number;
  readonly bytes: Uint8Array;
}
/** A package as it is stored first. */
export interface NewPackage {
  readonly number: number;
  readonly hash: string;
  readonly time: number;
  /** How many are in it. */
  readonly changes: number;
  readonly bytes: Uint8Array;
}
/** A package of a log with several branches. */
export interface BranchPackage extends BranchLink {
  readonly row: number;
}
/** A package's place in history, which is the same on every device: by (signed hybrid time, log, number). */
export interface PackagePlace {
  readonly row: number;
  readonly log: LogId;
  readonly number: number;
  readonly time: number;
}
interface Place {
  readonly log: LogId;
  readonly number: number;
  readonly hash: string;
  readonly time: number;
}

const CACHED_PLACES = 2048;

/** The change log of one collection: its logs, packages, and which change touched which record. */
export class LogStore {
  readonly #collection: number;
  readonly #sql;
  readonly #logs = new Map<string, StoredLog>();
  readonly #places = new Map<number, Place>();
  readonly #branches = new Map<LogId, Branches<BranchPackage>>();
  #lastAsked: { readonly record: number; readonly changes: readonly Dot[] } | null = null;

  constructor(database: Database.Database, collection: number) {
    this.#collection = collection;
    this.#sql = logStatements(database);
    this.forgetCaches();
  }

  forgetCaches(): void {
    this.#logs.clear();
    this.#places.clear();
    this.#branches.clear();
    this.#lastAsked = null;
    for (const [row, log, member, held, hash, applied, frozen] of this.#sql.logs.all(this.#collection))
      this.#logs.set(log, {
        row,
        log: log as LogId,
        member: member as MemberKey | '',
        held,
        hash,
        applied,
        frozen: frozen !== 0,
      });
  }

  logs(): readonly StoredLog[] {
    return [...this.#logs.values()].sort((a, b) => compareTexts(a.log, b.log));
  }

  /** null where nobody has named it yet. */
  known(log: LogId): StoredLog | null {
    return this.#logs.get(log) ?? null;
  }

  /** Logs of which nothing has arrived, that packages of this member were the first to refer to. */
  referredBy(member: MemberKey): number {
    return this.#sql.referredBy.get(this.#collection, member) ?? 0;
  }
  /** A package of this member refers to a log that nobody has named yet. */
  noteReference(log: LogId, member: MemberKey): void {
    this.#sql.noteReference.run(this.log(log, '').row, member);
  }

  /** The log, made where it is not known yet. */
  log(log: LogId, member: MemberKey | ''): StoredLog {
    const known = this.#logs.get(log);
    if (known !== undefined) {
      if (known.member !== '' || member === '') return known;
      return this.#change(known, { member });
    }
    const row = Number(this.#sql.addLog.run(this.#collection, log, member, FIRST_PREVIOUS).lastInsertRowid);
    const made: StoredLog = { row, log, member, held: 0, hash: FIRST_PREVIOUS, applied: 0, frozen: false };
    this.#logs.set(log, made);
    return made;
  }

  /** Stores the next package of a log and returns its row. */
  append(log: StoredLog, made: NewPackage): number {
    const row = this.#store(log, made);
    this.#change(this.#logs.get(log.log) ?? log, { held: made.number, hash: made.hash });
    return row;
  }

  /**
   * Stores a package beside those of the log: it has several branches, and the longest counts as the log itself. What is to be constructed
   * counts from there on anew, so that it is not forgotten when the program ends.
   */
  addBranch(log: StoredLog, made: NewPackage): number {
    const { number, hash } = made;
    const row = this.#store(log, made);
    const known = this.#logs.get(log.log) ?? log;
    const longest = number > known.held ? { held: number, hash } : {};
    this.#change(known, { ...longest, applied: Math.min(known.applied, number - 1), frozen: true });
    return row;
  }

  #store(log: StoredLog, { number, hash, time, changes, bytes }: NewPackage): number {
    const short = hash.slice(0, 16);
    let row = this.#sql.findPackage.get(log.row, number, short);
    if (row === undefined)
      row = Number(this.#sql.addPackage.run(log.row, number, short, time, changes, bytes).lastInsertRowid);
    else this.#sql.fillPackage.run(time, changes, bytes, row);
    this.#remember(row, { log: log.log, number, hash: short, time });
    this.#branches.delete(log.log);
    return row;
  }

  /** The branches of a log; null where it has but one. */
  branches(log: LogId): Branches<BranchPackage> | null {
    const known = this.#logs.get(log);
    if (known?.frozen !== true) return null;
    let branches = this.#branches.get(log);
    if (branches === undefined) {
      const links = this.#sql.forked
        .all(known.row, known.row)
        .map(([row, number, hash, bytes]) => ({ row, number, hash, previous: previousIn(bytes).slice(0, 16) }));
      branches = new Branches(links, known.hash.slice(0, 16));
      this.#branches.set(log, branches);
    }
    return branches;
  }

  /** Is the package held that has this hash (64 hex digits)? `FIRST_PREVIOUS` is before the first. */
  holdsWhole(log: StoredLog, number: number, hash: string): boolean {
    if (number === 0) return hash === FIRST_PREVIOUS;
    if (number === log.held && hash === log.hash) return true;
    const row = this.#sql.findPackage.get(log.row, number, hash.slice(0, 16));
    const stored = row === undefined ? null : this.packageAt(row);
    return stored !== null && hashIn(stored.bytes) === hash;
  }

  /** Is this very package held? */
  holds(log: LogId, number: number, shortHash: string): boolean {
    const known = this.#logs.get(log);
    return known !== undefined && this.#sql.holds.get(known.row, number, shortHash) !== undefined;
  }

  setApplied(log: LogId, applied: number): void {
    const known = this.#logs.get(log);
    if (known !== undefined && known.applied < applied) this.#change(known, { applied });
  }

  /** The dot a package name and index stand for here; a package not seen yet gets its row now. */
  intern(name: PackageName, index: number): Dot {
    const log = this.log(name.log as LogId, '');
    let row = this.#sql.findPackage.get(log.row, name.number, name.hash);
    if (row === undefined)
      row = Number(this.#sql.addPackage.run(log.row, name.number, name.hash, 0, 0, null).lastInsertRowid);
    return dotOf(row, index);
  }

  /** How other devices name a dot. */
  nameOf(dot: Dot): { name: PackageName; index: number } {
    const place = this.place(packageRowOf(dot));
    return { name: { log: place.log, number: place.number, hash: place.hash }, index: indexOf(dot) };
  }

  /** Has the change a dot names been applied to the records here? */
  isApplied(dot: Dot): boolean {
    // A package that others only refer to has no time.
    return this.place(packageRowOf(dot)).time > 0;
  }

  place(row: number): Place {
    let place = this.#places.get(row);
    if (place === undefined) {
      const found = this.#sql.place.get(row);
      if (found === undefined) throw new Error(`no package ${row}`);
      place = { log: found[0] as LogId, number: found[1], hash: found[2], time: found[3] };
      this.#remember(row, place);
    }
    return place;
  }
  #remember(row: number, place: Place): void {
    if (this.#places.size >= CACHED_PLACES) this.#places.clear();
    this.#places.set(row, place);
  }

  /** Larger is later: by (signed hybrid time, log, number, hash, index), the same on every device. */
  order = (a: Dot, b: Dot): number => {
    if (a === b) return 0;
    const [left, right] = [this.place(packageRowOf(a)), this.place(packageRowOf(b))];
    if (left.time !== right.time) return left.time - right.time;
    if (left.log !== right.log) return compareTexts(left.log, right.log);
    if (left.number !== right.number) return left.number - right.number;
    if (left.hash !== right.hash) return compareTexts(left.hash, right.hash);
    return indexOf(a) - indexOf(b);
  };

  /** Up to `limit` packages of a log with numbers above `after`, in order; of a log with branches all of them. */
  after(log: LogId, after: number, limit: number): readonly StoredPackage[] {
    const known = this.#logs.get(log);
    if (known === undefined) return [];
    return this.#sql.after
      .all(known.row, after, limit)
      .map(([row, number, time, bytes]) => ({ row, log, number, time, bytes }));
  }

  /** As `after`, of the branch that counts as the log itself. */
  mainAfter(log: LogId, after: number, limit: number): readonly StoredPackage[] {
    const branches = this.branches(log);
    if (branches === null) return this.after(log, after, limit);
    const before = Math.min(limit, branches.first - 1 - after);
    const linear = before > 0 ? this.after(log, after, before) : [];
    const forked = branches.main.filter(({ number }) => number > after).slice(0, limit - linear.length);
    return [...linear, ...forked.flatMap(({ row }) => this.packageAt(row) ?? [])];
  }

  /**
   * Packages in the order of their rows, from after `row` on: in which this device learned of them, and of those that others refer
   * to, which may arrive later (`held` false).
   */
  byRow(
    row: number,
    limit: number,
  ): readonly { readonly row: number; readonly log: LogId; readonly number: number; readonly held: boolean }[] {
    return this.#sql.byRow
      .all(this.#collection, row, limit)
      .map(([each, log, number, held]) => ({ row: each, log: log as LogId, number, held: held !== 0 }));
  }

  packageAt(row: number): StoredPackage | null {
    const found = this.#sql.packageAt.get(row);
    if (found === undefined || found[3] === null) return null;
    return { row, log: found[0] as LogId, number: found[1], time: found[2], bytes: found[3] };
  }

  /** The packages held that a name stands for: more than one only where a log has several branches. `hash`: how it begins. */
  find(log: LogId, number: number, hash: string): readonly StoredPackage[] {
    const known = this.#logs.get(log);
    if (known === undefined) return [];
    return this.#sql.findNumber.all(known.row, number, hash.length, hash).flatMap((row) => this.packageAt(row) ?? []);
  }

  /** The bytes of a package by its number; null where it is not held. */
  bytesOf(log: LogId, number: number): Uint8Array | null {
    return this.find(log, number, '')[0]?.bytes ?? null;
  }

  /** The hybrid time that the newest package held was signed with; 0 where none is held. */
  lastTime({ row, held, hash }: StoredLog): number {
    const found = held === 0 ? undefined : this.#sql.findPackage.get(row, held, hash.slice(0, 16));
    return found === undefined ? 0 : this.place(found).time;
  }

  noteChange(record: number, dot: Dot): void {
    this.#lastAsked = null;
    this.#sql.noteChange.run(record, packageRowOf(dot), indexOf(dot));
  }

  /**
   * Changes of one record, as dots, in the order in which this device learned of them. The same array where the same record is asked for again, and
   * nothing was noted since.
   */
  changesOf(record: number): readonly Dot[] {
    if (this.#lastAsked?.record !== record) {
      const changes = this.#sql.changesOf.all(record).map(([packageRow, index]) => dotOf(packageRow, index));
      this.#lastAsked = { record, changes };
    }
    return this.#lastAsked.changes;
  }

  /**
   * Places of packages, the newest first: those before `before` in that order, of `logs` and with changes of the records with these rows only
   * (null: all).
   */
  places(
    only: { readonly logs: readonly LogId[] | null; readonly records: readonly number[] | null },
    before: Omit<PackagePlace, 'row'> | null,
    limit: number,
  ): readonly PackagePlace[] {
    const from = before ?? { time: Number.MAX_SAFE_INTEGER, log: '', number: 0 };
    const logs = only.logs === null ? null : JSON.stringify(only.logs);
    const place = [this.#collection, logs, logs, from.time, from.log, from.number] as const;
    const found =
      only.records === null
        ? this.#sql.places.all(...place, limit)
        : this.#sql.placesOf.all(JSON.stringify(only.records), ...place, limit);
    return found.map(([row, log, number, time]) => ({ row, log: log as LogId, number, time }));
  }

  /** Rows of the records that have changes in packages at or after this place. */
  recordsFrom(place: Omit<PackagePlace, 'row'>): readonly number[] {
    return this.#sql.recordsFrom.all(this.#collection, place.time, place.log, place.number);
  }

  #change(log: StoredLog, change: Partial<StoredLog>): StoredLog {
    const next = { ...log, ...change };
    this.#logs.set(log.log, next);
    this.#sql.setLog.run(next.member, next.held, next.hash, next.applied, next.frozen ? 1 : 0, log.row);
    return next;
  }
}
