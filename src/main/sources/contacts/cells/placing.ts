import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import { type BoundEntries, type BoundSlot, shownOf, textsIn } from './bound.ts';
import { BLANK, isBlank, plain, type Row, type Texts } from './cells.ts';
import type { Field } from './layout.ts';

/** An entry where it stands. */
export interface Placed extends Field {
  readonly slot: number;
}

/** What a slot is to hold. */
interface Filled {
  /** Can it be written into? */
  readonly isUsable: boolean;
  /** `value` as it is in the slot. */
  entries: readonly Field[];
  /** What its columns are to say for that. */
  texts: readonly string[];
  /** What each of its entries will be read as. */
  shown: readonly Value[];
}

/** What a slot says of what is in it. */
const MARKS = ['contexts', 'features', 'label', 'relation', 'kind'] as const;
const NONE: readonly Field[] = [];
const NO_TEXTS: readonly string[] = [];
const NO_VALUES: readonly Value[] = [];

/** Which slot of its part each entry goes to, and what the slots say then. */
export class Placing {
  readonly #part: BoundEntries;
  readonly #row: Row;
  /** By the slots, as far as they were looked at: of ten, mostly one or two are. */
  readonly #filled: (Filled | null)[];

  /** `row`: what stands there. */
  constructor(part: BoundEntries, row: Row) {
    this.#part = part;
    this.#row = row;
    this.#filled = part.none.slice();
  }

  entriesOf(slot: number): readonly Field[] {
    return this.#filled[slot]?.entries ?? NONE;
  }
  /** What the columns of a slot are to say that holds some. */
  textsOf(slot: number): readonly string[] {
    return this.#filled[slot]?.texts ?? NO_TEXTS;
  }
  /** What each of its entries will be read as. */
  shownOf(slot: number): readonly Value[] {
    return this.#filled[slot]?.shown ?? NO_VALUES;
  }

  /**
   * Each goes where it is, while it can stay there; else to a free slot, else to one it can share, else to one that is got free by putting together
   * what can share a slot. What finds no place is left out. `value` of both as it is in the field. `held`: what is shown, by fields; what is in none of
   * the slots goes where it shows so again.
   */
  place(placed: readonly Placed[], wanted: readonly Field[], held: Fields | null = null): void {
    const { prefix, part } = this.#part;
    const { keyed, isGuest } = part;
    let waiting = wanted;
    if (keyed !== undefined)
      waiting = wanted.flatMap(({ field, value }) => {
        const whole = keyed.withKey(field.slice(prefix.length), value);
        return whole === null ? [] : { field, value: whole };
      });
    if (placed.length > 0) waiting = this.#stay(placed, waiting);
    if (isGuest === undefined) this.#placeAll(waiting, held);
    else {
      // Guests come last.
      const isGuestHere = ({ value }: Field): boolean => {
        const own = plain(value);
        return own !== null && isGuest(own);
      };
      this.#placeAll(
        waiting.filter((each) => !isGuestHere(each)),
        held,
      );
      this.#placeAll(waiting.filter(isGuestHere), held);
    }
  }

  /** What is shown is placed first, so that nothing else gets its slot. */
  #placeAll(wanted: readonly Field[], held: Fields | null): void {
    const isPlaced = (each: Field): boolean => {
      const shown = held?.get(each.field) ?? null;
      return shown !== null && this.#part.slots.some((_, at) => this.#putAsShown(at, [each], shown));
    };
    const waiting = held === null || held.size === 0 ? wanted : wanted.filter((each) => !isPlaced(each));
    for (const each of waiting) this.#find(each);
  }

  /** What can stay does. The others are returned. */
  #stay(placed: readonly Placed[], wanted: readonly Field[]): readonly Field[] {
    const rest = new Map(wanted.map((each) => [each.field, each]));
    for (const { field, slot } of placed) {
      const each = rest.get(field);
      if (each !== undefined && this.#put(slot, [...this.entriesOf(slot), each])) rest.delete(field);
    }
    return [...rest.values()];
  }

  #find(each: Field): void {
    const { length } = this.#part.slots;
    const alone = [each];
    for (let at = 0; at < length; at++) if (this.entriesOf(at).length === 0 && this.#put(at, alone)) return;
    for (let at = 0; at < length; at++) {
      const own = this.entriesOf(at);
      if (own.length > 0 && this.#put(at, [...own, each])) return;
    }
    const freed = this.#putTogether();
    if (freed !== null) this.#put(freed, alone);
  }

  /** Has a free slot hold an entry of which it says what is said of it now. false: it would not, and nothing was done. */
  #putAsShown(at: number, alone: readonly Field[], shown: Value): boolean {
    if (this.entriesOf(at).length > 0 || !this.#put(at, alone)) return false;
    const [now, before] = [plain(this.shownOf(at)[0] ?? null), plain(shown)];
    if (MARKS.every((mark) => equalValues(now?.[mark] ?? null, before?.[mark] ?? null))) return true;
    (this.#filled[at] as Filled).entries = NONE;
    return false;
  }

  /** Moves what one slot holds to another that can hold it as well; which one is free then. */
  #putTogether(): number | null {
    for (let from = this.#part.slots.length - 1; from > 0; from--)
      for (let to = 0; to < from; to++) {
        const [own, other] = [this.entriesOf(to), this.entriesOf(from)];
        if (own.length === 0 || other.length === 0 || !this.#put(to, [...own, ...other])) continue;
        (this.#filled[from] as Filled).entries = NONE;
        return from;
      }
    return null;
  }

  /** Has a slot hold just these entries. false: it cannot, or could not tell them apart again, and nothing was done. */
  #put(at: number, entries: readonly Field[]): boolean {
    const bound = this.#part.slots[at] as BoundSlot;
    const { slot } = bound;
    const now = this.#row === BLANK ? bound.blank : textsIn(bound, this.#row);
    const filled = this.#filledAt(at, bound, now);
    if (!filled.isUsable) return false;
    const texts = slot.write(valuesOf(entries), now);
    if (texts === null) return false;
    const shown = slot.read(shownOf(bound, texts));
    if (shown.length !== entries.length) return false;
    filled.entries = entries;
    filled.texts = texts;
    filled.shown = shown;
    return true;
  }

  #filledAt(at: number, { slot, blank }: BoundSlot, now: Texts): Filled {
    const known = this.#filled[at] ?? null;
    if (known !== null) return known;
    const isUsable = now === blank || isBlankOrRead(now, slot.read(now));
    const filled: Filled = { isUsable, entries: NONE, texts: NO_TEXTS, shown: NO_VALUES };
    this.#filled[at] = filled;
    return filled;
  }
}

/** The values of entries, of which there is mostly one. */
export function valuesOf(entries: readonly Field[]): readonly Value[] {
  if (entries.length === 1) return [(entries[0] as Field).value];
  const values: Value[] = [];
  for (const { value } of entries) values.push(value);
  return values;
}

/** What is in its cells and cannot be understood stays. */
const isBlankOrRead = (now: Texts, read: readonly Value[]): boolean =>
  read.length > 0 || now.every((text) => text === null || isBlank(text));
