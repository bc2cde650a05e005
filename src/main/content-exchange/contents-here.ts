import type { Collection } from '../collection.ts';
import { type Chunk, chunkListSize, decodeChunkList } from '../content/chunk-list.ts';
import { digestOf } from '../platform/hash.ts';
import { giveSlabs, slabsOf } from '../platform/slabs.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { revisionIn } from '../snapshot/stored-revision.ts';
import type { Revision, SourceAdapter } from '../sources/source-adapter.ts';
import { type ContentStore, type FilePlace, HOLDERS_A_PAGE } from '../store/content-store.ts';

/** An item of a source here whose file has a content, as far as its snapshot knows. */
export interface Holder {
  readonly row: number;
  readonly source: number;
  readonly id: RecordId;
  readonly revision: Revision;
}
/** Where a chunk lies in a file. */
interface ChunkPlace {
  readonly source: number;
  readonly id: RecordId;
  readonly revision: Revision;
  readonly offset: number;
  readonly length: number;
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
/** Of a source where many files have the same bytes so many are as good as all. */
const MOST_OF_A_SOURCE = 16;

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

  /** Items of sources here that hold the content, found one by one: some of each source, however many there are. */
  *holders(content: Digest): Generator<Holder, void> {
    let after: FilePlace | null = null;
    let found = 0;
    for (;;) {
      const page: readonly FilePlace[] = this.#store.holders(content, after);
      for (const place of page) {
        if (after?.source !== place.source) found = 0;
        after = place;
        const holder = found < MOST_OF_A_SOURCE ? this.#holderAt(place, content) : null;
        if (holder === null) continue;
        found++;
        yield holder;
      }
      if (after === null || page.length < HOLDERS_A_PAGE) return;
      if (found === MOST_OF_A_SOURCE) after = { source: after.source, record: Number.MAX_SAFE_INTEGER };
    }
  }

  /** The file that shows just this content, going by the snapshot. */
  #holderAt({ source, record: row }: FilePlace, content: Digest): Holder | null {
    const collection = this.#sources.get(source)?.collection;
    const stored = collection?.records.snapshot(source, row);
    if (collection === undefined || stored === undefined || stored.revision === null) return null;
    const record = collection.records.at(row);
    // What cannot be read may hold something else by now, and can be given to nobody.
    if (record === null || collection.problems.find(source, record.id)?.code === 'unreadable') return null;
    const entry = fileEntry(collection.held(record, stored)?.get(ENTRY)?.value);
    if (entry?.type !== 'file' || entry.digest !== content) return null;
    return { row, source, id: record.id, revision: revisionIn(stored.revision) };
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
  chunkIn(source: number, chunk: Digest): ChunkPlace | null {
    return this.#chunkAt(chunk, (each) => each.source === source);
  }

  /** Where a chunk would lie in one of these contents, by their lists. What there is of them need not hold it. */
  placeIn(contents: ReadonlySet<Digest>, chunk: Digest): { readonly content: Digest; readonly offset: number } | null {
    for (const { list, place, content } of contents.size === 0 ? [] : this.#store.chunkPlaces(chunk)) {
      const opened = contents.has(content) ? this.openList(list) : null;
      if (opened?.chunks[place]?.digest === chunk) return { content, offset: opened.offsets[place] as number };
    }
    return null;
  }

  /** Reads chunks from files of other sources here than this one; null for what none of them has (any more). Same order. Verified. */
  async readChunksBeside(source: number, chunks: readonly Digest[]): Promise<readonly (Uint8Array | null)[]> {
    const read: (Uint8Array | null)[] = chunks.map(() => null);
    const places = chunks.map((chunk) => this.#chunkAt(chunk, (each) => each.source !== source));
    const known = places.flatMap((place, at) => (place === null ? [] : [{ ...place, at }]));
    for (const [from, asked] of Map.groupBy(known, (place) => place.source)) {
      const bytes = await this.#sources
        .get(from)
        ?.adapter.readContent?.(
          asked.map(({ id, revision, offset, length }) => ({ id, revision, offset, length, digest: null })),
        );
      asked.forEach(({ at }, each) => {
        // No memory that threads share: whoever reads next is given that.
        const own = bytes?.[each]?.slice();
        if (own !== undefined && digestOf(own) === chunks[at]) read[at] = own;
      });
      giveSlabs(slabsOf((bytes ?? []).filter((each) => each !== null)));
    }
    return read;
  }

  #chunkAt(chunk: Digest, fits: (holder: Holder) => boolean): ChunkPlace | null {
    for (const { list, place, content } of this.#store.chunkPlaces(chunk)) {
      const holder = this.holderOf(content, fits);
      const opened = holder === null ? null : this.openList(list);
      const found = opened?.chunks[place];
      if (holder === null || opened === null || found?.digest !== chunk) continue;
      const { source, id, revision } = holder;
      return { source, id, revision, offset: opened.offsets[place] as number, length: found.length };
    }
    return null;
  }
}
