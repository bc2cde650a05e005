/**
 * What a running instance says of itself, its collections and its sources: how they are, what is under way, what waits for a person. Plain data;
 * moments are ISO 8601 in UTC where nothing else is said.
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
  /** Nothing of this device goes on for now, and the rest is what was known at last. Absent: all goes on. */
  readonly standstill?: StandstillView;
}

/** Why nothing goes on, in one sentence without a full stop, and what ends that. */
export interface StandstillView {
  readonly sentence: string;
  readonly advice: string;
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
  /** This device may only read it: names of those that may settle, undo and edit. Absent where it may itself. */
  readonly decidedBy?: readonly string[];
  /** This device is no admin of it: names of those that are, and so invite. Absent where it is one itself, or was removed. */
  readonly invitedBy?: readonly string[];
  /** Live records. */
  readonly records: number;
  /** Records that ignore or selection rules keep out of the sources here. */
  readonly outside: number;
  readonly conflicts: number;
  readonly problems: number;
  /** Of the problems: places that may only be read, for which changes wait; each is one, however many those are. Absent: none. */
  readonly readOnlyPlaces?: number;
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
  /**
   * `large`: they wait at no relay; `room`: the relay has none left for them; `away`: no device that is reached now has them; `silent`: one that
   * may have them is linked, and sends nothing of what it was asked for.
   */
  readonly why: 'large' | 'room' | 'away' | 'silent';
  /** Names of the devices that send nothing; absent where that is not why. */
  readonly silent?: readonly string[];
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

export interface ProblemView {
  readonly collection: string;
  readonly source: string;
  /** Where the problem is the place and not what waits for it (`changes`), its location. */
  readonly record: string;
  /** What people call a contact or an event; absent for a file, and where there is no such record. */
  readonly title?: string;
  readonly code: string;
  readonly detail: string;
  readonly since: string;
  /** What waits for a place that may only be read, where that is more than one item. */
  readonly changes?: readonly Pick<ProblemView, 'record' | 'title'>[];
}

export interface CheckView {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix: string | null;
}

export interface NoticeView {
  readonly about: 'conflict' | 'halt' | 'request' | 'joined' | 'removed' | 'problem';
  readonly title: string;
  readonly text: string;
}
