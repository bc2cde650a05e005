import type { RecordKind } from '../../record/field-rules.ts';
import type { FieldName } from '../../record/ids.ts';
import type { Fields, Value } from '../../record/value.ts';

/** Bytes [start, end) of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One item of a text: a card, a row, an event with its overrides. */
export interface NativeItem {
  /** Where it lies; several where its parts are apart (a series and its overrides). In order, not overlapping. */
  readonly spans: readonly Span[];
  /** The UID it states (of an override without its series: with the recurrence id); null: it states none. */
  readonly uid: string | null;
  /** What further decides what it means and lies outside of it: time zones it names. Bytes of them count for its revision. */
  readonly context: readonly Span[];
  /** What tells it by its bytes, once somebody asked (`digestOf`): of a hundred thousand items nothing beside them has to be kept. */
  digest?: string | null;
}

/** A text taken apart. Everything that is in no item stays as it is, whatever is written. */
export interface SplitText<Item extends NativeItem = NativeItem> {
  readonly bytes: Uint8Array;
  readonly items: readonly Item[];
  /** Damaged pieces, by their place: kept byte for byte, never taken for a deletion, named to the person. */
  readonly damaged: readonly Damaged[];
  /** How its characters were read, where its bytes alone do not tell: it is read so again. Absent: as UTF-8, or as the bytes say. */
  readonly readAs?: string;
}
export interface Damaged extends Span {
  /** The UID or name that could be made out, else what it is or its line. */
  readonly name: string;
  /** Nothing of it says whose it is: in a folder it is called by its document. Absent: its `name` does. */
  readonly isNameless?: true;
  /** What is wrong and what a person can do. */
  readonly detail: string;
  /** The text ends within it: the rest of it may be yet to come, and what was behind it. Absent: it does not, or its last line tells. */
  readonly isOpen?: true;
}

/** How a text ends: behind its last item; with that, but without what ends one; within it, for something of it is not there. */
export type TextEnd = 'whole' | 'bare' | 'short';

/** How a text was read before (`SplitText.readAs`); null: it was not. */
export type ReadBefore = { readonly as: string | undefined } | null;

/** What to make of one item. */
export interface ItemWrite<Item extends NativeItem = NativeItem> {
  /** null: a new one. */
  readonly item: Item | null;
  /** The native fields it holds now (as `read` gave them); null for a new one. */
  readonly before: Fields | null;
  /** The native fields (a projection) it is to hold; null: it is removed. */
  readonly after: Fields | null;
  /** The record's uid, for a new item. */
  readonly uid: string;
}

/**
 * One native format: text ↔ record, pure. The same bytes give the same result on every device; no clock, no randomness.
 *
 * Laws, each a test of the contract suite: `put(full, project(full), project(full))` is `full`; reading what `write` made of a projection
 * gives that projection; `write` of no change gives the same bytes; a change of one property changes only that property's lines.
 */
export interface TextFormat<Item extends NativeItem = NativeItem> {
  readonly kind: RecordKind;
  /** Never throws for what is in the text: what cannot be understood is `damaged`, and the rest goes on. `was`: for a format that `guesses`. */
  split(bytes: Uint8Array, was?: ReadBefore): SplitText<Item>;
  /**
   * The same of a text whose bytes begin with all those of `before`: its first items are those of `before`, and only what follows is taken apart.
   * null: it has to be taken apart as a whole. Absent: always.
   */
  splitOn?(before: SplitText<Item>, bytes: Uint8Array): SplitText<Item> | null;
  /** Its texts do not always say how their characters are written: how they were read before counts. */
  readonly guesses?: true;
  /**
   * The fields an item holds, in the universal format. `previous`: what it held when last read, whose keys of entries are kept by
   * alignment (FORMATS 2.4). Throws `MalformedItem` where it cannot be understood.
   */
  read(text: SplitText<Item>, item: Item, previous: Fields | null): Fields;
  /**
   * Is there a place in this text for a field an item held before, beside all else it held? false: that it is not read says nothing of it, as
   * in a table that lost a column. Absent: there always is one.
   */
  hasPlaceFor?(text: SplitText<Item>, before: Fields, field: FieldName): boolean;
  /**
   * What of a value has a place in this text, as it would be read there: an address without its city, where that has no column. `now`: what the item
   * says. Absent: all of it.
   */
  placed?(text: SplitText<Item>, item: Item, now: Fields): (field: FieldName, value: Value) => Value;
  /**
   * What this format can hold of a record: what `read` would give of it. `held`: what the item shows. Of more entries than there is room for those of it
   * stay, where they are; without it the preferred are held, then those with the smallest keys, the same on every device.
   */
  project(full: Fields, held?: Fields): Fields;
  /**
   * The text with these items written. Only the lines or cells of what changed are other than before. `moment`: when it is written, in UTC, for
   * a format whose new items need a stamp and a record that tells of none; such a stamp is never read.
   */
  write(text: SplitText<Item>, writes: readonly ItemWrite<Item>[], moment?: string | null): Uint8Array;
  /**
   * Is there no item in this format for such a record, as a table has no row for a group? It is not brought there, which is no problem, and a person
   * is told of it with all else that is not held. One that stands there already stays. `shown`: its projection. Absent: there is one for each.
   */
  hasNoItemFor?(full: Fields, shown: Fields): boolean;
  /** Why this text takes no new item of these fields (a projection), for people; null: it takes it. */
  refuses?(fields: Fields, uid: string, text: SplitText<Item>): string | null;
  /** Items are the same row or card though they changed, where none states a UID: which known item (index) each new one is; null: a new one. */
  align?(items: readonly Fields[], known: readonly Fields[]): readonly (number | null)[];
  /** How a text ends whose last item looks like a whole one where it breaks off: a row, an entry has no end of its own. Absent: what breaks off is damaged. */
  endOf?(text: SplitText<Item>): TextEnd;
  /**
   * Of the occurrence of a series that is not beside it the UID of that series, by the UID of the item; null: it is none. Absent: there are no series.
   * Where each item has a document of its own, those of one series share one (RFC 4791 4.1).
   */
  seriesIn?(uid: string): string | null;
  /** Items may name others by their UIDs, as groups do (`members/…`). Absent: none does. */
  readonly namesMembers?: true;
  /** What a new file of this format begins with. */
  empty(): Uint8Array;
}

/** An item that cannot be understood: a problem of it alone. */
export class MalformedItem extends Error {}
