import type { Change } from '../change-log/change.ts';
import type { AppliedChange, Collection, WrittenPackage } from '../collection.ts';
import { difference } from '../difference/difference.ts';
import { type Held, isLive, type RecordState } from '../merge/record-state.ts';
import type { Clock } from '../platform/clock.ts';
import { referencesIn } from '../record/content-reference.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { heldAfter, isAsShown } from '../snapshot/held.ts';
import { heldAtTimeOf, isOnlyTime } from '../snapshot/put-back.ts';
import { storedRevision } from '../snapshot/stored-revision.ts';
import type { ItemProblem, Reading } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import { DELETED_ELSEWHERE, STAYS } from '../store/problem-store.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { DELETED_ELSEWHERE_DETAIL } from './deleted-elsewhere.ts';
import type { Draft, DraftChange } from './draft-change.ts';
import type { GoneItems, Moves } from './gone-items.ts';
import type { HeldItems } from './held-items.ts';
import type { LookScope } from './later-looks/look-scope.ts';
import type { LookProblems } from './look-problems.ts';
import type { MeetBook, MetReading } from './meet-book.ts';
import { ownVersion } from './own-version.ts';

/** What the commits of one look need of it. */
export interface CommitPort {
  /** Records of one transaction. */
  readonly batchRecords: number;
  readonly contents: ContentStore;
  readonly clock: Clock;
  /** Told what was read as it was changing, and what changed. */
  readonly scope: Pick<LookScope, 'readFresh' | 'changed'>;
  readonly drafts: DraftChange;
  readonly problems: LookProblems;
  /** null: it is no book of contacts that meets others for the first time. */
  readonly meets: MeetBook | null;
  /** The source was never looked at before. */
  readonly isFirst: boolean;
  /** Items deleted elsewhere of which a person said that they go here too. */
  readonly confirmed: ReadonlySet<RecordId>;
  /** This device may only read, now. */
  readOnly(): boolean;
  /** It belongs to the collection, now. */
  belongs(): boolean;
  /** Packages were committed. */
  written(packages: readonly WrittenPackage[]): void;
  /** Somebody wrote these just now. Inside a transaction. */
  lately(rows: readonly number[]): void;
  /** As `TakeInPort`. */
  due(row: number): void;
  /** These records were found just as they are shown. */
  settled(rows: readonly number[]): void;
}

/** A reading that differs, and what becomes of it. */
interface Changed extends Pick<Draft, 'held' | 'now'> {
  readonly reading: Reading;
  readonly change: Change;
}

/** Commits what a look found, batch by batch: packages, records and the snapshot of its source move together. */
export class CommitLook {
  /** Records that say more than the source shows, though no package will bring that to it: what a reader put back, what was made anew beside an edit. */
  readonly behind: number[] = [];
  readonly #collection: Collection;
  readonly #held: HeldItems;
  readonly #port: CommitPort;
  #changes = 0;

  constructor(collection: Collection, held: HeldItems, port: CommitPort) {
    this.#collection = collection;
    this.#held = held;
    this.#port = port;
  }

  /** Changes that were committed. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes in what was read of one batch. */
  readings(readings: readonly Reading[], moves: Moves): void {
    if (readings.length === 0) return;
    const movedFrom = new Map([...moves].map(([from, to]) => [to, from]));
    const settled: number[] = [];
    const unchanged: number[] = [];
    const packages = this.#collection.transact(() => {
      const changed: Changed[] = [];
      const met: MetReading[] = [];
      for (const each of readings) {
        const read = this.#port.meets?.withMembers(each) ?? each;
        const meeting = this.#port.readOnly() ? null : (this.#port.meets?.meet(read) ?? null);
        if (meeting !== null) {
          met.push(meeting);
          continue;
        }
        const draft = this.#draft(read);
        if (draft === null) continue;
        const { reading, held, now, change, found, isOlder } = draft;
        if (change === null) {
          if (found === null || held === null) continue;
          if (this.#keep(reading, found, held)) settled.push(found.row);
          else if (isOlder === true) this.#isBehind(found.row);
          // Whoever wrote it, and the journal that told of that may be lost: what is torn of it shall not count as an edit.
          if (reading.unsynced) unchanged.push(found.row);
        } else if (this.#port.readOnly()) this.#putBackOrNamed(reading, draft, change);
        else {
          const from = movedFrom.get(reading.id);
          changed.push({ reading, held, now, change: from === undefined ? change : { ...change, movedFrom: from } });
        }
      }
      const written = [...this.#write(changed, unchanged), ...(met.length === 0 ? [] : this.#commitMet(met))];
      this.#port.problems.noteDue();
      return written;
    });
    if (settled.length > 0) this.#port.settled(settled);
    this.#emit(packages);
  }

  /** Deletes come last, after the adds and modifies of the cycle (DESIGN 3). Peers get each batch while the next is made. */
  async gone(gone: GoneItems, moves: Moves): Promise<void> {
    const all = gone.all();
    for (let at = 0; at < all.length; at += this.#port.batchRecords) {
      if (at > 0) await new Promise<void>((resolve) => this.#port.clock.after(0, resolve));
      const batch = all.slice(at, at + this.#port.batchRecords);
      this.#emit(this.#collection.transact(() => this.#delete(batch, gone, moves)));
    }
    gone.clear();
  }

  /** What is gone stays here: this device may only read. */
  goneIsNotPassedOn(gone: GoneItems): void {
    for (const [id, row] of gone.all())
      if (gone.wasToGo(row)) this.#collection.transact(() => this.#wentAsItWasTo(id, row, gone.heldOf(row)));
      else this.#port.problems.note(notPassedOn(id, this.#port.belongs()));
  }
  /** It is to be there again where the record is, but stays away where it was edited beside that, until somebody decides. */
  #wentAsItWasTo(id: RecordId, row: number, held: Held | null): void {
    const { problems, records } = this.#collection;
    const { source } = this.#held;
    problems.drop(source, id);
    const exists = records.at(row)?.state.fields.get(EXISTS) ?? [];
    const deletion = exists.length < 2 ? undefined : exists.find(({ value }) => value === false);
    if (deletion === undefined || held === null) records.dropSnapshot(source, row);
    else records.putSnapshot(source, row, null, new Map(held).set(EXISTS, deletion));
    this.#isBehind(row);
  }
  #isBehind(row: number): void {
    this.behind.push(row);
    this.#port.due(row);
  }

  /** What a reading means; null where it is not to be taken in, which is named. */
  #draft(reading: Reading): Draft | null {
    const { drafts, problems, confirmed } = this.#port;
    const draft = drafts.draft(reading, confirmed.has(reading.id));
    if (draft.wait) {
      if (draft.found !== null)
        problems.note({ id: reading.id, code: DELETED_ELSEWHERE, detail: DELETED_ELSEWHERE_DETAIL });
      else this.#noteStaying(reading);
      return null;
    }
    const why = draft.change === null ? null : this.#collection.whyInvalid(draft.change);
    if (why !== null) {
      problems.note({ id: reading.id, code: 'invalid-change', detail: `it cannot be passed on: ${why}` });
      return null;
    }
    problems.resolved(reading.id);
    return draft;
  }

  /** What a reader changed is not passed on; where it has put back what was there, with another time, it is as it was. */
  #putBackOrNamed(reading: Reading, { held, found }: Draft, change: Change): void {
    const { kind } = this.#collection;
    if (found !== null && held !== null && isOnlyTime(kind, held, change)) {
      this.#keep(reading, found, heldAtTimeOf(kind, held, reading.fields));
      this.#isBehind(found.row);
    } else this.#port.problems.note(notPassedOn(reading.id, this.#port.belongs()));
  }

  #write(changed: readonly Changed[], unchanged: readonly number[]): readonly WrittenPackage[] {
    const changes = changed.map((each) => each.change);
    const written = this.#collection.write(changes, this.#held.source);
    const applied = this.#appliedOf(written, changes);
    applied.forEach((parts, at) => {
      const { reading, held, now } = changed[at] as Changed;
      const { row, state } = parts.at(-1) as AppliedChange;
      // Nobody knew the record, so that it is just what the change makes of it.
      if (this.#held.project === null && held === null) this.#putSnapshot(reading, row, null);
      else if (!this.#putHeld(reading, row, state, this.#heldAfter(held, parts, now))) this.#isBehind(row);
      this.#noteContent(held, reading, row);
      if (held !== null) this.#port.scope.changed(reading.id);
    });
    // In the first look at a source most is old. Later on all is noted: a clock may jump.
    const isLate = (at: number): boolean => !this.#port.isFirst || changed[at]?.reading.unsynced === true;
    this.#port.lately([
      ...unchanged,
      ...applied.flatMap(([one], at) => (isLate(at) && one !== undefined ? one.row : [])),
    ]);
    return written;
  }

  /** What was applied of each change, one each: several parts of one that was longer than a package may be. */
  #appliedOf(written: readonly WrittenPackage[], changes: readonly Change[]): readonly (readonly AppliedChange[])[] {
    const all = written.flatMap(({ applied }) => applied);
    if (all.length === changes.length) return all.map((each) => [each]);
    // No record is in such a list twice.
    const byRecord = Map.groupBy(all, ({ change }) => change.record);
    return changes.map(({ record }) => byRecord.get(record) ?? []);
  }

  #heldAfter(before: Held | null, parts: readonly AppliedChange[], now: Fields | null): Held {
    const { kind } = this.#collection;
    return parts.reduce<Held | null>(
      (held, { change, dot }) => heldAfter(kind, held, change, now, dot),
      before,
    ) as Held;
  }

  /** In packages of their own, so that they can be undone and nothing else with them. */
  #commitMet(met: readonly MetReading[]): readonly WrittenPackage[] {
    const changes = met.flatMap(({ came, change }) => [came, change]);
    const written = this.#collection.write(changes, this.#held.source);
    const applied = this.#appliedOf(written, changes);
    met.forEach(({ reading, held, now, came }, at) => {
      const parts = applied[2 * at + 1] as readonly AppliedChange[];
      const { row, state } = parts.at(-1) as AppliedChange;
      this.#port.problems.resolved(came.record);
      this.#putHeld(reading, row, state, this.#heldAfter(held, parts, now));
      this.#noteContent(held, reading, row);
      if (reading.unsynced === true || !this.#port.isFirst) this.#port.lately([row]);
    });
    return written;
  }

  #delete(
    batch: readonly (readonly [id: RecordId, row: number])[],
    gone: GoneItems,
    moves: Moves,
  ): readonly WrittenPackage[] {
    const { records, problems, kind } = this.#collection;
    const { source } = this.#held;
    const changes: Change[] = [];
    const before: (Held | null)[] = [];
    for (const [id, row] of batch) {
      if (gone.wasToGo(row)) {
        this.#wentAsItWasTo(id, row, gone.heldOf(row));
        continue;
      }
      const held = gone.heldOf(row);
      const change = difference(kind, id, ownVersion(this.#collection, row, held), null);
      const entry = fileEntry(held?.get(ENTRY)?.value);
      if (entry?.type === 'file') this.#port.contents.forgetHolder(entry.digest, source, row, this.#port.clock.now());
      problems.drop(source, id);
      if (change === null) {
        records.dropSnapshot(source, row);
        continue;
      }
      const to = moves.get(id);
      changes.push(to === undefined ? change : { ...change, movedTo: to });
      before.push(held);
    }
    const written = this.#collection.write(changes, source);
    const applied = written.flatMap((each) => each.applied);
    applied.forEach(({ dot, row, state, change }, index) => {
      if (!isLive(state)) records.dropSnapshot(source, row);
      else records.putSnapshot(source, row, null, heldAfter(kind, before[index] ?? null, change, null, dot));
    });
    this.#port.lately(applied.map(({ row }) => row));
    return written;
  }

  /** A deleted directory is there only because something lives in it: once nothing does, it goes. */
  #noteStaying(reading: Reading): void {
    const { records, problems } = this.#collection;
    const { source } = this.#held;
    const found = records.find(reading.id);
    if (found === null || isLive(found.state) || records.snapshot(source, found.row) !== undefined) return;
    const held = new Map(this.#held.at(found.row));
    held.set(EXISTS, { value: true, dots: held.get(EXISTS)?.dots ?? [] });
    held.set(ENTRY, { value: reading.fields.get(ENTRY) ?? null, dots: held.get(ENTRY)?.dots ?? [] });
    this.#putSnapshot(reading, found.row, held);
    const detail = `${reading.id} is deleted, and other items are in it.`;
    problems.put(source, reading.id, STAYS, detail, this.#port.clock.now());
  }

  /**
   * Nothing changed in meaning: the snapshot takes the new revision, and for a new item what it holds. true: the source shows just what the
   * record says.
   */
  #keep(reading: Reading, { row, state }: StoredRecord, held: Held): boolean {
    const asShown = this.#putHeld(reading, row, state, held);
    this.#noteContent(null, reading, row);
    return asShown && !this.#collection.records.isCovered(row);
  }

  /** true: it is just what the state shows. */
  #putHeld(reading: Reading, row: number, state: RecordState, held: Held): boolean {
    const asShown = isAsShown(this.#collection.kind, held, state, this.#collection.log.order);
    this.#putSnapshot(reading, row, asShown ? null : held, this.#held.native(reading, held));
    return asShown;
  }

  #putSnapshot(reading: Reading, row: number, held: Held | null, native: Fields | null = null): void {
    const revision = storedRevision(reading.revision, reading.fresh);
    this.#collection.records.putSnapshot(this.#held.source, row, revision, held, native);
    this.#held.sent.seen(row);
    if (!reading.fresh) return;
    const entry = fileEntry(reading.fields.get(ENTRY));
    this.#port.scope.readFresh(reading.id, entry?.type === 'file' ? entry.size : 0);
  }

  #noteContent(before: Held | null, reading: Reading, row: number): void {
    const { contents, clock } = this.#port;
    const { source, project } = this.#held;
    const old = fileEntry(before?.get(ENTRY)?.value);
    const entry = fileEntry(reading.fields.get(ENTRY));
    const isSame = old?.type === 'file' && entry?.type === 'file' && old.digest === entry.digest;
    if (old?.type === 'file' && !isSame) contents.forgetHolder(old.digest, source, row, clock.now());
    for (const { content } of project === null ? [] : referencesIn(reading.fields))
      contents.noteReference(content, row);
    if (entry?.type !== 'file') return;
    if (entry.size > 0) contents.noteHolder(entry.digest, source, row);
    for (const { digest, bytes } of reading.attachments) contents.putChunkList(digest, entry.digest, bytes);
  }

  #emit(packages: readonly WrittenPackage[]): void {
    for (const each of packages) this.#changes += each.applied.length;
    if (packages.length > 0) this.#port.written(packages);
  }
}

const notPassedOn = (id: RecordId, belongs: boolean): ItemProblem => ({
  id,
  code: 'read-only',
  detail: belongs
    ? 'This device may only read the collection: the change stays here. Put the item back, or ask an admin to let this device edit.'
    : 'This device does not belong to the collection any more: the change stays here. To pass it on, leave the collection here, and join it with a new invitation.',
});
