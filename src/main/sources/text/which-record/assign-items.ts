import { fieldRule } from '../../../record/field-rules.ts';
import type { RecordId } from '../../../record/ids.ts';
import { recordIdOfUid } from '../../../record/record-uid.ts';
import type { Fields } from '../../../record/value.ts';
import type { DocumentPlace } from '../document-place.ts';
import type { Known, KnownItem, KnownItems } from '../known-revisions.ts';
import { digestTextOf, fieldsOf, type Loaded } from '../loaded-text.ts';
import type { NativeItem, TextFormat } from '../text-format.ts';
import { derivedUid, FreeIds, NUMBER } from './item-ids.ts';
import { type Align, alignItems, idsByDigest, lastFree, NO_FIELDS } from './match-items.ts';
import { alignSameWords } from './same-words.ts';
import { type Claim, claimAlike, numberRest, type StatedAgain, StatedIds } from './stated-again.ts';

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
   * Says of each item which record it is. Each step asks what those before it left over, and no record is two items:
   *
   * 1. One whose UID stands for another record, as the snapshot knows, is that one.
   * 2. Else one that states a UID is the record of that. Of several that state it each keeps the number by which the snapshot knows its bytes; of
   *    the others the one that is where the snapshot knows the record, or that says what that is to say, or else the first is the record, and the
   *    rest get numbers (`numberRest`).
   * 3. One that states none is
   *    a. the record of which the snapshot knows just these bytes; alone in a document of its own, what was there before;
   *    b. one that was written, and not noted: of the same words, and all that it is to say;
   *    c. what the format finds alike, of those that the snapshot knows and nobody is so far;
   *    d. one that was written, and not noted: alike, and all that it is to say;
   *    e. of a UID made of what it says, one of the records of that UID and its numbers that is to say just this (`claimAlike`), else a new one.
   * 4. One that nobody knows, and whose record became another one, is that one.
   *
   * Steps 1 and 2 go by the snapshot only where no item states just the UID of a record and all it is to say (`StatedIds`): that item is it,
   * whatever stood for it, so that all devices that share a place say the same of it.
   */
  assign(documents: readonly Loaded[], known: Known, claimed: Set<RecordId>): void {
    const free = new FreeIds((id) => claimed.has(id));
    const claim = (document: Loaded, at: number, id: RecordId): void => {
      document.ids[at] = id;
      claimed.add(id);
    };
    const says = (document: Loaded, at: number, id: RecordId): boolean | null =>
      this.#saysWhatIsShown(document, at, id);
    const stated = new StatedIds(documents, known.others, (document, at, id) => says(document, at, id) === true);
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
        const alike = own.size === 0 ? undefined : own.get(digestTextOf(document.text, item));
        const same = alike?.find((each) => each.startsWith(`${id}#`) && !claimed.has(each) && !stated.has(each));
        if (same !== undefined) claim(document, at, same);
        else if (claimed.has(id)) rest.push({ document, at, id });
        else claim(document, at, id);
      });
    }
    numberRest(rest, { documents, known, claimed, free, says, claim });
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
    const matches = alignItems(
      this.#format,
      rest.map(({ fields }) => fields),
      free.map(({ id }) => this.#known.native(id) ?? NO_FIELDS),
    );
    const strange = rest.filter(({ document, at }, index) => {
      const match = matches[index] ?? null;
      if (match !== null) claim(document, at, (free[match] as KnownItem).id);
      return match === null;
    });
    const align: Align = (items, awaited) => alignItems(this.#format, items, awaited);
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
    return !uids.some((id) => ids.has(id) || ids.has(id.replace(NUMBER, '')));
  }

  /** Items of just the bytes the snapshot knows are those; in a document of its own an item is what was there before. */
  #claimUnchanged(
    nameless: readonly { document: Loaded; at: number }[],
    known: Known,
    claimed: ReadonlySet<RecordId>,
    claim: Claim,
  ): readonly { document: Loaded; at: number }[] {
    const byDigest = idsByDigest([...known.in.values()].flat());
    const alike = [...byDigest.values()].filter(({ length }) => length > 1);
    const awaited = alike.length === 0 ? NOBODY : new Set(this.#known.awaited());
    // Of several that were alike one that was written and not noted says something else by now: what is unchanged is one of the others.
    for (const ids of alike) ids.sort((a, b) => Number(awaited.has(a)) - Number(awaited.has(b))).reverse();
    return nameless.filter(({ document, at }) => {
      const item = document.text.items[at] as NativeItem;
      const same = lastFree(byDigest.get(digestTextOf(document.text, item)), claimed);
      const own = document.text.items.length === 1 && this.#place.many ? known.in.get(document.name) : undefined;
      const before = same ?? own?.find(({ id }) => !claimed.has(id))?.id;
      if (before !== undefined) claim(document, at, before);
      return before === undefined;
    });
  }
}

const NOBODY: ReadonlySet<RecordId> = new Set();

/** An item, and what it says; null: it cannot be understood. */
interface ReadItem {
  readonly document: Loaded;
  readonly at: number;
  readonly fields: Fields | null;
}
