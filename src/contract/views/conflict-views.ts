/**
 * Conflicts, contacts that seem to be there twice, and what a decision came to. Plain data; moments are ISO 8601 in UTC where nothing else is said.
 */

/** For files {"type","size","sha256"}; null: deleted. */
export type ValueView = unknown;

export interface ConflictValueView {
  readonly id: string;
  readonly kind: 'value' | 'delete';
  readonly value: ValueView;
  readonly device: string;
  readonly at: string;
  /** Of several values of this device, where it has several places: those that hold this one. Otherwise absent. */
  readonly places?: readonly string[];
}

export interface ConflictView {
  readonly id: string;
  readonly collection: string;
  readonly record: string;
  readonly field: string;
  /** What the record is called, and who did what: `Ada: edited on Laptop and Desk`. */
  readonly title: string;
  /** What the record is called. */
  readonly name: string;
  readonly base: ValueView;
  /** Who wrote what all of them were made from, and when. Absent where `base` is null. */
  readonly baseBy?: { readonly device: string; readonly at: string };
  readonly shown: string;
  readonly values: readonly ConflictValueView[];
}

export interface ConflictsQuery {
  readonly collection?: string;
  /** Part of a record's name, or of its path. */
  readonly text?: string;
  readonly limit: number;
}

export interface ConflictsView {
  /** Those of one record follow each other, and come together. */
  readonly list: readonly ConflictView[];
  /** How many fit the query, shown or not. */
  readonly total: number;
}

/** A field of a contact or an event, and what it says. */
export interface FieldView {
  readonly path: string;
  readonly value: ValueView;
}

/** Two contacts that may be one person. */
export interface DuplicateView {
  readonly collection: string;
  /** The first would stay. `alone`: what this one says and the other does not, the most telling first, three at most. */
  readonly records: readonly {
    readonly record: string;
    readonly title: string;
    readonly alone: readonly FieldView[];
  }[];
  /** They share a name, and an e-mail or phone. */
  readonly sure: boolean;
  /** What they share: `email ada@example.org`. */
  readonly by: readonly string[];
}

/** What the conflict dialog needs beyond the list: the texts, where they are texts. */
export interface ConflictDetailView {
  readonly conflict: ConflictView;
  /** null: not text, too big, or not kept here. */
  readonly baseText: string | null;
  /** `why` there is none to be had; null as well where it is a file of no text. */
  readonly texts: readonly { readonly value: string; readonly text: string | null; readonly why: string | null }[];
  /** Three-way merge of two texts with their ancestor; null where that makes no sense. */
  readonly merged: { readonly text: string; readonly clashes: number } | null;
  /** Device names by id. */
  readonly names: { readonly [device: string]: string };
}

export type Choice =
  | { readonly take: string }
  | { readonly value: unknown }
  | { readonly text: string }
  | { readonly keepBoth: true };

export interface ResultView {
  readonly changes: readonly string[];
  readonly records: number;
  readonly conflicts: readonly string[];
  readonly missing: readonly { readonly record: string; readonly why: string }[];
}
