import { notInBoth } from '../../platform/not-in-both.ts';
import { PatchedMap } from '../../platform/patched-map.ts';
import type { RecordId } from '../../record/ids.ts';
import { recordIdOfUid } from '../../record/record-uid.ts';
import type { ListedItem } from '../source-adapter.ts';
import type { ListedDocument } from './document-place.ts';
import type { Known, KnownItem } from './known-revisions.ts';
import type { Loaded } from './loaded-text.ts';

/** From so many on all are looked through. */
const MANY = 500;
/** So many are remembered from one listing to the next. */
const MOST = 20_000;

/** Documents, by whether what is known of them vouches for what is in them. */
export interface Sifted {
  /** What is in those it vouches for. */
  readonly items: readonly ListedItem[];
  /** Those that have to be looked into. */
  readonly others: readonly ListedDocument[];
}

/** Tells which documents need not be looked into. Of ten thousand few are others each time, and only those are judged again. */
export class VouchedDocuments {
  #last: (Sifted & { readonly documents: readonly ListedDocument[]; readonly known: Known }) | null = null;

  sift(documents: readonly ListedDocument[], known: Known): Sifted {
    const sifted = this.#siftChanged(documents, known) ?? judge(documents, known, []);
    this.#last = documents.length > MOST ? null : { ...sifted, documents, known };
    return sifted;
  }

  /** null: much of it is to be judged. */
  #siftChanged(documents: readonly ListedDocument[], known: Known): Sifted | null {
    const last = this.#last;
    if (last === null) return null;
    const changed = [...last.others, ...notInBoth(last.documents, documents)].map(({ name }) => name);
    const doubted = new Set([...changed, ...PatchedMap.changed(last.known.in, known.in)]);
    if (doubted.size > MANY) return null;
    const gone = new Set([...doubted].flatMap((name) => (last.known.in.get(name) ?? []).map(({ id }) => id)));
    return judge(
      doubted.size === 0 ? [] : documents.filter(({ name }) => doubted.has(name)),
      known,
      gone.size === 0 ? last.items : last.items.filter(({ id }) => !gone.has(id)),
    );
  }
}

/** Is a document of something known not there? */
export function lacksSome({ items, others }: Sifted, known: Known): boolean {
  const there = others.reduce((sum, { name }) => sum + (known.in.get(name)?.length ?? 0), items.length);
  return there < known.ids.size;
}

/** Are these all that is in it? What is damaged in it, or was not taken in, has to be met at each look. */
const vouchFor = (own: readonly KnownItem[], document: ListedDocument): boolean =>
  own.length > 0 && own.every((each) => each.pieces === own.length && each.isIn(document));

/** `items`: of documents that were judged before. */
function judge(documents: readonly ListedDocument[], known: Known, items: readonly ListedItem[]): Sifted {
  const vouched: ListedItem[] = [];
  const others: ListedDocument[] = [];
  for (const document of documents) {
    const own = known.in.get(document.name) ?? [];
    if (vouchFor(own, document)) for (const each of own) vouched.push(each.listed);
    else others.push(document);
  }
  return { items: [...items, ...vouched], others };
}

/** Documents to be looked into after all, and the records known to be in them. */
export interface Doubted {
  readonly names: readonly string[];
  readonly ids: ReadonlySet<RecordId>;
}

/** The records whose items documents hold, as those state that are not known to be theirs. */
export function statedIn(loaded: Iterable<Loaded>): ReadonlySet<RecordId> {
  const uids = [...loaded].flatMap(({ text, isOurs }) => (isOurs ? [] : text.items.map(({ uid }) => uid)));
  return new Set(uids.flatMap((uid) => (uid === null ? [] : recordIdOfUid(uid))));
}

export const NONE_DOUBTED: Doubted = { names: [], ids: new Set() };

/**
 * Of documents that were vouched for those that hold what an item of another one is, as that states: which of the two it is only both of them tell.
 * `claimed`: what is in the documents that were vouched for.
 */
export function doubtedBy(loaded: Iterable<Loaded>, claimed: ReadonlySet<RecordId>, known: Known): Doubted {
  const stated = new Set([...statedIn(loaded)].filter((id) => claimed.has(id)));
  if (stated.size === 0) return NONE_DOUBTED;
  const held = [...known.in].filter(([, own]) => own.some(({ id }) => stated.has(id)));
  return { names: held.map(([name]) => name), ids: new Set(held.flatMap(([, own]) => own.map(({ id }) => id))) };
}
