import { PatchedMap } from '../../platform/patched-map.ts';
import type { RecordId } from '../../record/ids.ts';
import type { Fields } from '../../record/value.ts';
import type { ListedItem, Revision } from '../source-adapter.ts';
import type { ListedDocument } from './document-place.ts';
import { digestIn, type ItemRevision, isOfDocument, namesIn } from './item-revision.ts';

/** As the snapshot knows an item; `vouches` false: it was read while it was changing. */
export interface KnownRevision {
  readonly revision: Revision;
  readonly vouches: boolean;
}

/** What the snapshot of this source tells: its adapter keeps nothing itself. */
export interface KnownItems {
  /** Every item the source holds; the same map as long as nothing changed, and in another one the same values of what did not. */
  revisions(): ReadonlyMap<RecordId, KnownRevision>;
  /** What the source holds of an item, in its own format; null: it never held it. */
  native(id: RecordId): Fields | null;
  /** What the source would show of the record, where it never held it: keys of entries are taken from there. null: no such record. */
  shown(id: RecordId): Fields | null;
  /** The record that this one, which is none of its own any more, is known to be; null: it is its own. */
  isOneWith(id: RecordId): RecordId | null;
  /** Is it named as a problem: a look found it missing, and took it for no deletion? */
  isNamed(id: RecordId): boolean;
  /** Records that are to be here as the snapshot does not know them (yet): a write that was broken off may have left them so. */
  awaited(): readonly RecordId[];
}

/** An item as the snapshot knows it. */
export class KnownItem {
  readonly id: RecordId;
  /** See `ItemRevision`. */
  readonly uid: string;
  /** The same. */
  readonly pieces: number;
  /** The same. */
  readonly endsBare: boolean;
  readonly #known: KnownRevision;
  #listed: ListedItem | null = null;
  /** The document that was found to hold it just so. */
  #foundIn: ListedDocument | null = null;

  constructor(
    id: RecordId,
    { uid, pieces, endsBare }: Pick<ItemRevision, 'uid' | 'pieces' | 'endsBare'>,
    known: KnownRevision,
  ) {
    this.id = id;
    this.uid = uid;
    this.pieces = pieces;
    this.endsBare = endsBare;
    this.#known = known;
  }

  get vouches(): boolean {
    return this.#known.vouches;
  }
  get stored(): Revision {
    return this.#known.revision;
  }
  get digest(): Uint8Array {
    return digestIn(this.stored);
  }
  /** As it is listed where its document is as it was read. */
  get listed(): ListedItem {
    this.#listed ??= { id: this.id, revision: this.stored, fresh: false, size: 0 };
    return this.#listed;
  }
  /** Is it surely just so in this document, as that is listed? */
  isIn(document: ListedDocument): boolean {
    if (this.#foundIn === document) return true;
    if (!this.vouches || !isOfDocument(this.stored, document.revision)) return false;
    this.#foundIn = document;
    return true;
  }
}
/** All of them. */
export interface Known {
  /** By the name of the document. */
  readonly in: ReadonlyMap<string, readonly KnownItem[]>;
  readonly ids: ReadonlySet<RecordId>;
  /** How documents were read, by their names, where their bytes do not tell. */
  readonly readAs: ReadonlyMap<string, string>;
  /** Of items that show another record than their UID says: which, by that UID. */
  readonly others: ReadonlyMap<string, RecordId>;
}

/** See `Known.others`. */
export function othersOf(documents: Iterable<readonly KnownItem[]>): ReadonlyMap<string, RecordId> {
  const others = new Map<string, RecordId>();
  for (const own of documents) for (const { id, uid } of own) if (uid !== '') others.set(uid, id);
  return others;
}

type Revisions = ReturnType<KnownItems['revisions']>;

/** As the map of the snapshot it was made of. */
const made = new WeakMap<Revisions, Known>();
/** What was asked for last. */
const lately = new WeakMap<KnownItems, WeakRef<Revisions>>();

/** What the snapshot knows, by the document each item is in; the same value as long as nothing changed, and in another one the same arrays of documents of which nothing did. */
export function knownRevisions(items: KnownItems): Known {
  // Before it is asked: what told the former ones may let go of them then.
  const before = lately.get(items)?.deref();
  const revisions = items.revisions();
  const former = made.get(revisions);
  if (former !== undefined) return former;
  const known = (before === undefined ? null : changedKnown(before, revisions)) ?? allKnown(revisions);
  made.set(revisions, known);
  lately.set(items, new WeakRef(revisions));
  return known;
}

function allKnown(revisions: Revisions): Known {
  const found = new Map<string, KnownItem[]>();
  const readBefore = new Map<string, string>();
  for (const [id, revision] of revisions) {
    const names = namesIn(revision.revision);
    const { name, readAs } = names;
    if (readAs !== '') readBefore.set(name, readAs);
    const own = found.get(name);
    const each = new KnownItem(id, names, revision);
    if (own === undefined) found.set(name, [each]);
    else own.push(each);
  }
  return { in: found, ids: new Set(revisions.keys()), readAs: readBefore, others: othersOf(found.values()) };
}

/** From this part on all are put together anew. */
const MANY = 1 / 8;

/** Only documents with an item that changed are put together anew: there may be ten thousand others. null: that would be no less work. */
function changedKnown(before: Revisions, revisions: Revisions): Known | null {
  const former = made.get(before);
  if (former === undefined || former.readAs.size > 0) return null;
  const changed = PatchedMap.changed(before, revisions);
  if (changed.size > revisions.size * MANY) return null;
  const redone = new Map<string, KnownItem[]>();
  let isPlain = former.others.size === 0;
  const itemsIn = (name: string): KnownItem[] => {
    const own = redone.get(name) ?? (former.in.get(name) ?? []).filter(({ id }) => !changed.has(id));
    redone.set(name, own);
    return own;
  };
  for (const id of changed) {
    const [was, now] = [before.get(id), revisions.get(id)];
    if (was !== undefined) itemsIn(namesIn(was.revision).name);
    if (now === undefined) continue;
    const names = namesIn(now.revision);
    if (names.readAs !== '') return null;
    isPlain &&= names.uid === '';
    itemsIn(names.name).push(new KnownItem(id, names, now));
  }
  const found = PatchedMap.from(
    former.in,
    new Map([...redone].map(([name, own]) => [name, own.length === 0 ? undefined : own])),
  );
  const isSame = [...changed].every((id) => before.has(id) && revisions.has(id));
  const ids = isSame ? former.ids : new Set(revisions.keys());
  return { in: found, ids, readAs: former.readAs, others: isPlain ? former.others : othersOf(found.values()) };
}
