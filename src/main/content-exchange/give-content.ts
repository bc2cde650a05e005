import type { Collection } from '../collection.ts';
import { LONGEST_CHUNK } from '../content/chunker.ts';
import { nameContent } from '../content/name-content.ts';
import { makeSplice } from '../content/splice.ts';
import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import { SLAB_BYTES } from '../platform/slabs.ts';
import { LONGEST_PART } from '../record/content-reference.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { revisionIn } from '../snapshot/stored-revision.ts';
import type { ContentRequest, Revision } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { KeptContents } from './contents.ts';
import type { ContentsHere, Holder, OpenList } from './contents-here.ts';

interface ContentPlace {
  readonly source: number;
  readonly request: ContentRequest;
}
/** What is read in one go for several who asked: chunks that follow each other in a file. `length` null: all that was read. */
interface Run {
  request: ContentRequest;
  readonly parts: { readonly at: number; readonly offset: number; readonly length: number | null }[];
}
/**
 * Bytes of one request after which nothing more is read for it from one place. Honest askers want 2 MiB at a time, or one item; what others
 * name is read and hashed before it can be told that it is not what they asked for.
 */
const MOST_READ = 8 << 20;
const NEVER = new AbortController().signal;

/** Gives peers the contents, chunks and chunk lists they ask for: out of files of sources here, or out of the version store. */
export class ContentGiver {
  readonly #here: ContentsHere;
  readonly #store: ContentStore;
  readonly #kept: Pick<KeptContents, 'read'>;
  #given = 0;
  #lastKept: { readonly digest: Digest; readonly bytes: WeakRef<Uint8Array> } | null = null;

  constructor(here: ContentsHere, store: ContentStore, kept: Pick<KeptContents, 'read'>) {
    this.#here = here;
    this.#store = store;
    this.#kept = kept;
  }

  /** Rises while peers are given contents, so that nothing less urgent gets in their way. */
  get given(): number {
    return this.#given;
  }

  /** Gives what peers ask for; null for what is not here. */
  async give(collection: Collection, asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    const given: (ContentGiven | null)[] = asked.map(() => null);
    await this.#giveLists(collection, asked, given);
    await this.#giveFrom(asked, given, (want) => this.#hintedPlace(collection, want));
    await this.#cutForChunks(collection, asked);
    const chunkPlace = this.#chunkPlaces();
    await this.#giveFrom(asked, given, (want) =>
      want.kind === 'chunk' ? chunkPlace(want.digest) : this.#contentPlace(want.digest),
    );
    await this.#giveKept(asked, given);
    // Who only asks for what is not here must not keep this device from fetching it.
    if (given.some((each) => each !== null)) this.#given++;
    return given;
  }

  /** A file is cut anew for one list of a request at most: an honest asker wants one. */
  async #giveLists(
    collection: Collection,
    asked: readonly ContentAsked[],
    given: (ContentGiven | null)[],
  ): Promise<void> {
    let mayCut = true;
    let bytes = 0;
    for (const [at, want] of asked.entries()) {
      if (want.kind !== 'chunk-list' || bytes >= MOST_READ) continue;
      if (mayCut && this.#store.chunkList(want.digest) === null) {
        mayCut = false;
        await this.#cutAgain(collection, want);
      }
      const list = this.#giveList(want);
      bytes += list?.bytes.length ?? 0;
      given[at] = list;
    }
  }

  /** Who asks for chunks has the list. Where it is not here the file it cuts may be: one a request. */
  async #cutForChunks(collection: Collection, asked: readonly ContentAsked[]): Promise<void> {
    if (asked.some(({ kind }) => kind === 'chunk-list')) return;
    const want = asked.find(
      ({ kind, digest, hint }) => kind === 'chunk' && hint !== null && this.#store.chunkPlaces(digest).next().done,
    );
    const lists = filesOf(collection, want?.hint ?? null).flatMap(({ chunks }) => chunks ?? []);
    const unknown = lists.find((list) => this.#store.chunkList(list) === null);
    if (want !== undefined && unknown !== undefined) await this.#cutAgain(collection, { ...want, digest: unknown });
  }

  async #giveKept(asked: readonly ContentAsked[], given: (ContentGiven | null)[]): Promise<void> {
    let read = 0;
    for (const [at, want] of asked.entries()) {
      if (given[at] !== null || want.kind === 'chunk-list' || read >= MOST_READ) continue;
      const size = this.#store.keptSize(want.digest);
      if (size !== null && size <= (want.kind === 'content' ? LONGEST_PART : LONGEST_CHUNK)) {
        read += size;
        const bytes = await this.#kept.read(want.digest);
        if (bytes !== null) given[at] = { bytes, splice: false };
      } else if (want.kind === 'chunk') {
        const chunk = await this.#keptChunk(want.digest);
        read += chunk?.read ?? 0;
        if (chunk !== null) given[at] = { bytes: chunk.bytes, splice: false };
      }
    }
  }

  /** Reads what is not given yet from where `placeOf` says it lies. */
  async #giveFrom(
    asked: readonly ContentAsked[],
    given: (ContentGiven | null)[],
    placeOf: (want: ContentAsked) => ContentPlace | null,
  ): Promise<void> {
    const reads = new Map<number, Run[]>();
    for (const [at, want] of asked.entries()) {
      const place = given[at] !== null || want.kind === 'chunk-list' ? null : placeOf(want);
      if (place === null) continue;
      const part = { at, offset: 0, length: want.kind === 'content' ? null : place.request.length };
      const queue = reads.get(place.source);
      if (queue === undefined) reads.set(place.source, [{ request: place.request, parts: [part] }]);
      else if (!extend(queue.at(-1) as Run, place.request, part)) queue.push({ request: place.request, parts: [part] });
    }
    for (const [source, queue] of reads) {
      const bytes = await this.#here.adapter(source)?.readContent?.(
        queue.map((each) => each.request),
        MOST_READ,
      );
      queue.forEach(({ request, parts }, each) => {
        const read = bytes?.[each];
        if (read === null || read === undefined) return;
        for (const { at, offset, length } of parts)
          if (length === null) given[at] = { bytes: read, splice: false };
          else if (read.length === request.length)
            given[at] = { bytes: read.subarray(offset, offset + length), splice: false };
      });
    }
  }

  /** A chunk of a content that no file holds any more, but the version store does. Peers ask for many in a row: it is read once. */
  async #keptChunk(chunk: Digest): Promise<{ readonly bytes: Uint8Array; readonly read: number } | null> {
    for (const { list, place, content } of this.#store.chunkPlaces(chunk)) {
      const opened = this.#store.isKept(content) ? this.#here.openList(list) : null;
      const found = opened?.chunks[place];
      if (opened === null || found?.digest !== chunk) continue;
      const known = this.#lastKept?.digest === opened.content ? this.#lastKept.bytes.deref() : undefined;
      const whole = known ?? (await this.#kept.read(opened.content));
      if (whole === null) continue;
      this.#lastKept = { digest: opened.content, bytes: new WeakRef(whole) };
      const offset = opened.offsets[place] as number;
      const bytes = whole.slice(offset, offset + found.length);
      return { bytes, read: known === undefined ? whole.length : bytes.length };
    }
    return null;
  }

  /** The list of a file that came whole: out of the version store, or before the database was lost. */
  async #cutAgain(collection: Collection, { digest, hint }: ContentAsked): Promise<void> {
    const entry = filesOf(collection, hint).find(({ chunks }) => chunks === digest);
    if (entry === undefined) return;
    for (const { source, id } of this.#here.holders(entry.digest)) {
      const read = await this.#here.adapter(source)?.read([id], NEVER);
      const lists = read?.flatMap((each) => ('attachments' in each ? each.attachments : [])) ?? [];
      const list = lists.find((each) => each.digest === digest);
      if (list === undefined) continue;
      this.#store.putChunkList(digest, entry.digest, list.bytes);
      return;
    }
    const bytes = this.#store.isKept(entry.digest) ? await this.#kept.read(entry.digest) : null;
    const { list = null } = bytes === null ? {} : nameContent(bytes);
    if (list?.digest === digest) this.#store.putChunkList(digest, entry.digest, list.bytes);
  }

  #giveList(want: ContentAsked): ContentGiven | null {
    const list = this.#store.chunkList(want.digest);
    if (list === null) return null;
    const base = want.base === null ? null : this.#store.chunkList(want.base);
    const splice = base === null ? null : makeSplice(base, list);
    return splice !== null && splice.length < list.length
      ? { bytes: splice, splice: true }
      : { bytes: list, splice: false };
  }

  /** Where the record is that the asker wants it for: the content is almost always there. Whether it is, its bytes tell. */
  #hintedPlace(collection: Collection, { kind, hint, digest }: ContentAsked): ContentPlace | null {
    if (kind !== 'content' || hint === null) return null;
    for (const source of collection.sourceRows()) {
      const revision = collection.records.revisionOf(source, hint);
      if (revision !== null) return { source, request: wholeOf(hint, revisionIn(revision), digest) };
    }
    return null;
  }

  /** Where chunks lie. They are asked for many at a time, and mostly one after the other as they are in one file: there the next is looked for first. */
  #chunkPlaces(): (chunk: Digest) => ContentPlace | null {
    const holders = new Map<Digest, Holder | null>();
    let last: { readonly opened: OpenList; readonly place: number } | null = null;
    const holderOf = (content: Digest): Holder | null => {
      const known = holders.get(content);
      if (known !== undefined) return known;
      const holder = this.#here.holderOf(content);
      holders.set(content, holder);
      return holder;
    };
    const placeIn = (opened: OpenList | null, place: number, chunk: Digest): ContentPlace | null => {
      const found = opened?.chunks[place];
      if (opened === null || found?.digest !== chunk) return null;
      const holder = holderOf(opened.content);
      if (holder === null) return null;
      last = { opened, place };
      const { source, id, revision } = holder;
      const offset = opened.offsets[place] as number;
      return { source, request: { id, revision, offset, length: found.length, digest: null } };
    };
    return (chunk) => {
      const next = last === null ? null : placeIn(last.opened, last.place + 1, chunk);
      if (next !== null) return next;
      for (const { list, place, content } of this.#store.chunkPlaces(chunk)) {
        const found = holderOf(content) === null ? null : placeIn(this.#here.openList(list), place, chunk);
        if (found !== null) return found;
      }
      return null;
    };
  }
  #contentPlace(digest: Digest): ContentPlace | null {
    const holder = this.#here.holderOf(digest);
    return holder === null ? null : { source: holder.source, request: wholeOf(holder.id, holder.revision, digest) };
  }
}

/** What a record says its file is; several where devices differ. */
function filesOf(collection: Collection, record: RecordId | null) {
  const values = record === null ? [] : (collection.records.find(record)?.state.fields.get(ENTRY) ?? []);
  return values.flatMap(({ value }) => {
    const entry = fileEntry(value);
    return entry?.type === 'file' ? entry : [];
  });
}

/** Adds a chunk to a run that it follows; false: it does not. */
function extend(run: Run, next: ContentRequest, part: Run['parts'][number]): boolean {
  const { request, parts } = run;
  const follows =
    part.length !== null &&
    parts[0]?.length !== null &&
    request.id === next.id &&
    request.revision === next.revision &&
    request.offset + request.length === next.offset &&
    request.length + next.length <= SLAB_BYTES;
  if (!follows) return false;
  parts.push({ ...part, offset: request.length });
  run.request = { ...request, length: request.length + next.length };
  return true;
}

const wholeOf = (id: RecordId, revision: Revision, digest: Digest): ContentRequest => ({
  id,
  revision,
  offset: 0,
  length: LONGEST_CHUNK,
  digest,
});
