import type { CollectionId } from '../../main/record/ids.ts';

/** Where packs are. Ids are checked hex: they may be names of files. */
export interface BlobStore {
  /** Durable when it resolves; the same id again is the same bytes. */
  put(group: CollectionId, id: string, bytes: Uint8Array): Promise<void>;
  /** As many bytes from `offset` as there are, `length` at most; null: no such pack. */
  read(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null>;
  /** Does nothing where it is gone already. */
  remove(group: CollectionId, id: string): Promise<void>;
  /** The packs that were last written before this time (ms); half-written ones of that age are gone afterwards. */
  writtenBefore(time: number): AsyncIterable<{ readonly g: CollectionId; readonly id: string }>;
}
