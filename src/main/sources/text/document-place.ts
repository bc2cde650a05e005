import type { ProblemCode, SourceCondition } from '../source-adapter.ts';

/** Documents that a place is asked to read at a time. */
export const DOCUMENTS_AT_ONCE = 200;
/** The same of new ones that it is to make: in a folder each of them is open until all are on the disk. */
export const MADE_AT_ONCE = 100;

/** A text as its place lists it. */
export interface ListedDocument {
  /** `''` where the place holds but one. */
  readonly name: string;
  /** Changes whenever the text does: an ETag, what a file system says of a file. At most 255 bytes. */
  readonly revision: Uint8Array;
  /** It changed so lately that the revision cannot vouch for it. */
  readonly fresh: boolean;
  /** Bytes. */
  readonly size: number;
}
export interface ReadDocument extends ListedDocument {
  readonly bytes: Uint8Array;
}
export interface UnreadDocument {
  readonly name: string;
  readonly code: ProblemCode;
  readonly detail: string;
}
/** Every document there is, in the order of their names. What could not be listed says nothing of what is in it. */
export interface DocumentListing {
  readonly documents: readonly ListedDocument[];
  readonly problems: readonly UnreadDocument[];
}
export interface NewDocument {
  readonly name: string;
  readonly bytes: Uint8Array;
}
/** Somebody wrote to what we wrote; nothing tells whether anybody did. */
export type EditedSince = 'surely' | 'perhaps';
export type DocumentWritten =
  /**
   * `document`: as the place holds it now, which may be other than what it was given; null: it is gone, as asked. `edited`: by somebody
   * else since. Absent: nobody did.
   */
  | { readonly done: 'written'; readonly document: ReadDocument | null; readonly edited?: EditedSince }
  | { readonly done: 'refused'; readonly reason: ProblemCode; readonly detail: string };

/** Where texts of items lie: one file, a folder of files, a collection on a server. Knows bytes and names, nothing of what is in them. */
export interface DocumentPlace {
  /** Does it hold a document for each item, or all items in one? */
  readonly many: boolean;
  readonly writable: boolean;
  /** No longer document is read, so that none is to become longer. Absent: there is no limit. */
  readonly mostBytes?: number;
  /** Its revisions are the word of whoever keeps it: while one stands nobody changed the document, though it may say another time with each reading. */
  readonly tellsVersions?: boolean;
  /** What it was given may be there though it could not say so: the way there is a line that breaks off. */
  readonly mayLoseAnswers?: boolean;
  /** As `SourceAdapter` says. */
  condition(asked?: boolean): Promise<SourceCondition>;
  /** `near`: it is enough to look where something is known to have happened since. The same array of documents as last time: none changed. */
  list(near?: boolean): Promise<DocumentListing>;
  /**
   * Of documents of these names, which are known and were not listed, those that are there all the same. Absent: what is not listed is not there.
   */
  leftOut?(names: readonly string[]): Promise<DocumentListing>;
  /** Names of all documents there are, and maybe of what turns out to be none, where that takes less than `list`. */
  names?(): readonly string[];
  /** The revision a document has now, where that can be told at once; null: it is not there. */
  current?(name: string): Uint8Array | null;
  /**
   * Same order; a document that went, changes just now or cannot be read is a problem of its own. `atHand`: bytes of a document as whoever asks has them,
   * for a place of large ones: where it says just that it comes with those, and is not in memory twice. `isOther`: told before one is read that says
   * something else, and does not go on where those end.
   */
  read(
    names: readonly string[],
    atHand?: (name: string) => Uint8Array | undefined,
    isOther?: (name: string) => void,
  ): Promise<readonly (ReadDocument | UnreadDocument)[]>;
  /**
   * Replaces a document whole, if it still has the revision. `expected` null: there must be none of that name. `bytes` null: it is
   * removed. A reader sees the old text or the new one, whatever happens.
   */
  write(name: string, expected: Uint8Array | null, bytes: Uint8Array | null): Promise<DocumentWritten>;
  /**
   * As `write` of several that there are none of yet (at most `MADE_AT_ONCE`), at once: the place is waited for but once. Nothing else is asked of it
   * until they are made. Same order.
   */
  make?(documents: readonly NewDocument[]): Promise<readonly DocumentWritten[]>;
  /** A name for the document of a new item, in nobody's way. */
  newName(uid: string, isTaken: (name: string) => boolean): string;
  /** Tells that something may have changed; returns how to stop. null: it has to be asked. */
  readonly watch: ((onDirty: () => void) => Promise<() => Promise<void>>) | null;
  /** The place is not this source any more: what marks it goes. */
  release(): Promise<void>;
  close(): Promise<void>;
}
