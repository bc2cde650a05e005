import type { Collection } from '../collection.ts';
import { baseOf } from '../conflicts/conflict-view.ts';
import { openConflicts } from '../conflicts/open-conflicts.ts';
import type { NamedContent } from '../past/history-port.ts';
import { Retry, type RetryPace } from '../platform/retry.ts';
import { hexOf } from '../record/encode-value.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { IdleJob, KeepCollection, KeepPort } from './keep-port.ts';
import { LARGEST_FETCHED, roomFor } from './room-for.ts';

const STEP_BYTES = 4 << 20;
/** Where there was no room, and none was made, there is none a moment later. */
const FULL: RetryPace = { first: 60_000, most: 60_000 };
/** What was sought in vain is sought again: whoever lacked it may have it by then. */
const IN_VAIN: RetryPace = { first: 30_000, most: 60 * 60_000, grows: 4 };

export interface ConflictContent {
  readonly record: RecordId;
  readonly content: NamedContent;
  /** It is of a file in a folder that stands beside a file: where a folder here holds it, it can be had. */
  readonly inFolder: boolean;
}

/** A search for a content that came to nothing so far. */
interface Search {
  /** Who was linked, and the file here that should hold it: with others it is worth another one at once. */
  readonly where: string;
  readonly again: Retry;
}

/** Of a folder that stands beside a file this many items are looked after. */
const MOST_IN_FOLDER = 10_000;

/**
 * The contents of every value of every open conflict, of a folder those of what is in it, and of what they were made from. Found anew only
 * when the log moved on.
 */
export class ConflictContents {
  readonly #known = new WeakMap<Collection, { readonly key: string; readonly contents: readonly ConflictContent[] }>();

  of(collection: Collection): readonly ConflictContent[] {
    if (collection.kind !== 'files') return [];
    const count = collection.records.conflicts;
    if (count === 0) return [];
    const key = `${count} ${collection.log
      .logs()
      .map((log) => `${log.row}:${log.held}`)
      .join(' ')}`;
    const known = this.#known.get(collection);
    if (known?.key === key) return known.contents;
    const contents = new Map<Digest, ConflictContent>();
    const add = (record: RecordId, value: Value, inFolder = false): void => {
      const entry = fileEntry(value);
      if (entry?.type === 'file' && entry.size > 0 && contents.get(entry.digest)?.inFolder !== false)
        contents.set(entry.digest, { record, content: entry, inFolder });
    };
    for (const record of collection.records.inConflict())
      for (const conflict of openConflicts(collection, record)) {
        for (const { value } of conflict.values) add(record.id, value);
        if (conflict.values.some(({ value }) => fileEntry(value)?.type === 'directory'))
          for (const { id, state } of collection.records.liveBelow(record.id, MOST_IN_FOLDER))
            for (const { value } of state.fields.get(ENTRY) ?? []) add(id, value, true);
        const base = baseOf({ collection }, conflict);
        if (base !== null) add(record.id, base.value);
      }
    const found = { key, contents: [...contents.values()] };
    this.#known.set(collection, found);
    return found.contents;
  }
}

/**
 * Brings the contents of open conflicts into the version store as soon as they can be had, from a file here or a peer that is linked, so
 * that a person can look at them and decide when the other device is gone.
 */
export class KeepConflicts implements IdleJob {
  readonly #port: KeepPort;
  readonly #contents: ConflictContents;
  readonly #needsRoom: () => void;
  /** Of what is missing, by collection and content: who is linked differs from one to another. */
  readonly #searches = new Map<string, Search>();
  #cancel: (() => void) | null = null;
  readonly #room = new Retry(FULL);

  /** `needsRoom`: what should be kept does not fit any more. */
  constructor(port: KeepPort, contents: ConflictContents, needsRoom: () => void) {
    this.#port = port;
    this.#contents = contents;
    this.#needsRoom = needsRoom;
  }

  /** What is kept has become less. */
  roomMade(): void {
    this.#room.ended();
  }

  /**
   * Copies what files here hold of it: a source is let go of, or left out in part, and afterwards its files give nothing to anybody. A member
   * that applied such a value need not have it: its own folder keeps the value it had.
   */
  async copyHere(each: KeepCollection): Promise<void> {
    for (const { content } of this.#contents.of(each.collection)) {
      if (content.size > LARGEST_FETCHED || this.#port.kept.isKept(content.digest)) continue;
      const holder = this.#holder(content.digest);
      if (holder !== null && (await this.#hasRoom(content.size))) await this.#copy(each, holder, content);
    }
  }

  stop(): void {
    this.#cancel?.();
  }

  async step(): Promise<boolean> {
    if (this.#room.dueIn(this.#port.clock.now()) > 0) return false;
    const sought = new Set<string>();
    for (const each of this.#port.collections()) {
      const missing = this.#contents
        .of(each.collection)
        .filter(
          ({ content, inFolder }) =>
            content.size <= LARGEST_FETCHED &&
            !this.#port.kept.isKept(content.digest) &&
            !(inFolder && this.#holder(content.digest) !== null),
        );
      const linked = each.linked().join(' ');
      const wanted = [];
      for (const { record, content } of missing) {
        const what = `${each.collection.stored.id} ${content.digest}`;
        const holder = this.#holder(content.digest);
        const where = `${linked}/${holder === null ? '' : hexOf(holder.revision)}`;
        sought.add(what);
        // As soon as somebody is linked it is worth another try.
        if (linked === '' && holder === null) this.#searches.delete(what);
        else if (this.#isDue(what, where)) wanted.push({ record, content, holder, what, where });
      }
      let bytes = 0;
      for (const { record, content, holder, what, where } of wanted) {
        if (bytes > 0 && bytes + content.size > STEP_BYTES) return true;
        if (!(await this.#hasRoom(content.size))) return false;
        bytes += content.size;
        this.#noteSearch(what, where);
        if (!(await this.#copy(each, holder, content))) await this.#fetch(each, record, content);
      }
    }
    for (const what of this.#searches.keys()) if (!sought.has(what)) this.#searches.delete(what);
    this.#seekAgain();
    return false;
  }

  #isDue(what: string, where: string): boolean {
    const last = this.#searches.get(what);
    return last?.where !== where || last.again.dueIn(this.#port.clock.now()) === 0;
  }
  #noteSearch(what: string, where: string): void {
    const last = this.#searches.get(what);
    const again = last?.where === where ? last.again : new Retry(IN_VAIN);
    again.failed(this.#port.clock.now());
    this.#searches.set(what, { where, again });
  }
  /** Nothing else may happen until the next search is due. */
  #seekAgain(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#searches.size === 0) return;
    const now = this.#port.clock.now();
    const first = [...this.#searches.values()].reduce(
      (least, { again }) => Math.min(least, again.dueIn(now)),
      Number.POSITIVE_INFINITY,
    );
    this.#cancel = this.#port.clock.after(first, () => this.#port.wake());
  }

  #holder(digest: Digest) {
    const away = new Set(
      this.#port
        .collections()
        .flatMap((each) => each.sources())
        .filter((source) => source.isAway)
        .map((source) => source.row),
    );
    return this.#port.whoHolds(digest).find(({ source }) => !away.has(source)) ?? null;
  }

  async #copy(
    each: KeepCollection,
    holder: ReturnType<KeepPort['whoHolds']>[number] | null,
    { digest, size }: NamedContent,
  ): Promise<boolean> {
    const source = this.#port
      .collections()
      .flatMap((one) => one.sources())
      .find(({ row }) => row === holder?.source);
    if (holder === null || source === undefined) return false;
    const { id, revision } = holder;
    const [result] = await this.#port.store.capture(source.id, [{ id, revision, digest }], this.#port.limits().reserve);
    if (result !== 'kept') return false;
    each.collection.transact(() => this.#port.kept.noteKept(digest, size, this.#port.clock.now()));
    return true;
  }

  async #fetch(each: KeepCollection, record: RecordId, content: NamedContent): Promise<void> {
    if (each.linked().length === 0) return;
    const bytes = await each.read(record, content);
    if (bytes !== null) await this.#port.store.keep([{ digest: content.digest, bytes }]);
  }

  async #hasRoom(size: number): Promise<boolean> {
    const room = await roomFor(this.#port, size);
    if (room === 'limit') {
      this.#room.failed(this.#port.clock.now());
      this.#needsRoom();
    }
    return room === 'there';
  }
}
