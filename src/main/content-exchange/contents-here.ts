import type { Collection } from '../collection.ts';
import { type Chunk, chunkListSize, decodeChunkList } from '../content/chunk-list.ts';
import { giveSlabs, slabsOf } from '../platform/slabs.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { revisionIn } from '../snapshot/stored-revision.ts';
import type { Revision, SourceAdapter } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { StoredRecord } from '../store/record-store.ts';

/** An item of a source here whose file has a content, as far as its snapshot knows. */
export interface Holder {
  readonly row: number;
  readonly source: number;
  readonly id: RecordId;
  readonly revision: Revision;
}
interface Registered {
  readonly collection: Collection;
  readonly adapter: SourceAdapter;
}
/** A chunk list, and where in the file each chunk begins. */
export interface OpenList {
  readonly content: Digest;
  readonly chunks: readonly Chunk[];
  readonly offsets: Float64Array;
}

const LISTS_OPEN = 8;

/** Which files of the sources here hold a content or a chunk, as far as their snapshots know. What they hold by now their bytes tell. */
export class ContentsHere {
  readonly #store: ContentStore;
  readonly #sources = new Map<number, Registered>();
  readonly #lists = new Map<number, OpenList>();

  constructor(store: ContentStore) {
    this.#store = store;
  }

  register(source: number, collection: Collection, adapter: SourceAdapter): void {
    this.#sources.set(source, { collection, adapter });
  }
  forget(source: number): void {
    this.#sources.delete(source);
  }
  get sources(): number {
    return this.#sources.size;
  }
  adapter(source: number): SourceAdapter | undefined {
    return this.#sources.get(source)?.adapter;
  }

  /** Is the content on this device, so that history can give it back? */
  isHere(content: Digest): boolean {
    return this.#store.isKept(content) || this.holderOf(content) !== null;
  }

  /** Reads a content from a file of any source here; null where none holds it (any more). Verified. */
  async readHeld(content: Digest): Promise<Uint8Array | null> {
    for (const holder of this.holders(content)) {
      const adapter = this.#sources.get(holder.source)?.adapter;
      const [bytes] =
        (await adapter?.readContent?.([
          { id: holder.id, revision: holder.revision, offset: 0, length: Number.MAX_SAFE_INTEGER, digest: content },
        ])) ?? [];
      if (bytes === null || bytes === undefined) continue;
      // Whoever gets it may keep it: no memory that threads share.
      const own = bytes.slice();
      giveSlabs(slabsOf([bytes]));
      return own;
    }
    return null;
  }

  /** The first item that holds the content (and fits). */
  holderOf(content: Digest, fits: (holder: Holder) => boolean = () => true): Holder | null {
    for (const holder of this.holders(content)) if (fits(holder)) return holder;
    return null;
  }

  /** Items of sources here that hold the content, found one by one. */
  *holders(content: Digest): Generator<Holder, void> {
    const rows = this.#store.holders(content);
    if (rows.length === 0) return;
    const collections = new Set([...this.#sources.values()].map((each) => each.collection));
    for (const row of rows)
      for (const collection of collections) {
        const record = collection.records.at(row);
        const holder = record === null ? null : this.#holderIn(collection, record, content);
        if (holder !== null) {
          yield holder;
          break;
        }
      }
  }

  /** The record in a source that shows just this content, going by the snapshot. */
  #holderIn(collection: Collection, record: StoredRecord, content: Digest): Holder | null {
    for (const source of collection.sourceRows()) {
      const stored = collection.records.snapshot(source, record.row);
      if (stored === undefined || stored.revision === null) continue;
      // What cannot be read may hold something else by now, and can be given to nobody.
      if (collection.problems.find(source, record.id)?.code === 'unreadable') continue;
      const held = collection.held(record, stored);
      const entry = fileEntry(held?.get(ENTRY)?.value);
      if (entry?.type === 'file' && entry.digest === content)
        return { row: record.row, source, id: record.id, revision: revisionIn(stored.revision) };
    }
    return null;
  }

  /** A chunk list by its row, with where its chunks begin. The latest ones stay open. */
  openList(row: number): OpenList | null {
    const known = this.#lists.get(row);
    if (known !== undefined) return known;
    const stored = this.#store.listAt(row);
    if (stored === null) return null;
    const chunks = decodeChunkList(stored.bytes, chunkListSize(stored.bytes));
    const offsets = new Float64Array(chunks.length);
    for (let at = 1; at < chunks.length; at++)
      offsets[at] = (offsets[at - 1] as number) + (chunks[at - 1] as Chunk).length;
    const opened = { content: stored.content, chunks, offsets };
    if (this.#lists.size >= LISTS_OPEN) this.#lists.delete(this.#lists.keys().next().value as number);
    this.#lists.set(row, opened);
    return opened;
  }

  /** Where a chunk lies in a file of this source, by what its snapshot knows. */
  chunkIn(source: number, chunk: Digest): { id: RecordId; revision: Revision; offset: number } | null {
    for (const { list, place, content } of this.#store.chunkPlaces(chunk)) {
      const holder = this.holderOf(content, (each) => each.source === source);
      const opened = holder === null ? null : this.openList(list);
      if (holder === null || opened?.chunks[place]?.digest !== chunk) continue;
      return { id: holder.id, revision: holder.revision, offset: opened.offsets[place] as number };
    }
    return null;
  }
}
