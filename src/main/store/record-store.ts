import type Database from 'better-sqlite3';
import { conflictFields, countChoices, type Held, isLive, type RecordState } from '../merge/record-state.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { type RecordId, recordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { decodeHeld, decodeNative, decodeState, encodeHeld, encodeNative, encodeState } from './encode-state.ts';
import { GroupAtHand, type GroupMember, MEMBERS_AT_HAND } from './group-at-hand.ts';
import { recordStatements, toMember } from './record-statements.ts';
import { StoredDirectories } from './stored-directories.ts';

/** A record as stored. `row` is local and never reused while the record is there. */
export interface StoredRecord {
  readonly row: number;
  readonly id: RecordId;
  readonly state: RecordState;
}
/** The snapshot of one record in one source. */
export interface StoredSnapshot {
  /** null: the item is not there. */
  readonly revision: Uint8Array | null;
  /** null: the source shows exactly the record's state. */
  readonly held: Held | null;
  /** What the source holds in its own format, where that is other than what it can hold of `held`; null: just that. */
  readonly native: Fields | null;
}

const LIVE = 1;
const CONFLICT = 2;
/** With CONFLICT: see `CoveredFiles`. */
const COVERED = 4;
/** Records in memory at once where all are looked at. */
const PAGE = 1000;

/** The records of one collection and the snapshots of its sources. Synchronous; callers put it in a transaction. */
export class RecordStore {
  readonly #collection: number;
  readonly #kind: RecordKind;
  readonly #directories: StoredDirectories;
  /** As they are now, until they change: see `keepAtHand`. */
  readonly #atHand = new Map<RecordId, StoredRecord>();
  /** By source the group read last: each look asks for the only one of a text, and mostly little of it is new. */
  readonly #groups = new Map<number, GroupAtHand>();
  readonly #sql;
  #live: number;
  #conflicts: number;
  /** null: not counted yet. */
  #choices: number | null = null;
  #covered: Set<number>;

  constructor(database: Database.Database, collection: number, kind: RecordKind) {
    this.#collection = collection;
    this.#kind = kind;
    this.#sql = recordStatements(database);
    this.#directories = new StoredDirectories(database, collection);
    this.#live = this.#sql.countLive.get(collection) ?? 0;
    this.#conflicts = this.#sql.countConflicts.get(collection) ?? 0;
    this.#covered = new Set(this.#sql.covered.all(collection));
  }

  readonly #followers = new Set<Set<RecordId>>();
  /** From now on ids of records are added to `changed` as they are stored, also where that is rolled back; until the returned function is called. */
  follow(changed: Set<RecordId>): () => void {
    this.#followers.add(changed);
    return () => this.#followers.delete(changed);
  }

  /** Live records. */
  get live(): number {
    return this.#live;
  }

  /** A record just read that is about to be changed: until it is, or `letGo` is called, it is not read again to be found. */
  keepAtHand(record: StoredRecord): void {
    this.#atHand.set(record.id, record);
  }
  letGo(): void {
    this.#atHand.clear();
    for (const [source, group] of this.#groups) if (group.size > MEMBERS_AT_HAND) this.#groups.delete(source);
  }

  find(id: RecordId): StoredRecord | null {
    const atHand = this.#atHand.get(id);
    if (atHand !== undefined) return atHand;
    const [path, name] = split(id);
    const directory = this.#directories.find(path);
    if (directory === null || this.#directories.surelyLacks(directory, name)) return null;
    const found = this.#sql.find.get(directory, name);
    return found === undefined ? null : { row: found[0], id, state: decodeState(found[1]) };
  }

  at(row: number): StoredRecord | null {
    const found = this.#sql.at.get(row);
    const path = found === undefined ? null : this.#directories.pathOf(found[0]);
    if (found === undefined || path === null) return null;
    return { row, id: joined(path, found[1]), state: decodeState(found[2]) };
  }

  /** Stores a state and returns the record's row. `before`: as found; null for a record that is new here. */
  put(id: RecordId, before: StoredRecord | null, state: RecordState): number {
    const live = isLive(state);
    const covered = before !== null && this.#covered.has(before.row);
    const choices = countChoices(this.#kind, state, covered);
    const had = before === null ? 0 : countChoices(this.#kind, before.state, covered);
    const clashes = choices > 0;
    const clashed = had > 0;
    const flags = (live ? LIVE : 0) + (clashes ? CONFLICT : 0) + (covered ? COVERED : 0);
    this.#conflicts += (clashes ? 1 : 0) - (clashed ? 1 : 0);
    if (this.#choices !== null) this.#choices += choices - had;
    this.#live += (live ? 1 : 0) - (before !== null && isLive(before.state) ? 1 : 0);
    this.#atHand.delete(id);
    for (const changed of this.#followers) changed.add(id);
    if (before !== null) {
      this.#sql.update.run(flags, encodeState(state), before.row);
      return before.row;
    }
    const [path, name] = split(id);
    const directory = this.#directories.findOrAdd(path);
    const row = Number(this.#sql.insert.run(directory, name, flags, encodeState(state)).lastInsertRowid);
    this.#directories.learn(directory, name);
    for (const [source, group] of this.#groups) if (group.directory === directory) this.#noteChanged(source, row);
    return row;
  }
  #noteChanged(source: number, row: number): void {
    if (this.#groups.get(source)?.noteChanged(row) === false) this.#groups.delete(source);
  }

  /** Is it a file that other records lie below (`CoveredFiles`)? */
  isCovered(row: number): boolean {
    return this.#covered.has(row);
  }
  /** Makes a record a covered file, which is a conflict, or none any more. */
  setCovered({ row, state }: StoredRecord, covered: boolean): void {
    const clashes = conflictFields(this.#kind, state).length > 0;
    if (covered) this.#covered.add(row);
    else this.#covered.delete(row);
    if (!clashes) this.#conflicts += covered ? 1 : -1;
    this.#choices = null;
    const flags = (isLive(state) ? LIVE : 0) + (covered || clashes ? CONFLICT : 0) + (covered ? COVERED : 0);
    this.#sql.setFlags.run(flags, row);
  }

  /** Undo of what a rolled back transaction told the caches. */
  forgetCaches(): void {
    this.letGo();
    this.#groups.clear();
    this.#covered = new Set(this.#sql.covered.all(this.#collection));
    this.#directories.forget();
    this.#live = this.#sql.countLive.get(this.#collection) ?? 0;
    this.#conflicts = this.#sql.countConflicts.get(this.#collection) ?? 0;
    this.#choices = null;
  }

  /** Records right below a directory, with what the source's snapshot says of them, in the order of their names; the same array as long as nothing changed. */
  group(source: number, path: string): readonly GroupMember[] {
    const directory = this.#directories.find(path);
    if (directory === null) return [];
    const last = this.#groups.get(source);
    if (last?.directory === directory) return last.members((row) => this.#member(source, directory, row));
    const members = this.#sql.group.all(source, directory).map(toMember);
    this.#groups.set(source, new GroupAtHand(directory, members));
    return members;
  }

  #member(source: number, directory: number, row: number): GroupMember | null {
    const found = this.#sql.member.get(source, row, directory);
    return found === undefined ? null : toMember(found);
  }

  /** Paths of the directories at and below `path` that hold records. */
  groupsFrom(path: string): readonly string[] {
    if (path === '') return this.#sql.allGroups.all(this.#collection).map(([found]) => found);
    return this.#sql.groupsFrom.all(this.#collection, path, `${path}/`, `${path}0`).map(([found]) => found);
  }

  hasSnapshots(source: number): boolean {
    return this.#sql.anySnapshot.get(source) !== undefined;
  }

  /** Items the source holds now. */
  countHeld(source: number): number {
    return this.#sql.countHeld.get(source) ?? 0;
  }

  /** undefined: the source never held this record. */
  snapshot(source: number, row: number): StoredSnapshot | undefined {
    const found = this.#sql.snapshot.get(source, row);
    if (found === undefined) return undefined;
    const [revision, held, native] = found;
    return {
      revision,
      held: held === null ? null : decodeHeld(held),
      native: native === null ? null : decodeNative(native),
    };
  }

  /** The revision the source's snapshot has of the item with this id; null: the source does not hold it. */
  revisionOf(source: number, id: RecordId): Uint8Array | null {
    const [path, name] = split(id);
    const directory = this.#directories.find(path);
    return directory === null ? null : (this.#sql.revisionOf.get(source, directory, name) ?? null);
  }

  putSnapshot(
    source: number,
    row: number,
    revision: Uint8Array | null,
    held: Held | null,
    native: Fields | null = null,
  ): void {
    this.#noteChanged(source, row);
    this.#sql.putSnapshot.run(
      source,
      row,
      revision,
      held === null ? null : encodeHeld(held),
      native === null ? null : encodeNative(native),
    );
  }

  dropSnapshot(source: number, row: number): void {
    this.#noteChanged(source, row);
    this.#sql.dropSnapshot.run(source, row);
  }

  dropSnapshots(source: number): void {
    this.#groups.delete(source);
    this.#sql.dropSnapshots.run(source);
  }

  /** Records with an open conflict, in the order of their rows. */
  inConflict(): readonly StoredRecord[] {
    return this.#sql.inConflict
      .all(this.#collection)
      .map(([row, path, name, state]) => ({ row, id: joined(path, name), state: decodeState(state) }));
  }

  /** Records with an open conflict. */
  get conflicts(): number {
    return this.#conflicts;
  }
  /** Open conflicts as a person sees them (`countChoices`): a contact changed apart in two fields has two. */
  get choices(): number {
    this.#choices ??= this.inConflict().reduce(
      (sum, { row, state }) => sum + countChoices(this.#kind, state, this.#covered.has(row)),
      0,
    );
    return this.#choices;
  }

  /** Records that the source does not hold as they are shown: what adoption found older, or not at all. */
  notAsShown(source: number): readonly number[] {
    return this.#sql.notAsShown.all(source, this.#collection);
  }

  /** Every record from a place on, by directory and name; page with the last one's id. */
  page(after: RecordId | null, limit: number): readonly StoredRecord[] {
    const [path, name] = after === null ? ['', ''] : split(after);
    return this.#sql.page
      .all(this.#collection, path, path, name, limit)
      .map(([row, directory, own, state]) => ({ row, id: joined(directory, own), state: decodeState(state) }));
  }

  /** Every record a device knows of, deleted ones included, by directory and name; never more than a page of them in memory. */
  *all(pageSize = PAGE): Generator<StoredRecord> {
    for (let after: RecordId | null = null; ; ) {
      const page: readonly StoredRecord[] = this.page(after, pageSize);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      after = last.id;
    }
  }

  /** Records whose name (for files: the last part of the path) is this one. At most 64. */
  named(name: string): readonly RecordId[] {
    return this.#sql.named.all(this.#collection, name).map(([path, own]) => joined(path, own));
  }

  /** Records whose id begins so. At most 64. */
  beginning(text: string): readonly RecordId[] {
    return this.#sql.beginning.all(this.#collection, text, text).map(([path, own]) => joined(path, own));
  }

  /** Rows of at most `limit` records whose id contains this text; letters of ASCII in either case. */
  containing(text: string, limit: number): readonly number[] {
    return this.#sql.containing.all(this.#collection, text, limit);
  }

  /** Is anything alive directly or further below this path? */
  hasLiveBelow(path: RecordId): boolean {
    const [collection, from, to] = [this.#collection, `${path}/`, `${path}0`];
    return this.#sql.liveBelow.get(collection, path, collection, from, to) !== undefined;
  }
  /** What is alive below this path, in the order of directories and names; at most `limit`. */
  liveBelow(path: RecordId, limit: number): readonly StoredRecord[] {
    const found = this.#sql.liveIn.all(this.#collection, path, limit);
    const left = limit - found.length;
    if (left > 0) found.push(...this.#sql.liveWithin.all(this.#collection, `${path}/`, `${path}0`, left));
    return found.map(([row, directory, name, state]) => ({
      row,
      id: joined(directory, name),
      state: decodeState(state),
    }));
  }
  /** Has any record, also a deleted one, ever been directly or further below this path? */
  hasDirectory(path: string): boolean {
    return this.#directories.find(path) !== null || this.hasDirectoriesBelow(path);
  }
  /** Has any record ever been in a directory below this one? */
  hasDirectoriesBelow(path: string): boolean {
    const [from, to] = path === '' ? ['\0', '\u{10ffff}'] : [`${path}/`, `${path}0`];
    return this.#sql.directoryWithin.get(this.#collection, from, to) !== undefined;
  }
}

function split(id: RecordId): [string, string] {
  const at = id.lastIndexOf('/');
  return at < 0 ? ['', id] : [id.slice(0, at), id.slice(at + 1)];
}

const joined = (path: string, name: string): RecordId => recordId(path === '' ? name : `${path}/${name}`);
