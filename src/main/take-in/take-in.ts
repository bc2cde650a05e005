import type { PlannedView } from '../../contract/contract.ts';
import type { Change } from '../change-log/change.ts';
import type { Collection, WrittenPackage } from '../collection.ts';
import { difference } from '../difference/difference.ts';
import type { Held } from '../merge/record-state.ts';
import { isLive, type RecordState, shownFields } from '../merge/record-state.ts';
import type { Clock } from '../platform/clock.ts';
import { digestOf } from '../platform/hash.ts';
import { LockstepError } from '../platform/trouble.ts';
import { referencesIn } from '../record/content-reference.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import { type Digest, type RecordId, recordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { type HaltReason, haltReason, type SafetyLimits } from '../safety.ts';
import { adopt } from '../snapshot/adopt.ts';
import { heldAfter, heldOf, isAsShown } from '../snapshot/held.ts';
import {
  adoptedFields,
  fieldsOf,
  lastFieldsOf,
  nativeOf,
  type Projection,
  putFields,
  replacesFields,
  sameFields,
} from '../snapshot/lens.ts';
import { heldAtTimeOf, isOnlyTime } from '../snapshot/put-back.ts';
import { isAt, storedRevision, vouchesFor } from '../snapshot/stored-revision.ts';
import type { ItemProblem, ListEvent, ListedGroup, Reading, SourceAdapter } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import { STAYS } from '../store/problem-store.ts';
import type { StoredRecord } from '../store/record-store.ts';
import type { StoredSource } from '../store/registry-store.ts';
import { MeetBook, type Met } from './meet-book.ts';
import type { Settling } from './settling.ts';

/** A batch commits in one transaction and is at most this big (DESIGN 9). */
const BATCH_RECORDS = 1000;
const BATCH_BYTES = 64 << 20;
/** The same of texts, which are read in this thread: peers and people wait no longer than one takes. */
const BATCH_ITEMS = 400;
/** Of so many items that are gone what the source held is kept in memory while they are worked in. */
const GONE_AT_HAND = 20_000;
/** From this size on it is worth looking up where a file was cut before. */
const CUT_AGAIN_BYTES = 4 << 20;

/** What a look names of an item that it met with. */
const READ_PROBLEMS: ReadonlySet<string> = new Set([
  'unreadable',
  'changing',
  'special-file',
  'name-not-unicode',
  'names-collide',
  'malformed',
  'invalid-change',
  'read-only',
]);

export type TakeInResult =
  | {
      readonly is: 'done';
      readonly token: number;
      readonly changes: number;
      readonly fresh: ReadonlySet<string>;
      /** Groups of large files that are to settle. */
      readonly settling: ReadonlySet<string>;
      /** Records a reader put back as they were, but for their time: they follow the others again. */
      readonly putBack: readonly number[];
      /** Items gone that were taken for deletions, but for those that moved. */
      readonly deleted: number;
      /** Groups in which items are gone that were not taken for deletions yet. */
      readonly postponed: ReadonlySet<string>;
    }
  | { readonly is: 'unavailable'; readonly code: string; readonly detail: string }
  | {
      readonly is: 'halted';
      readonly reason: HaltReason;
      readonly plan: string;
      readonly local: readonly PlannedView[];
    }
  | { readonly is: 'planned'; readonly local: readonly PlannedView[] }
  | { readonly is: 'question'; readonly plan: string; readonly records: readonly RecordId[] };

export interface TakeInRequest {
  /** Token of the last listing that was worked in whole; null: look at everything. */
  readonly since: number | null;
  readonly within: readonly string[] | null;
  /** A plan a person let go on. */
  readonly confirmed: string | null;
  readonly limits: SafetyLimits;
  /** This device may only read: what differs is named, and not passed on. */
  readonly readOnly: boolean;
  /** Items of which nothing is known for sure yet: neither changed nor gone. */
  heldBack(id: RecordId): boolean;
  /** Large files read lately, kept from one look to the next. */
  readonly settling: Settling;
  /** Are so many items gone that were not moved, as this look finds them, to be taken for deletions now? `unsettled`: as `ListedGroup` says. */
  mayDelete(count: number, unsettled: boolean): boolean;
  /** A person waits for it. */
  readonly asked: boolean;
  /** Only tell what would happen. */
  readonly dry: boolean;
  readonly signal: AbortSignal;
}
const NO_MOVES: ReadonlyMap<RecordId, RecordId> = new Map();
const NOWHERE: ReadonlySet<string> = new Set();
/** The only group of a text. */
const NEAR: ReadonlySet<string> = new Set(['']);

/** What one reading means. */
interface Draft {
  /** What the source held; null: it never held the record. */
  readonly held: Held | null;
  /** The full record as the source stands for it now. */
  readonly now: Fields;
  /** null: nothing differs. */
  readonly change: Change | null;
  readonly found: StoredRecord | null;
  /** It is not for the source alone to say. */
  readonly wait: boolean;
}

interface Dirty {
  readonly id: RecordId;
  readonly size: number;
}

/**
 * The first half of a cycle: list, compare with the snapshot, read what differs, and commit the differences as packages
 * (source → snapshot → difference → package). Runs under the source's lock, so nothing is constructed meanwhile.
 */
export class TakeIn {
  readonly #collection: Collection;
  readonly #source: StoredSource;
  readonly #adapter: SourceAdapter;
  readonly #contents: ContentStore;
  readonly #clock: Clock;
  readonly #written: (packages: readonly WrittenPackage[]) => void;
  readonly #lately: (rows: readonly number[]) => void;
  readonly #settled: (rows: readonly number[]) => void;
  readonly #keepContents: (contents: Reading['attachments']) => Promise<void>;
  readonly #progress: (items: number, bytes: number, itemsTotal: number) => void;
  readonly #dirty = new Map<RecordId, Dirty>();
  readonly #gone = new Map<RecordId, number>();
  readonly #goneHeld = new Map<number, Held | null>();
  readonly #fresh = new Set<string>();
  readonly #settlingGroups = new Set<string>();
  readonly #project: Projection;
  readonly #batch: number;
  readonly #deletedElsewhere: RecordId[] = [];
  readonly #putBack: number[] = [];
  readonly #listed = new Set<string>();
  readonly #unlisted: string[] = [];
  readonly #goneGroups: string[] = [];
  readonly #noted = new Set<RecordId>();
  /** Items with a problem that are just as the snapshot knows them. */
  readonly #asKnown: RecordId[] = [];
  /** null: it is no book of contacts that meets others for the first time. */
  #meets: MeetBook | null = null;
  #heldBack: (id: RecordId) => boolean = () => false;
  #settling: Settling | null = null;
  #isFirst = false;
  #unsettled = false;
  #committed: Promise<void> = Promise.resolve();
  /** All but the last batch of those. */
  #committedBefore: Promise<void> = Promise.resolve();
  #changes = 0;
  #dirtyBytes = 0;

  constructor(
    collection: Collection,
    source: StoredSource,
    adapter: SourceAdapter,
    contents: ContentStore,
    clock: Clock,
    written: (packages: readonly WrittenPackage[]) => void,
    lately: (rows: readonly number[]) => void,
    settled: (rows: readonly number[]) => void,
    keepContents: (contents: Reading['attachments']) => Promise<void>,
    progress: (items: number, bytes: number, itemsTotal: number) => void,
  ) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
    this.#project = adapter.project === undefined ? null : (full) => adapter.project?.(full) ?? full;
    this.#batch = this.#project === null ? BATCH_RECORDS : BATCH_ITEMS;
    this.#contents = contents;
    this.#clock = clock;
    this.#written = written;
    this.#lately = lately;
    this.#settled = settled;
    this.#keepContents = keepContents;
    this.#progress = progress;
  }

  async run(request: TakeInRequest): Promise<TakeInResult> {
    try {
      return await this.#run(request);
    } finally {
      this.#collection.records.letGo();
    }
  }

  async #run(request: TakeInRequest): Promise<TakeInResult> {
    this.#heldBack = (id) => request.heldBack(id);
    this.#settling = request.settling;
    const condition = await this.#adapter.condition(request.asked);
    if (condition.is === 'unavailable') return condition;
    this.#isFirst = !this.#collection.records.hasSnapshots(this.#source.row);
    this.#meets = this.#meetBook(request);
    const streams = !request.dry && this.#isFirst;
    const listed = await this.#adapter
      .list(
        request.since,
        request.within,
        async (event) => {
          this.#compare(event);
          if (streams && this.#meets === null && (this.#dirty.size >= this.#batch || this.#dirtyBytes >= BATCH_BYTES))
            await this.#takeDirty(request);
        },
        request.signal,
      )
      // Nothing is committed any more once the source is let go of.
      .finally(() => this.#committed.catch(() => undefined));
    if (listed.complete) this.#sweep();
    await this.#meets?.match(this.#readNews(request.signal));
    const readings = streams ? null : await this.#readAll(request.signal);
    const moves = readings === null ? NO_MOVES : this.#moves(readings);
    // What is still going is not judged before it is gone.
    const postponed = request.readOnly || request.dry ? NOWHERE : this.#postpone(request, moves);
    if (readings !== null) {
      const halt = this.#halt(request, readings, moves);
      if (halt !== null) return halt;
      if (request.dry) return { is: 'planned', local: this.#planned(readings, moves) };
      for (let at = 0; at < readings.length; at += BATCH_RECORDS)
        this.#commit(readings.slice(at, at + BATCH_RECORDS), moves, request);
    } else {
      await this.#takeDirty(request);
      await this.#committed;
    }
    const deleted = request.readOnly ? 0 : this.#gone.size - moves.size;
    if (request.readOnly) for (const id of this.#gone.keys()) this.#note(notPassedOn(id));
    else await this.#commitGone(moves);
    this.#forgetProblems(listed.complete);
    if (this.#deletedElsewhere.length > 0) return this.#question();
    return {
      is: 'done',
      token: listed.token,
      changes: this.#changes,
      fresh: this.#fresh,
      settling: this.#settlingGroups,
      putBack: this.#putBack,
      deleted,
      postponed,
    };
  }

  #meetBook({ readOnly }: TakeInRequest): MeetBook | null {
    const { kind, records } = this.#collection;
    if (!this.#source.adopting || readOnly || kind !== 'contacts' || records.live === 0) return null;
    if (this.#adapter.recognize === undefined) return null;
    return new MeetBook(this.#collection, this.#source.row, this.#adapter, this.#project);
  }

  /** Items whose id nobody knows. */
  async *#readNews(signal: AbortSignal): AsyncGenerator<readonly Reading[]> {
    const news = [...this.#dirty.values()].filter(({ id }) => this.#collection.records.find(id) === null);
    for (let at = 0; at < news.length; at += BATCH_RECORDS) {
      // Who was not compared with the others would be doubled.
      if (signal.aborted) throw new LockstepError('stopped', 'the look was stopped');
      yield await this.#read(news.slice(at, at + BATCH_RECORDS), signal);
    }
  }

  #compare(event: ListEvent): void {
    switch (event.is) {
      case 'groups':
        for (const group of event.groups) {
          this.#listed.add(group.group);
          this.#unsettled ||= group.unsettled === true;
          this.#compareGroup(group);
        }
        return;
      case 'unlisted':
        this.#unlisted.push(event.group);
        this.#note(event.problem);
        return;
      case 'group-gone':
        this.#goneGroups.push(event.group);
        for (const path of this.#collection.records.groupsFrom(event.group))
          for (const member of this.#collection.records.group(this.#source.row, path))
            if (member.revision instanceof Uint8Array) this.#goneCandidate(idIn(path, member.name), member.row);
        return;
    }
  }

  /** A whole look saw every group that is there: what is known of others is gone, but not where it could not look. */
  #sweep(): void {
    for (const path of this.#collection.records.groupsFrom('')) {
      if (
        this.#listed.has(path) ||
        this.#unlisted.some((group) => group === '' || path === group || path.startsWith(`${group}/`))
      )
        continue;
      for (const member of this.#collection.records.group(this.#source.row, path))
        if (member.revision instanceof Uint8Array) this.#goneCandidate(idIn(path, member.name), member.row);
    }
  }

  #compareGroup(group: ListedGroup): void {
    const known = new Map(
      this.#collection.records.group(this.#source.row, group.group).map((member) => [member.name, member]),
    );
    const prefix = group.group === '' ? 0 : group.group.length + 1;
    for (const item of group.items) {
      this.#meets?.saw(item.id);
      const name = item.id.slice(prefix);
      const revision = known.get(name)?.revision;
      known.delete(name);
      if (revision instanceof Uint8Array && vouchesFor(revision, item.revision)) {
        if (this.#collection.problems.has(this.#source.row, item.id)) this.#asKnown.push(item.id);
        continue;
      }
      if (revision instanceof Uint8Array && isAt(revision, item.revision) && this.#settling?.isWaiting(item.id))
        continue;
      if (this.#heldBack(item.id)) continue;
      this.#dirty.set(item.id, { id: item.id, size: item.size });
      this.#dirtyBytes += item.size;
    }
    const troubled = new Set<string>(group.problems.map((problem) => problem.id));
    for (const problem of group.problems) this.#note(problem);
    for (const [name, member] of known) {
      const id = idIn(group.group, name);
      if (member.revision instanceof Uint8Array && !troubled.has(id)) this.#goneCandidate(id, member.row);
    }
  }

  /** Gone from the listing is gone from the source, unless rules put it outside: then the source just stops holding it. */
  #goneCandidate(id: RecordId, row: number): void {
    if (this.#heldBack(id)) return;
    if (this.#adapter.outside(id, false)) this.#collection.records.dropSnapshot(this.#source.row, row);
    else this.#gone.set(id, row);
  }

  /**
   * Commits what is dirty, batch by batch. Of files it returns while the last two batches are being read: they are committed while the listing
   * goes on, so that one is read while another is committed.
   */
  async #takeDirty(request: TakeInRequest): Promise<void> {
    for (const batch of this.#batches()) {
      const reading = this.#read(batch, request.signal);
      const before = this.#committed;
      // Never settles before the one before it: once it has, nothing is committed any more.
      this.#committed = before.then(async () => this.#commit(await reading, NO_MOVES, request));
      reading.catch(() => undefined);
      // Whoever awaits it next is told.
      this.#committed.catch(() => undefined);
      // Texts are read in this thread: peers get each batch, and whoever asks is answered, while the next is read.
      const room = this.#project === null ? this.#committedBefore : before;
      this.#committedBefore = before;
      await room;
      if (this.#project !== null) await new Promise<void>((resolve) => this.#clock.after(0, resolve));
    }
  }

  async #readAll(signal: AbortSignal): Promise<Reading[]> {
    const readings: Reading[] = [];
    for (const batch of this.#batches()) readings.push(...(await this.#read(batch, signal)));
    return readings;
  }

  #batches(): readonly (readonly Dirty[])[] {
    const batches: Dirty[][] = [];
    let bytes = 0;
    for (const item of this.#dirty.values()) {
      let batch = batches.at(-1);
      if (batch === undefined || batch.length >= this.#batch || (bytes + item.size > BATCH_BYTES && batch.length > 0)) {
        batch = [];
        batches.push(batch);
        bytes = 0;
      }
      batch.push(item);
      bytes += item.size;
    }
    this.#dirty.clear();
    this.#dirtyBytes = 0;
    return batches;
  }

  async #read(batch: readonly Dirty[], signal: AbortSignal): Promise<Reading[]> {
    const readings: Reading[] = [];
    const wanted = batch.filter(({ id }) => {
      const ahead = this.#meets?.takeAhead(id) ?? null;
      if (ahead !== null) readings.push(ahead);
      return ahead === null;
    });
    if (wanted.length === 0) return readings;
    const read = await this.#adapter.read(
      wanted.map((item) => item.id),
      signal,
      this.#formerLists(wanted),
    );
    for (const each of read) {
      if ('code' in each) this.#note(each);
      else readings.push(each);
    }
    // Of a file they say how it is cut; of anything else they are a part of what it says, which only the text holds else.
    const contents = this.#project === null ? [] : readings.flatMap(({ attachments }) => attachments);
    const news = contents.filter(({ digest }) => !this.#contents.isKept(digest));
    if (news.length > 0) await this.#keepContents(news);
    this.#progress(
      wanted.length,
      wanted.reduce((sum, item) => sum + item.size, 0),
      0,
    );
    return readings;
  }

  /** The chunk lists of large items as this source held them. */
  #formerLists(batch: readonly Dirty[]): ReadonlyMap<RecordId, Uint8Array> {
    const lists = new Map<RecordId, Uint8Array>();
    for (const { id, size } of batch) {
      const found = size < CUT_AGAIN_BYTES ? null : this.#collection.records.find(id);
      const entry = found === null ? null : fileEntry(this.#heldAt(found.row)?.get(ENTRY)?.value);
      const list = entry?.type === 'file' && entry.chunks !== undefined ? this.#contents.chunkList(entry.chunks) : null;
      if (list !== null) lists.set(id, list);
    }
    return lists;
  }

  /** Where what is gone went to: an added file of the same content. Prefers one of the same name; empty files are all alike and never a move. */
  #moves(readings: readonly Reading[]): ReadonlyMap<RecordId, RecordId> {
    if (this.#gone.size === 0 || readings.length === 0) return NO_MOVES;
    const gone = new Map<Digest, RecordId[]>();
    for (const [id, row] of this.#gone) {
      const entry = fileEntry(this.#heldByGone(row)?.get(ENTRY)?.value);
      if (entry?.type !== 'file' || entry.size === 0) continue;
      const same = gone.get(entry.digest);
      if (same === undefined) gone.set(entry.digest, [id]);
      else same.push(id);
    }
    const moves = new Map<RecordId, RecordId>();
    for (const reading of readings) {
      const entry = fileEntry(reading.fields.get(ENTRY));
      const from = entry?.type === 'file' ? gone.get(entry.digest) : undefined;
      if (from === undefined || from.length === 0 || this.#isHeld(reading.id)) continue;
      const own = nameOf(reading.id);
      const at = Math.max(
        0,
        from.findIndex((id) => nameOf(id) === own),
      );
      const [source] = from.splice(at, 1);
      if (source !== undefined) moves.set(source, reading.id);
    }
    return moves;
  }

  #halt(
    request: TakeInRequest,
    readings: readonly Reading[],
    moves: ReadonlyMap<RecordId, RecordId>,
  ): TakeInResult | null {
    const { limits } = request;
    if (this.#gone.size <= 1 && readings.length <= limits.deleteCount) return null;
    const deleted = [...this.#gone].filter(
      ([id, row]) => !moves.has(id) && fileEntry(this.#heldByGone(row)?.get(ENTRY)?.value)?.type !== 'directory',
    );
    const rewritten = readings.filter((reading) => this.#isRewrite(reading));
    const held = this.#collection.records.countHeld(this.#source.row);
    const added = readings.filter((reading) => !this.#isHeld(reading.id)).length;
    const reason = haltReason(
      { held, deletes: deleted.length, rewrites: rewritten.length, present: held - this.#gone.size + added },
      limits,
    );
    if (reason === null) return null;
    const ids = [...deleted.map(([id]) => id), ...rewritten.map((reading) => reading.id)].sort();
    const plan = digestOf(`${reason}\0${ids.join('\0')}`).slice(0, 16);
    if (plan === request.confirmed && !request.dry) return null;
    return { is: 'halted', reason, plan, local: this.#planned(readings, moves) };
  }

  #isRewrite(reading: Reading): boolean {
    const found = this.#collection.records.find(reading.id);
    const held = found === null ? null : this.#heldAt(found.row);
    const before = fileEntry(held?.get(ENTRY)?.value);
    const after = fileEntry(reading.fields.get(ENTRY));
    if (held !== null && found !== null && this.#project !== null) {
      const stored = this.#collection.records.snapshot(this.#source.row, found.row);
      return (
        stored !== undefined && replacesFields(this.#collection.kind, held, this.#put(held, stored.native, reading))
      );
    }
    return before?.type === 'file' && after?.type === 'file' && before.digest !== after.digest;
  }

  #planned(readings: readonly Reading[], moves: ReadonlyMap<RecordId, RecordId>): readonly PlannedView[] {
    const targets = new Set(moves.values());
    const planned: PlannedView[] = [];
    for (const reading of readings) {
      const match = this.#meets?.matchOf(reading.id) ?? null;
      if (match !== null) {
        planned.push({ record: match, action: 'modify' });
        continue;
      }
      const draft = this.#draft(reading, false);
      if (draft.change === null) continue;
      const isNew = draft.held?.get(EXISTS)?.value !== true;
      planned.push({ record: reading.id, action: targets.has(reading.id) ? 'move' : isNew ? 'add' : 'modify' });
    }
    for (const id of this.#gone.keys()) if (!moves.has(id)) planned.push({ record: id, action: 'delete' });
    return planned;
  }

  /** What one reading means: the snapshot it is compared with and the change it makes; null change: nothing differs. */
  #draft(reading: Reading, confirmed: boolean): Draft {
    const { records, kind, log } = this.#collection;
    const found = records.find(reading.id);
    const { fields } = reading;
    if (found === null)
      return { held: null, now: fields, change: difference(kind, reading.id, null, fields), found, wait: false };
    const stored = records.snapshot(this.#source.row, found.row);
    const live = isLive(found.state);
    const isImplied =
      fileEntry(fields.get(ENTRY))?.type === 'directory' &&
      (!live || stored?.revision === null || (stored === undefined && records.isCovered(found.row))) &&
      records.hasLiveBelow(reading.id);
    if (isImplied) return { held: null, now: fields, change: null, found: null, wait: true };
    if (stored !== undefined || (!live && !this.#source.adopting)) {
      const held = heldOf(kind, found.state, stored === undefined ? undefined : stored.held, log.order);
      const now = this.#put(held, stored?.native ?? null, reading);
      return { held, now, change: difference(kind, reading.id, held, now), found, wait: false };
    }
    const full = live ? fieldsOf(shownFields(kind, found.state, log.order)) : fields;
    const own = adoptedFields(kind, full, fields, this.#project);
    const adopted = adopt(kind, found.state, own, () => this.#collection.packages.earlierValues(found.row));
    if (adopted.deleted && !confirmed) return { held: null, now: own, change: null, found, wait: true };
    const change = difference(kind, reading.id, adopted.held, own);
    return { held: adopted.held, now: own, change, found, wait: false };
  }

  /** The full record as the source now stands for it. What it lost the place for is not cleared. */
  #put(held: Held | null, native: Fields | null, { fields: now, hadNoPlaceFor }: Reading): Fields {
    if (this.#project === null) return now;
    const full = lastFieldsOf(held);
    const before = native ?? (full.size === 0 ? full : this.#project(full));
    const counts = new Map([...before].filter(([field]) => now.has(field) || !hadNoPlaceFor?.(before, field)));
    return putFields(this.#collection.kind, full, counts, now);
  }

  #commit(readings: readonly Reading[], moves: ReadonlyMap<RecordId, RecordId>, request: TakeInRequest): void {
    if (readings.length === 0) return;
    const movedFrom = new Map([...moves].map(([from, to]) => [to, from]));
    const settled: number[] = [];
    const unchanged: number[] = [];
    const packages = this.#collection.transact(() => {
      const changed: { reading: Reading; held: Held | null; now: Fields; change: Change }[] = [];
      const met: Met[] = [];
      for (const reading of readings) {
        const meeting = request.readOnly ? null : (this.#meets?.meet(reading) ?? null);
        if (meeting !== null) {
          met.push(meeting);
          continue;
        }
        const { held, now, change, found, wait } = this.#draft(reading, request.confirmed !== null);
        if (wait) {
          if (found !== null) this.#deletedElsewhere.push(reading.id);
          else this.#noteStaying(reading);
          continue;
        }
        const why = change === null ? null : this.#collection.whyInvalid(change);
        if (why !== null) {
          this.#note({ id: reading.id, code: 'invalid-change', detail: `it cannot be passed on: ${why}` });
          continue;
        }
        this.#resolved(reading);
        if (change === null) {
          if (found === null || held === null) continue;
          if (this.#keep(reading, found, held)) settled.push(found.row);
          // Whoever wrote it, and the journal that told of that may be lost: what is torn of it shall not count as an edit.
          if (reading.unsynced) unchanged.push(found.row);
          continue;
        }
        if (request.readOnly) {
          if (found !== null && held !== null && isOnlyTime(this.#collection.kind, held, change)) {
            this.#keep(reading, found, heldAtTimeOf(this.#collection.kind, held, reading.fields));
            this.#putBack.push(found.row);
          } else this.#note(notPassedOn(reading.id));
          continue;
        }
        const from = movedFrom.get(reading.id);
        changed.push({ reading, held, now, change: from === undefined ? change : { ...change, movedFrom: from } });
      }
      const written = this.#collection.write(
        changed.map((each) => each.change),
        this.#source.row,
      );
      const applied = written.flatMap((each) => each.applied);
      applied.forEach(({ dot, row, state }, at) => {
        const { reading, held, now, change } = changed[at] as (typeof changed)[number];
        if (this.#project === null && held === null && state.fields.size === change.writes.length && isSingle(state)) {
          this.#putSnapshot(reading, row, null);
          this.#noteContent(null, reading, row);
          return;
        }
        const after = heldAfter(this.#collection.kind, held, change, now, dot);
        const asShown = isAsShown(this.#collection.kind, after, state, this.#collection.log.order);
        this.#putSnapshot(reading, row, asShown ? null : after, this.#native(reading, after));
        this.#noteContent(held, reading, row);
      });
      // In the first look at a source most is old. Later on all is noted: a clock may jump.
      const isLate = (at: number): boolean => !this.#isFirst || changed[at]?.reading.unsynced === true;
      this.#lately([...unchanged, ...applied.flatMap(({ row }, at) => (isLate(at) ? row : []))]);
      return met.length === 0 ? written : [...written, ...this.#commitMet(met)];
    });
    if (settled.length > 0) this.#settled(settled);
    this.#emit(packages);
  }

  /** In packages of their own, so that they can be undone and nothing else with them. */
  #commitMet(met: readonly Met[]): readonly WrittenPackage[] {
    const { kind, log } = this.#collection;
    const byChange = new Map(met.map((each) => [each.change, each]));
    const changes = met.flatMap(({ came, change }) => [came, change]);
    const written = this.#collection.write(changes, this.#source.row);
    for (const { dot, row, state, change } of written.flatMap(({ applied }) => applied)) {
      const each = byChange.get(change);
      if (each === undefined) continue;
      const { reading, held, now, came } = each;
      this.#resolved({ ...reading, id: came.record });
      const after = heldAfter(kind, held, change, now, dot);
      const asShown = isAsShown(kind, after, state, log.order);
      this.#putSnapshot(reading, row, asShown ? null : after, this.#native(reading, after));
      this.#noteContent(held, reading, row);
      if (reading.unsynced === true || !this.#isFirst) this.#lately([row]);
    }
    return written;
  }

  /** A deleted directory is there only because something lives in it: once nothing does, it goes. */
  #noteStaying(reading: Reading): void {
    const { records, problems } = this.#collection;
    const found = records.find(reading.id);
    if (found === null || isLive(found.state) || records.snapshot(this.#source.row, found.row) !== undefined) return;
    const held = new Map(this.#heldAt(found.row));
    held.set(EXISTS, { value: true, dots: held.get(EXISTS)?.dots ?? [] });
    held.set(ENTRY, { value: reading.fields.get(ENTRY) ?? null, dots: held.get(ENTRY)?.dots ?? [] });
    this.#putSnapshot(reading, found.row, held);
    const detail = `${reading.id} is deleted, and other items are in it.`;
    problems.put(this.#source.row, reading.id, STAYS, detail, this.#clock.now());
  }

  /** Takes out of what is gone what is not to count as deleted yet; tells where that was. */
  #postpone(request: TakeInRequest, moves: ReadonlyMap<RecordId, RecordId>): ReadonlySet<string> {
    const deleted = [...this.#gone.keys()].filter((id) => !moves.has(id));
    if (deleted.length === 0) return this.#unsettled ? NEAR : NOWHERE;
    if (request.mayDelete(deleted.length, this.#unsettled)) return NOWHERE;
    for (const id of deleted) this.#gone.delete(id);
    return new Set(deleted.map(groupOf));
  }

  /** Deletes come last, after the adds and modifies of the cycle (DESIGN 3). Peers get each batch while the next is made. */
  async #commitGone(moves: ReadonlyMap<RecordId, RecordId>): Promise<void> {
    const gone = [...this.#gone];
    for (let at = 0; at < gone.length; at += BATCH_RECORDS) {
      if (at > 0) await new Promise<void>((resolve) => this.#clock.after(0, resolve));
      const packages = this.#collection.transact(() => {
        const { records, problems, kind } = this.#collection;
        const changes: Change[] = [];
        const before: (Held | null)[] = [];
        for (const [id, row] of gone.slice(at, at + BATCH_RECORDS)) {
          const held = this.#heldByGone(row);
          const change = difference(kind, id, held, null);
          const entry = fileEntry(held?.get(ENTRY)?.value);
          if (entry?.type === 'file') this.#contents.forgetHolder(entry.digest, row, this.#clock.now());
          problems.drop(this.#source.row, id);
          if (change === null) {
            records.dropSnapshot(this.#source.row, row);
            continue;
          }
          const to = moves.get(id);
          changes.push(to === undefined ? change : { ...change, movedTo: to });
          before.push(held);
        }
        const written = this.#collection.write(changes, this.#source.row);
        const applied = written.flatMap((each) => each.applied);
        applied.forEach(({ dot, row, state, change }, index) => {
          if (!isLive(state)) records.dropSnapshot(this.#source.row, row);
          else
            records.putSnapshot(this.#source.row, row, null, heldAfter(kind, before[index] ?? null, change, null, dot));
        });
        const rows = applied.map(({ row }) => row);
        this.#lately(rows);
        return written;
      });
      this.#emit(packages);
    }
    this.#gone.clear();
  }

  #emit(packages: readonly WrittenPackage[]): void {
    for (const each of packages) this.#changes += each.applied.length;
    if (packages.length > 0) this.#written(packages);
  }

  /**
   * Nothing changed in meaning: the snapshot takes the new revision, and for a new item what it holds. true: the source shows just what the
   * record says.
   */
  #keep(reading: Reading, { row, state }: StoredRecord, held: Held): boolean {
    const { kind, log, records } = this.#collection;
    const asShown = isAsShown(kind, held, state, log.order);
    this.#putSnapshot(reading, row, asShown ? null : held, this.#native(reading, held));
    this.#noteContent(null, reading, row);
    return asShown && !records.isCovered(row);
  }

  /** What is stored of a reading beside what the source stands for; null: it is just what the source can hold of that. */
  #native(reading: Reading, held: Held): Fields | null {
    if (this.#project === null) return null;
    const meant = nativeOf(held, null, this.#project);
    return sameFields(this.#collection.kind, meant, reading.fields) ? null : reading.fields;
  }

  #putSnapshot(reading: Reading, row: number, held: Held | null, native: Fields | null = null): void {
    const revision = storedRevision(reading.revision, reading.fresh);
    this.#collection.records.putSnapshot(this.#source.row, row, revision, held, native);
    if (!reading.fresh) return;
    const entry = fileEntry(reading.fields.get(ENTRY));
    const isLarge = entry?.type === 'file' && this.#settling?.begin(reading.id, entry.size);
    (isLarge ? this.#settlingGroups : this.#fresh).add(groupOf(reading.id));
  }

  #noteContent(before: Held | null, reading: Reading, row: number): void {
    const old = fileEntry(before?.get(ENTRY)?.value);
    const entry = fileEntry(reading.fields.get(ENTRY));
    const isSame = old?.type === 'file' && entry?.type === 'file' && old.digest === entry.digest;
    if (old?.type === 'file' && !isSame) this.#contents.forgetHolder(old.digest, row, this.#clock.now());
    for (const { content } of this.#project === null ? [] : referencesIn(reading.fields))
      this.#contents.noteHolder(content, row);
    if (entry?.type !== 'file') return;
    if (entry.size > 0) this.#contents.noteHolder(entry.digest, row);
    for (const { digest, bytes } of reading.attachments) this.#contents.putChunkList(digest, entry.digest, bytes);
  }

  #heldAt(row: number, toBeChanged = false): Held | null {
    const found = this.#collection.records.at(row);
    if (found === null) return null;
    if (toBeChanged) this.#collection.records.keepAtHand(found);
    const stored = this.#collection.records.snapshot(this.#source.row, row);
    return heldOf(
      this.#collection.kind,
      found.state,
      stored === undefined ? undefined : stored.held,
      this.#collection.log.order,
    );
  }

  /** What the source held of an item that is gone: asked for moves, for the safety halt and for the change itself, all in one go. */
  #heldByGone(row: number): Held | null {
    const known = this.#goneHeld.get(row);
    if (known !== undefined) return known;
    const hasRoom = this.#goneHeld.size < GONE_AT_HAND;
    const held = this.#heldAt(row, hasRoom);
    if (hasRoom) this.#goneHeld.set(row, held);
    return held;
  }

  #isHeld(id: RecordId): boolean {
    const found = this.#collection.records.find(id);
    return (
      found !== null && this.#collection.records.snapshot(this.#source.row, found.row)?.revision instanceof Uint8Array
    );
  }

  #note(problem: ItemProblem): void {
    this.#noted.add(problem.id);
    this.#collection.problems.put(this.#source.row, problem.id, problem.code, problem.detail, this.#clock.now());
    if (problem.code === 'changing') this.#fresh.add(groupOf(problem.id));
  }

  #resolved(reading: Reading): void {
    // Of two names that are one record, one can be read and the other still is a problem.
    if (this.#collection.problems.count(this.#source.row) > 0 && !this.#noted.has(reading.id))
      this.#collection.problems.drop(this.#source.row, reading.id);
  }

  /**
   * An item that never became a record and is not there any more, one that is as it was before the trouble, and a directory that can be
   * listed again, are no problem.
   */
  #forgetProblems(complete: boolean): void {
    const { problems, records } = this.#collection;
    if (problems.count(this.#source.row) === 0) return;
    for (const id of this.#asKnown) if (!this.#noted.has(id)) problems.drop(this.#source.row, id);
    const within = (id: string, groups: readonly string[]) =>
      groups.some((group) => group === '' || id === group || id.startsWith(`${group}/`));
    for (const { record, code } of problems.of(this.#source.row)) {
      if (this.#noted.has(record) || this.#heldBack(record) || within(record, this.#unlisted)) continue;
      const looked = complete || this.#listed.has(groupOf(record)) || within(record, this.#goneGroups);
      const found = records.find(record);
      const isListable = this.#listed.has(record) && found !== null && isLive(found.state) && this.#isHeld(record);
      // Of what is deleted nothing is there to be read, and nothing to be written.
      const isOver = found === null || (READ_PROBLEMS.has(code) && !isLive(found.state) && !this.#isHeld(record));
      if (isListable || (looked && isOver)) problems.drop(this.#source.row, record);
    }
  }

  #question(): TakeInResult {
    const records = [...this.#deletedElsewhere].sort();
    for (const id of records)
      this.#collection.problems.put(
        this.#source.row,
        id,
        'deleted-elsewhere',
        'it was deleted on another device, and an earlier version of it is here: confirm to delete it here too',
        this.#clock.now(),
      );
    return { is: 'question', plan: digestOf(`deleted-elsewhere\0${records.join('\0')}`).slice(0, 16), records };
  }
}

/** Nothing but one value in every field: what a new record's first change makes. */
const isSingle = (state: RecordState): boolean => [...state.fields.values()].every((siblings) => siblings.length === 1);
const notPassedOn = (id: RecordId): ItemProblem => ({
  id,
  code: 'read-only',
  detail:
    'This device may only read the collection: the change stays here. Put the item back, or ask an admin to let this device edit.',
});
const idIn = (group: string, name: string): RecordId => recordId(group === '' ? name : `${group}/${name}`);
const nameOf = (id: RecordId): string => id.slice(id.lastIndexOf('/') + 1);
export const groupOf = (id: RecordId): string => id.slice(0, Math.max(0, id.lastIndexOf('/')));
