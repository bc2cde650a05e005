import { equalBytes } from '../../platform/equal-bytes.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { type RecordId, recordId } from '../../record/ids.ts';
import type { ItemProblem, ListEvent, ListedItem, ListResult } from '../source-adapter.ts';
import { DOCUMENTS_AT_ONCE, type DocumentListing, type DocumentPlace, type ListedDocument } from './document-place.ts';
import { damagedIn, goneAstray, openEnd } from './doubtful-text.ts';
import { type Known, type KnownItems, knownRevisions } from './known-revisions.ts';
import { withLeftOut } from './left-out.ts';
import { asBefore, withFresh } from './listed-again.ts';
import { type Loaded, unassigned } from './loaded-text.ts';
import type { TextFormat } from './text-format.ts';
import type { TextsAtHand } from './texts-at-hand.ts';
import { doubtedBy, lacksSome, NONE_DOUBTED, type Sifted, statedIn, VouchedDocuments } from './vouched-documents.ts';
import type { AssignItems } from './which-record/assign-items.ts';

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

/** What a look has from its source. */
interface TextSource {
  readonly format: TextFormat;
  readonly place: DocumentPlace;
  readonly known: KnownItems;
  readonly texts: TextsAtHand;
  readonly assign: AssignItems;
}

/** Lists the items of texts: reads those that may say something else than the snapshot knows, and finds out who is in them. */
export class LookAtTexts {
  readonly #format: TextFormat;
  readonly #place: DocumentPlace;
  readonly #known: KnownItems;
  readonly #texts: TextsAtHand;
  readonly #assign: AssignItems;
  readonly #vouched = new VouchedDocuments();
  /** null: it is looked through again. Of a place with a document for each item: not all was as the snapshot knew it. */
  #told: ToldLast | null = null;
  /** The items of the one text there is, as they were listed last. */
  #listed: readonly ListedItem[] = [];

  constructor({ format, place, known, texts, assign }: TextSource) {
    this.#format = format;
    this.#place = place;
    this.#known = known;
    this.#texts = texts;
    this.#assign = assign;
  }

  /** `inPart`: only what the place was told of may be others. Tells what there is, as `SourceAdapter.list`. */
  async run(
    inPart: boolean,
    tell: (event: ListEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ListResult> {
    const listing = await this.#place.list(inPart);
    const again = listing.problems.length === 0 ? await this.#asTold(listing.documents) : null;
    const event = again ?? (await this.#lookInto(listing, inPart, signal));
    await tell(event);
    return { token: 1, items: event.groups[0]?.items.length ?? 0, complete: !inPart };
  }

  async #lookInto(first: DocumentListing, inPart: boolean, signal: AbortSignal): Promise<Told> {
    const known = knownRevisions(this.#known);
    let listing = first;
    let vouched = this.#place.many ? this.#vouched.sift(listing.documents, known) : null;
    if (vouched !== null && lacksSome(vouched, known)) {
      // What is gone has to be seen to be gone.
      if (inPart) listing = await this.#place.list();
      listing = await withLeftOut(this.#place, listing, known);
      vouched = this.#vouched.sift(listing.documents, known);
    }
    let survey = await this.#survey(listing, vouched, known, signal);
    if (inPart && vouched !== null && missesSome(survey, known)) {
      // What is in its text no more may be in one that nobody told of.
      listing = await this.#place.list();
      vouched = this.#vouched.sift(listing.documents, known);
      survey = await this.#survey(listing, vouched, known, signal);
    }
    return this.#judge(listing, survey, known);
  }

  /** What the texts that were looked into tell for sure, and what they do not. */
  #judge({ documents, problems: unlisted }: DocumentListing, survey: Survey, known: Known): Told {
    const { items, problems, claimed, loaded, isChanging } = survey;
    const { many } = this.#place;
    const look = { known, claimed, many };
    this.#texts.clear();
    const astray = goneAstray(documents, loaded.values(), look, (id) => this.#known.isNamed(id));
    const named = new Set<RecordId>();
    let unsettled = isChanging && [...known.ids].some((id) => !claimed.has(id));
    let isAnyNameless = false;
    const sameAsBefore = asBefore(this.#listed);
    for (const document of loaded.values()) {
      document.isJudged = !document.fresh;
      this.#texts.remember(document);
      problems.push(...damagedIn(document, look, astray, named));
      const end = openEnd(this.#format, document, look);
      unsettled ||= end.unsettled;
      problems.push(...end.problems);
      document.text.items.forEach((item, at) => {
        const id = document.ids[at];
        if (id === null || id === undefined || end.untold.includes(item)) return;
        const isNameless = item.uid === null && !known.ids.has(id);
        isAnyNameless ||= isNameless;
        items.push(sameAsBefore(this.#texts.listedAs(document, item, id, isNameless)));
      });
    }
    if (!many) this.#listed = items;
    const event: Told = { is: 'groups', groups: [{ group: '', items, problems, unsettled }] };
    const isAsKnown = survey.read + loaded.size === 0 && claimed.size === known.ids.size;
    // Who is nameless may be somebody of whom a peer is yet to tell.
    const isTold = unlisted.length === 0 && !isAnyNameless && (!many || isAsKnown);
    this.#told = isTold ? { event, documents, known: new WeakRef(known), version: this.#texts.version } : null;
    return event;
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
}

/** Is something not in its text any more, nor in another one that was looked into? */
const missesSome = ({ loaded, claimed }: Survey, known: Known): boolean =>
  [...loaded.keys()].some((name) => known.in.get(name)?.some(({ id }) => !claimed.has(id)) === true);
