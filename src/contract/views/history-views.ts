/** What was changed, when, where and by what. Plain data; moments are ISO 8601 in UTC where nothing else is said. */
import type { ValueView } from './conflict-views.ts';
import type { ProblemView } from './status-views.ts';

export interface HistoryQuery {
  readonly collection?: string;
  readonly record?: string;
  readonly device?: string;
  /** Part of a record's name. */
  readonly text?: string;
  readonly limit?: number;
  /** Older than this package or act, or than this time (ISO 8601, local where it names no zone). */
  readonly before?: string;
  /** At most this many changes a package are spelled out (`changeCount` tells how many there are). */
  readonly changesLimit?: number;
}

export interface HistoryChangeView {
  readonly id: string;
  readonly record: string;
  readonly title: string;
  readonly action: 'add' | 'modify' | 'delete' | 'move';
  readonly fields: readonly {
    readonly path: string;
    readonly before: ValueView;
    readonly after: ValueView;
    readonly kept: 'here' | 'no' | readonly string[];
  }[];
  /** Of an undo: the changes it takes back, as far as they are known here. Absent: it is none. */
  readonly undoes?: readonly UndoneView[];
  /** It is of what made two contacts one. Absent: it is not. */
  readonly fuses?: true;
}

/** A change that an undo takes back. */
export interface UndoneView {
  readonly id: string;
  readonly device: string;
  readonly deviceName: string;
  readonly at: string;
  readonly action: HistoryChangeView['action'];
  readonly cause: ActView['cause'];
  /** It is of what made two contacts one. Absent: it is not. */
  readonly fuses?: true;
}

export interface PackageView {
  readonly id: string;
  readonly collection: string;
  readonly device: string;
  readonly deviceName: string;
  readonly at: string;
  readonly changeCount: number;
  readonly changes: readonly HistoryChangeView[];
}

/** What one act of a device became: a package, or several of one log written one after the other. */
export interface ActView {
  /** Undo takes it: a package, or `LOG-FROM..TO`. */
  readonly id: string;
  /** Its newest package: the moment just after it. */
  readonly newest: string;
  readonly collection: string;
  readonly device: string;
  readonly deviceName: string;
  /** When the newest of it was written. */
  readonly at: string;
  readonly packages: number;
  /** What made it: `source` is an edit somewhere, `follow-move` an edit that followed what it edited to its new name. */
  readonly cause: 'source' | 'settle' | 'undo' | 'restore' | 'follow-move';
  readonly changeCount: number;
  /** Of the changes counted. */
  readonly counts: ActionCounts;
  /** The first of them. */
  readonly changes: readonly HistoryChangeView[];
}

export type ActionCounts = { readonly [action in HistoryChangeView['action']]: number };

/** Some of the changes of an act, in the order they were written. */
export interface ActChangesView {
  readonly changes: readonly HistoryChangeView[];
  /** How many fit what was asked for. */
  readonly matching: number;
  /** How many there are in all. */
  readonly total: number;
}

export interface ExplainView {
  readonly state: string;
  readonly fields: readonly {
    readonly path: string;
    readonly value: ValueView;
    readonly device: string;
    readonly at: string;
    readonly rule: string;
  }[];
  readonly problem: ProblemView | null;
}

export interface VerifyView {
  readonly collection: string;
  readonly root: string;
  readonly records: number;
  readonly differs: readonly { readonly source: string; readonly record: string }[];
}
