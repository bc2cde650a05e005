import type { RecordId } from '../../../record/ids.ts';
import { recordIdOfUid } from '../../../record/record-uid.ts';
import { equalFields, type Fields } from '../../../record/value.ts';
import type { KnownItems } from '../known-revisions.ts';
import { digestTextOf, fieldsOf, itemsThatStayed, type Loaded } from '../loaded-text.ts';
import type { NativeItem, TextFormat } from '../text-format.ts';
import { NUMBER } from './item-ids.ts';
import { addTo, alignItems, lastFree, NO_FIELDS } from './match-items.ts';

/** A text that was written. */
export interface WrittenText {
  /** As it was read back. */
  readonly document: Loaded;
  /** As it was before it was written. */
  readonly before: Loaded;
  /** What was changed, made or taken away. */
  readonly written: ReadonlySet<RecordId>;
  /** What the items of those that are still there are to say. */
  readonly native: ReadonlyMap<RecordId, Fields>;
}

/** Tells which record each item is of a text that we just wrote: what was there is known, and so is what was written (else `AssignItems`). */
export class IdentifyWritten {
  readonly #format: TextFormat;
  readonly #known: Pick<KnownItems, 'native'>;

  constructor(format: TextFormat, known: Pick<KnownItems, 'native'>) {
    this.#format = format;
    this.#known = known;
  }

  /**
   * Says which record each item of a text we just wrote is: the order of what was there is kept, new items follow. Returns new ones that were read for
   * that, and say just what they are to say.
   */
  identify(text: WrittenText): ReadonlySet<RecordId> {
    const { document, before, written, native } = text;
    const stay = itemsThatStay(document, before, written);
    for (let at = 0; at < stay; at++) document.ids[at] = before.ids[at] ?? null;
    const claimed = new Set<RecordId>(before.ids.slice(0, stay) as RecordId[]);
    const candidates = [...new Set([...before.ids.slice(stay).flatMap((id) => id ?? []), ...native.keys()])];
    const untold = claimByUidOrBytes(text, stay, candidates, claimed);
    const left = claimByPlace(text, untold, claimed);
    const exact = new Set<RecordId>();
    const unplaced = this.#claimInOrder(text, left, claimed, exact);
    if (unplaced.length === 0) return exact;
    const free = candidates.filter((id) => !claimed.has(id));
    const matches = alignItems(
      this.#format,
      unplaced.map((at) => fieldsOf(this.#format, document, document.text.items[at] as NativeItem, null)),
      free.map((id) => native.get(id) ?? this.#known.native(id) ?? NO_FIELDS),
    );
    unplaced.forEach((at, index) => {
      const match = matches[index] ?? null;
      const id = match === null ? undefined : free[match];
      if (id !== undefined) document.ids[at] = id;
    });
    return exact;
  }

  /**
   * New items stand in the order in which they were written: one that says just what its record is to say is that one (`exact`). The others are
   * returned.
   */
  #claimInOrder(
    { document, before, native }: WrittenText,
    unplaced: readonly number[],
    claimed: Set<RecordId>,
    exact: Set<RecordId>,
  ): readonly number[] {
    const former = new Set(before.ids);
    const news = [...native.keys()].filter((id) => !former.has(id) && !claimed.has(id));
    if (news.length !== unplaced.length) return unplaced;
    return unplaced.filter((at, index) => {
      const id = news[index] as RecordId;
      const wanted = native.get(id) as Fields;
      const says = fieldsOf(this.#format, document, document.text.items[at] as NativeItem, wanted);
      if (says === null || !equalFields(says, wanted)) return true;
      document.ids[at] = id;
      claimed.add(id);
      exact.add(id);
      return false;
    });
  }
}

/**
 * An item is told by the UID it states, or else by its bytes, where it was not written: of a table of thousands one row is another. The first `stay` are told
 * already. The others are returned.
 */
function claimByUidOrBytes(
  { document, before, written }: WrittenText,
  stay: number,
  candidates: readonly RecordId[],
  claimed: Set<RecordId>,
): readonly number[] {
  const byBytes = new Map<string, RecordId[]>();
  before.text.items.slice(stay).forEach((item, index) => {
    const id = before.ids[stay + index] ?? null;
    if (item.uid !== null || id === null || written.has(id)) return;
    addTo(byBytes, digestTextOf(before.text, item), id);
  });
  const byUid = new Map<string, RecordId[]>();
  for (const id of candidates) {
    const base = id.replace(NUMBER, '');
    for (const uid of base === id ? [base] : [base, id]) addTo(byUid, uid, id);
  }
  // A UID that stood for another record goes on doing so.
  before.text.items.slice(stay).forEach((item, index) => {
    const id = before.ids[stay + index] ?? null;
    const uid = item.uid === null ? null : recordIdOfUid(item.uid);
    if (id === null || uid === null || uid === id || uid === id.replace(NUMBER, '')) return;
    byUid.set(uid, [id, ...(byUid.get(uid) ?? [])]);
  });
  for (const ids of [...byBytes.values(), ...byUid.values()]) ids.reverse();
  const untold: number[] = [];
  document.text.items.slice(stay).forEach((item, index) => {
    const at = stay + index;
    const ids = item.uid === null ? byBytes.get(digestTextOf(document.text, item)) : byUid.get(recordIdOfUid(item.uid));
    const id = lastFree(ids, claimed);
    if (id === undefined) untold.push(at);
    else {
      document.ids[at] = id;
      claimed.add(id);
    }
  });
  return untold;
}

/** What was there and neither its UID nor its bytes tell stands where it stood, without what was removed before it. The others are returned. */
function claimByPlace(
  { document, before, written, native }: WrittenText,
  untold: readonly number[],
  claimed: Set<RecordId>,
): readonly number[] {
  const stays = before.ids.filter((id) => id === null || !written.has(id) || native.has(id));
  const former = new Set(before.ids);
  const added = [...native.keys()].filter((id) => !former.has(id)).length;
  if (document.text.items.length !== stays.length + added) return untold;
  return untold.filter((at) => {
    const id = stays[at] ?? null;
    if (id === null || claimed.has(id)) return true;
    document.ids[at] = id;
    claimed.add(id);
    return false;
  });
}

/** How many items at the beginning are as they were, in a text of ours: each is the record it was. What is written may stand where its like stood. */
function itemsThatStay(document: Loaded, before: Loaded, written: ReadonlySet<RecordId>): number {
  if (!before.isOurs) return 0;
  const changed = before.ids.findIndex((id) => id !== null && written.has(id));
  const stayed = itemsThatStayed(before.text, document.text);
  return changed < 0 ? stayed : Math.min(changed, stayed);
}
