import { type FieldName, fieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import { alignKeys } from '../../text/align-keys.ts';
import { blankCells, type Cells, type CellTexts, NO_TEXTS, type Plain, plain, prefOf } from './cells.ts';

/** A place for entries of one kind: `E-mail 2 - Label` with `E-mail 2 - Value`. */
export interface Slot {
  readonly columns: readonly string[];
  /** The entries it holds, in order. */
  read(cells: Cells): readonly Value[];
  /**
   * The texts that make it hold these entries, all its columns said; cells whose meaning stays keep their text. null: it cannot hold
   * them, or not together.
   */
  write(entries: readonly Value[], cells: Cells): CellTexts | null;
}

/** Entries of a keyed map, in as many slots as there are. */
export interface EntriesPart {
  readonly is: 'entries';
  /** The map: `emails`. */
  readonly name: string;
  readonly slots: readonly Slot[];
  /** Does an entry stand in a place meant for others? Those come first. */
  readonly isGuest?: (value: Plain) => boolean;
  /** Where the key says something (`relatedTo/<who>`): how an entry holds it. Otherwise keys are found by alignment. */
  readonly keyed?: {
    keyOf(entry: Value): string | null;
    withoutKey(entry: Value): Value;
    withKey(key: string, value: Value): Value | null;
  };
}

/** Fields that share some cells: a name, a set of keywords. */
export interface FieldsPart {
  readonly is: 'fields';
  readonly columns: readonly string[];
  owns(field: FieldName): boolean;
  read(cells: Cells): Fields;
  /** As `Slot.write`, of the fields it owns. */
  write(fields: Fields, cells: Cells): CellTexts;
}
export type Part = EntriesPart | FieldsPart;

/** What cells of a format say of a contact. */
export interface Layout {
  readonly parts: readonly Part[];
  /** The columns of a new file, in order. */
  readonly columns: readonly string[];
  /** Columns that only tell of others, and are no data. */
  readonly notation?: readonly string[];
  /** Other names of columns. */
  readonly aliases?: readonly (readonly [other: string, column: string])[];
}

/** The columns that are understood. */
export function columnsIn({ parts, notation = [] }: Layout): ReadonlySet<string> {
  const found = parts.flatMap((part) =>
    part.is === 'fields' ? part.columns : part.slots.flatMap(({ columns }) => columns),
  );
  return new Set([...found, ...notation]);
}

/** The parts of which there are columns. */
export function partsWith(columns: ReadonlySet<string>, { parts }: Layout): readonly Part[] {
  const isThere = ({ columns: own }: { readonly columns: readonly string[] }): boolean =>
    own.some((column) => columns.has(column));
  return parts.flatMap((part): readonly Part[] => {
    if (part.is === 'fields') return isThere(part) ? [part] : [];
    const slots = part.slots.filter(isThere);
    return slots.length === 0 ? [] : [{ ...part, slots }];
  });
}

/** What cells say, in the universal format. `previous`: the fields they held before, whose keys stay. */
export function readCells(parts: readonly Part[], cells: Cells, previous: Fields | null): Fields {
  const fields = new Map<FieldName, Value>();
  for (const part of parts) {
    if (part.is === 'fields') for (const [field, value] of part.read(cells)) fields.set(field, value);
    else for (const { key, value } of placedIn(part, cells, previous)) fields.set(nameOf(part, key), value);
  }
  return fields;
}

/** The cells to change so that they say `after`, where they say `before`. Of what there is no column for nothing is written. */
export function writeCells(parts: readonly Part[], cells: Cells, before: Fields, after: Fields): CellTexts {
  const changed = new Map<string, string>();
  for (const part of parts) {
    const texts = part.is === 'fields' ? writeFields(part, cells, after) : writeEntries(part, cells, before, after);
    for (const [column, text] of texts) {
      const now = cells.text(column);
      if (now !== null && now !== text) changed.set(column, text);
    }
  }
  return changed;
}

/** Why a record is not written into a table that can hold nothing of it. */
export const SAYS_NOTHING = 'this file has no place for anything it says, and an empty entry would be nobody';

/** Is there a cell among these columns for one of these fields, beside all the others? */
export function hasCellFor(
  parts: readonly Part[],
  columns: ReadonlySet<string>,
  fields: Fields,
  field: FieldName,
): boolean {
  const blank = blankCells(columns);
  return parts.some((part) => {
    if (part.is === 'fields') return part.owns(field);
    if (!field.startsWith(`${part.name}/`)) return false;
    const key = field.slice(part.name.length + 1);
    const others = entriesOf(part, fields).filter((each) => each.key !== key);
    const { contents } = place(part, blank, [], [...others, { key, value: fields.get(field) ?? null }]);
    return contents.some((held) => held.some((each) => each.key === key));
  });
}

/** What cells of this layout can hold of a record, and would say of it. */
export function projectCells(layout: Layout, full: Fields): Fields {
  const columns = new Set(layout.columns);
  const blank = blankCells(columns);
  const fields = new Map<FieldName, Value>();
  for (const part of layout.parts) {
    if (part.is === 'fields') {
      const texts = part.write(only(part, full), blank);
      for (const [field, value] of part.read(blankCells(columns, texts))) fields.set(field, value);
      continue;
    }
    const wanted = entriesOf(part, full);
    if (wanted.length === 0) continue;
    const { contents, shown } = place(part, blank, [], wanted);
    contents.forEach((held, at) => {
      held.forEach(({ key }, index) => {
        const value = shown[at]?.[index] ?? null;
        fields.set(nameOf(part, key), part.keyed?.withoutKey(value) ?? value);
      });
    });
  }
  return fields;
}

interface Keyed {
  readonly key: string;
  readonly value: Value;
}
interface Placed extends Keyed {
  readonly slot: number;
}

const nameOf = ({ name }: EntriesPart, key: string): FieldName => fieldName(`${name}/${key}`);

/** Each entry the cells hold, with its key and its slot; `value` as it is in the field. */
function placedIn(part: EntriesPart, cells: Cells, previous: Fields | null): readonly Placed[] {
  const { keyed } = part;
  const found = part.slots.flatMap((slot, at) => slot.read(cells).map((value) => ({ value, slot: at })));
  if (found.length === 0) return [];
  if (keyed === undefined) {
    const entries = found.map(({ value }) => ({ map: part.name, value }));
    const keys = alignKeys(entries, previous);
    return found.map((each, at) => ({ ...each, key: (keys[at] as FieldName).slice(part.name.length + 1) }));
  }
  const taken = new Set<string>();
  return found.flatMap(({ value, slot }) => {
    const key = keyed.keyOf(value);
    if (key === null || taken.has(key)) return [];
    taken.add(key);
    return { key, value: keyed.withoutKey(value), slot };
  });
}

/** The entries of a part among fields, in their order; `value` as it is in the field. */
function entriesIn({ name }: EntriesPart, fields: Fields): Keyed[] {
  const prefix = `${name}/`;
  const found: Keyed[] = [];
  for (const [field, value] of fields)
    if (field.startsWith(prefix)) found.push({ key: field.slice(prefix.length), value });
  return found;
}

/** The same, the preferred first. */
const entriesOf = (part: EntriesPart, fields: Fields): readonly Keyed[] =>
  entriesIn(part, fields).sort((a, b) => prefOf(a.value) - prefOf(b.value) || (a.key < b.key ? -1 : 1));

function writeFields(part: FieldsPart, cells: Cells, after: Fields): CellTexts {
  const wanted = only(part, after);
  return sameFields(part.read(cells), wanted) ? NO_TEXTS : part.write(wanted, cells);
}

function only(part: FieldsPart, fields: Fields): Fields {
  return new Map([...fields].filter(([field]) => part.owns(field)));
}

function sameFields(a: Fields, b: Fields): boolean {
  if (a.size !== b.size) return false;
  for (const [field, value] of a) if (!b.has(field) || !equalValues(value, b.get(field) ?? null)) return false;
  return true;
}

function writeEntries(part: EntriesPart, cells: Cells, before: Fields, after: Fields): CellTexts {
  // In the order of the projection: it knows which is preferred, which its own entries may not say any more.
  const wanted = entriesIn(part, after);
  const placed = placedIn(part, cells, before);
  if (isAsWanted(placed, wanted)) return NO_TEXTS;
  const texts = new Map<string, string>();
  place(part, cells, placed, wanted).contents.forEach((held, at) => {
    const slot = part.slots[at] as Slot;
    const values = held.map(({ value }) => value);
    if (equalValues(values, slot.read(cells))) return;
    for (const [column, text] of slot.write(values, cells) ?? blankTexts(slot)) texts.set(column, text);
  });
  return texts;
}

function isAsWanted(placed: readonly Keyed[], wanted: readonly Keyed[]): boolean {
  if (placed.length !== wanted.length) return false;
  const now = new Map(placed.map(({ key, value }) => [key, value]));
  return wanted.every(({ key, value }) => now.has(key) && equalValues(now.get(key) ?? null, value));
}

const blankTexts = ({ columns }: Slot): CellTexts => new Map(columns.map((column) => [column, '']));

/**
 * Which slot each entry goes to: where it is, while it can stay there; else a free one, else one it can share, else one that is got free
 * by putting together what can share a slot. What finds no place is left out. `shown`: what each slot shows of it then.
 */
function place(
  part: EntriesPart,
  cells: Cells,
  placed: readonly Placed[],
  wanted: readonly Keyed[],
): { readonly contents: readonly (readonly Keyed[])[]; readonly shown: readonly (readonly Value[])[] } {
  const { slots, keyed } = part;
  const contents: Keyed[][] = slots.map(() => []);
  const shown: (readonly Value[])[] = slots.map(() => []);
  const entries = wanted.flatMap(({ key, value }) => {
    const whole = keyed === undefined ? value : keyed.withKey(key, value);
    return whole === null ? [] : { key, value: whole };
  });
  const rest = new Map(entries.map((each) => [each.key, each]));
  const usable = new Map<number, boolean>();
  const fits = (at: number, values: readonly Keyed[]): boolean => {
    const slot = slots[at] as Slot;
    if (!usable.has(at)) usable.set(at, isUsable(slot, cells));
    const read = usable.get(at) === true ? shownBy(slot, values, cells) : null;
    if (read !== null) shown[at] = read;
    return read !== null;
  };
  for (const { key, slot } of placed) {
    const each = rest.get(key);
    const own = contents[slot] as Keyed[];
    if (each === undefined || !fits(slot, [...own, each])) continue;
    own.push(each);
    rest.delete(key);
  }
  const isGuest = ({ value }: Keyed): boolean => {
    const own = plain(value);
    return own !== null && part.isGuest?.(own) === true;
  };
  const waiting = [...rest.values()];
  for (const each of [...waiting.filter((one) => !isGuest(one)), ...waiting.filter(isGuest)]) {
    const free = slots.findIndex((_, at) => contents[at]?.length === 0 && fits(at, [each]));
    const at =
      free >= 0
        ? free
        : slots.findIndex((_, index) => {
            const own = contents[index] as Keyed[];
            return own.length > 0 && fits(index, [...own, each]);
          });
    if (at >= 0) contents[at]?.push(each);
    else {
      const freed = putTogether(contents, fits);
      if (freed !== null && fits(freed, [each])) contents[freed]?.push(each);
    }
  }
  return { contents, shown };
}

/** What is in its cells and cannot be understood stays. */
function isUsable(slot: Slot, cells: Cells): boolean {
  const isThere = slot.columns.some((column) => cells.text(column) !== null);
  const isBlank = slot.columns.every((column) => (cells.text(column) ?? '').trim() === '');
  return isThere && (isBlank || slot.read(cells).length > 0);
}

/** Moves what one slot holds to another that can hold it as well; which one is free then. */
function putTogether(contents: Keyed[][], fits: (at: number, values: readonly Keyed[]) => boolean): number | null {
  for (let from = contents.length - 1; from > 0; from--)
    for (let to = 0; to < from; to++) {
      const [own, other] = [contents[to] as Keyed[], contents[from] as Keyed[]];
      if (own.length === 0 || other.length === 0 || !fits(to, [...own, ...other])) continue;
      own.push(...other);
      contents[from] = [];
      return from;
    }
  return null;
}

/** The entries as the slot would show them; null: it cannot hold them, or not tell them apart again. */
function shownBy(slot: Slot, entries: readonly Keyed[], cells: Cells): readonly Value[] | null {
  const texts = slot.write(
    entries.map(({ value }) => value),
    cells,
  );
  if (texts === null) return null;
  const read = slot.read({
    text: (column) => (cells.text(column) === null ? null : (texts.get(column) ?? '')),
  });
  return read.length === entries.length ? read : null;
}
