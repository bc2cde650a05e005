import type { RecordId } from '../../record/ids.ts';
import type { Fields } from '../../record/value.ts';
import type { Revision } from '../source-adapter.ts';
import { digestIn, namesIn } from './item-revision.ts';

/** What the snapshot of this source tells: its adapter keeps nothing itself. */
export interface KnownItems {
  /** Revision of every item the source holds; the same map as long as nothing changed. `vouches` false: it was read while it was changing. */
  revisions(): ReadonlyMap<RecordId, { readonly revision: Revision; readonly vouches: boolean }>;
  /** What the source holds of an item, in its own format; null: it never held it. */
  native(id: RecordId): Fields | null;
  /** What the source would show of the record, where it never held it: keys of entries are taken from there. null: no such record. */
  shown(id: RecordId): Fields | null;
  /** The record that this one, which is none of its own any more, is known to be; null: it is its own. */
  isOneWith(id: RecordId): RecordId | null;
  /** Records that are to be here as the snapshot does not know them (yet): a write that was broken off may have left them so. */
  awaited(): readonly RecordId[];
}

/** An item as the snapshot knows it. */
export class KnownItem {
  readonly id: RecordId;
  /** See `ItemRevision`. */
  readonly uid: string;
  readonly vouches: boolean;
  readonly stored: Revision;

  constructor(id: RecordId, uid: string, vouches: boolean, stored: Revision) {
    this.id = id;
    this.uid = uid;
    this.vouches = vouches;
    this.stored = stored;
  }

  get digest(): Uint8Array {
    return digestIn(this.stored);
  }
}
/** All of them. */
export interface Known {
  /** By the name of the document. */
  readonly in: ReadonlyMap<string, readonly KnownItem[]>;
  readonly ids: ReadonlySet<RecordId>;
  /** How documents were read, by their names, where their bytes do not tell. */
  readonly readAs: ReadonlyMap<string, string>;
}

/** As the map of the snapshot it was made of. */
const made = new WeakMap<ReturnType<KnownItems['revisions']>, Known>();

/** What the snapshot knows, by the document each item is in. */
export function knownRevisions(items: KnownItems): Known {
  const revisions = items.revisions();
  const former = made.get(revisions);
  if (former !== undefined) return former;
  const found = new Map<string, KnownItem[]>();
  const readBefore = new Map<string, string>();
  for (const [id, { revision, vouches }] of revisions) {
    const { name, uid, readAs } = namesIn(revision);
    if (readAs !== '') readBefore.set(name, readAs);
    const own = found.get(name);
    const each = new KnownItem(id, uid, vouches, revision);
    if (own === undefined) found.set(name, [each]);
    else own.push(each);
  }
  const known = { in: found, ids: new Set(revisions.keys()), readAs: readBefore };
  made.set(revisions, known);
  return known;
}
