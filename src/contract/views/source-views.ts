/**
 * Places and sources: what is found there, what is added, what a format cannot hold, what a sync did and what it would do. Plain data; moments are
 * ISO 8601 in UTC where nothing else is said.
 */
import type { ValueView } from './conflict-views.ts';
import type { Kind, SourceView } from './status-views.ts';

/** What is at a place, before it is added. */
export interface PlaceView {
  readonly kind: Kind;
  readonly format: string;
  /** null: they were not counted. */
  readonly records: number | null;
  /** Items that cannot be read. */
  readonly damaged: number;
}

/** A contact or an event to read. */
export interface ShownRecordView {
  readonly title: string;
  readonly fields: readonly {
    readonly path: string;
    readonly value: ValueView;
    /** Of a member of a group: what that contact is called. Absent: it is nobody of this collection. */
    readonly title?: string;
  }[];
  /** So many fields of it are in conflict; absent: none. */
  readonly conflicts?: number;
  readonly sources: readonly {
    readonly location: string;
    readonly format: string;
    /** `other`: it says something else, as while the record is in conflict. */
    readonly holds: 'all' | 'part' | 'other' | 'none';
  }[];
}

/** What one source has no place for, of what the records of its collection really say. */
export interface SourceLacksView extends LacksView {
  readonly source: string;
}

/** What of the records of a collection a place or a format cannot hold. */
export interface LacksView {
  /** How many it cannot hold all of. */
  readonly records: number;
  /** What most of them lack first. */
  readonly lacks: readonly LackView[];
  /** The first of them. */
  readonly named: readonly { readonly id: string; readonly title: string }[];
}

export interface LackView {
  /** A field, or a map of them: `emails`. `record`: the whole of it, for which the format has no item. */
  readonly map: string;
  /** Of media, dates and titles: `photo`; of a whole record `group`, or null. */
  readonly kind: string | null;
  /** None of it, no more than `held`, or only parts; `away`: the bytes of it were on no device that was linked when a copy was written. */
  readonly how: 'all' | 'more' | 'part' | 'away';
  readonly held: number;
  readonly records: number;
}

export interface AddOptions {
  readonly location: string;
  readonly name?: string;
  readonly kind?: Kind;
  readonly format?: string;
  readonly create?: boolean;
}

export interface AddedView {
  readonly collection: string;
  readonly source: string;
  readonly kind: Kind;
  readonly format: string;
  readonly records: number;
  /** So much of it could not be read, as `problems:list` tells. */
  readonly problems: number;
}

/** One address book or calendar of an account. */
export interface FoundAccountView {
  readonly origin: string;
  readonly addresses: readonly string[];
}

export interface FoundCollectionView {
  readonly address: string;
  readonly name: string;
}

export interface SourceSettingsView {
  readonly sources: readonly SourceView[];
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  /** Nothing is written into the sources here. */
  readonly readOnly: boolean;
  readonly outside: number;
}

export interface SourceChange {
  readonly add?: string;
  /** Of what is added; absent: whatever is there. */
  readonly format?: string;
  readonly remove?: string;
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
  readonly readOnly?: boolean;
}

export interface SyncOptions {
  readonly collection?: string;
  readonly wait: boolean;
  /** 'all' or device ids, prefixes or names; absent: those linked now or within 5 s. */
  readonly for?: readonly string[];
  readonly timeoutSeconds: number;
}

/** This device was taken out of a collection; a source is halted, or cannot be reached, or asks about some of its items. */
export type PersonNeeded = 'removed' | 'halted' | 'unavailable' | 'question';

export interface SyncView {
  readonly inStep: boolean;
  /** Which exit the command line takes: 3 at the timeout, 4 where a source is halted. */
  readonly needsPerson: boolean;
  /** Why it is, what weighs most first; empty: it is not. */
  readonly needs: readonly PersonNeeded[];
  readonly collections: readonly {
    readonly id: string;
    readonly records: number;
    readonly seconds: number;
    readonly name: string;
    /** Items here that are in step only in that they are named: a server refused one, or it cannot be read. */
    readonly problems: number;
  }[];
  readonly members: readonly {
    readonly collection: string;
    readonly device: string;
    readonly name: string;
    readonly inStep: boolean;
    /** Why it is not in step; where it is, what is so only in that it is named there as a problem. '' where nothing is to be said. */
    readonly why: string;
  }[];
}

export interface PlanView {
  readonly plan: string;
  readonly local: readonly PlannedView[];
  readonly incoming: readonly PlannedView[];
  readonly halts: readonly { readonly source: string; readonly reason: string; readonly detail: string }[];
}

export interface PlannedView {
  readonly record: string;
  readonly action: 'add' | 'modify' | 'delete' | 'move';
}
