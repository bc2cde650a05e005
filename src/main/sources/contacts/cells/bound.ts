import type { Row, Texts } from './cells.ts';
import type { EntriesPart, FieldsPart, Layout, Part, Slot } from './layout.ts';

/** Some columns by their places in a row. */
interface Bound {
  /** -1: there is no such column. */
  readonly places: readonly number[];
  /** What they say where they say nothing. */
  readonly blank: Texts;
  /** Is every one of them there? */
  readonly isWhole: boolean;
}
/** A slot of which there are columns. */
export interface BoundSlot extends Bound {
  readonly slot: Slot;
  readonly stale: readonly number[];
}
export interface BoundEntries {
  readonly is: 'entries';
  readonly part: EntriesPart;
  /** What the names of its fields begin with: `emails/`. */
  readonly prefix: string;
  readonly slots: readonly BoundSlot[];
  /** Nothing for each of them, to be copied (see `Table.none`). */
  readonly none: readonly null[];
}
export interface BoundFields extends Bound {
  readonly is: 'fields';
  readonly part: FieldsPart;
}

/** What the columns of a table can say. A contact is a row of texts in their order. */
export interface Table {
  readonly parts: readonly (BoundEntries | BoundFields)[];
  /**
   * Nothing for each of them, to be copied, as `blank` is: what `map` makes is of another kind of list once V8 has compiled it, and whoever uses
   * it is compiled once more.
   */
  readonly none: readonly null[];
}

/** What a table can say that has these columns, by their places. `further`: beside what its layout understands. */
export function tableOf(
  { parts }: Pick<Layout, 'parts'>,
  columns: ReadonlyMap<string, number>,
  further: readonly FieldsPart[] = [],
): Table {
  const isThere = ({ columns: own }: { readonly columns: readonly string[] }): boolean =>
    own.some((column) => columns.has(column));
  const bound = [...parts, ...further].flatMap((part: Part): readonly (BoundEntries | BoundFields)[] => {
    if (part.is === 'fields') return isThere(part) ? [{ is: 'fields', part, ...boundTo(part.columns, columns) }] : [];
    const slots = part.slots.filter(isThere).map((slot) => ({
      slot,
      ...boundTo(slot.columns, columns),
      stale: (slot.stale ?? []).flatMap((column) => columns.get(column) ?? []),
    }));
    if (slots.length === 0) return [];
    return [{ is: 'entries', part, prefix: `${part.name}/`, slots, none: slots.map(() => null) }];
  });
  return { parts: bound, none: bound.map(() => null) };
}

/** Columns by the places they have in a list of them. */
export const placesOf = (columns: readonly string[]): ReadonlyMap<string, number> =>
  new Map(columns.map((column, place) => [column, place]));

function boundTo(own: readonly string[], columns: ReadonlyMap<string, number>): Bound {
  const places = own.map((column) => columns.get(column) ?? -1);
  const blank = places.map((place) => (place < 0 ? null : ''));
  return { places, blank, isWhole: !blank.includes(null) };
}

/** What the columns say in a row: just `blank` where they say nothing, as most of a wide table do. */
export function textsIn({ places, blank }: Bound, row: Row): Texts {
  let texts: (string | null)[] | null = null;
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    const text = place >= 0 && place < row.length ? (row[place] as string) : '';
    if (text === '') continue;
    texts ??= blank.slice();
    texts[at] = text;
  }
  return texts ?? blank;
}

/** What is left to read of texts that are written to the columns there are. */
export function shownOf({ blank, isWhole }: Bound, texts: readonly string[]): Texts {
  if (isWhole) return texts;
  const shown: (string | null)[] = texts.slice();
  for (let at = 0; at < shown.length; at++) if (blank[at] === null) shown[at] = null;
  return shown;
}
