import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import { digestOf as contentDigest } from '../../platform/hash.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { takeOutContents } from '../../record/content-reference.ts';
import type { RecordKind } from '../../record/field-rules.ts';
import { type FieldName, type RecordId, recordId } from '../../record/ids.ts';
import { isGroup } from '../../record/record-uid.ts';
import type { Fields } from '../../record/value.ts';
import type {
  Capabilities,
  ConstructItem,
  ConstructOutcome,
  ItemProblem,
  ListEvent,
  ListResult,
  Reading,
  Revision,
  SourceAdapter,
  SourceCondition,
} from '../source-adapter.ts';
import { composeText } from './compose-text.ts';
import { ConstructTexts } from './construct-texts.ts';
import type { DocumentPlace } from './document-place.ts';
import { beforeOthers } from './edited-by-others.ts';
import { namesIn } from './item-revision.ts';
import { type Known, type KnownItems, knownRevisions } from './known-revisions.ts';
import { type Loaded, placeIn, unassigned } from './loaded-text.ts';
import { LookAtTexts } from './look-at-texts.ts';
import { withMembersHere } from './members-here.ts';
import { MalformedItem, type NativeItem, type ReadBefore, type TextFormat } from './text-format.ts';
import { TextsAtHand } from './texts-at-hand.ts';
import { AssignItems } from './which-record/assign-items.ts';

/** Items constructed at a time: what is composed is kept until all of them are written. */
const BATCH_OF_DOCUMENTS = 2000;
/** The same of a text of many, between which it is half as many as that has. An item takes some 4 KB meanwhile. */
const LEAST_BATCH = 1500;
const MOST_BATCH = 5000;

/** Texts as a source: contacts or events in a file, a folder of files or on a server, in whatever format they are written. */
export class TextAdapter implements SourceAdapter {
  readonly kind: RecordKind;
  readonly can: Capabilities;
  readonly watch?: SourceAdapter['watch'];
  readonly unedited?: NonNullable<SourceAdapter['unedited']>;
  readonly #format: TextFormat;
  readonly #place: DocumentPlace;
  readonly #known: KnownItems;
  readonly #texts: TextsAtHand;
  /** Items of which nothing was known, as they were read to tell who they are: they need not be read again for what they say. */
  readonly #readAnew = new WeakMap<NativeItem, Fields>();
  readonly #assign: AssignItems;
  readonly #look: LookAtTexts;
  readonly #construct: ConstructTexts;
  #closed = false;

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
    this.#look = new LookAtTexts({ format: this.#format, place, known, texts: this.#texts, assign: this.#assign });
    this.#construct = new ConstructTexts({ format: this.#format, place, known }, this.#assign, this.#texts, clock);
    this.kind = format.kind;
    this.can = { write: place.writable, watch: place.watch !== null, fields: null };
    if (place.mayLoseAnswers === true)
      this.unedited = (meant, holds) => beforeOthers(format.kind, meant, holds, 'perhaps');
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

  list(
    _since: number | null,
    within: readonly string[] | null,
    tell: (event: ListEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ListResult> {
    return this.#look.run(within !== null, tell, signal);
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
      const placed = this.#format.placed?.(document.text, item, fields);
      const revision = this.#texts.revisionOf(document, item, id);
      return { id, revision, fresh, fields, hadNoPlaceFor, placed, attachments: contents };
    } catch (error) {
      if (!(error instanceof MalformedItem)) throw error;
      const where = placeIn(document, item.spans[0]?.start ?? 0, this.#place.many);
      return { id, code: 'malformed', detail: `${where}: ${error.message}` };
    }
  }
}
