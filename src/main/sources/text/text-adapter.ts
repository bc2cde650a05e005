import type { Clock } from '../../platform/clock.ts';
import { digestOf as contentDigest } from '../../platform/hash.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { putInContents, takeOutContents } from '../../record/content-reference.ts';
import type { RecordKind } from '../../record/field-rules.ts';
import { type Digest, type FieldName, type RecordId, recordId } from '../../record/ids.ts';
import { equalValues, type Fields } from '../../record/value.ts';
import type {
  Capabilities,
  ConstructItem,
  ConstructOutcome,
  ItemProblem,
  ListEvent,
  ListedItem,
  ListResult,
  Reading,
  Revision,
  SourceAdapter,
  SourceCondition,
} from '../source-adapter.ts';
import { AssignItems } from './assign-items.ts';
import type { DocumentPlace, DocumentWritten, ListedDocument, ReadDocument } from './document-place.ts';
import { NUMBER, recordIdOfUid, uidOfRecord } from './item-ids.ts';
import { digestIn, type ItemRevision, isOfDocument, namesIn, writeItemRevision } from './item-revision.ts';
import { type Known, type KnownItems, knownRevisions } from './known-revisions.ts';
import { digestOf, fieldsOf, type Loaded, lineOf } from './loaded-text.ts';
import { type Damaged, MalformedItem, type NativeItem, type SplitText, type TextFormat } from './text-format.ts';

/** Documents that are read at a time, where each holds an item. */
const DOCUMENTS_AT_ONCE = 200;
/** Items constructed at a time: what is composed is kept until all of them are written. */
const BATCH_OF_DOCUMENTS = 2000;
const LEAST_BATCH = 3500;

/** A document as it is to be written. */
interface Composed {
  readonly document: Loaded;
  /** Of what is not written. */
  readonly outcomes: readonly ConstructOutcome[];
  readonly writes: readonly Write[];
  readonly bytes: Uint8Array;
}
type Told = Extract<ListEvent, { is: 'groups' }>;
interface Place {
  readonly document: Loaded;
  readonly item: NativeItem;
  /** Which of the document's it is. */
  readonly at: number;
}

/** Texts as a source: contacts or events in a file, a folder of files or on a server, in whatever format they are written. */
export class TextAdapter implements SourceAdapter {
  readonly kind: RecordKind;
  readonly can: Capabilities;
  readonly watch?: SourceAdapter['watch'];
  /** All changes at once, for a text of many items is written as a whole. */
  readonly #format: TextFormat;
  /** null: what is written is stamped by what the record tells alone. */
  readonly #clock: Pick<Clock, 'now'> | null;
  readonly #place: DocumentPlace;
  readonly #known: KnownItems;
  /** Documents taken apart lately: of a place with but one that one, else those of the last listing that are to be read. */
  #loaded = new Map<string, Loaded>();
  #places = new Map<RecordId, Place>();
  /** Items of which nothing was known, as they were read to tell who they are: they need not be read again for what they say. */
  readonly #readAnew = new WeakMap<NativeItem, Fields>();
  readonly #assign: AssignItems;
  #closed = false;
  /** What was told last, as long as it was of the documents at hand. */
  #told: Told | null = null;

  constructor(format: TextFormat, place: DocumentPlace, known: KnownItems, clock: Pick<Clock, 'now'> | null = null) {
    this.#clock = clock;
    this.#format = format;
    this.#place = place;
    this.#known = known;
    this.#assign = new AssignItems(format, place, known, (item, fields) => this.#readAnew.set(item, fields));
    this.kind = format.kind;
    this.can = { write: place.writable, watch: place.watch !== null, fields: null };
    const { watch } = place;
    if (watch !== null) this.watch = (onDirty) => watch(() => onDirty(''));
  }

  /** A text of many items is written as a whole by each batch: so half as many as it has, and a large one is not written a hundred times. */
  get batch(): number {
    return this.#place.many ? BATCH_OF_DOCUMENTS : Math.max(LEAST_BATCH, this.#places.size >> 1);
  }

  condition(asked = false): Promise<SourceCondition> {
    return this.#place.condition(asked);
  }
  project(full: Fields): Fields {
    return this.#format.project(full);
  }
  compose(id: RecordId, full: Fields): Uint8Array {
    return composeText(this.#format, [{ id, full }]);
  }
  outside(): boolean {
    return false;
  }
  rulesVersion(): number {
    return 0;
  }

  async list(
    _since: number | null,
    within: readonly string[] | null,
    tell: (event: ListEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ListResult> {
    const { documents, problems: unlisted } = await this.#place.list();
    const again =
      unlisted.length === 0 && documents.length === 1 ? await this.#asTold(documents[0] as ListedDocument) : null;
    if (again !== null) {
      await tell(again);
      return { token: 1, items: again.groups[0]?.items.length ?? 0, complete: within === null };
    }
    const known = knownRevisions(this.#known);
    const items: ListedItem[] = [];
    const problems: ItemProblem[] = [];
    const claimed = new Set<RecordId>();
    const toRead: string[] = [];
    const loaded = new Map<string, Loaded>();
    for (const listed of documents) {
      const own = known.in.get(listed.name) ?? [];
      const former = this.#loaded.get(listed.name);
      if (
        this.#place.many &&
        own.length > 0 &&
        own.every((each) => each.vouches && isOfDocument(each.stored, listed.revision))
      )
        for (const each of own) {
          claimed.add(each.id);
          items.push({ id: each.id, revision: each.stored, fresh: false, size: 0 });
        }
      else if (former !== undefined && !former.fresh && same(former.revision, listed.revision))
        loaded.set(listed.name, former);
      else toRead.push(listed.name);
    }
    const unread = [...unlisted];
    for (let at = 0; at < toRead.length; at += DOCUMENTS_AT_ONCE) {
      // What was not read is not gone.
      if (signal.aborted) throw new LockstepError('stopped', 'the listing was stopped');
      for (const read of await this.#place.read(toRead.slice(at, at + DOCUMENTS_AT_ONCE))) {
        if ('code' in read) unread.push(read);
        else loaded.set(read.name, this.#load(read));
      }
    }
    for (const { name, code, detail } of unread) {
      const own = known.in.get(name) ?? [];
      for (const { id } of own) claimed.add(id);
      for (const { id } of own) problems.push({ id, code, detail });
      if (own.length === 0) problems.push({ id: recordId(name), code, detail });
    }
    this.#assign.assign([...loaded.values()], known, claimed);
    this.#loaded = new Map();
    this.#places = new Map();
    let unsettled = false;
    for (const document of loaded.values()) {
      this.#remember(document);
      problems.push(...this.#damaged(document, known, claimed));
      const isUnsettled = this.#isUnsettled(document, known, claimed);
      unsettled ||= isUnsettled;
      const torn = isUnsettled ? this.#torn(document, known) : null;
      document.text.items.forEach((item, at) => {
        const id = document.ids[at];
        if (id === null || id === undefined) return;
        if (item === torn) {
          problems.push({ id, code: 'changing', detail: 'it seems to be written just now' });
          return;
        }
        const revision = this.#revisionOf(document, item, id);
        items.push({ id, revision, fresh: this.#isFresh(document, item), size: sizeOf(item) });
      });
    }
    const event = { is: 'groups', groups: [{ group: '', items, problems, unsettled }] } as const;
    this.#told = unlisted.length === 0 ? event : null;
    await tell(event);
    return { token: 1, items: items.length, complete: within === null };
  }

  async read(ids: readonly RecordId[]): Promise<readonly (Reading | ItemProblem)[]> {
    this.#ensureOpen();
    await this.#loadFor(ids);
    return ids.map((id) => this.#read(id));
  }

  /** Documents that are not at hand, or are others by now, are read (again). */
  async #loadFor(ids: readonly RecordId[]): Promise<void> {
    // What the snapshot knows costs as much as it holds: it is asked only where a document is not at hand.
    let known: Known | null = null;
    const names = new Set<string>();
    let of: ReadonlyMap<RecordId, string> | null = null;
    for (const id of ids) {
      let name = this.#places.get(id)?.document.name ?? (this.#place.many ? undefined : '');
      if (name === undefined) {
        known ??= knownRevisions(this.#known);
        of ??= new Map([...known.in].flatMap(([own, items]) => items.map((each) => [each.id, own] as const)));
        name = of.get(id);
      }
      if (name !== undefined) names.add(name);
    }
    const stale = [...names].filter((name) => {
      const loaded = this.#loaded.get(name);
      const now = this.#place.current?.(name);
      return loaded === undefined || (now !== undefined && (now === null || !same(now, loaded.revision)));
    });
    if (stale.length === 0) return;
    known ??= knownRevisions(this.#known);
    const documents: Loaded[] = [];
    for (const read of await this.#place.read(stale)) {
      const former = this.#loaded.get(read.name);
      this.#forget(read.name);
      if (!('code' in read)) documents.push(this.#load(read, former));
    }
    this.#assign.assign(documents, known, new Set(this.#places.keys()));
    for (const document of documents) this.#remember(document);
  }

  #forget(name: string): void {
    for (const id of this.#loaded.get(name)?.ids ?? [])
      if (id !== null && this.#places.get(id)?.document.name === name) this.#places.delete(id);
    this.#loaded.delete(name);
  }

  #remember(document: Loaded): void {
    this.#told = null;
    this.#loaded.set(document.name, document);
    document.text.items.forEach((item, at) => {
      const id = document.ids[at];
      if (id !== null && id !== undefined) this.#places.set(id, { document, item, at });
    });
  }

  recognize(item: RecordId, record: RecordId): Revision | null {
    const place = this.#places.get(item);
    if (place === undefined) return null;
    const { document, at } = place;
    document.ids[at] = record;
    this.#places.delete(item);
    this.#places.set(record, place);
    this.#told = null;
    return this.#revisionOf(document, place.item, record);
  }

  shownAs(revision: Revision): RecordId | null {
    const { uid } = namesIn(revision);
    return uid === '' ? null : recordId(uid);
  }

  async construct(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> {
    this.#ensureOpen();
    const outcomes = new Map<RecordId, ConstructOutcome>();
    const groups = new Map<string, ConstructItem[]>();
    const known = knownRevisions(this.#known);
    const names = new Set(known.in.keys());
    const strangers = items.some(({ expected }) => expected === null) ? await this.#strangers(known) : NOBODY;
    for (const item of items) {
      if (item.expected === null && strangers.has(item.id)) {
        outcomes.set(item.id, refused(item.id, 'changed-underneath', 'somebody made it just now'));
        continue;
      }
      const name = this.#documentFor(item, names);
      names.add(name);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [item]);
      else group.push(item);
    }
    let failure = '';
    const isNew = ([, group]: [string, ConstructItem[]]): boolean => this.#isNew(group);
    const news = this.#place.make === undefined ? [] : [...groups].filter(isNew);
    for (const [name] of news) groups.delete(name);
    try {
      for (const [name, group] of groups)
        for (const outcome of await this.#writeDocument(name, group, known)) outcomes.set(outcome.id, outcome);
      for (let at = 0; at < news.length; at += DOCUMENTS_AT_ONCE)
        for (const outcome of await this.#makeDocuments(news.slice(at, at + DOCUMENTS_AT_ONCE), known))
          outcomes.set(outcome.id, outcome);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      // What was written counts. The rest waits for a look, which tells whether its place is there at all.
      failure = error.message;
    }
    return items.map(({ id }) => outcomes.get(id) ?? refused(id, 'changed-underneath', failure));
  }

  /** Of a place with a document for each item: the records of those that no listing told of yet. */
  async #strangers(known: Known): Promise<ReadonlySet<RecordId>> {
    if (!this.#place.many) return NOBODY;
    const { documents } = await this.#place.list();
    const unknown = documents.flatMap(({ name }) => (known.in.has(name) ? [] : [name]));
    const ids = new Set(known.ids);
    for (const read of unknown.length === 0 ? [] : await this.#place.read(unknown))
      for (const { uid } of 'code' in read ? [] : this.#format.split(read.bytes).items)
        if (uid !== null) ids.add(recordIdOfUid(uid));
    return ids;
  }

  release(): Promise<void> {
    return this.#place.release();
  }
  close(): Promise<void> {
    this.#closed = true;
    this.#loaded.clear();
    this.#places.clear();
    return this.#place.close();
  }

  #ensureOpen(): void {
    if (this.#closed) throw new LockstepError('stopped', 'the source is closed');
  }

  /**
   * The last listing once more, where the only text there is says the same: it need not be looked through. One written lately is read again for
   * that, for its times do not tell.
   */
  async #asTold({ name, revision }: ListedDocument): Promise<Told | null> {
    const loaded = this.#place.many ? undefined : this.#loaded.get(name);
    if (loaded === undefined || this.#told === null) return null;
    if (!loaded.fresh) return same(loaded.revision, revision) ? this.#told : null;
    const [group] = this.#told.groups;
    if (group === undefined || group.problems.length > 0 || group.unsettled === true) return null;
    const [read] = await this.#place.read([name]);
    if (read === undefined || 'code' in read || !same(read.bytes, loaded.bytes)) return null;
    const document = { ...loaded, revision: read.revision, fresh: read.fresh };
    const [first] = document.text.items;
    const items = group.items.map((item) => {
      const fresh = first !== undefined && item.id === document.ids[0] && this.#isFresh(document, first);
      return item.fresh === fresh ? item : { ...item, fresh };
    });
    this.#remember(document);
    this.#told = { is: 'groups', groups: [{ ...group, items }] };
    return this.#told;
  }

  /** Takes a document apart; one of the same bytes as when it was last at hand is taken apart already. */
  #load(document: ReadDocument, former: Loaded | undefined = this.#loaded.get(document.name)): Loaded {
    const isSame = former !== undefined && same(former.bytes, document.bytes);
    const text = isSame ? former.text : this.#format.split(document.bytes);
    return { ...document, bytes: text.bytes, text, ids: text.items.map(() => null) };
  }

  /** What cannot be understood is named and is nobody's deletion: where it cannot be told which item it was, none of its document counts as gone. */
  #damaged(document: Loaded, known: Known, claimed: ReadonlySet<RecordId>): readonly ItemProblem[] {
    const missing = new Set<RecordId>();
    for (const { id } of known.in.get(document.name) ?? []) if (!claimed.has(id)) missing.add(id);
    const problems: ItemProblem[] = [];
    // A text that ends within an item may be cut off there: all that is missing may have come after it.
    let unknown = cutIn(document);
    for (const damaged of document.text.damaged) {
      const named = recordIdOfUid(damaged.name);
      if (!missing.delete(named)) unknown ??= damaged;
      const id = claimed.has(named) ? recordId(`${named} (line ${lineOf(document.bytes, damaged.start)})`) : named;
      problems.push({ id, code: 'malformed', detail: damaged.detail });
    }
    if (unknown !== null)
      for (const id of missing)
        problems.push({
          id,
          code: 'malformed',
          detail: `it may be what is damaged at line ${lineOf(document.bytes, unknown.start)}: mend that, and it is clear whether this was deleted`,
        });
    // A file of its own is removed where its item is; one that says nothing is what a crash or another program left of it.
    const { items, damaged } = document.text;
    if (this.#place.many && items.length === 0 && damaged.length === 0)
      for (const id of missing)
        problems.push({
          id,
          code: 'malformed',
          detail: `${document.name} is there and says nothing: put it back, or remove it`,
        });
    document.ids.forEach((id, at) => {
      if (id !== null) return;
      const item = document.text.items[at] as NativeItem;
      const line = lineOf(document.bytes, item.spans[0]?.start ?? 0);
      problems.push({ id: recordId(`line ${line}`), code: 'malformed', detail: 'it cannot be understood' });
    });
    return problems;
  }

  #read(id: RecordId): Reading | ItemProblem {
    const place = this.#places.get(id);
    if (place === undefined) return { id, code: 'changing', detail: 'it went while it was read' };
    const { document, item } = place;
    try {
      const previous = this.#known.native(id) ?? this.#known.shown(id);
      const anew = previous === null ? this.#readAnew.get(item) : undefined;
      this.#readAnew.delete(item);
      const read = anew ?? this.#format.read(document.text, item, previous);
      const { fields, contents } = takeOutContents(read, contentDigest);
      const fresh = this.#isFresh(document, item);
      const hadNoPlaceFor = (before: Fields, field: FieldName): boolean =>
        this.#format.hasPlaceFor?.(document.text, before, field) === false;
      const revision = this.#revisionOf(document, item, id);
      return { id, revision, fresh, fields, hadNoPlaceFor, attachments: contents };
    } catch (error) {
      if (!(error instanceof MalformedItem)) throw error;
      return { id, code: 'malformed', detail: error.message };
    }
  }

  /** Is a text written just now, and may some of what the snapshot knows be yet to come? */
  #isUnsettled({ name, fresh, bytes }: Loaded, known: Known, claimed: ReadonlySet<RecordId>): boolean {
    if (!fresh) return false;
    const own = known.in.get(name) ?? [];
    const breaksOff = this.#format.breaksOffUnseen === true && own.length > 0 && bytes.at(-1) !== LINE_END;
    return breaksOff || own.some(({ id }) => !claimed.has(id));
  }

  /** The last item of such a text, where it is another than the snapshot knows and may be but the beginning of it. */
  #torn({ name, text, ids }: Loaded, known: Known): NativeItem | null {
    const at = text.items.length - 1;
    const item = text.items[at];
    if (this.#format.breaksOffUnseen === undefined || item === undefined) return null;
    const before = known.in.get(name)?.find(({ id }) => id === ids[at]);
    return before === undefined || same(before.digest, digestOf(text, item)) ? null : item;
  }

  /** Must it be read again, though it seems to be the same? Of many items in one text the first stands for all: their bytes tell. */
  #isFresh(document: Loaded, item: NativeItem): boolean {
    return document.fresh && (this.#place.many || item === document.text.items[0]);
  }

  /** Bytes that decide what an item says: it is the same as long as they are. */
  #revisionOf(document: Loaded, item: NativeItem, id: RecordId): Revision {
    const uid = item.uid === null ? '' : recordIdOfUid(item.uid);
    const own: ItemRevision = {
      digest: digestOf(document.text, item),
      document: NO_BYTES,
      name: document.name,
      uid: uid === id || uid === id.replace(NUMBER, '') ? '' : uid,
    };
    return writeItemRevision(this.#place.many ? { ...own, document: document.revision } : own);
  }

  #documentFor({ id, expected }: ConstructItem, names: ReadonlySet<string>): string {
    if (!this.#place.many) return '';
    if (expected !== null) return namesIn(expected).name;
    return this.#place.newName(uidOfRecord(id), (name) => names.has(name));
  }

  /** Writes all changes of one document at once: each of them only where its item is still as it was expected. */
  async #writeDocument(
    name: string,
    items: readonly ConstructItem[],
    known: Known,
  ): Promise<readonly ConstructOutcome[]> {
    const isNew = this.#isNew(items);
    const [read] = isNew ? [] : await this.#place.read([name]);
    if (read !== undefined && 'code' in read) {
      const reason = read.code === 'changing' ? 'changed-underneath' : read.code;
      return items.map(({ id }) => refused(id, reason, read.detail));
    }
    const document = this.#documentOf(name, read ?? null);
    const { outcomes, writes, bytes } = this.#compose(document, items, known);
    if (writes.length === 0) return outcomes;
    if (!this.#keepsApart(document.text, bytes, writes)) {
      const inParts = this.#writeInParts(writes, (part) => this.#writeDocument(name, part, known));
      return [...outcomes, ...(await inParts)];
    }
    const isLast = this.#place.many && document.text.items.length === writes.length;
    const isEmptied = isLast && !isNew && writes.every(({ item }) => item.fields === null);
    const expected = read === undefined ? null : document.revision;
    const written = await this.#place.write(name, expected, isEmptied ? null : bytes);
    return [...outcomes, ...this.#written(document, writes, written)];
  }

  #written(before: Loaded, writes: readonly Write[], written: DocumentWritten): readonly ConstructOutcome[] {
    const items = writes.map(({ item }) => item);
    if (written.done === 'refused') return items.map(({ id }) => refused(id, written.reason, written.detail));
    return this.#reread(before.name, written.document, items, before);
  }

  /** The same of documents that are new, each of one item. */
  async #makeDocuments(
    groups: readonly (readonly [string, readonly ConstructItem[]])[],
    known: Known,
  ): Promise<readonly ConstructOutcome[]> {
    const composed = groups.map(([name, items]) => this.#compose(this.#documentOf(name, null), items, known));
    const made = composed.filter(({ writes }) => writes.length > 0);
    const written = await this.#place.make?.(made.map(({ document, bytes }) => ({ name: document.name, bytes })));
    return [
      ...composed.flatMap(({ outcomes }) => outcomes),
      ...made.flatMap(({ document, writes }, at) => this.#written(document, writes, written?.[at] as DocumentWritten)),
    ];
  }

  /** Is it a document of its own that there is none of yet? */
  #isNew(items: readonly ConstructItem[]): boolean {
    return this.#place.many && items.every(({ expected }) => expected === null);
  }

  #documentOf(name: string, read: ReadDocument | null): Loaded {
    const empty = this.#format.empty();
    return this.#load(read ?? { name, revision: NO_BYTES, fresh: false, size: empty.length, bytes: empty });
  }

  /** A document as it is to be: with each item that is as it was expected. */
  #compose(document: Loaded, items: readonly ConstructItem[], known: Known): Composed {
    const own = known.in.get(document.name) ?? [];
    const isOnly = known.in.size === 1 && own.length > 0;
    const ofIt = isOnly ? known : { in: new Map([[document.name, own]]), ids: new Set(own.map(({ id }) => id)) };
    this.#assign.assign([document], ofIt, new Set());
    const places = new Map(document.ids.flatMap((id, at) => (id === null ? [] : [[id, at] as const])));
    const refuseAll = (detail: string): Composed => ({
      document,
      outcomes: items.map(({ id }) => refused(id, 'changed-underneath', detail)),
      writes: [],
      bytes: NO_BYTES,
    });
    // Whoever has it open would write the rest to what we had replaced.
    if (document.fresh && own.some(({ id }) => !places.has(id))) return refuseAll('it seems to be written just now');
    const outcomes: ConstructOutcome[] = [];
    const writes: Write[] = [];
    for (const item of items) {
      const at = places.get(item.id);
      const native = at === undefined ? null : (document.text.items[at] as NativeItem);
      const expected = item.expected === null ? null : digestIn(item.expected);
      const isAsExpected =
        native === null || expected === null
          ? native === null && expected === null
          : same(digestOf(document.text, native), expected);
      if (native === null && expected !== null && item.fields === null)
        outcomes.push({ id: item.id, done: 'written', revision: null, kept: null });
      else if (!isAsExpected) outcomes.push(refused(item.id, 'changed-underneath', 'somebody changed it just now'));
      else {
        const before = native === null ? null : fieldsOf(this.#format, document, native, item.native ?? null);
        const why =
          native === null && item.fields !== null
            ? (this.#format.refuses?.(item.fields, uidOfRecord(item.id), document.text) ?? null)
            : null;
        if (why !== null) outcomes.push(refused(item.id, 'content-wrong', why));
        else if (native !== null && before === null)
          outcomes.push(refused(item.id, 'malformed', 'what stands there cannot be understood'));
        else writes.push({ item, native, before });
      }
    }
    if (writes.length === 0) return { document, outcomes, writes, bytes: NO_BYTES };
    const bytes = this.#format.write(
      document.text,
      writes.map(({ item, native, before }) => ({
        item: native,
        before,
        after: item.fields === null ? null : putInContents(item.fields, item.attachments ?? NO_CONTENTS),
        uid: uidOfRecord(item.id),
      })),
      this.#clock === null ? null : momentOf(this.#clock.now()),
    );
    return { document, outcomes, writes, bytes };
  }

  /** Writes what cannot be written all at once, so that only that waits which cannot be at all. */
  async #writeInParts(
    writes: readonly Write[],
    write: (items: readonly ConstructItem[]) => Promise<readonly ConstructOutcome[]>,
  ): Promise<readonly ConstructOutcome[]> {
    const wait = (parts: readonly Write[]) =>
      parts.map(({ item }) => refused(item.id, 'malformed', WOULD_RUN_TOGETHER));
    if (writes.length === 1) return wait(writes);
    const outcomes: ConstructOutcome[] = [];
    const each = async (part: readonly Write[]): Promise<void> => {
      if (part.length > 0) outcomes.push(...(await write(part.map(({ item }) => item))));
    };
    const news = writes.filter(({ native }) => native === null);
    let rest = writes.filter(({ native }) => native !== null);
    if (rest.length === 0) {
      // All that is new comes to one place: where neither the first nor the last can be written, none can.
      await each(news.slice(0, 1));
      await each(news.slice(-1));
      rest = news.slice(1, -1);
      if (outcomes.every(({ done }) => done === 'refused')) return [...outcomes, ...wait(rest)];
    } else await each(news);
    const half = news.length > 0 && news.length < writes.length ? rest.length : Math.ceil(rest.length / 2);
    await each(rest.slice(0, half));
    await each(rest.slice(half));
    return outcomes;
  }

  /** Beside what is damaged: is every item of a text still one of its own once it is written, and the damage as it was? */
  #keepsApart(before: SplitText, bytes: Uint8Array, writes: readonly Write[]): boolean {
    if (before.damaged.length === 0) return true;
    const after = this.#format.split(bytes);
    const more = writes.reduce(
      (sum, { item, native }) => sum + (native === null ? 1 : 0) - (item.fields === null ? 1 : 0),
      0,
    );
    return after.items.length === before.items.length + more && after.damaged.length === before.damaged.length;
  }

  /** What the place made of what it was given. */
  #reread(
    name: string,
    document: ReadDocument | null,
    items: readonly ConstructItem[],
    before: Loaded,
  ): readonly ConstructOutcome[] {
    this.#forget(name);
    if (document === null) return items.map(({ id }) => ({ id, done: 'written', revision: null, kept: null }));
    const loaded = this.#load(document);
    // Whoever was there keeps its id; what is new is told by its UID or by what it says.
    const native = new Map(items.flatMap(({ id, fields }) => (fields === null ? [] : [[id, fields] as const])));
    this.#assign.identify(loaded, before, new Set(items.map(({ id }) => id)), native);
    this.#remember(loaded);
    return items.map(({ id, fields }) => {
      if (fields === null) return { id, done: 'written', revision: null, kept: null };
      const item = this.#places.get(id)?.item;
      const read = item === undefined ? null : fieldsOf(this.#format, loaded, item, fields);
      const holds = read === null ? null : takeOutContents(read, contentDigest).fields;
      if (item === undefined || holds === null)
        return refused(id, 'content-wrong', 'it is not there as it was written');
      const revision = this.#revisionOf(loaded, item, id);
      const written: ConstructOutcome = { id, done: 'written', revision, kept: null };
      return equal(holds, fields) ? written : { ...written, holds };
    });
  }
}

/** The item a text ends within: of one that is cut off, or not yet written to its end. */
function cutIn({ bytes, text }: Loaded): Damaged | null {
  const last = text.damaged.at(-1);
  if (last === undefined || text.items.some(({ spans }) => spans.some(({ start }) => start >= last.end))) return null;
  return Buffer.from(bytes.subarray(last.end)).toString('latin1').trim() === '' ? last : null;
}

/** A new text of these records. */
export function composeText(
  format: TextFormat,
  records: readonly { readonly id: RecordId; readonly full: Fields }[],
  moment: string | null = null,
): Uint8Array {
  return format.write(
    format.split(format.empty()),
    records.map(({ id, full }) => ({ item: null, before: null, after: format.project(full), uid: uidOfRecord(id) })),
    moment,
  );
}

/** What is to be written of a document, at which of its items; null: a new one. */
interface Write {
  readonly item: ConstructItem;
  readonly native: NativeItem | null;
  readonly before: Fields | null;
}
/** A moment (ms since 1970) as `TextFormat.write` takes it. */
export const momentOf = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');

const NO_BYTES = new Uint8Array(0);
const LINE_END = 10;
const WOULD_RUN_TOGETHER = 'what is damaged beside it would become one with it: mend that, then it is written';
const NOBODY: ReadonlySet<RecordId> = new Set();
const NO_CONTENTS: ReadonlyMap<Digest, Uint8Array> = new Map();
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const sizeOf = (item: NativeItem): number => item.spans.reduce((sum, { start, end }) => sum + end - start, 0);
const refused = (id: RecordId, reason: ItemProblem['code'], detail: string): ConstructOutcome => ({
  id,
  done: 'refused',
  reason,
  detail,
});

function equal(a: Fields, b: Fields): boolean {
  if (a.size !== b.size) return false;
  for (const [field, value] of a) if (!b.has(field) || !equalValues(value, b.get(field) ?? null)) return false;
  return true;
}
