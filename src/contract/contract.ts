/**
 * The one table of what a UI or the command line may ask of a running instance, and of what it tells them: both ends
 * are typed by it. The values that cross are in `views/`.
 */
import type {
  Choice,
  ConflictDetailView,
  ConflictsQuery,
  ConflictsView,
  ConflictView,
  DuplicateView,
  ResultView,
} from './views/conflict-views.ts';
import type {
  DeviceView,
  JoinedView,
  NearbyComparedView,
  NearbyDeviceView,
  NearbyWindowView,
  RecoveryKeyView,
  RequestView,
} from './views/device-views.ts';
import type {
  ActChangesView,
  ActView,
  ExplainView,
  HistoryQuery,
  PackageView,
  VerifyView,
} from './views/history-views.ts';
import type { AgendaView, ExportView, RecordsView } from './views/record-views.ts';
import type {
  AddedView,
  AddOptions,
  FoundAccountView,
  FoundCollectionView,
  PlaceView,
  PlanView,
  ShownRecordView,
  SourceChange,
  SourceLacksView,
  SourceSettingsView,
  SyncOptions,
  SyncView,
} from './views/source-views.ts';
import type { CheckView, NoticeView, ProblemView, Role, StatusView } from './views/status-views.ts';

export type * from './views/conflict-views.ts';
export type * from './views/device-views.ts';
export type * from './views/history-views.ts';
export type * from './views/record-views.ts';
export type * from './views/source-views.ts';
export type * from './views/status-views.ts';

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
  /**
   * Where an account is that is named by an e-mail address or a host, and its address for each user its server may know a person by. Fails with
   * `bad-address`, `not-reachable`, `no-collections`, `other-host` (the subject is the address to confirm).
   */
  'accounts:find': (typed: string, kind: 'contacts' | 'calendar', user: string | null) => FoundAccountView;
  /** Keeps the password for the first of these users that is let in, and says whom; null: the known one. Fails with `not-allowed`. */
  'accounts:log-in': (
    addresses: readonly string[],
    kind: 'contacts' | 'calendar',
    password: string | null,
  ) => { readonly address: string };
  'collections:leave': (collection: string) => Record<string, never>;
  /** For two minutes devices nearby may ask for this collection; the requests that come are answered as any other. */
  'nearby:wait': (collection: string, role: Role) => NearbyWindowView;
  'nearby:stop': () => Record<string, never>;
  /** null: nobody was waited for since the start, or it was stopped. */
  'nearby:window': () => NearbyWindowView | null;
  /** Devices in this network that wait for another one. */
  'nearby:devices': () => readonly NearbyDeviceView[];
  /** Asks one of them, or whoever is at host:port; answered with the code to compare. One at a time. */
  'nearby:join': (device: string, location: string, format: string | null) => NearbyComparedView;
  /** A person compared: the code is the same on the other screen, or it is not. */
  'nearby:compared': (code: string, same: boolean) => Record<string, never>;
  /** What the pairing with this code comes to. */
  'nearby:outcome': (code: string) => JoinedView;
  /** The pairing this device asked for is not wanted any more. */
  'nearby:give-up': () => Record<string, never>;
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
  /** The first of them: a window never asks for thousands at once. */
  'conflicts:first': (query: ConflictsQuery) => ConflictsView;
  'conflicts:detail': (conflict: string) => ConflictDetailView;
  'conflicts:resolve': (conflict: string, choice: Choice) => ResultView;
  /** `collection` null: in all of them. */
  'conflicts:resolve-all': (prefer: string, collection: string | null) => ResultView;
  /** Contacts that may be one person, the surest first. */
  'duplicates:list': (collection: string) => readonly DuplicateView[];
  /** These two contacts are one person, or they are not. */
  'duplicates:settle': (collection: string, one: string, other: string, isOnePerson: boolean) => ResultView;
  /** All pairs that are sure, and whose contacts are in no other such pair, are one person each. */
  'duplicates:fuse-sure': (collection: string) => ResultView;
  'history:list': (query: HistoryQuery) => readonly PackageView[];
  /** The same by acts: what one large change became is one of them. `limit` counts acts; `before`: the id of one. */
  'history:acts': (query: HistoryQuery) => readonly ActView[];
  /** Changes of an act, a package or one change, by its id: so many from there on, of records with `text` in their name (null: of all). */
  'history:changes': (id: string, from: number, count: number, text: string | null) => ActChangesView;
  'history:undo': (id: string) => ResultView;
  /** Changes of one log at once, by their ids, as a result names them. */
  'history:undo-all': (changes: readonly string[]) => ResultView;
  'history:restore': (collection: string, record: string | null, at: string, to: string | null) => ResultView;
  'problems:list': (collection: string | null) => readonly ProblemView[];
  'safety:preview': (collection: string | null) => PlanView;
  'safety:confirm': (planOrSource: string) => Record<string, never>;
  /** What is gone from a halted source is written there again, instead of being deleted elsewhere. */
  'safety:put-back': (planOrSource: string) => Record<string, never>;
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
  /** Only where a window exists: whether Lockstep starts when the person logs in, after setting it unless null is given. */
  'desktop:start-at-login': (on: boolean | null) => boolean;
}

export interface Events {
  'status': StatusView;
  'requests': readonly RequestView[];
  /** Something a person should know, once: also shown as a system notification. */
  'notice': NoticeView;
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
  'accounts:find': 0,
  'accounts:log-in': 0,
  'collections:leave': 0,
  'nearby:wait': 0,
  'nearby:stop': 0,
  'nearby:window': 0,
  'nearby:devices': 0,
  'nearby:join': 0,
  'nearby:compared': 0,
  'nearby:outcome': 0,
  'nearby:give-up': 0,
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
  'conflicts:first': 0,
  'conflicts:detail': 0,
  'conflicts:resolve': 0,
  'conflicts:resolve-all': 0,
  'duplicates:list': 0,
  'duplicates:settle': 0,
  'duplicates:fuse-sure': 0,
  'history:list': 0,
  'history:acts': 0,
  'history:changes': 0,
  'history:undo': 0,
  'history:undo-all': 0,
  'history:restore': 0,
  'problems:list': 0,
  'safety:preview': 0,
  'safety:confirm': 0,
  'safety:put-back': 0,
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
  'desktop:start-at-login': 0,
} satisfies Record<RequestName, 0>) as readonly RequestName[];
/** The names of all events. */
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
