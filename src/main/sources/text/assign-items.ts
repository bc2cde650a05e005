import { fieldRule } from '../../record/field-rules.ts';
import type { RecordId } from '../../record/ids.ts';
import { recordIdOfUid } from '../../record/record-uid.ts';
import { equalFields, type Fields } from '../../record/value.ts';
import type { DocumentPlace } from './document-place.ts';
import { derivedUid, FreeIds, NUMBER } from './item-ids.ts';
import type { Known, KnownItem, KnownItems } from './known-revisions.ts';
import { digestOf, fieldsOf, itemsThatStayed, type Loaded } from './loaded-text.ts';
import { alignSameWords } from './same-words.ts';
import { type Claim, claimAlike, numberRest, type StatedAgain, StatedIds } from './stated-again.ts';
import type { NativeItem, TextFormat } from './text-format.ts';

/** Tells which record each item of a text is. */
export class AssignItems {
  readonly #format: TextFormat;
  readonly #place: Pick<DocumentPlace, 'many' | 'writable'>;
  readonly #known: KnownItems;
  readonly #readAnew: (item: NativeItem, fields: Fields) => void;

  /** `readAnew`: told what an item says that had to be read to know which it is. */
  constructor(
    format: TextFormat,
    place: Pick<DocumentPlace, 'many' | 'writable'>,
    known: KnownItems,
    readAnew: (item: NativeItem, fields: Fields) => void,
  ) {
    this.#format = format;
    this.#place = place;
    this.#known = known;
    this.#readAnew = readAnew;
  }

  /**
   * Says of each item which record it is: as the snapshot knows its UID, else by that, else as the snapshot knows what states none, else by what
   * it says. What would be a record that became another one is that one, unless another item shows it. An item that states just the UID of a
   * record is that one, whatever stood for it: so all devices that share a place say the same of it.
   */
  assign(documents: readonly Loaded[], known: Known, claimed: Set<RecordId>): void {
    const free = new FreeIds((id) => claimed.has(id));
    const claim = (document: Loaded, at: number, id: RecordId): void => {
      document.ids[at] = id;
      claimed.add(id);
    };
    const stated = new StatedIds(
      documents,
      known.others,
      (document, at, id) => this.#saysWhatIsShown(document, at, id) === true,
    );
    const others = this.#claimOthers(documents, known, claimed, stated, claim);
    const nameless: { document: Loaded; at: number }[] = [];
    const rest: StatedAgain[] = [];
    for (const document of documents) {
      const before = known.in.get(document.name) ?? [];
      const own = idsByDigest(before.filter(({ id }) => NUMBER.test(id)));
      const isRenamed = this.#isRenamed(document, before);
      document.text.items.forEach((item, at) => {
        if (item.uid === null || isRenamed) {
          nameless.push({ document, at });
          return;
        }
        if (others.has(item)) return;
        const id = recordIdOfUid(item.uid);
        // Of several that state one UID each keeps the number it has.
        const alike = own.size === 0 ? undefined : own.get(hex(digestOf(document.text, item)));
        const same = alike?.find((each) => each.startsWith(`${id}#`) && !claimed.has(each) && !stated.has(each));
        if (same !== undefined) claim(document, at, same);
        else if (claimed.has(id)) rest.push({ document, at, id });
        else claim(document, at, id);
      });
    }
    numberRest(rest, documents, known, free, claim);
    if (nameless.length > 0) this.#assignNameless(nameless, known, claimed, free, claim);
    this.#claimForOne(documents, known, claimed, claim);
  }

  /** Items whose UID is that of one record and which show another, as the snapshot tells. */
  #claimOthers(
    documents: readonly Loaded[],
    known: Known,
    claimed: ReadonlySet<RecordId>,
    stated: StatedIds,
    claim: Claim,
  ): ReadonlySet<NativeItem> {
    const shown = known.others;
    const others = new Set<NativeItem>();
    if (shown.size === 0) return others;
    for (const document of documents)
      document.text.items.forEach((item, at) => {
        const id = item.uid === null ? undefined : shown.get(recordIdOfUid(item.uid));
        if (id === undefined || claimed.has(id) || stated.has(id)) return;
        claim(document, at, id);
        others.add(item);
      });
    return others;
  }

  /** Items no snapshot knows, of a UID whose record became another one: they are that one, if no item is. */
  #claimForOne(documents: readonly Loaded[], known: Known, claimed: Set<RecordId>, claim: Claim): void {
    for (const document of documents)
      document.ids.forEach((id, at) => {
        if (id === null || known.ids.has(id)) return;
        const one = this.#known.isOneWith(id);
        if (one === null || claimed.has(one)) return;
        claimed.delete(id);
        claim(document, at, one);
      });
  }

  #assignNameless(
    nameless: readonly { document: Loaded; at: number }[],
    known: Known,
    claimed: ReadonlySet<RecordId>,
    ids: FreeIds,
    claim: Claim,
  ): void {
    const changed = this.#claimUnchanged(nameless, known, claimed, claim);
    if (changed.length === 0) return;
    const read = changed.map(({ document, at }): ReadItem => {
      const item = document.text.items[at] as NativeItem;
      const fields = fieldsOf(this.#format, document, item, null);
      if (fields !== null) this.#readAnew(item, fields);
      return { document, at, fields };
    });
    const { kind } = this.#format;
    // Of several people of one name the one who says it all: before a row is taken for what became of somebody else's.
    const rest = this.#claimWritten(read, claimed, claim, (items, awaited) => alignSameWords(kind, items, awaited));
    const free = [...known.in.values()].flat().filter(({ id }) => !claimed.has(id));
    const matches = this.#align(
      rest.map(({ fields }) => fields),
      free.map(({ id }) => this.#known.native(id) ?? NO_FIELDS),
    );
    const strange = rest.filter(({ document, at }, index) => {
      const match = matches[index] ?? null;
      if (match !== null) claim(document, at, (free[match] as KnownItem).id);
      return match === null;
    });
    const align: Align = (items, awaited) => this.#align(items, awaited);
    const unknown = this.#claimWritten(strange, claimed, claim, align).flatMap(({ document, at, fields }) => {
      const { uid } = document.text.items[at] as NativeItem;
      const own = uid ?? (fields === null ? null : derivedUid(fields));
      return own === null ? [] : [{ document, at, id: recordIdOfUid(own), isDerived: uid === null }];
    });
    const alike = unknown.filter(({ isDerived }) => isDerived);
    claimAlike(alike, claimed, (document, at, id) => this.#saysWhatIsShown(document, at, id), claim);
    for (const { document, at, id } of unknown) if (document.ids[at] === null) claim(document, at, ids.of(id));
  }

  /**
   * Items the snapshot does not know that say just what a record is to say here, and did not as it tells: they are that one. It was written, and the
   * program ended before it could note that, or what it noted is lost. `align`: who each may be. The others are returned.
   */
  #claimWritten(
    items: readonly ReadItem[],
    claimed: ReadonlySet<RecordId>,
    claim: Claim,
    align: Align,
  ): readonly ReadItem[] {
    if (items.length === 0 || this.#format.align === undefined) return items;
    const awaited = this.#known.awaited().flatMap((id) => {
      const shown = claimed.has(id) ? null : this.#known.shown(id);
      return shown === null ? [] : [{ id, shown }];
    });
    if (awaited.length === 0) return items;
    const matches = align(
      items.map(({ fields }) => fields),
      awaited.map(({ shown }) => shown),
    );
    return items.filter(({ document, at }, index) => {
      const match = matches[index] ?? null;
      const found = match === null ? undefined : awaited[match];
      if (found === undefined) return true;
      if (!this.#saysJust(document, document.text.items[at] as NativeItem, found.shown)) return true;
      claim(document, at, found.id);
      return false;
    });
  }

  /** Does an item say just what this record is to say? null: there is no such record. */
  #saysWhatIsShown(document: Loaded, at: number, id: RecordId): boolean | null {
    const shown = this.#known.shown(id);
    return shown === null ? null : this.#saysJust(document, document.text.items[at] as NativeItem, shown);
  }

  #saysJust(document: Loaded, item: NativeItem, shown: Fields): boolean {
    const says = fieldsOf(this.#format, document, item, shown);
    if (says === null) return false;
    const { kind } = this.#format;
    const fields = new Set([...says.keys(), ...shown.keys()]);
    return [...fields].every((field) => fieldRule(kind, field).same(says.get(field) ?? null, shown.get(field) ?? null));
  }

  /** Does a text that is only read state no UID any more that it did? Whoever publishes it makes up new ones each time: they tell nothing. */
  #isRenamed({ text }: Loaded, known: readonly KnownItem[]): boolean {
    if (this.#place.writable || known.length === 0) return false;
    const ids = new Set<string>(known.map(({ id, uid }) => (uid === '' ? id.replace(NUMBER, '') : uid)));
    const uids = text.items.flatMap(({ uid }) => (uid === null ? [] : [recordIdOfUid(uid)]));
    return uids.length > 0 && !uids.some((id) => ids.has(id) || ids.has(id.replace(NUMBER, '')));
  }

  /** Items of just the bytes the snapshot knows are those; in a document of its own an item is what was there before. */
  #claimUnchanged(
    nameless: readonly { document: Loaded; at: number }[],
    known: Known,
    claimed: ReadonlySet<RecordId>,
    claim: Claim,
  ): readonly { document: Loaded; at: number }[] {
    const byDigest = idsByDigest([...known.in.values()].flat());
    for (const ids of byDigest.values()) ids.reverse();
    return nameless.filter(({ document, at }) => {
      const item = document.text.items[at] as NativeItem;
      const same = lastFree(byDigest.get(hex(digestOf(document.text, item))), claimed);
      const own = document.text.items.length === 1 && this.#place.many ? known.in.get(document.name) : undefined;
      const before = same ?? own?.find(({ id }) => !claimed.has(id))?.id;
      if (before !== undefined) claim(document, at, before);
      return before === undefined;
    });
  }

  #align(items: readonly (Fields | null)[], known: readonly Fields[]): readonly (number | null)[] {
    const readable = items.flatMap((fields, at) => (fields === null ? [] : [{ fields, at }]));
    const matches: (number | null)[] = items.map(() => null);
    const found = this.#format.align?.(
      readable.map(({ fields }) => fields),
      known,
    );
    readable.forEach(({ at }, index) => {
      matches[at] = found?.[index] ?? null;
    });
    return matches;
  }

  /**
   * Says which record each item of a text we just wrote is: the order of what was there is kept, new items follow. Returns new ones that were read for
   * that, and say just what they are to say.
   */
  identify(
    document: Loaded,
    before: Loaded,
    written: ReadonlySet<RecordId>,
    native: ReadonlyMap<RecordId, Fields>,
  ): ReadonlySet<RecordId> {
    const stay = itemsThatStay(document, before, written);
    for (let at = 0; at < stay; at++) document.ids[at] = before.ids[at] ?? null;
    const claimed = new Set<RecordId>(before.ids.slice(0, stay) as RecordId[]);
    const candidates = [...new Set([...before.ids.slice(stay).flatMap((id) => id ?? []), ...native.keys()])];
    // What states no UID and was not written is told by its bytes: of a table of thousands one row is another.
    const kept = new Map<string, RecordId[]>();
    before.text.items.slice(stay).forEach((item, index) => {
      const id = before.ids[stay + index] ?? null;
      if (item.uid !== null || id === null || written.has(id)) return;
      const digest = hex(digestOf(before.text, item));
      const ids = kept.get(digest);
      if (ids === undefined) kept.set(digest, [id]);
      else ids.push(id);
    });
    const byUid = new Map<string, RecordId[]>();
    for (const id of candidates) {
      const base = id.replace(NUMBER, '');
      for (const uid of base === id ? [base] : [base, id]) {
        const ids = byUid.get(uid);
        if (ids === undefined) byUid.set(uid, [id]);
        else ids.push(id);
      }
    }
    // A UID that stood for another record goes on doing so.
    before.text.items.slice(stay).forEach((item, index) => {
      const id = before.ids[stay + index] ?? null;
      const uid = item.uid === null ? null : recordIdOfUid(item.uid);
      if (id === null || uid === null || uid === id || uid === id.replace(NUMBER, '')) return;
      byUid.set(uid, [id, ...(byUid.get(uid) ?? [])]);
    });
    for (const ids of [...kept.values(), ...byUid.values()]) ids.reverse();
    const rest: number[] = [];
    document.text.items.slice(stay).forEach((item, index) => {
      const at = stay + index;
      const ids = item.uid === null ? kept.get(hex(digestOf(document.text, item))) : byUid.get(recordIdOfUid(item.uid));
      const id = lastFree(ids, claimed);
      if (id === undefined) rest.push(at);
      else {
        document.ids[at] = id;
        claimed.add(id);
      }
    });
    const exact = new Set<RecordId>();
    const left = this.#claimByPlace(document, before, written, native, rest, claimed);
    const unplaced = this.#claimInOrder(document, before, native, left, claimed, exact);
    if (unplaced.length === 0) return exact;
    const free = candidates.filter((id) => !claimed.has(id));
    const matches = this.#align(
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
    document: Loaded,
    before: Loaded,
    native: ReadonlyMap<RecordId, Fields>,
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

  /** What was there and neither its UID nor its bytes tell stands where it stood, without what was removed before it. The others are returned. */
  #claimByPlace(
    document: Loaded,
    before: Loaded,
    written: ReadonlySet<RecordId>,
    native: ReadonlyMap<RecordId, Fields>,
    rest: readonly number[],
    claimed: Set<RecordId>,
  ): readonly number[] {
    const stays = before.ids.filter((id) => id === null || !written.has(id) || native.has(id));
    const former = new Set(before.ids);
    const added = [...native.keys()].filter((id) => !former.has(id)).length;
    if (document.text.items.length !== stays.length + added) return rest;
    return rest.filter((at) => {
      const id = stays[at] ?? null;
      if (id === null || claimed.has(id)) return true;
      document.ids[at] = id;
      claimed.add(id);
      return false;
    });
  }
}

/** An item, and what it says; null: it cannot be understood. */
interface ReadItem {
  readonly document: Loaded;
  readonly at: number;
  readonly fields: Fields | null;
}
/** By index: which known item each of some is; null: none. */
type Align = (items: readonly (Fields | null)[], known: readonly Fields[]) => readonly (number | null)[];

const NO_FIELDS: Fields = new Map();

/** Of several that are just alike all. */
function idsByDigest(items: readonly KnownItem[]): Map<string, RecordId[]> {
  const found = new Map<string, RecordId[]>();
  for (const { id, digest } of items) {
    const key = hex(digest);
    const ids = found.get(key);
    if (ids === undefined) found.set(key, [id]);
    else ids.push(id);
  }
  return found;
}

/** How many items at the beginning are as they were, in a text of ours: each is the record it was. What is written may stand where its like stood. */
function itemsThatStay(document: Loaded, before: Loaded, written: ReadonlySet<RecordId>): number {
  if (!before.isOurs) return 0;
  const changed = before.ids.findIndex((id) => id !== null && written.has(id));
  const stayed = itemsThatStayed(before.text, document.text);
  return changed < 0 ? stayed : Math.min(changed, stayed);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The last that is not claimed. What is claimed stays so, and is not looked at again: thousands of items may be alike. */
function lastFree(ids: RecordId[] | undefined, claimed: ReadonlySet<RecordId>): RecordId | undefined {
  while (ids !== undefined && ids.length > 0) {
    const last = ids.at(-1) as RecordId;
    if (!claimed.has(last)) return last;
    ids.pop();
  }
  return undefined;
}
