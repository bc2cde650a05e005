/**
 * The one table of what a UI or the command line may ask of a running instance, and of what it tells them (STYLE: one table, both
 * ends typed). Views are complete plain values, never patches. Imports nothing.
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
}
export interface PeerView {
  readonly device: string;
  readonly name: string;
  readonly state: 'linked' | 'offline' | 'waiting';
  readonly link: string | null;
  /** Packages we hold that it has not applied. */
  readonly behind: number;
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
    readonly holds: 'all' | 'part' | 'none';
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
  readonly collections: readonly { readonly id: string; readonly records: number; readonly seconds: number }[];
  readonly members: readonly {
    readonly device: string;
    readonly name: string;
    readonly inStep: boolean;
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
  /** In the order of their titles. */
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

/** `COLLECTION`, `DEVICE`, `RECORD` arguments take an id, an unambiguous prefix of one, or a name (CLI.md). */
export interface Requests {
  'status': () => StatusView;
  'ui:address': () => { readonly ui: string };
  'collections:add': (options: AddOptions) => AddedView;
  'collections:invite': (collection: string, role: Role, approveFirst: boolean) => { readonly link: string };
  /** `link` null: every open one that this device made. How many were open, as far as this device knows. */
  'collections:revoke-invite': (collection: string, link: string | null) => { readonly revoked: number };
  /** `make` shows a new key, this once; `use` (with `key`) makes this device an admin. */
  'collections:recovery-key': (
    collection: string,
    action: 'show' | 'make' | 'drop' | 'use',
    key: string | null,
  ) => RecoveryKeyView;
  'collections:join': (link: string, location: string, format: string | null, wait: boolean) => JoinedView;
  /** Remembers the password of the user the address names, for that server; it never comes back out. */
  'accounts:password': (address: string, password: string) => Record<string, never>;
  /** What an account holds of a kind. Fails with `bad-address`, `not-reachable`, `not-allowed`, `other-host`, `no-collections`. */
  'accounts:collections': (address: string, kind: 'contacts' | 'calendar') => readonly FoundCollectionView[];
  'collections:leave': (collection: string) => Record<string, never>;
  'requests:list': () => readonly RequestView[];
  /** Returns those that still wait. */
  'requests:answer': (request: string, approve: boolean) => readonly RequestView[];
  'sync': (options: SyncOptions) => SyncView;
  'devices:list': () => readonly DeviceView[];
  'devices:remove': (device: string, collection: string | null) => readonly DeviceView[];
  'devices:rename': (name: string) => readonly DeviceView[];
  /** null: in every collection shared with it. */
  'devices:role': (device: string, role: Role, collection: string | null) => readonly DeviceView[];
  /** What a device wrote after it lost the right to counts after all, everywhere, or is let go of here. */
  'devices:quarantine': (device: string, take: boolean, collection: string | null) => readonly ProblemView[];
  'source:change': (collection: string, change: SourceChange) => SourceSettingsView;
  /** What is at a place on this device; `format` null: whatever it looks like. Adds and makes nothing. */
  'places:recognize': (location: string, format: string | null) => PlaceView;
  /** What the sources of a collection here cannot hold; those that hold all are not named. */
  'source:lacks': (collection: string) => readonly SourceLacksView[];
  /** Bytes of a record: as now, a conflict's value, or as of a time or package. */
  'records:cat': (collection: string, record: string, which: { value?: string; at?: string }) => Uint8Array;
  /** Bytes a value of a record refers to (`{content, size}`, as of a photo); at most 4 MiB. Fails with `too-big`, `content-not-kept`. */
  'records:content': (collection: string, record: string, content: string, size: number) => Uint8Array;
  'records:explain': (collection: string, record: string) => ExplainView;
  'conflicts:list': (collection: string | null) => readonly ConflictView[];
  'conflicts:detail': (conflict: string) => ConflictDetailView;
  'conflicts:resolve': (conflict: string, choice: Choice) => ResultView;
  'conflicts:resolve-all': (prefer: string) => ResultView;
  /** Contacts that may be one person, the surest first. */
  'duplicates:list': (collection: string) => readonly DuplicateView[];
  /** These two contacts are one person, or they are not. */
  'duplicates:settle': (collection: string, one: string, other: string, isOnePerson: boolean) => ResultView;
  'history:list': (query: HistoryQuery) => readonly PackageView[];
  'history:undo': (id: string) => ResultView;
  'history:restore': (collection: string, record: string | null, at: string, to: string | null) => ResultView;
  'problems:list': (collection: string | null) => readonly ProblemView[];
  'safety:preview': (collection: string | null) => PlanView;
  'safety:confirm': (planOrSource: string) => Record<string, never>;
  'verify': (collection: string | null, content: boolean) => readonly VerifyView[];
  'pause': (collection: string | null, paused: boolean) => Record<string, never>;
  /** A contact or an event as it is now, and where it is. */
  'records:show': (collection: string, record: string) => ShownRecordView;
  /** Contacts or events that have this text in what they say; '' for all. At most 10,000. */
  'records:list': (collection: string, search: string) => RecordsView;
  /** What takes place in a calendar between two moments (milliseconds since 1970), as seen from a time zone (IANA). */
  'calendar:agenda': (collection: string, from: number, to: number, timeZone: string) => AgendaView;
  'export': (collection: string, file: string, format: string | null) => ExportView;
  'config': (key: string | null, value: string | null) => { readonly [key: string]: string | number | boolean | null };
  'doctor': () => readonly CheckView[];
  /** Only where a window exists: asks the person for a folder; null when they thought better of it. */
  'desktop:pick-folder': () => string | null;
  /** Only where a window exists: shows the place of one of this device's sources in the system's file manager. */
  'desktop:open-source': (source: string) => Record<string, never>;
}

export interface Events {
  'status': StatusView;
  'requests': readonly RequestView[];
  /** Something a person should know, once: also shown as a system notification. */
  'notice': NoticeView;
}
export interface NoticeView {
  readonly about: 'conflict' | 'halt' | 'request' | 'joined' | 'removed' | 'problem';
  readonly title: string;
  readonly text: string;
}

export type RequestName = keyof Requests;
export type EventName = keyof Events;

/** Types vanish at run time: the names a caller may use, checked at every door. `satisfies` makes a missing one a compile error. */
export const REQUESTS = Object.keys({
  'status': 0,
  'ui:address': 0,
  'collections:add': 0,
  'collections:invite': 0,
  'collections:revoke-invite': 0,
  'collections:recovery-key': 0,
  'collections:join': 0,
  'accounts:password': 0,
  'accounts:collections': 0,
  'collections:leave': 0,
  'requests:list': 0,
  'requests:answer': 0,
  'sync': 0,
  'devices:list': 0,
  'devices:remove': 0,
  'devices:rename': 0,
  'devices:role': 0,
  'devices:quarantine': 0,
  'source:change': 0,
  'places:recognize': 0,
  'source:lacks': 0,
  'records:cat': 0,
  'records:content': 0,
  'records:explain': 0,
  'conflicts:list': 0,
  'conflicts:detail': 0,
  'conflicts:resolve': 0,
  'conflicts:resolve-all': 0,
  'duplicates:list': 0,
  'duplicates:settle': 0,
  'history:list': 0,
  'history:undo': 0,
  'history:restore': 0,
  'problems:list': 0,
  'safety:preview': 0,
  'safety:confirm': 0,
  'verify': 0,
  'pause': 0,
  'records:show': 0,
  'records:list': 0,
  'calendar:agenda': 0,
  'export': 0,
  'config': 0,
  'doctor': 0,
  'desktop:pick-folder': 0,
  'desktop:open-source': 0,
} satisfies Record<RequestName, 0>) as readonly RequestName[];
export const EVENTS = Object.keys({ status: 0, requests: 0, notice: 0 } satisfies Record<
  EventName,
  0
>) as readonly EventName[];

/** What crosses a boundary instead of an exception. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly subject: string;
}
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError };

export type Handlers = {
  readonly [K in RequestName]: (
    ...args: Parameters<Requests[K]>
  ) => ReturnType<Requests[K]> | Promise<ReturnType<Requests[K]>>;
};

/** What the renderer sees, from the preload (`window.lockstep`) or over the browser's WebSocket. */
export interface LockstepClient {
  readonly host: 'electron' | 'browser';
  request<K extends RequestName>(name: K, ...args: Parameters<Requests[K]>): Promise<Reply<ReturnType<Requests[K]>>>;
  on<K extends EventName>(name: K, listener: (event: Events[K]) => void): () => void;
  /** null where a browser cannot know the path. */
  pathForFile(file: File): string | null;
}
