import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import { digestOf as contentDigest } from '../../platform/hash.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { takeOutContents } from '../../record/content-reference.ts';
import type { RecordKind } from '../../record/field-rules.ts';
import { type FieldName, type RecordId, recordId } from '../../record/ids.ts';
import { isGroup } from '../../record/record-uid.ts';
import type { Fields, Value } from '../../record/value.ts';
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
import { composeText } from './compose-text.ts';
import { ConstructTexts } from './construct-texts.ts';
import { DOCUMENTS_AT_ONCE, type DocumentListing, type DocumentPlace, type ListedDocument } from './document-place.ts';
import { damagedIn, goneAstray, openEnd } from './doubtful-text.ts';
import { namesIn } from './item-revision.ts';
import { type Known, type KnownItems, knownRevisions } from './known-revisions.ts';
import { withLeftOut } from './left-out.ts';
import { asBefore, withFresh } from './listed-again.ts';
import { type Loaded, placeIn, unassigned } from './loaded-text.ts';
import { withMembersHere } from './members-here.ts';
import { MalformedItem, type NativeItem, type ReadBefore, type TextFormat } from './text-format.ts';
import { TextsAtHand } from './texts-at-hand.ts';
import { doubtedBy, lacksSome, NONE_DOUBTED, type Sifted, statedIn, VouchedDocuments } from './vouched-documents.ts';

/** Items constructed at a time: what is composed is kept until all of them are written. */
const BATCH_OF_DOCUMENTS = 2000;
/** The same of a text of many, between which it is half as many as that has. An item takes some 4 KB meanwhile. */
const LEAST_BATCH = 1500;
const MOST_BATCH = 5000;

type Told = Extract<ListEvent, { is: 'groups' }>;
/** What was told last, and of what. */
interface ToldLast {
  readonly event: Told;
  readonly documents: readonly ListedDocument[];
  /** As long as it is at hand. */
  readonly known: WeakRef<Known>;
  /** Of the texts at hand. */
  readonly version: number;
}

/** What a look into texts found. */
interface Survey {
  /** Of texts that need no look. */
  readonly items: ListedItem[];
  readonly problems: ItemProblem[];
  /** Records whose items were found, or may be in what could not be read. */
  readonly claimed: ReadonlySet<RecordId>;
  /** Texts that were looked into. */
  readonly loaded: ReadonlyMap<string, Loaded>;
  /** How many were to be read. */
  readonly read: number;
  /** A text changed as it was read: what went with another one may be in it by now. */
  readonly isChanging: boolean;
}

/** Texts as a source: contacts or events in a file, a folder of files or on a server, in whatever format they are written. */
export class TextAdapter implements SourceAdapter {
  readonly kind: RecordKind;
  readonly can: Capabilities;
  readonly watch?: SourceAdapter['watch'];
  readonly #format: TextFormat;
  readonly #place: DocumentPlace;
  readonly #known: KnownItems;
  readonly #texts: TextsAtHand;
  /** Items of which nothing was known, as they were read to tell who they are: they need not be read again for what they say. */
  readonly #readAnew = new WeakMap<NativeItem, Fields>();
  readonly #assign: AssignItems;
  readonly #construct: ConstructTexts;
  readonly #vouched = new VouchedDocuments();
  #closed = false;
  /** null: it is looked through again. Of a place with a document for each item: not all was as the snapshot knew it. */
  #told: ToldLast | null = null;
  /** The items of the one text there is, as they were listed last. */
  #listed: readonly ListedItem[] = [];

  constructor(format: TextFormat, place: DocumentPlace, known: KnownItems, clock: Pick<Clock, 'now'> | null = null) {
    this.#format =
      format.namesMembers === true
        ? withMembersHere(format, () => this.#texts.shownAs(knownRevisions(known).others))
        : format;
    this.#place = place;
    this.#known = known;
    this.#assign = new AssignItems(this.#format, place, known, (item, fields) => {
      // Of a group it is known only once all are assigned who its members are.
      if (!isGroup(fields)) this.#readAnew.set(item, fields);
    });
    this.#texts = new TextsAtHand(format, place.many, (name) => this.#readBefore(name));
    this.#construct = new ConstructTexts({ format: this.#format, place, known }, this.#assign, this.#texts, clock);
    this.kind = format.kind;
    this.can = { write: place.writable, watch: place.watch !== null, fields: null };
    const { watch } = place;
    if (watch !== null) this.watch = (onDirty) => watch(() => onDirty(''));
  }

  /** A text of many items is written as a whole by each batch: so half as many as it has, and a large one is not written a hundred times. */
  get batch(): number {
    if (this.#place.many) return BATCH_OF_DOCUMENTS;
    return Math.min(Math.max(LEAST_BATCH, this.#texts.size >> 1), MOST_BATCH);
  }

  condition(asked = false): Promise<SourceCondition> {
    return this.#place.condition(asked);
  }
  project(full: Fields, held?: Fields): Fields {
    return this.#format.project(full, held);
  }
  hasNoItemFor(full: Fields, shown: Fields): boolean {
    return this.#format.hasNoItemFor?.(full, shown) === true;
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
    let listing = await this.#place.list(within !== null);
    const again = listing.problems.length === 0 ? await this.#asTold(listing.documents) : null;
    if (again !== null) {
      await tell(again);
      return { token: 1, items: again.groups[0]?.items.length ?? 0, complete: within === null };
    }
    const known = knownRevisions(this.#known);
    let vouched = this.#place.many ? this.#vouched.sift(listing.documents, known) : null;
    if (vouched !== null && lacksSome(vouched, known)) {
      // What is gone has to be seen to be gone.
      if (within !== null) listing = await this.#place.list();
      listing = await withLeftOut(this.#place, listing, known);
      vouched = this.#vouched.sift(listing.documents, known);
    }
    let survey = await this.#survey(listing, vouched, known, signal);
    if (within !== null && vouched !== null && missesSome(survey, known)) {
      // What is in its text no more may be in one that nobody told of.
      listing = await this.#place.list();
      vouched = this.#vouched.sift(listing.documents, known);
      survey = await this.#survey(listing, vouched, known, signal);
    }
    const { documents, problems: unlisted } = listing;
    const { items, problems, claimed, loaded, isChanging } = survey;
    this.#texts.clear();
    const isNamed = (id: RecordId): boolean => this.#known.isNamed(id);
    const astray = goneAstray(documents, loaded.values(), known, claimed, isNamed, this.#place.many);
    const named = new Set<RecordId>();
    let unsettled = isChanging && [...known.ids].some((id) => !claimed.has(id));
    let isAnyNameless = false;
    const sameAsBefore = asBefore(this.#listed);
    for (const document of loaded.values()) {
      document.isJudged = !document.fresh;
      this.#texts.remember(document);
      problems.push(...damagedIn(document, this.#place.many, known, claimed, astray, named));
      const end = openEnd(this.#format, document, known, claimed, this.#place.many);
      unsettled ||= end.unsettled;
      problems.push(...end.problems);
      document.text.items.forEach((item, at) => {
        const id = document.ids[at];
        if (id === null || id === undefined || item === end.torn) return;
        const isNameless = item.uid === null && !known.ids.has(id);
        isAnyNameless ||= isNameless;
        items.push(sameAsBefore(this.#texts.listedAs(document, item, id, isNameless)));
      });
    }
    if (!this.#place.many) this.#listed = items;
    const event = { is: 'groups', groups: [{ group: '', items, problems, unsettled }] } as const;
    const isAsKnown = survey.read + loaded.size === 0 && claimed.size === known.ids.size;
    // Who is nameless may be somebody of whom a peer is yet to tell.
    const isTold = unlisted.length === 0 && !isAnyNameless && (!this.#place.many || isAsKnown);
    this.#told = isTold ? { event, documents, known: new WeakRef(known), version: this.#texts.version } : null;
    await tell(event);
    return { token: 1, items: items.length, complete: within === null };
  }

  /** Reads what has to be looked into, and finds out which record each item there is. */
  async #survey(
    { documents, problems: unlisted }: DocumentListing,
    vouched: Sifted | null,
    known: Known,
    signal: AbortSignal,
  ): Promise<Survey> {
    let items: ListedItem[] = [...(vouched?.items ?? [])];
    const problems: ItemProblem[] = [];
    const claimed = new Set(items.map(({ id }) => id));
    const toRead: string[] = [];
    const loaded = new Map<string, Loaded>();
    for (const listed of vouched?.others ?? documents) if (!this.#takeAtHand(listed, loaded)) toRead.push(listed.name);
    const unread = [...unlisted];
    const { bytesOf } = this.#texts;
    const isOther = (name: string): void => this.#letGo(name);
    const load = async (names: readonly string[]): Promise<void> => {
      for (let at = 0; at < names.length; at += DOCUMENTS_AT_ONCE) {
        // What was not read is not gone.
        if (signal.aborted) throw new LockstepError('stopped', 'the listing was stopped');
        for (const read of await this.#place.read(names.slice(at, at + DOCUMENTS_AT_ONCE), bytesOf, isOther)) {
          if ('code' in read) unread.push(read);
          else loaded.set(read.name, this.#texts.load(read));
        }
      }
    };
    await load(toRead);
    const doubted = vouched === null ? NONE_DOUBTED : doubtedBy(loaded.values(), claimed, known);
    if (doubted.names.length > 0) {
      for (const id of doubted.ids) claimed.delete(id);
      items = items.filter(({ id }) => !doubted.ids.has(id));
      await load(doubted.names);
    }
    const stated = statedIn(loaded.values());
    for (const { name, code, detail } of unread) {
      const own = known.in.get(name) ?? [];
      // What just went from there, and is in another one by its UID, is in that.
      const there = own.filter(({ id }) => code !== 'changing' || !stated.has(id));
      for (const { id } of there) claimed.add(id);
      for (const { id } of there) problems.push({ id, code, detail });
      if (own.length === 0) problems.push({ id: recordId(name), code, detail });
    }
    const unsure: Loaded[] = [];
    for (const document of loaded.values()) {
      const isSure =
        document.isOurs && document.ids.every((id) => id !== null && known.ids.has(id) && !claimed.has(id));
      if (isSure) for (const id of document.ids) claimed.add(id as RecordId);
      else unsure.push(unassigned(document));
    }
    this.#assign.assign(unsure, known, claimed);
    const isChanging = unread.some(({ code }) => code === 'changing');
    return { items, problems, claimed, loaded, read: toRead.length + doubted.names.length, isChanging };
  }

  /** Is it at hand, as it is listed? Else nothing here keeps what is. */
  #takeAtHand({ name, revision }: ListedDocument, loaded: Map<string, Loaded>): boolean {
    const former = this.#texts.get(name);
    if (former === undefined || former.fresh || !equalBytes(former.revision, revision)) return false;
    loaded.set(name, former);
    return true;
  }

  /** A text that says something else now: all that was known of it goes before that is read, but for how its characters were read. */
  #letGo(name: string): void {
    if (this.#format.guesses === true) return;
    this.#told = null;
    this.#texts.forget(name);
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
      let name = this.#texts.place(id)?.document.name ?? (this.#place.many ? undefined : '');
      if (name === undefined) {
        known ??= knownRevisions(this.#known);
        of ??= new Map([...known.in].flatMap(([own, items]) => items.map((each) => [each.id, own] as const)));
        name = of.get(id);
      }
      if (name !== undefined) names.add(name);
    }
    const stale = [...names].filter((name) => {
      const loaded = this.#texts.get(name);
      const now = this.#place.current?.(name);
      return loaded === undefined || (now !== undefined && (now === null || !equalBytes(now, loaded.revision)));
    });
    if (stale.length === 0) return;
    known ??= knownRevisions(this.#known);
    const documents: Loaded[] = [];
    for (const read of await this.#place.read(stale, this.#texts.bytesOf)) {
      const former = this.#texts.get(read.name);
      this.#texts.forget(read.name);
      if (!('code' in read)) documents.push(this.#texts.load(read, former));
    }
    this.#assign.assign(documents.map(unassigned), known, new Set(this.#texts.ids));
    for (const document of documents) this.#texts.remember(document);
  }

  recognize(item: RecordId, record: RecordId): Revision | null {
    return this.#texts.recognize(item, record);
  }
  shownAs(revision: Revision): RecordId | null {
    const { uid } = namesIn(revision);
    return uid === '' ? null : recordId(uid);
  }

  async construct(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> {
    this.#ensureOpen();
    return this.#construct.run(items);
  }

  release(): Promise<void> {
    return this.#place.release();
  }
  close(): Promise<void> {
    this.#closed = true;
    this.#texts.clear();
    return this.#place.close();
  }

  /** As the snapshot tells. */
  #readBefore(name: string): ReadBefore {
    if (this.#format.guesses !== true) return null;
    const known = knownRevisions(this.#known);
    return known.in.has(name) ? { as: known.readAs.get(name) } : null;
  }

  #ensureOpen(): void {
    if (this.#closed) throw new LockstepError('stopped', 'the source is closed');
  }

  /** Of a place with a document for each item: was all of this told, and just as the snapshot knows it? */
  #isAsTold(documents: readonly ListedDocument[]): boolean {
    return this.#told?.documents === documents && this.#told.known.deref() === knownRevisions(this.#known);
  }

  /**
   * The last listing once more, where the texts there are say the same: they need not be looked through. The only one there is, written lately, is
   * read again for that, for its times do not tell.
   */
  async #asTold(documents: readonly ListedDocument[]): Promise<Told | null> {
    const told = this.#told;
    if (told === null) return null;
    const { event } = told;
    if (this.#place.many) {
      if (!this.#isAsTold(documents)) return null;
      this.#texts.clear();
      return event;
    }
    const [document] = documents;
    const loaded = document === undefined ? undefined : this.#texts.get(document.name);
    if (document === undefined || loaded === undefined || told.version !== this.#texts.version) return null;
    const { name, revision } = document;
    if (!loaded.fresh) return equalBytes(loaded.revision, revision) ? event : null;
    const [group] = event.groups;
    if (group === undefined || group.problems.length > 0 || group.unsettled === true) return null;
    const [read] = await this.#place.read([name], this.#texts.bytesOf);
    if (read === undefined || 'code' in read || !equalBytes(read.bytes, loaded.bytes)) return null;
    const now = { ...loaded, revision: read.revision, fresh: read.fresh };
    const [first] = now.text.items;
    const items = group.items.map((item) => {
      const fresh = first !== undefined && item.id === now.ids[0] && this.#texts.isFresh(now, first);
      return item.fresh === fresh ? item : withFresh(item, fresh);
    });
    this.#listed = items;
    this.#texts.remember(now);
    const again: Told = { is: 'groups', groups: [{ ...group, items }] };
    this.#told = { ...told, event: again, version: this.#texts.version };
    return again;
  }

  #read(id: RecordId): Reading | ItemProblem {
    const place = this.#texts.place(id);
    if (place === undefined) return { id, code: 'changing', detail: 'it went while it was read' };
    const { document, item } = place;
    try {
      const previous = this.#known.native(id) ?? this.#known.shown(id);
      const anew = previous === null ? this.#readAnew.get(item) : undefined;
      this.#readAnew.delete(item);
      const read = anew ?? this.#format.read(document.text, item, previous);
      const { fields, contents } = takeOutContents(read, contentDigest);
      const fresh = this.#texts.isFresh(document, item);
      const hadNoPlaceFor = (before: Fields, field: FieldName): boolean =>
        this.#format.hasPlaceFor?.(document.text, before, field) === false;
      const format = this.#format;
      const placed =
        format.placed && ((field: FieldName, value: Value) => format.placed?.(document.text, field, value) ?? value);
      const revision = this.#texts.revisionOf(document, item, id);
      return { id, revision, fresh, fields, hadNoPlaceFor, placed, attachments: contents };
    } catch (error) {
      if (!(error instanceof MalformedItem)) throw error;
      const where = placeIn(document, item.spans[0]?.start ?? 0, this.#place.many);
      return { id, code: 'malformed', detail: `${where}: ${error.message}` };
    }
  }
}

/** Is something not in its text any more, nor in another one that was looked into? */
const missesSome = ({ loaded, claimed }: Survey, known: Known): boolean =>
  [...loaded.keys()].some((name) => known.in.get(name)?.some(({ id }) => !claimed.has(id)) === true);
