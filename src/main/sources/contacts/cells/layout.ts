import type { FieldName } from '../../../record/ids.ts';
import type { Plain, Value } from '../../../record/value.ts';
import type { Texts } from './cells.ts';

/** A field with its value. */
export interface Field {
  readonly field: FieldName;
  readonly value: Value;
}

/** A place for entries of one kind: `E-mail 2 - Label` with `E-mail 2 - Value`. */
export interface Slot {
  readonly columns: readonly string[];
  /** Columns that only tell of the first of those, and are stale when that changes: blank then. */
  readonly stale?: readonly string[];
  /** The entries its cells hold, in order. In blank cells there are none. */
  read(texts: Texts): readonly Value[];
  /**
   * The texts of its columns that make it hold these entries, which are some, where they say `now`; cells whose meaning stays keep their text.
   * null: it cannot hold them, or not together.
   */
  write(entries: readonly Value[], now: Texts): readonly string[] | null;
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
  /** The fields its cells hold. In blank cells there are none. */
  read(texts: Texts): readonly Field[];
  /** As `Slot.write`, of the fields it owns, of which there may be none. */
  write(fields: readonly Field[], now: Texts): readonly string[];
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
