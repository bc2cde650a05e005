/**
 * The values that cross the doors: what a running instance tells, complete and never patches, and the options it takes. Plain data; moments are
 * ISO 8601 in UTC where nothing else is said. Imports nothing.
 */

export type Kind = 'files' | 'contacts' | 'calendar';
export type CollectionState = 'in-step' | 'working' | 'waiting' | 'halted' | 'paused' | 'problem';
export type SourceState = 'ready' | 'scanning' | 'writing' | 'halted' | 'unavailable' | 'paused';
export type Role = 'admin' | 'editor' | 'reader';

export interface StatusView {
  readonly device: { readonly id: string; readonly name: string };
  /** Bytes since start as they crossed the links, framing included. */
  readonly links: { readonly bytesIn: number; readonly bytesOut: number };
  readonly collections: readonly CollectionView[];
  /** Collections that an admin has not let this device into yet, or refused to. */
  readonly joining?: readonly JoiningView[];
  /** What was found since the start and a person has to judge, as that a device was copied. */
  readonly warnings?: readonly string[];
}
export interface JoiningView {
  readonly collection: string;
  readonly name: string;
  readonly location: string;
  readonly state: 'waiting-for-approval' | 'failed';
  /** Both screens show it. */
  readonly code: string;
  /** Why it failed; null while it waits. */
  readonly why: string | null;
}
export interface CollectionView {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly state: CollectionState;
  /** This device was taken out of it: nobody is a peer any more. */
  readonly removed?: true;
  /** Live records. */
  readonly records: number;
  /** Records that ignore or selection rules keep out of the sources here. */
  readonly outside: number;
  readonly conflicts: number;
  readonly problems: number;
  readonly sources: readonly SourceView[];
  readonly peers: readonly PeerView[];
  readonly progress: ProgressView | null;
  /** null: it has none. */
  readonly relay: RelayView | null;
  /** Absent: none wait. */
  readonly contents?: readonly WaitingContentsView[];
}
/** Where encrypted changes of a collection wait for members that are away. */
export interface RelayView {
  /** `https://HOST:PORT#k=…`, as an admin set it. */
  readonly url: string;
  /** `offline`: not connected, or not yet; `level`: what lies there is here, and what a member lacks lies there; `off`: it is not used now. */
  readonly state: 'off' | 'offline' | 'working' | 'level' | 'trouble';
  /** Packages still to be put up. */
  readonly waiting: number;
  /** Why it is offline, in trouble or off, for people; null where nothing is to be said. */
  readonly why: string | null;
  /** It has no room for contents that this device, or one that is away, would leave there. */
  readonly full?: true;
}
/** Contents that wait, though it is known what changed. */
export interface WaitingContentsView {
  /** `here`: this device lacks them; `there`: one that is away does, and this one wrote them. */
  readonly lacking: 'here' | 'there';
  /** `large`: they wait at no relay; `room`: the relay has none left for them; `away`: no device that is reached now has them. */
  readonly why: 'large' | 'room' | 'away';
  readonly records: number;
  /** The first of them: a path, a name. */
  readonly named: readonly string[];
}
export interface SourceView {
  readonly id: string;
  readonly location: string;
  readonly format: string;
  readonly state: SourceState;
  /** Why it is not ready, for people; null when it is. */
  readonly reason: string | null;
  /** The plan to confirm, where it is halted. */
  readonly plan: string | null;
  /** Files with other names on this disk (hard links), where there are any: elsewhere each name is a file of its own. */
  readonly hardLinks?: number;
}
export interface PeerView {
  readonly device: string;
  readonly name: string;
  readonly state: 'linked' | 'offline' | 'waiting';
  /** `lan HOST:PORT`, or `relay`; null: not linked. */
  readonly link: string | null;
  /** Not linked, but with this device, which is linked and tells how far it is. */
  readonly through?: string;
  /** Packages we hold that it has not applied, as far as it told, or the one it is linked with. */
  readonly behind: number;
  /** So many items are problems there, as it told; absent: none, or it is not linked. */
  readonly problems?: number;
}
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
  readonly fields: readonly { readonly path: string; readonly value: ValueView }[];
  readonly sources: readonly {
    readonly location: string;
    readonly format: string;
    /** `other`: it says something else, as while the record is in conflict. */
    readonly holds: 'all' | 'part' | 'other' | 'none';
  }[];
}
/** What one source has no place for, of what the records of its collection really say. */
export interface SourceLacksView {
  readonly source: string;
  /** How many it cannot hold all of. */
  readonly records: number;
  /** What most of them lack first. */
  readonly lacks: readonly LackView[];
  /** The first of them. */
  readonly named: readonly { readonly id: string; readonly title: string }[];
}
export interface LackView {
  /** A field, or a map of them: `emails`. */
  readonly map: string;
  /** Of media, dates and titles: `photo`. */
  readonly kind: string | null;
  /** None of it, no more than `held`, or only parts. */
  readonly how: 'all' | 'more' | 'part';
  readonly held: number;
  readonly records: number;
}
/** What goes on now, so that a person knows how long it will take. */
export interface ProgressView {
  readonly stage: 'listing' | 'reading' | 'receiving' | 'writing';
  readonly items: number;
  /** 0 until it can be told. */
  readonly itemsTotal: number;
  readonly bytes: number;
  /** 0 until it can be told. */
  readonly bytesTotal: number;
  readonly itemsPerSecond: number;
  /** null until it can be told. */
  readonly secondsLeft: number | null;
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
}
/** One address book or calendar of an account. */
export interface FoundCollectionView {
  readonly address: string;
  readonly name: string;
}
export interface JoinedView {
  readonly collection: string;
  readonly source: string;
  readonly state: 'joined' | 'waiting-for-approval';
  readonly code: string;
}
/** What a joining device is shown before anything is granted. */
export interface RequestView {
  readonly request: string;
  readonly device: string;
  readonly name: string;
  readonly collection: string;
  readonly collectionName: string;
  readonly role: Role;
  readonly records: number;
  readonly code: string;
  readonly at: string;
  /** It has no link: nothing but the code tells that it is the right one. */
  readonly nearby?: boolean;
}
/** This device waits for one nearby, or did so last. */
export interface NearbyWindowView {
  readonly collection: string;
  readonly collectionName: string;
  readonly role: Role;
  /** ISO 8601: nobody new is let in after it. */
  readonly until: string;
  /** `comparing`: both screens show a code, and `request` waits unless a person has allowed it. */
  readonly state: 'waiting' | 'comparing' | 'joined' | 'over';
  readonly request: RequestView | null;
  /** host:port where this device is found, for who does not see it listed. */
  readonly addresses: readonly string[];
  /** A code for how the last attempt ended, or the waiting did; null: there was none. */
  readonly why: string | null;
  /** From which address that came, where it came from one. */
  readonly from?: string;
}
/** A device in this network that waits for another one. Nobody vouches for its name. */
export interface NearbyDeviceView {
  /** To be named by in `nearby:join`; another one each time it waits. */
  readonly device: string;
  readonly name: string;
  /** host:port. */
  readonly addresses: readonly string[];
}
/** What a person compares with the other screen. */
export interface NearbyComparedView {
  readonly code: string;
  /** What the other device calls itself. */
  readonly name: string;
}
export interface DeviceView {
  readonly device: string;
  readonly name: string;
  readonly self: boolean;
  /** In the first of `collections`. */
  readonly role: Role;
  readonly collections: readonly string[];
  /** By collection. */
  readonly roles: { readonly [collection: string]: Role };
  /** Linked, or known to have written: what it signed may come through others. null: never. */
  readonly lastSeen: string | null;
}
export interface SourceSettingsView {
  readonly sources: readonly SourceView[];
  readonly only: readonly string[];
  readonly ignore: readonly string[];
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
export interface SyncView {
  readonly inStep: boolean;
  /** Which exit the command line takes: 3 at the timeout, 4 where a source is halted. */
  readonly needsPerson: boolean;
  readonly collections: readonly {
    readonly id: string;
    readonly records: number;
    readonly seconds: number;
    readonly name: string;
    /** Items here that are in step only in that they are named: a server refused one, or it cannot be read. */
    readonly problems: number;
  }[];
  readonly members: readonly {
    readonly device: string;
    readonly name: string;
    readonly inStep: boolean;
    /** Why it is not in step; where it is, what is so only in that it is named there as a problem. '' where nothing is to be said. */
    readonly why: string;
  }[];
}
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
  readonly list: readonly ConflictView[];
  /** How many fit the query, shown or not. */
  readonly total: number;
}
/** Two contacts that may be one person. */
export interface DuplicateView {
  readonly collection: string;
  /** The first would stay. */
  readonly records: readonly { readonly record: string; readonly title: string }[];
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
export interface HistoryQuery {
  readonly collection?: string;
  readonly record?: string;
  readonly device?: string;
  /** Part of a record's name. */
  readonly text?: string;
  readonly limit?: number;
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
export interface ProblemView {
  readonly collection: string;
  readonly source: string;
  readonly record: string;
  readonly code: string;
  readonly detail: string;
  readonly since: string;
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
export interface VerifyView {
  readonly collection: string;
  readonly root: string;
  readonly records: number;
  readonly differs: readonly { readonly source: string; readonly record: string }[];
}
/** One record in a list of them. `line`: what tells most of it. */
export interface RecordView {
  readonly id: string;
  readonly title: string;
  readonly line: string;
}
export interface RecordsView {
  /** In the order of their titles; events of one title by when they begin. */
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
}
export interface AgendaView {
  readonly list: readonly OccurrenceView[];
  /** What comes after the period, where nothing is in it. */
  readonly next: OccurrenceView | null;
}
export interface ExportView {
  readonly records: number;
  readonly lost: readonly { readonly record: string; readonly field: string; readonly why: string }[];
}
export interface CheckView {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix: string | null;
}

export interface RecoveryKeyView {
  /** The new key, to be printed or written down; null where none was made. */
  readonly key: string | null;
  /** The keys that count; more than one only where two admins made one at the same time. `by`: the device that made it. */
  readonly keys: readonly { readonly id: string; readonly by: string }[];
  /** What this device may do. */
  readonly role: Role;
}
export interface NoticeView {
  readonly about: 'conflict' | 'halt' | 'request' | 'joined' | 'removed' | 'problem';
  readonly title: string;
  readonly text: string;
}
