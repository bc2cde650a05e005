/** Contacts and events as people browse them. Plain data; moments are ISO 8601 in UTC where nothing else is said. */

import type { LacksView } from './source-views.ts';

/** One record in a list of them. `line`: what tells most of it. */
export interface RecordView {
  readonly id: string;
  readonly title: string;
  readonly line: string;
  /** Where a search was found that neither the title nor the line says: the field and its text, of a long one a part; absent: they say it. */
  readonly found?: { readonly label: string; readonly text: string };
  /** It has a picture that can be shown; absent: none. */
  readonly hasPhoto?: true;
  /** So many fields of it are in conflict; absent: none. */
  readonly conflicts?: number;
}

export interface RecordsView {
  /** In the order of their titles, those without one last; events of one title by when they begin. */
  readonly list: readonly RecordView[];
  /** How many there are by this search; `list` may hold fewer. */
  readonly total: number;
}

/** One time something takes place; milliseconds since 1970. */
export interface OccurrenceView {
  readonly record: string;
  readonly title: string;
  readonly start: number;
  readonly end: number;
  readonly isAllDay: boolean;
  /** Where it takes place, by name; absent where it says nothing of that. */
  readonly place?: string;
}

export interface AgendaView {
  readonly list: readonly OccurrenceView[];
  /** The list tells all up to this moment only: so much takes place that the rest is left out. Absent: it tells all. */
  readonly until?: number;
  /** What comes after the period, where nothing is in it. */
  readonly next: OccurrenceView | null;
}

export interface ExportView {
  readonly records: number;
  readonly lost: readonly { readonly record: string; readonly field: string; readonly why: string }[];
  /** The same for people, without what only programs read; absent of files, which are copied as they are. */
  readonly lacks?: LacksView;
  /** So many conflicts are open: of each the value that is shown here was written. Absent: none. */
  readonly conflicts?: number;
  /** Of a table: the cells that a spreadsheet may take for formulas. Absent: there are none. */
  readonly formulas?: readonly { readonly record: string; readonly column: string; readonly value: string }[];
}
