import type { RecordId } from '../../record/ids.ts';
import { type FreeIds, recordIdOfUid } from './item-ids.ts';
import type { Known } from './known-revisions.ts';
import type { Loaded } from './loaded-text.ts';

/** Says of an item of a document which record it is. */
export type Claim = (document: Loaded, at: number, id: RecordId) => void;

/** An item of a UID whose record another item is. */
export interface StatedAgain {
  readonly document: Loaded;
  readonly at: number;
  readonly id: RecordId;
}

/** Records whose very UID an item states that stands for no other one. Asked only where some have numbers, or stand for others. */
export class StatedIds {
  readonly #documents: readonly Loaded[];
  readonly #others: Known['others'];
  #ids: ReadonlySet<RecordId> | null = null;

  constructor(documents: readonly Loaded[], others: Known['others']) {
    this.#documents = documents;
    this.#others = others;
  }

  has(id: RecordId): boolean {
    this.#ids ??= new Set(
      this.#documents
        .flatMap(({ text }) => text.items.flatMap(({ uid }) => (uid === null ? [] : [recordIdOfUid(uid)])))
        .filter((each) => !this.#others.has(each)),
    );
    return this.#ids.has(id);
  }
}

/**
 * Of several items that state one UID the one that is where the snapshot knows the record is it, else the first; the others get the first number
 * that nobody has.
 */
export function numberRest(
  rest: readonly StatedAgain[],
  documents: readonly Loaded[],
  known: Known,
  free: FreeIds,
  claim: Claim,
): void {
  if (rest.length === 0) return;
  const homes = new Map(
    documents.flatMap(({ name }) => (known.in.get(name) ?? []).map(({ id }) => [id, name] as const)),
  );
  const holders = new Map(
    documents.flatMap((document) => document.ids.map((id, at) => [id, { document, at }] as const)),
  );
  for (const { document, at, id } of rest) {
    const holder = holders.get(id);
    const isAtHome = homes.get(id) === document.name;
    if (holder === undefined || !isAtHome || holder.document.name === document.name) {
      claim(document, at, free.of(id));
      continue;
    }
    claim(document, at, id);
    holders.set(id, { document, at });
    claim(holder.document, holder.at, free.of(id));
  }
}
