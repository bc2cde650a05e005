import type { Collection } from '../collection.ts';
import type { NamedContent } from '../past/history-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { CollectionId, Digest, LogId, MemberKey, RecordId } from '../record/ids.ts';
import type { Inspected, Revision } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { UnsyncedStore } from '../store/unsynced-store.ts';

/** The version store and the roots of sources, as the thread that writes them serves it. */
export interface KeepStore {
  /** Nothing was ever kept, or nothing is left of it. Found out without the thread, which has not begun where nobody needs it. */
  isEmpty(): boolean;
  /** `reserve`: bytes of the store's disk that stay free. Same order. */
  capture(
    source: string,
    requests: readonly { readonly id: RecordId; readonly revision: Revision; readonly digest: Digest }[],
    reserve: number,
  ): Promise<readonly ('kept' | 'moved' | 'no-room')[]>;
  /** null: the source was let go of. */
  inspect(source: string, ids: readonly RecordId[]): Promise<readonly Inspected[] | null>;
  sync(source: string, ids: readonly RecordId[]): Promise<readonly boolean[]>;
  /** null: the system does not say. */
  freeBytes(): Promise<number | null>;
  readKept(digest: Digest): Promise<Uint8Array | null>;
  /** Durably, and noted in the table of what is kept. */
  keep(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void>;
  drop(digests: readonly Digest[]): Promise<void>;
  keptListing(part: number): Promise<{
    readonly items: readonly { readonly digest: Digest; readonly size: number }[];
    readonly next: number | null;
  }>;
  hasKept(digests: readonly Digest[]): Promise<readonly boolean[]>;
}

/** A place here that holds the collection. */
export interface KeepSource {
  readonly row: number;
  readonly id: string;
  /** When last looked at, it could not be: what is missing in it says nothing. */
  readonly isAway: boolean;
  /** As `isAway`, asked anew. */
  isReady(): Promise<boolean>;
  /** Rows of records that are still to be brought to it. */
  pending(): readonly number[];
  /** How many ever were: where it is what it was, `pending` has none that was not among them. */
  enqueued(): number;
  /** Is the item outside what its rules let in? */
  leavesOut(id: RecordId): boolean;
  /** Brings a record to it (again). */
  construct(row: number): void;
  /** Something may have changed in these groups. */
  look(groups: ReadonlySet<string>): void;
}

/** One collection, as what is kept for it is decided. */
export interface KeepCollection {
  readonly collection: Collection;
  sources(): readonly KeepSource[];
  /** The other members, with the number up to which each has applied each log. */
  others(): readonly {
    readonly device: string;
    /** Whose logs are its own; null: not known. */
    readonly member: MemberKey | null;
    readonly applied: ReadonlyMap<LogId, number>;
  }[];
  /** Is a member at work with what it got, so that it soon is not only here? */
  isBeingApplied(): boolean;
  /** Devices linked now that share it. */
  linked(): readonly string[];
  /** From here, else from linked peers; null where nobody has it now. Verified. */
  read(record: RecordId, content: NamedContent): Promise<Uint8Array | null>;
}

export interface KeepLimits {
  /** Days what was replaced or deleted is kept. */
  readonly days: number;
  /** Bytes of everything kept, before compression. */
  readonly bytes: number;
  /** Larger files are not copied ahead of need; bytes. */
  readonly copyLimit: number;
  /** Bytes of the disk that stay free. */
  readonly reserve: number;
}

export interface KeepPort {
  readonly clock: Clock;
  readonly store: KeepStore;
  readonly kept: ContentStore;
  readonly unsynced: UnsyncedStore;
  collections(): readonly KeepCollection[];
  limits(): KeepLimits;
  /** Items of sources here whose files hold a content. */
  whoHolds(content: Digest): readonly {
    readonly row: number;
    readonly source: number;
    readonly id: RecordId;
    readonly revision: Revision;
  }[];
  /** The bytes of an item of a source at a revision; null where it is not at it any more. */
  readItem(source: number, id: RecordId, revision: Revision): Promise<Uint8Array | null>;
  /** Commits all of `work` or none of it. */
  transact<T>(work: () => T): T;
  /** Contents of the collection are here that peers may have asked for in vain. */
  contentsBack(id: CollectionId): void;
  /** Something may be to do again. */
  wake(): void;
}

/** Work that waits until the device has nothing better to do. */
export interface IdleJob {
  /** Does a little of it; true: there is more that can be done now. */
  step(): Promise<boolean>;
}
