import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import { digestOf as contentDigest } from '../../platform/hash.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { putInContents, takeOutContents } from '../../record/content-reference.ts';
import type { Digest, RecordId } from '../../record/ids.ts';
import { recordIdOfUid, uidOfRecord } from '../../record/record-uid.ts';
import { equalFields, type Fields } from '../../record/value.ts';
import type { ConstructItem, ConstructOutcome } from '../source-adapter.ts';
import { momentOf } from './compose-text.ts';
import { type DocumentPlace, type DocumentWritten, MADE_AT_ONCE, type ReadDocument } from './document-place.ts';
import { whyNotYet } from './doubtful-text.ts';
import { beforeOthers, isEditedByOthers } from './edited-by-others.ts';
import { inRoomThereIs } from './in-room-there-is.ts';
import { digestIn, isOfDocument, isUnseen, namesIn, unseenRevision } from './item-revision.ts';
import { type Known, type KnownItem, type KnownItems, knownRevisions, othersOf } from './known-revisions.ts';
import { digestOf, fieldsOf, type Loaded } from './loaded-text.ts';
import { NewDocuments } from './new-documents.ts';
import type { NativeItem, SplitText, TextFormat } from './text-format.ts';
import type { TextsAtHand } from './texts-at-hand.ts';
import type { AssignItems } from './which-record/assign-items.ts';
import { IdentifyWritten } from './which-record/identify-written.ts';
import { refused, writeInParts } from './write-in-parts.ts';

/** What is to be written of a document, at which of its items; null: a new one. */
interface Write {
  readonly item: ConstructItem;
  readonly native: NativeItem | null;
  readonly before: Fields | null;
  /** What it is to say, with the bytes of its contents; null: it is to go. */
  readonly after: Fields | null;
}
/** A document as it is to be written. */
interface Composed {
  readonly document: Loaded;
  /** Of what is not written. */
  readonly outcomes: readonly ConstructOutcome[];
  readonly writes: readonly Write[];
  readonly bytes: Uint8Array;
}
/** What became of changes to a document, and parts of what is left to be written. */
interface Part {
  readonly done: readonly ConstructOutcome[];
  readonly left: readonly (readonly ConstructItem[])[];
}
const finished = (done: readonly ConstructOutcome[]): Part => ({ done, left: [] });
/** New documents that the place makes just now. */
interface Making {
  readonly documents: readonly Composed[];
  /** One each of them. */
  readonly written: Promise<readonly DocumentWritten[]>;
}

/** Writes items into texts: each only where its document still holds what was expected, and everything else as it is. */
export class ConstructTexts {
  readonly #format: TextFormat;
  readonly #place: DocumentPlace;
  readonly #known: KnownItems;
  readonly #assign: AssignItems;
  readonly #identify: IdentifyWritten;
  readonly #texts: TextsAtHand;
  /** null: what is written is stamped by what the record tells alone. */
  readonly #clock: Pick<Clock, 'now'> | null;

  constructor(
    {
      format,
      place,
      known,
    }: { readonly format: TextFormat; readonly place: DocumentPlace; readonly known: KnownItems },
    assign: AssignItems,
    texts: TextsAtHand,
    clock: Pick<Clock, 'now'> | null,
  ) {
    this.#format = format;
    this.#place = place;
    this.#known = known;
    this.#assign = assign;
    this.#identify = new IdentifyWritten(format, known);
    this.#texts = texts;
    this.#clock = clock;
  }

  /** As `SourceAdapter.construct`. */
  async run(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> {
    const outcomes = new Map<RecordId, ConstructOutcome>();
    const groups = new Map<string, ConstructItem[]>();
    // What the snapshot knows costs as much as the source holds: of a text that stands as the last batch left it nobody asks.
    let asked: Known | null = null;
    const known = (): Known => (asked ??= knownRevisions(this.#known));
    const documents = new NewDocuments(this.#format, this.#place, known);
    const strangers = items.some(({ expected }) => expected === null) ? await this.#strangers(known) : NOBODY;
    for (const item of items) {
      const isThere = strangers.has(item.id) || (this.#place.many && known().ids.has(item.id));
      if (item.expected === null && isThere) {
        outcomes.set(item.id, refused(item.id, 'changed-underneath', 'somebody made it just now'));
        continue;
      }
      const name = this.#documentFor(item, documents);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [item]);
      else group.push(item);
    }
    let failure = '';
    const note = (each: readonly ConstructOutcome[]): void => {
      for (const outcome of each) outcomes.set(outcome.id, outcome);
    };
    const isNew = ([name, group]: [string, ConstructItem[]]): boolean => this.#isNew(name, group, known);
    const news = this.#place.make === undefined ? [] : [...groups].filter(isNew);
    for (const [name] of news) groups.delete(name);
    try {
      for (const [name, group] of groups) note(await this.#writeDocument(name, group, known));
      await this.#makeDocuments(news, known, note);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      // What was written counts. The rest waits for a look, which tells whether its place is there at all.
      failure = error.message;
    }
    return items.map(({ id }) => outcomes.get(id) ?? refused(id, 'changed-underneath', failure));
  }

  /** Of a place with a document for each item: the records of those that no listing told of yet. */
  async #strangers(known: () => Known): Promise<ReadonlySet<RecordId>> {
    if (!this.#place.many) return NOBODY;
    const names = this.#place.names?.() ?? (await this.#place.list()).documents.map(({ name }) => name);
    const unknown = names.filter((name) => !known().in.has(name));
    const ids = new Set<RecordId>();
    for (const read of unknown.length === 0 ? [] : await this.#place.read(unknown))
      for (const { uid } of 'code' in read ? [] : this.#format.split(read.bytes).items)
        if (uid !== null) ids.add(recordIdOfUid(uid));
    return ids;
  }

  #documentFor({ id, expected }: ConstructItem, documents: NewDocuments): string {
    if (!this.#place.many) return '';
    return expected === null ? documents.of(id) : namesIn(expected).name;
  }

  /** Writes all changes of one document, at once where it has room for them: each of them only where its item is still as it was expected. */
  async #writeDocument(
    name: string,
    items: readonly ConstructItem[],
    known: () => Known,
  ): Promise<readonly ConstructOutcome[]> {
    const outcomes: ConstructOutcome[] = [];
    const parts = [items];
    // Nothing of a part is in memory any more when the next one is written: a text may be large.
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const { done, left } = await this.#writePart(name, part, known);
      outcomes.push(...done);
      parts.unshift(...left);
    }
    return outcomes;
  }

  /** What became of them, and parts of what is left to be written. */
  async #writePart(name: string, items: readonly ConstructItem[], known: () => Known): Promise<Part> {
    const isNew = this.#isNew(name, items, known);
    const [read] = isNew ? [] : await this.#place.read([name], this.#texts.bytesOf);
    if (read !== undefined && 'code' in read) {
      const reason = read.code === 'changing' ? 'changed-underneath' : read.code;
      return finished(items.map(({ id }) => refused(id, reason, read.detail)));
    }
    const document = this.#documentOf(name, read ?? null);
    const { outcomes, writes, bytes } = this.#compose(document, items, known);
    if (writes.length === 0) return finished(outcomes);
    if (!this.#keepsApart(document.text, bytes, writes)) {
      const inParts = writeInParts(writes, (part) => this.#writeDocument(name, part, known));
      return finished([...outcomes, ...(await inParts)]);
    }
    const { mostBytes: most = Number.POSITIVE_INFINITY } = this.#place;
    const before = document.text.bytes.length;
    if (bytes.length > Math.max(most, before)) {
      const parts = inRoomThereIs(writes, { before, after: bytes.length, most });
      const left = parts.map((part) => part.map(({ item }) => item));
      const without = parts.length > 0 ? [] : writes;
      return {
        done: [...outcomes, ...without.map(({ item }) => refused(item.id, 'not-taken', WOULD_BE_TOO_LARGE))],
        left,
      };
    }
    const { items: held, damaged } = document.text;
    // What is damaged is somebody's too: a text that is nothing else any more stays.
    const isLast = this.#place.many && held.length === writes.length && damaged.length === 0;
    const isEmptied = isLast && !isNew && writes.every(({ item }) => item.fields === null);
    const expected = read === undefined ? null : document.revision;
    const written = await this.#place.write(name, expected, isEmptied ? null : bytes);
    return finished([...outcomes, ...this.#written(document, writes, written, known)]);
  }

  #written(
    before: Loaded,
    writes: readonly Write[],
    written: DocumentWritten,
    known: () => Known,
  ): readonly ConstructOutcome[] {
    const items = writes.map(({ item }) => item);
    if (written.done === 'refused') return items.map(({ id }) => refused(id, written.reason, written.detail));
    return this.#reread(written, items, before, known);
  }

  /**
   * The same of documents that are new, each of one item, some at a time. While the place makes those (a folder waits for its disk), the ones before
   * them are read back and the next are composed: each is a text of its own, which says nothing of the others.
   */
  async #makeDocuments(
    news: readonly (readonly [string, readonly ConstructItem[]])[],
    known: () => Known,
    note: (outcomes: readonly ConstructOutcome[]) => void,
  ): Promise<void> {
    let making: Making | null = null;
    try {
      for (let at = 0; at < news.length; at += MADE_AT_ONCE) {
        const composed = news
          .slice(at, at + MADE_AT_ONCE)
          .map(([name, items]) => this.#compose(this.#documentOf(name, null), items, known));
        const before: Making | null = making;
        const written = await before?.written;
        making = this.#make(composed);
        if (before !== null && written !== undefined) note(this.#made(before, written, known));
        note(composed.flatMap(({ outcomes }) => outcomes));
      }
      if (making !== null) note(this.#made(making, await making.written, known));
    } catch (error) {
      // Nobody looks at the place while something is written to it.
      await making?.written.catch(() => undefined);
      throw error;
    }
  }

  #make(composed: readonly Composed[]): Making | null {
    const documents = composed.filter(({ writes }) => writes.length > 0);
    const written = this.#place.make?.(documents.map(({ document, bytes }) => ({ name: document.name, bytes })));
    if (written === undefined) return null;
    // Whoever awaits it next is told.
    written.catch(() => undefined);
    return { documents, written };
  }

  #made({ documents }: Making, written: readonly DocumentWritten[], known: () => Known): readonly ConstructOutcome[] {
    return documents.flatMap(({ document, writes }, at) =>
      this.#written(document, writes, written[at] as DocumentWritten, known),
    );
  }

  /** Is it a document of its own that there is none of yet? */
  #isNew(name: string, items: readonly ConstructItem[], known: () => Known): boolean {
    return this.#place.many && items.every(({ expected }) => expected === null) && !known().in.has(name);
  }

  #documentOf(name: string, read: ReadDocument | null): Loaded {
    const empty = this.#format.empty();
    return this.#texts.load(read ?? { name, revision: NO_BYTES, fresh: false, size: empty.length, bytes: empty });
  }

  /** A document as it is to be: with each item that is as it was expected. */
  #compose(document: Loaded, items: readonly ConstructItem[], known: () => Known): Composed {
    const own = document.isOurs ? NO_ITEMS : (known().in.get(document.name) ?? NO_ITEMS);
    if (!document.isOurs) this.#assign.assign([document], knownIn(document.name, own, known()), new Set());
    const places = new Map(document.ids.flatMap((id, at) => (id === null ? [] : [[id, at] as const])));
    const why = whyNotYet(this.#format, document, own, this.#known);
    if (why !== null) {
      const outcomes = items.map(({ id }) => refused(id, why.code, why.detail));
      return { document, outcomes, writes: [], bytes: NO_BYTES };
    }
    const outcomes: ConstructOutcome[] = [];
    const writes: Write[] = [];
    for (const item of items) {
      const at = places.get(item.id);
      const native = at === undefined ? null : (document.text.items[at] as NativeItem);
      const expected = item.expected === null ? null : digestIn(item.expected);
      const isAsExpected =
        native === null || expected === null
          ? native === null && expected === null
          : equalBytes(digestOf(document.text, native), expected) || this.#isSameVersion(document, item.expected);
      if (native === null && expected !== null && item.fields === null)
        outcomes.push({ id: item.id, done: 'written', revision: null, kept: null });
      else if (!isAsExpected) outcomes.push(refused(item.id, 'changed-underneath', 'somebody changed it just now'));
      else {
        const before = native === null ? null : fieldsOf(this.#format, document, native, item.native ?? null);
        // One map for judging and for writing: a format composes it but once.
        const after = item.fields === null ? null : putInContents(item.fields, item.attachments ?? NO_CONTENTS);
        const why =
          native === null && after !== null
            ? (this.#format.refuses?.(after, uidOfRecord(item.id), document.text) ?? null)
            : null;
        if (why !== null) outcomes.push(refused(item.id, 'not-taken', why));
        else if (native !== null && before === null)
          outcomes.push(refused(item.id, 'malformed', 'what stands there cannot be understood'));
        else writes.push({ item, native, before, after });
      }
    }
    if (writes.length === 0) return { document, outcomes, writes, bytes: NO_BYTES };
    const bytes = this.#format.write(
      document.text,
      writes.map(({ item, native, before, after }) => ({ item: native, before, after, uid: uidOfRecord(item.id) })),
      this.#clock === null ? null : momentOf(this.#clock.now()),
    );
    return { document, outcomes, writes, bytes };
  }

  /** Does its place say that nothing of it changed since it was looked at, whatever is otherwise in it by now? */
  #isSameVersion({ revision }: Loaded, expected: ConstructItem['expected']): boolean {
    const isSame = this.#place.tellsVersions === true && expected !== null && isOfDocument(expected, revision);
    return isSame && !isUnseen(expected);
  }

  /** Beside what is damaged: is every item of a text still one of its own once it is written, and the damage as it was? */
  #keepsApart(before: SplitText, bytes: Uint8Array, writes: readonly Write[]): boolean {
    if (before.damaged.length === 0) return true;
    const after = this.#format.split(bytes, { as: before.readAs });
    const more = writes.reduce(
      (sum, { item, native }) => sum + (native === null ? 1 : 0) - (item.fields === null ? 1 : 0),
      0,
    );
    return after.items.length === before.items.length + more && after.damaged.length === before.damaged.length;
  }

  /** What the place made of what it was given. */
  #reread(
    { document, edited }: Extract<DocumentWritten, { done: 'written' }>,
    items: readonly ConstructItem[],
    before: Loaded,
    known: () => Known,
  ): readonly ConstructOutcome[] {
    this.#texts.forget(before.name);
    if (document === null) return items.map(({ id }) => ({ id, done: 'written', revision: null, kept: null }));
    const loaded = this.#texts.load(document, before);
    // Whoever was there keeps its id; what is new is told by its UID or by what it says.
    const native = new Map(items.flatMap(({ id, fields }) => (fields === null ? [] : [[id, fields] as const])));
    const written = new Set(items.map(({ id }) => id));
    const exact = this.#identify.identify({ document: loaded, before, written, native });
    loaded.isJudged = before.isJudged;
    const joined = this.#joinedBy(before, loaded, written);
    // A row beside it that no look took in may be one of those that are to be written next.
    const isKnown = (id: RecordId): boolean => before.isOurs || native.has(id) || known().ids.has(id);
    loaded.isOurs = loaded.ids.every((id, at) => {
      const item = loaded.text.items[at];
      if (before.isOurs && item === before.text.items[at]) return true;
      if (id === null || item === undefined) return false;
      return item.uid === null ? isKnown(id) : recordIdOfUid(item.uid) === id;
    });
    this.#texts.remember(loaded);
    return items.map(({ id, fields, native: held }) => {
      if (fields === null) return { id, done: 'written', revision: null, kept: null };
      const item = this.#texts.place(id)?.item;
      if (item !== undefined && exact.has(id))
        return { id, done: 'written', revision: this.#texts.revisionOf(loaded, item, id), kept: null };
      const read = item === undefined ? null : fieldsOf(this.#format, loaded, item, fields);
      const holds = read === null ? null : takeOutContents(read, contentDigest).fields;
      if (item === undefined || holds === null) return refused(id, 'not-taken', 'it is not there as it was written');
      if (held !== undefined && held !== null && isEditedByOthers(this.#format.kind, held, fields, holds)) {
        loaded.isOurs = false;
        return refused(id, 'changed-underneath', 'somebody changed it just now');
      }
      const revision = this.#texts.revisionOf(loaded, item, id);
      const written: ConstructOutcome = { id, done: 'written', revision, kept: null };
      const since = joined.has(id) ? 'surely' : edited;
      const unedited = since === undefined ? null : beforeOthers(this.#format.kind, fields, holds, since);
      if (unedited !== null) {
        loaded.isOurs = false;
        return { ...written, revision: unseenRevision(revision), fresh: true, holds: unedited };
      }
      return equalFields(holds, fields) ? written : { ...written, holds };
    });
  }

  /** Series beside which occurrences stand now that were items of their own, and were not written: what those say no look has told of the series yet. */
  #joinedBy(before: Loaded, after: Loaded, written: ReadonlySet<RecordId>): ReadonlySet<RecordId> {
    const joined = new Set<RecordId>();
    if (this.#format.seriesIn === undefined) return joined;
    const there = new Set(after.ids);
    for (const id of before.ids) {
      const series = id === null || there.has(id) || written.has(id) ? null : this.#format.seriesIn(uidOfRecord(id));
      if (series !== null) joined.add(recordIdOfUid(series));
    }
    return joined;
  }
}

/** What the snapshot knows of one document. */
function knownIn(name: string, own: readonly KnownItem[], known: Known): Known {
  if (known.in.size === 1 && own.length > 0) return known;
  return { ...known, in: new Map([[name, own]]), ids: new Set(own.map(({ id }) => id)), others: othersOf([own]) };
}

const NO_BYTES = new Uint8Array(0);
const NO_ITEMS: readonly KnownItem[] = [];
const WOULD_BE_TOO_LARGE =
  'the file would be too large to be read again: keep this collection in a folder here, or remove something from it';
const NOBODY: ReadonlySet<RecordId> = new Set();
const NO_CONTENTS: ReadonlyMap<Digest, Uint8Array> = new Map();
