import type { FieldName } from '../../../record/ids.ts';
import type { Value } from '../../../record/value.ts';
import { type BoundEntries, shownOf, textsIn } from './bound.ts';
import { BLANK, plain, type Row, type Texts } from './cells.ts';

/** An entry by its key in its map. */
export interface Keyed {
  readonly field: FieldName;
  readonly key: string;
  readonly value: Value;
}
/** An entry where it stands. */
export interface Placed extends Keyed {
  readonly slot: number;
}

/** Which slot of its part each entry goes to, and what the slots say then. */
export class Placing {
  readonly #part: BoundEntries;
  readonly #row: Row;
  readonly #contents: Keyed[][] = [];
  readonly #texts: (readonly string[])[] = [];
  readonly #shown: (readonly Value[])[] = [];
  /** Which slots can be written into; absent: that was not asked yet. */
  readonly #usable: boolean[] = [];

  /** `row`: what stands there. */
  constructor(part: BoundEntries, row: Row) {
    this.#part = part;
    this.#row = row;
  }

  /** The entries of a slot; `value` as it is in the slot. */
  contentsOf(slot: number): readonly Keyed[] {
    return this.#contents[slot] ?? NONE;
  }
  /** What its columns are to say for that, where it has any. */
  textsOf(slot: number): readonly string[] {
    return this.#texts[slot] as readonly string[];
  }
  /** What each of its entries will be read as. */
  shownOf(slot: number): readonly Value[] {
    return this.#shown[slot] as readonly Value[];
  }

  /**
   * Each goes where it is, while it can stay there; else to a free slot, else to one it can share, else to one that is got free by putting together
   * what can share a slot. What finds no place is left out. `value` of both as it is in the field.
   */
  place(placed: readonly Placed[], wanted: readonly Keyed[]): void {
    const { keyed, isGuest } = this.#part.part;
    let waiting: readonly Keyed[] = wanted;
    if (keyed !== undefined)
      waiting = wanted.flatMap(({ field, key, value }) => {
        const whole = keyed.withKey(key, value);
        return whole === null ? [] : { field, key, value: whole };
      });
    if (placed.length > 0) waiting = this.#stay(placed, waiting);
    if (isGuest === undefined) for (const each of waiting) this.#find(each);
    else {
      // Guests come last.
      const isGuestHere = ({ value }: Keyed): boolean => {
        const own = plain(value);
        return own !== null && isGuest(own);
      };
      for (const each of waiting) if (!isGuestHere(each)) this.#find(each);
      for (const each of waiting) if (isGuestHere(each)) this.#find(each);
    }
  }

  /** What can stay does. The others are returned. */
  #stay(placed: readonly Placed[], wanted: readonly Keyed[]): readonly Keyed[] {
    const rest = new Map(wanted.map((each) => [each.key, each]));
    for (const { key, slot } of placed) {
      const each = rest.get(key);
      if (each !== undefined && this.#put(slot, [...this.contentsOf(slot), each])) rest.delete(key);
    }
    return [...rest.values()];
  }

  #find(each: Keyed): void {
    const { slots } = this.#part;
    for (let at = 0; at < slots.length; at++) if (this.contentsOf(at).length === 0 && this.#put(at, [each])) return;
    for (let at = 0; at < slots.length; at++) {
      const own = this.contentsOf(at);
      if (own.length > 0 && this.#put(at, [...own, each])) return;
    }
    const freed = this.#putTogether();
    if (freed !== null) this.#put(freed, [each]);
  }

  /** Moves what one slot holds to another that can hold it as well; which one is free then. */
  #putTogether(): number | null {
    for (let from = this.#part.slots.length - 1; from > 0; from--)
      for (let to = 0; to < from; to++) {
        const [own, other] = [this.contentsOf(to), this.contentsOf(from)];
        if (own.length === 0 || other.length === 0 || !this.#put(to, [...own, ...other])) continue;
        this.#contents[from] = [];
        return from;
      }
    return null;
  }

  /** Has a slot hold just these entries. false: it cannot, or could not tell them apart again, and nothing was done. */
  #put(at: number, entries: Keyed[]): boolean {
    const bound = this.#part.slots[at];
    if (bound === undefined) return false;
    const { slot } = bound;
    const now = this.#row === BLANK ? bound.blank : textsIn(bound, this.#row);
    this.#usable[at] ??= now === bound.blank || isUsable(now, slot.read(now));
    if (!this.#usable[at]) return false;
    const texts = slot.write(
      entries.map(({ value }) => value),
      now,
    );
    if (texts === null) return false;
    const shown = slot.read(shownOf(bound, texts));
    if (shown.length !== entries.length) return false;
    this.#contents[at] = entries;
    this.#texts[at] = texts;
    this.#shown[at] = shown;
    return true;
  }
}

const NONE: readonly Keyed[] = [];

/** What is in its cells and cannot be understood stays. */
const isUsable = (now: Texts, read: readonly Value[]): boolean =>
  read.length > 0 || now.every((text) => text === null || text.trim() === '');
