import type { Plain } from '../../../record/value.ts';
import type { ContentLine } from '../../text/content-lines.ts';
import type { VcardVersion } from './vcard-text.ts';
import type { Draft, Written } from './written.ts';

/** One property: line ↔ entry. */
export interface PropertyRule {
  readonly name: string;
  readonly map: string;
  /** A new one each time. null: it cannot be understood, and is carried as it is. */
  read(line: ContentLine, version: VcardVersion): Draft | null;
  /** Does this version have such a property, and can it hold this entry? */
  holds(entry: Plain, version: VcardVersion): boolean;
  /** null: it cannot hold it. */
  write(entry: Plain, version: VcardVersion): Written | null;
  /** Is a new entry of its map written as this property? */
  owns(entry: Plain, version: VcardVersion): boolean;
  /** Can a line of this name that is there already say just this? Absent: where its entries are written so. */
  says?(entry: Plain, version: VcardVersion): boolean;
  /** What the label of its line makes of an entry; false: none. Absent: the label is a part of it. */
  labelled?(entry: Draft, label: string | null): boolean;
  /** The label of its line; null: it has none. Absent: the entry's own. */
  labelOf?(entry: Plain): string | null;
  /** What is read of an entry that is written so, itself where that is all of it. Absent: what it can hold of each of its parts. */
  shown?(entry: Plain, version: VcardVersion): Plain;
  /** Programs write what it says by other names as well, for each other: what two such lines of a card say alike is one entry. */
  readonly restates?: true;
  /** Words of TYPE that are features of the entry, by what the entry calls them. */
  readonly features?: ReadonlyMap<string, string>;
  /** The part of the entry they are in, where it is not `features`. */
  readonly featuresIn?: string;
  /** The part of the entry that is its key (`relatedTo/<who>`): in the field's name, not in its value. */
  readonly key?: string;
  /** The part of the entry that its value is, where it is one text. */
  readonly text?: string;
}
