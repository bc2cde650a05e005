import type { RecordKind } from '../record/field-rules.ts';
import type { Digest, FieldName, RecordId } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** Changes whenever the item does; opaque to everyone but the adapter, compared byte for byte. */
export type Revision = Uint8Array;

/** Something that could not be handled, of one item: named in the UI, retried, in nobody's way. */
export interface ItemProblem {
  readonly id: RecordId;
  readonly code: ProblemCode;
  /** What a person can do, or what the system said. */
  readonly detail: string;
}
export type ProblemCode =
  | 'unreadable'
  | 'changing'
  | 'special-file'
  | 'name-not-unicode'
  | 'name-not-allowed'
  | 'names-collide'
  | 'path-too-long'
  | 'parent-is-file'
  | 'not-empty'
  | 'no-permission'
  | 'not-writable'
  | 'disk-full'
  | 'content-unavailable'
  | 'content-gone'
  | 'content-wrong'
  | 'not-taken'
  | 'changed-underneath'
  | 'invalid-change'
  | 'read-only'
  | 'malformed'
  | 'kept-beside'
  | 'deleted-elsewhere'
  | 'io';

/** One group of items that a listing covers whole; for files a directory with what lies directly in it. */
export interface ListedGroup {
  /** The common prefix of the ids of its items: for files the directory's path (`''` for the root). */
  readonly group: string;
  /** Every item of the group that can be read. An id known before, in this group, and missing here is gone. */
  readonly items: readonly ListedItem[];
  readonly problems: readonly ItemProblem[];
  /** A text it is in was written just now, and what is missing may be yet to come. */
  readonly unsettled?: boolean;
}
export interface ListedItem {
  readonly id: RecordId;
  readonly revision: Revision;
  /** The item changed so lately that its revision cannot vouch for it: read it again next time (DESIGN 4, 2 s rule). */
  readonly fresh: boolean;
  /** Bytes to be read for it; 0 where that is nothing (directories, links). */
  readonly size: number;
  /** It states nothing by which it could be known, and the snapshot does not know it: its id was made of what it says. */
  readonly isNameless?: boolean;
}

/** What a listing says, group by group, in the order of the walk. */
export type ListEvent =
  | { readonly is: 'groups'; readonly groups: readonly ListedGroup[] }
  /**
   * This group and everything below it could not be listed: nothing is known about it, least of all a deletion. `problem` null: it went while it
   * was listed, and the next listing tells that.
   */
  | { readonly is: 'unlisted'; readonly group: string; readonly problem: ItemProblem | null }
  /** A group that was there at `since` is not any more: all of it and everything below is gone. */
  | { readonly is: 'group-gone'; readonly group: string };

/** The end of a complete walk: pass `token` as `since` once everything the listing said is worked in. */
export interface ListResult {
  readonly token: number;
  readonly items: number;
  /** It looked everywhere, whatever was seen before: a group it neither told nor could not list is gone. */
  readonly complete: boolean;
  /** Files that have other names on this disk (hard links); absent where it did not look everywhere. Files only. */
  readonly linked?: number;
}

/** An item in the universal format, as this source holds it. */
export interface Reading {
  readonly id: RecordId;
  readonly revision: Revision;
  /** As `ListedItem.fresh`, judged when it was read. */
  readonly fresh: boolean;
  /** It was written so lately, by whomever, that a loss of power could still tear it. Absent: it could not. */
  readonly unsynced?: boolean;
  readonly fields: Fields;
  /** Of a field it held before, and does not any more: had it no place for it? Then it is no change. Absent: it had one for all it held. */
  readonly hadNoPlaceFor?: (before: Fields, field: FieldName) => boolean;
  /** Of a field it holds still: what of its value it has a place for. What it has none for was not cleared. Absent: it has one for all of it. */
  readonly placed?: (field: FieldName, value: Value) => Value;
  /** Content the reading made and the fields name by digest (chunk lists, photos); to be stored with the record. */
  readonly attachments: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[];
}

/** What to make of one item. `fields` null: it shall not be there. */
export interface ConstructItem {
  readonly id: RecordId;
  readonly fields: Fields | null;
  /** The revision this device last saw; null: there must be nothing at that place. Anything else there is refused. */
  readonly expected: Revision | null;
  /** What the source held of it when it was last in step, whose keys of entries the text keeps. Kinds without content only. */
  readonly native?: Fields | null;
  /** Contents its fields refer to (record/content-reference.ts), by digest. Kinds without content only. */
  readonly attachments?: ReadonlyMap<Digest, Uint8Array>;
  /** The content digest the item has at `expected`, where it has content: what is replaced or deleted goes to the version store under it. */
  readonly replaces: Digest | null;
  /** Where the bytes come from; null where the content stays as it is or there is none (directory, link, delete, mtime only). */
  readonly content: ContentPlan | null;
}
/** Where a file's content is, on this device. */
export type ContentPlan =
  | { readonly from: 'bytes'; readonly bytes: Uint8Array }
  /** Another item of this source, if it still has this revision. `take`: it is to be deleted in the same batch, so it may be renamed. */
  | { readonly from: 'item'; readonly id: RecordId; readonly revision: Revision; readonly take: boolean }
  /** The version store. */
  | { readonly from: 'kept'; readonly digest: Digest }
  /** A file that `stage` completed; it is moved into place. */
  | { readonly from: 'staged'; readonly path: string };

/** What a person is told of a file that is not fetched, though it would fit. */
export const NO_ROOM = 'Too little of this disk would stay free (setting disk.reserve).';

/** Puts a large file together beside its place before it is constructed; repeating a step does no harm, so transfers resume. */
export interface StageRequest {
  readonly digest: Digest;
  readonly size: number;
  /** Ranges that items of this source hold, if they still have that revision. */
  readonly copies: readonly {
    readonly offset: number;
    readonly length: number;
    readonly digest: Digest;
    readonly from: { readonly id: RecordId; readonly revision: Revision; readonly offset: number };
  }[];
  /** The other ranges: they will be fetched, unless an interrupted staging left them here. */
  readonly wanted: readonly { readonly offset: number; readonly length: number; readonly digest: Digest }[];
  /** Of those, ranges that other staged contents may hold, as an earlier version of the file that did not come whole. */
  readonly parts: readonly {
    readonly offset: number;
    readonly length: number;
    readonly digest: Digest;
    readonly from: { readonly content: Digest; readonly offset: number };
  }[];
  /** Bytes that may be fetched for it. Where more is missing nothing is begun, and it fails with `disk-full`. null: as many as it needs. */
  readonly room: number | null;
  /** Those of them that were fetched before. */
  readonly pieces: readonly StagedPiece[];
}

export type ConstructOutcome =
  | {
      readonly id: RecordId;
      readonly done: 'written';
      /** null: the item is not there any more, as asked. */
      readonly revision: Revision | null;
      /** As `ListedItem.fresh`: somebody may have written to it at that very moment. Absent: nobody did. */
      readonly fresh?: boolean;
      /** What the source holds of it now, as read again; absent: just what it was given. */
      readonly holds?: Fields;
      /** The digest under which what was replaced went to the version store; null: nothing was replaced, or it is still there elsewhere. */
      readonly kept: Digest | null;
    }
  | { readonly id: RecordId; readonly done: 'refused'; readonly reason: ProblemCode; readonly detail: string };

/** What stands at the place of an item. `unreadable`: it cannot be told now. */
export type Inspected =
  | { readonly is: 'missing' }
  | { readonly is: 'unreadable' }
  | {
      readonly is: 'there';
      readonly revision: Revision;
      readonly fields: Fields;
      /** A file without any byte that is not zero; true of an empty one. */
      readonly zeroes: boolean;
      /** A file with a page of zeroes somewhere, as a write that never reached the disk leaves it. */
      readonly holes: boolean;
    };

export interface Capabilities {
  readonly write: boolean;
  readonly watch: boolean;
  /** null: every field of the kind. */
  readonly fields: ReadonlySet<FieldName> | null;
}

/** Can the source be looked at? Absence is weak evidence: `unavailable` says nothing about its items (DESIGN 4). */
export type SourceCondition =
  | { readonly is: 'ready' }
  | {
      readonly is: 'unavailable';
      readonly code: 'missing' | 'no-marker' | 'other-marker' | 'other-disk' | 'unreadable';
      readonly detail: string;
    };

export interface ContentRequest {
  readonly id: RecordId;
  readonly revision: Revision;
  readonly offset: number;
  /** At most this many bytes. */
  readonly length: number;
  /** What all bytes from `offset` on must be: others are not given, and more than `length` are not read. null: whoever asks checks them. */
  readonly digest: Digest | null;
}
export interface StagedPiece {
  readonly offset: number;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}
export interface StagedFile {
  readonly path: string;
  /** Offsets of the ranges, of `copies` and `wanted`, that are not there: those bytes have to be fetched. */
  readonly missing: readonly number[];
}

/** A place that holds records in its own format. It knows nothing of peers, merging or the database (DESIGN 4). */
export interface SourceAdapter {
  readonly kind: RecordKind;
  readonly can: Capabilities;
  /** `asked`: a person waits for it, so what a server answered a while ago does not do. */
  condition(asked?: boolean): Promise<SourceCondition>;
  /**
   * Walks the source and tells the groups that may differ from what `since` (an earlier listing that was worked in whole) saw;
   * all of them where `since` is null or too old. Cheap: nothing is opened. `within`: only these groups, not what lies below.
   */
  list(
    since: number | null,
    within: readonly string[] | null,
    tell: (event: ListEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ListResult>;
  /**
   * Reads items whole. An item that changes while it is read, or cannot be, is a problem of its own. Same order as asked. `former`: chunk
   * lists of items as they were last; what is still the same is cut faster with them, and with the same result.
   */
  read(
    ids: readonly RecordId[],
    signal: AbortSignal,
    former?: ReadonlyMap<RecordId, Uint8Array>,
  ): Promise<readonly (Reading | ItemProblem)[]>;
  /**
   * The item it listed as `item` is another record, under which it is listed from now on. Returns the item's revision as that; null: it is not at
   * hand. Whoever asks puts the revision into the snapshot. Kinds without content only.
   */
  recognize?(item: RecordId, record: RecordId): Revision | null;
  /** The record whose UID an item of this revision states, where it shows another one; null: it shows that one, or states none. */
  shownAs?(revision: Revision): RecordId | null;
  /** Writes each item only where its revision is still the expected one; otherwise refuses and changes nothing. Same order. */
  construct(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]>;
  /**
   * An earlier listing told of these groups, and not all of that was taken in: the next one tells them, or that they are gone, though nothing changed.
   * Absent: each listing tells all.
   */
  tellAgain?(groups: readonly string[]): void;
  /** The snapshot says what these outcomes of `construct` were: nothing else needs to tell of it after an interruption. Absent: nothing does. */
  committed?(outcomes: readonly ConstructOutcome[]): void;
  /** What the source can hold of a record, and would show of it (the lens of DESIGN 4); absent: all. `held`: as `TextFormat.project`. Pure. */
  project?(full: Fields, held?: Fields): Fields;
  /**
   * Of a source that may have what it was given though nobody could say so, for its answer was lost: what it held of that (`meant`) before somebody edited
   * it, where it shows `holds` now; null: nobody did. Absent: what is written there is known to be. Pure.
   */
  unedited?(meant: Fields, holds: Fields): Fields | null;
  /** Is the record of a sort it has no item for (`TextFormat.hasNoItemFor`)? It is not brought there. Absent: of none. */
  hasNoItemFor?(full: Fields, shown: Fields): boolean;
  /** A text of its own of this record, as the source would write it. Kinds without content only. */
  compose?(id: RecordId, full: Fields): Uint8Array;
  /** Kept out of this source by ignore or selection rules: never a difference, never constructed (DESIGN 4). */
  outside(id: RecordId, isDirectory: boolean): boolean;
  /** A directory that is made only together with something in it: its own rules select what may be there, not the directory. */
  onlyLeads?(id: RecordId): boolean;
  /** How many files had other names on this disk when all of it was listed last: elsewhere each name is a file of its own. Files only. */
  readonly linked?: number;
  /** Something that an interruption left beside is not settled: its disk is away, or full, or nobody can tell what it is. Files only. */
  readonly leftAside?: boolean;
  /** 0 while nothing is left out; otherwise another number with each change of the rules. */
  rulesVersion(): number;
  /**
   * Bytes of items as they were at a revision; null for one that is not at that revision any more, or where the source was let go of. Kinds with
   * content only. `most`: no further item is read once this many bytes were; those are null as well.
   */
  readContent?(requests: readonly ContentRequest[], most?: number): Promise<readonly (Uint8Array | null)[]>;
  /** Begins or resumes a large file beside its place, and may keep the memory of its pieces; returns where it is put together and which of its offsets are there already. */
  stage?(request: StageRequest): Promise<StagedFile>;
  /** Writes pieces that were fetched, whose memory it may keep. Returns the offsets of those that were found not to be what their digest says: they were not written. */
  writeStaged?(path: string, pieces: readonly StagedPiece[]): Promise<readonly number[]>;
  /** Is the staged file what its digest says? If not, `stage` verifies it piece by piece, and `writeStaged` each that comes. */
  isStagedWhole?(path: string): Promise<boolean>;
  /** Contents of which something is staged. */
  stagedContents?(): Promise<readonly Digest[]>;
  /**
   * Lets go of what is staged of other contents than these. Nothing goes while one that is `awaited` is not begun: it may take over what others
   * hold. `refused`: could not be written, and may be later.
   */
  keepStaged?(awaited: readonly Digest[], refused: readonly Digest[]): Promise<void>;
  /** Tells the groups something happened in; null: somewhere, look everywhere (overflow). Returns how to stop. */
  watch?(onDirty: (group: string | null) => void, onLimit: (detail: string) => void): Promise<() => Promise<void>>;
  /** The place is not this source any more: what marks it as one goes. What cannot be reached now keeps it. */
  release?(): Promise<void>;
  /** Other selection and ignore rules hold from now on. Files only. */
  setRules?(rules: { readonly only: readonly string[]; readonly ignore: readonly string[] }): Promise<void>;
  /** Items it would rather be given at a time to construct; absent: as many as are at hand. */
  readonly batch?: number;
  close(): Promise<void>;
}
