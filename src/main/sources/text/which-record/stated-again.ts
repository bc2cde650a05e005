import type { RecordId } from '../../../record/ids.ts';
import { recordIdOfUid } from '../../../record/record-uid.ts';
import type { Known } from '../known-revisions.ts';
import type { Loaded } from '../loaded-text.ts';
import { type FreeIds, numbered } from './item-ids.ts';

/** Says of an item of a document which record it is. */
export type Claim = (document: Loaded, at: number, id: RecordId) => void;

interface Stated {
  readonly document: Loaded;
  readonly at: number;
}
/** Does an item say what the record is to say? */
type Says = (document: Loaded, at: number, id: RecordId) => boolean;

/** An item of a UID whose record another item is. */
export interface StatedAgain {
  readonly document: Loaded;
  readonly at: number;
  readonly id: RecordId;
}

/**
 * Records whose very UID an item states, and all that the record is to say here: whoever shares the place wrote it, so it is that one, whatever stood
 * for it until now. What says something else may be anybody's. Asked only where some have numbers, or stand for others.
 */
export class StatedIds {
  readonly #documents: readonly Loaded[];
  readonly #others: Known['others'];
  readonly #says: Says;
  #items: ReadonlyMap<RecordId, Stated> | null = null;

  constructor(documents: readonly Loaded[], others: Known['others'], says: Says) {
    this.#documents = documents;
    this.#others = others;
    this.#says = says;
  }

  has(id: RecordId): boolean {
    this.#items ??= this.#all();
    const stated = this.#items.get(id);
    return stated !== undefined && this.#says(stated.document, stated.at, id);
  }

  #all(): ReadonlyMap<RecordId, Stated> {
    const items = new Map<RecordId, Stated>();
    for (const document of this.#documents)
      document.text.items.forEach(({ uid }, at) => {
        const id = uid === null ? null : recordIdOfUid(uid);
        if (id !== null && !this.#others.has(id)) items.set(id, { document, at });
      });
    return items;
  }
}

/** What the items of a look are told by. */
interface Looked {
  readonly documents: readonly Loaded[];
  readonly known: Known;
  readonly claimed: ReadonlySet<RecordId>;
  readonly free: FreeIds;
  /** null: there is no such record. */
  says(document: Loaded, at: number, id: RecordId): boolean | null;
  readonly claim: Claim;
}

/**
 * Of several items that state one UID the one that is where the snapshot knows the record is it; where it does not know the record the one that says what
 * that is to say, as in a place that was let go of and is taken up again; else the first. Each other one is the record of a number of that UID that
 * says just what it says, or gets the first number that nobody has.
 */
export function numberRest(rest: readonly StatedAgain[], looked: Looked): void {
  if (rest.length === 0) return;
  const { documents, known, free, says, claim } = looked;
  const homes = new Map(
    documents.flatMap(({ name }) => (known.in.get(name) ?? []).map(({ id }) => [id, name] as const)),
  );
  const holders = new Map<RecordId | null, Stated>(
    documents.flatMap((document) => document.ids.map((id, at) => [id, { document, at }] as const)),
  );
  const others = rest.map((each): StatedAgain => {
    const { document, at, id } = each;
    const [holder, home] = [holders.get(id), homes.get(id)];
    if (holder === undefined) return each;
    const isIt =
      home === undefined
        ? says(document, at, id) === true && says(holder.document, holder.at, id) === false
        : home === document.name && home !== holder.document.name;
    if (!isIt) return each;
    claim(document, at, id);
    holders.set(id, { document, at });
    return { ...holder, id };
  });
  const strange = others.filter((each) => {
    const number = numberSaying(each, looked);
    if (number !== null) claim(each.document, each.at, number);
    return number === null;
  });
  for (const { document, at, id } of strange) claim(document, at, free.of(id));
}

/** The first record of a number of this UID that no item is and that is to say just what this one says; null: there is none. */
function numberSaying({ document, at, id }: StatedAgain, { claimed, says }: Looked): RecordId | null {
  for (let number = 2; ; number++) {
    const record = numbered(id, number);
    if (claimed.has(record)) continue;
    const isSame = says(document, at, record);
    if (isSame !== false) return isSame === true ? record : null;
  }
}

/**
 * Of items that state no UID and say the same, so that one id was made for all: each is one of the records of that id and its numbers that says
 * just this, as long as there are such. `says`: null where there is no such record.
 */
export function claimAlike(
  items: readonly StatedAgain[],
  claimed: ReadonlySet<RecordId>,
  says: (document: Loaded, at: number, id: RecordId) => boolean | null,
  claim: Claim,
): void {
  for (const [id, alike] of Map.groupBy(items, (item) => item.id)) {
    if (alike.length === 1 && !claimed.has(id)) continue;
    const left = alike.toReversed();
    for (let at = 1; left.length > 0; at++) {
      const record = numbered(id, at);
      if (claimed.has(record)) continue;
      const { document, at: place } = left.at(-1) as StatedAgain;
      const isSame = says(document, place, record);
      if (isSame === null) break;
      if (!isSame) continue;
      claim(document, place, record);
      left.pop();
    }
  }
}
