import type { Change } from '../change-log/change.ts';
import type { Collection, WrittenPackage } from '../collection.ts';
import type { Digest, LogId, MemberKey, RecordId } from '../record/ids.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';

/** A file's content by name. `chunks`: digest of its chunk list; absent where it is one chunk. */
export interface NamedContent {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly chunks?: Digest;
}

/** Content, as far as history and conflicts ask for it. */
export interface HistoryContents {
  /** Can this device give it back without asking anyone? */
  isHere(content: Digest): boolean;
  /** The bytes, from here or else from linked peers; null where nobody has them now. Verified. */
  read(record: RecordId, content: NamedContent): Promise<Uint8Array | null>;
  /** Keeps new bytes, durably, with the list of their chunks; returns what names them. */
  keep(bytes: Uint8Array): Promise<NamedContent>;
}

interface PlaceInLog {
  readonly log: LogId;
  readonly number: number;
}

/** Who writes in a collection, and what is known of what the others have. */
export interface Members {
  /** Id of this device. */
  readonly self: string;
  /** The device behind a member key, also one that was removed since; the key itself where that is not known. */
  deviceOf(member: MemberKey): string;
  /** What people call a device; a short form of its id where nothing is known. */
  nameOf(device: string): string;
  /** The other devices that take part now. */
  others(): readonly {
    readonly device: string;
    /** The number up to which it has applied each log, as far as is known: what it names as a problem, or leaves out, counts as well. */
    readonly applied: ReadonlyMap<LogId, number>;
    /** The number up to which it had all contents that are written in each log; nothing where its sources leave something out. */
    readonly hadContents: ReadonlyMap<LogId, number>;
    /** So many items are problems there, as it told since it linked; which ones is not known here. */
    readonly problems: number;
    /** It is linked, and sends nothing of the contents it was asked for. */
    readonly isSilent: boolean;
    /** May it have applied what was written in one package only together with one of those that ended that, so that it never held it? */
    passedOver(written: PlaceInLog, ended: readonly PlaceInLog[]): boolean;
  }[];
}

/** A place here that holds the collection. */
export interface HistorySource {
  readonly row: number;
  readonly id: string;
  readonly location: string;
  /** false: it is only read, as a person said. */
  readonly isWritten: boolean;
  /** Does the record in this row wait there for content that nobody linked has? */
  lacks(row: number): boolean;
  readonly adapter: Pick<
    SourceAdapter,
    'condition' | 'list' | 'read' | 'outside' | 'onlyLeads' | 'project' | 'hasNoItemFor' | 'compose'
  >;
}

/** One collection, as history, conflicts, undo and explanations ask of it. */
export interface HistoryPort {
  readonly collection: Collection;
  readonly members: Members;
  readonly contents: HistoryContents;
  sources(): readonly HistorySource[];
  /** Writes changes no source made, and brings them to every source. */
  commit(changes: readonly Change[]): readonly WrittenPackage[];
}
