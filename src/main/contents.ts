import type { Collection } from './collection.ts';
import { type Chunk, decodeChunkList } from './content/chunk-list.ts';
import { applySplice, makeSplice } from './content/splice.ts';
import type { ContentAsked, ContentGiven } from './peers/shared-collection.ts';
import { digestOf } from './platform/hash.ts';
import { giveSlabs, SLAB_BYTES, slabsOf } from './platform/slabs.ts';
import { ENTRY, fileEntry } from './record/file-entry.ts';
import type { Digest, RecordId } from './record/ids.ts';
import { heldOf } from './snapshot/held.ts';
import { revisionIn } from './snapshot/stored-revision.ts';
import { problemCode } from './sources/files/path-guard.ts';
import type {
  ContentPlan,
  ContentRequest,
  ProblemCode,
  Revision,
  SourceAdapter,
  StagedFile,
  StagedPiece,
  StageRequest,
} from './sources/source-adapter.ts';
import type { ContentStore } from './store/content-store.ts';
import type { StoredRecord } from './store/record-store.ts';

/** What a file to be constructed needs. */
export interface WantedContent {
  readonly source: number;
  readonly id: RecordId;
  readonly digest: Digest;
  readonly size: number;
  readonly chunks: Digest | null;
  /** Chunk list of what the item holds now: most of the new one is probably in it. */
  readonly base: { readonly digest: Digest; readonly chunks: Digest | null } | null;
  /** Rows that this batch deletes from the source: their files may be renamed instead of copied. */
  readonly deleted: ReadonlySet<number>;
}
export type FoundContent =
  | Exclude<ContentPlan, { from: 'staged' }>
  /** `list`: its chunk list, to be stored with the file; null where it is. */
  | (Extract<ContentPlan, { from: 'staged' }> & { readonly list: Uint8Array | null })
  | { readonly from: 'missing' }
  /** It is to be had, and this place cannot take it (its disk is full). */
  | { readonly from: 'refused'; readonly code: ProblemCode; readonly detail: string };

/** The version store, as far as the engine asks it. */
export interface KeptContents {
  read(digest: Digest): Promise<Uint8Array | null>;
  keep(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void>;
  drop(digests: readonly Digest[]): Promise<void>;
}
/** Asks linked peers of one collection, one after the other, for contents. null: none of them has it now. Same order. */
export type AskPeers = (
  asked: readonly ContentAsked[],
) => Promise<readonly ({ bytes: Uint8Array; splice: boolean } | null)[]>;

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
interface ContentPlace {
  readonly source: number;
  readonly request: ContentRequest;
}
/** What is read in one go for several who asked: chunks that follow each other in a file. `length` null: all that was read. */
interface Run {
  request: ContentRequest;
  readonly parts: { readonly at: number; readonly offset: number; readonly length: number | null }[];
}
interface OpenList {
  readonly content: Digest;
  readonly chunks: readonly Chunk[];
  readonly offsets: Float64Array;
}

/** No file of more than nothing has these bytes: its construction is refused as `content-wrong`, and a person is told. */
const CONTRADICTION: FoundContent = { from: 'bytes', bytes: new Uint8Array(0) };
const NEVER = new AbortController().signal;
const REQUEST_ITEMS = 512;
const REQUEST_BYTES = 2 << 20;
const REQUESTS_AHEAD = 4;
const LISTS_OPEN = 8;

/**
 * Finds the bytes a digest names: in a file of any source here, in the version store, at a peer (DESIGN 6: what is here
 * already is never fetched), and gives them to peers who ask.
 */
export class Contents {
  readonly #store: ContentStore;
  readonly #kept: KeptContents;
  readonly #sources = new Map<number, Registered>();
  readonly #lists = new Map<number, OpenList>();
  #given = 0;
  #lastKept: { readonly digest: Digest; readonly bytes: WeakRef<Uint8Array> } | null = null;

  constructor(store: ContentStore, kept: KeptContents) {
    this.#store = store;
    this.#kept = kept;
  }

  register(source: number, collection: Collection, adapter: SourceAdapter): void {
    this.#sources.set(source, { collection, adapter });
  }
  forget(source: number): void {
    this.#sources.delete(source);
  }

  /** Finds what files to be constructed need. Same order. */
  async find(wanted: readonly WantedContent[], ask: AskPeers, signal: AbortSignal): Promise<readonly FoundContent[]> {
    const found: (FoundContent | null)[] = wanted.map((want) => this.#here(want));
    const small: number[] = [];
    const large: number[] = [];
    wanted.forEach((want, at) => {
      if (found[at] === null) (want.chunks === null ? small : large).push(at);
    });
    await Promise.all([
      this.#fetchSmall(small, wanted, ask, (at, content) => {
        found[at] = content;
      }),
      (async () => {
        for (const at of large)
          found[at] = signal.aborted
            ? { from: 'missing' }
            : await this.#stage(wanted[at] as WantedContent, ask, signal).catch(
                (error): FoundContent =>
                  signal.aborted
                    ? { from: 'missing' }
                    : { from: 'refused', code: problemCode(error), detail: (error as Error).message },
              );
      })(),
    ]);
    return found.map((each) => each ?? { from: 'missing' });
  }

  #here(want: WantedContent): FoundContent | null {
    if (want.size === 0) return { from: 'bytes', bytes: new Uint8Array(0) };
    for (const holder of this.#holders(want.digest)) {
      if (holder.source !== want.source || holder.id === want.id) continue;
      return { from: 'item', id: holder.id, revision: holder.revision, take: want.deleted.has(holder.row) };
    }
    return this.#store.isKept(want.digest) ? { from: 'kept', digest: want.digest } : null;
  }

  async #fetchSmall(
    places: readonly number[],
    wanted: readonly WantedContent[],
    ask: AskPeers,
    tell: (at: number, content: FoundContent) => void,
  ): Promise<void> {
    const remote: number[] = [];
    for (const at of places) {
      // Files of the source itself were looked through.
      const bytes = this.#sources.size > 1 ? await this.#readHeld((wanted[at] as WantedContent).digest) : null;
      if (bytes === null) remote.push(at);
      else tell(at, { from: 'bytes', bytes });
    }
    const requests = batches(remote, (at) => (wanted[at] as WantedContent).size);
    await allAhead(requests, async (request) => {
      const answers = await ask(
        request.map((at) => {
          const want = wanted[at] as WantedContent;
          return { digest: want.digest, kind: 'content', hint: want.id, base: null } as const;
        }),
      );
      request.forEach((at, each) => {
        const answer = answers[each];
        const { size, digest } = wanted[at] as WantedContent;
        // Of another length and yet what the digest says: the record contradicts itself, and nobody will ever have it.
        const fits = answer?.bytes.length === size || (answer && digestOf(answer.bytes) === digest);
        if (answer && fits) tell(at, { from: 'bytes', bytes: answer.bytes });
      });
    });
  }

  /** Puts a large file together beside its place, from what is here and what peers have. */
  async #stage(want: WantedContent, ask: AskPeers, signal: AbortSignal): Promise<FoundContent> {
    const adapter = this.#sources.get(want.source)?.adapter;
    const cut = await this.#chunks(want, ask);
    if (cut === 'wrong') return CONTRADICTION;
    const stage = adapter?.stage?.bind(adapter);
    const writeStaged = adapter?.writeStaged?.bind(adapter);
    const isStagedWhole = adapter?.isStagedWhole?.bind(adapter);
    if (cut === null || stage === undefined || writeStaged === undefined || isStagedWhole === undefined)
      return { from: 'missing' };
    const { chunks, list } = cut;
    const base = this.#baseChunks(want);
    const here: StageRequest['copies'][number][] = [];
    const needed = new Map<number, Chunk>();
    let offset = 0;
    for (const chunk of chunks) {
      const from = base.get(chunk.digest) ?? this.#chunkHere(want.source, chunk.digest);
      if (from === null) needed.set(offset, chunk);
      else here.push({ offset, length: chunk.length, digest: chunk.digest, from });
      offset += chunk.length;
    }
    const request: StageRequest = {
      digest: want.digest,
      size: want.size,
      copies: here,
      wanted: [...needed].map(([at, chunk]) => ({ offset: at, ...chunk })),
    };
    const lengths = new Map([...here.map((copy) => [copy.offset, copy] as const), ...needed]);
    const fill = async (): Promise<StagedFile | null> => {
      const staged = await stage(request);
      const missing = staged.missing.flatMap((at) => [[at, lengths.get(at) as Chunk] as const]);
      return (await this.#fetchChunks(missing, want.id, ask, signal, (pieces) => writeStaged(staged.path, pieces)))
        ? staged
        : null;
    };
    let staged = await fill();
    // Then it is verified piece by piece, and what is wrong is fetched again.
    if (staged !== null && !(await isStagedWhole(staged.path))) staged = await fill();
    return staged === null ? { from: 'missing' } : { from: 'staged', path: staged.path, list };
  }

  /** Fetches chunks, a few requests ahead of what is written; false: some of them nobody has, or they came wrong. */
  async #fetchChunks(
    missing: readonly (readonly [offset: number, Chunk])[],
    hint: RecordId,
    ask: AskPeers,
    signal: AbortSignal,
    write: (pieces: readonly StagedPiece[]) => Promise<readonly number[]>,
  ): Promise<boolean> {
    const requests = batches(missing, ([, chunk]) => chunk.length);
    let failed = false;
    await allAhead(requests, async (request) => {
      if (signal.aborted || failed) {
        failed = true;
        return;
      }
      const answers = await ask(
        request.map(([, chunk]) => ({ digest: chunk.digest, kind: 'chunk', hint, base: null }) as const),
      );
      const pieces: StagedPiece[] = [];
      request.forEach(([at, chunk], each) => {
        const answer = answers[each];
        if (answer?.bytes.length === chunk.length)
          pieces.push({ offset: at, digest: chunk.digest, bytes: answer.bytes });
      });
      const wrong = await write(pieces);
      if (pieces.length < request.length || wrong.length > 0) failed = true;
    });
    return !failed;
  }

  /** `list`: where it is not stored yet. null: nobody has it now. `wrong`: it is the one the record names, and no list of a file of that size. */
  async #chunks(
    want: WantedContent,
    ask: AskPeers,
  ): Promise<{ readonly chunks: readonly Chunk[]; readonly list: Uint8Array | null } | 'wrong' | null> {
    if (want.chunks === null) return null;
    let list = this.#store.chunkList(want.chunks);
    const isStored = list !== null;
    if (list === null) {
      const base = want.base?.chunks ?? null;
      const baseList = base === null ? null : this.#store.chunkList(base);
      const [answer] = await ask([
        { digest: want.chunks, kind: 'chunk-list', hint: want.id, base: baseList === null ? null : base },
      ]);
      if (answer === null || answer === undefined) return null;
      try {
        list = answer.splice && baseList !== null ? applySplice(baseList, answer.bytes) : answer.bytes;
      } catch {
        return null;
      }
      if (digestOf(list) !== want.chunks) return null;
    }
    try {
      const chunks = decodeChunkList(list, want.size);
      return { chunks, list: isStored ? null : list };
    } catch {
      return 'wrong';
    }
  }

  /** Where the chunks of what the item holds now lie in it. */
  #baseChunks(want: WantedContent): ReadonlyMap<Digest, { id: RecordId; revision: Revision; offset: number }> {
    const places = new Map<Digest, { id: RecordId; revision: Revision; offset: number }>();
    const list = want.base?.chunks == null ? null : this.#store.chunkList(want.base.chunks);
    const holder =
      want.base === null
        ? undefined
        : [...this.#holders(want.base.digest)].find((each) => each.source === want.source && each.id === want.id);
    if (list === null || holder === undefined) return places;
    let offset = 0;
    for (const chunk of decodeChunkList(list, sizeOf(list))) {
      if (!places.has(chunk.digest)) places.set(chunk.digest, { id: holder.id, revision: holder.revision, offset });
      offset += chunk.length;
    }
    return places;
  }

  #chunkHere(source: number, chunk: Digest): { id: RecordId; revision: Revision; offset: number } | null {
    for (const { list, place } of this.#store.chunkPlaces(chunk)) {
      const opened = this.#openList(list);
      if (opened?.chunks[place]?.digest !== chunk) continue;
      const holder = [...this.#holders(opened.content)].find((each) => each.source === source);
      if (holder !== undefined)
        return { id: holder.id, revision: holder.revision, offset: opened.offsets[place] as number };
    }
    return null;
  }

  /** Rises while peers are given contents, so that nothing less urgent gets in their way. */
  get given(): number {
    return this.#given;
  }

  /** Gives what peers ask for; null for what is not here. */
  async give(collection: Collection, asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    const given: (ContentGiven | null)[] = asked.map(() => null);
    for (const [at, want] of asked.entries())
      if (want.kind === 'chunk-list') {
        if (this.#store.chunkList(want.digest) === null) await this.#cutAgain(collection, want);
        given[at] = this.#giveList(want);
      }
    await this.#giveFrom(asked, given, (want) => this.#hintedPlace(collection, want));
    const chunkPlace = this.#chunkPlaces();
    await this.#giveFrom(asked, given, (want) =>
      want.kind === 'chunk' ? chunkPlace(want.digest) : this.#contentPlace(want.digest),
    );
    for (const [at, want] of asked.entries()) {
      if (given[at] !== null || want.kind === 'chunk-list') continue;
      const bytes = this.#store.isKept(want.digest)
        ? await this.#kept.read(want.digest)
        : want.kind === 'chunk'
          ? await this.#keptChunk(want.digest)
          : null;
      if (bytes !== null) given[at] = { bytes, splice: false };
    }
    // Who only asks for what is not here must not keep this device from fetching it.
    if (given.some((each) => each !== null)) this.#given++;
    return given;
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
      const bytes = await this.#sources.get(source)?.adapter.readContent?.(queue.map((each) => each.request));
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
  async #keptChunk(chunk: Digest): Promise<Uint8Array | null> {
    for (const { list, place } of this.#store.chunkPlaces(chunk)) {
      const opened = this.#openList(list);
      const found = opened?.chunks[place];
      if (opened === null || found?.digest !== chunk || !this.#store.isKept(opened.content)) continue;
      const known = this.#lastKept?.digest === opened.content ? this.#lastKept.bytes.deref() : undefined;
      const whole = known ?? (await this.#kept.read(opened.content));
      if (whole === null) continue;
      this.#lastKept = { digest: opened.content, bytes: new WeakRef(whole) };
      const offset = opened.offsets[place] as number;
      return whole.slice(offset, offset + found.length);
    }
    return null;
  }

  /** The list of a file here that came whole: out of the version store, or before the database was lost. */
  async #cutAgain(collection: Collection, { digest, hint }: ContentAsked): Promise<void> {
    const record = hint === null ? null : collection.records.find(hint);
    const entry = (record?.state.fields.get(ENTRY) ?? [])
      .map(({ value }) => fileEntry(value))
      .find((each) => each?.type === 'file' && each.chunks === digest);
    if (entry?.type !== 'file') return;
    for (const { source, id } of this.#holders(entry.digest)) {
      const read = await this.#sources.get(source)?.adapter.read([id], NEVER);
      const lists = read?.flatMap((each) => ('attachments' in each ? each.attachments : [])) ?? [];
      const list = lists.find((each) => each.digest === digest);
      if (list === undefined) continue;
      this.#store.putChunkList(digest, entry.digest, list.bytes);
      return;
    }
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

  #contentPlace(digest: Digest): ContentPlace | null {
    const holder = this.#holderOf(digest);
    return holder === null ? null : { source: holder.source, request: wholeOf(holder.id, holder.revision, digest) };
  }

  /** Where chunks lie. They are asked for many at a time, and mostly one after the other as they are in one file: there the next is looked for first. */
  #chunkPlaces(): (chunk: Digest) => ContentPlace | null {
    const holders = new Map<Digest, Holder | null>();
    let last: { readonly opened: OpenList; readonly place: number } | null = null;
    const placeIn = (opened: OpenList | null, place: number, chunk: Digest): ContentPlace | null => {
      const found = opened?.chunks[place];
      if (opened === null || found?.digest !== chunk) return null;
      if (!holders.has(opened.content)) holders.set(opened.content, this.#holderOf(opened.content));
      const holder = holders.get(opened.content);
      if (holder === null || holder === undefined) return null;
      last = { opened, place };
      const { source, id, revision } = holder;
      const offset = opened.offsets[place] as number;
      return { source, request: { id, revision, offset, length: found.length, digest: null } };
    };
    return (chunk) => {
      const next = last === null ? null : placeIn(last.opened, last.place + 1, chunk);
      if (next !== null) return next;
      for (const { list, place } of this.#store.chunkPlaces(chunk)) {
        const found = placeIn(this.#openList(list), place, chunk);
        if (found !== null) return found;
      }
      return null;
    };
  }

  /** The whole bytes of a content, up to a limit: from here, else from peers. null where nobody has it. Verified. */
  async read(
    collection: Collection,
    id: RecordId,
    entry: { digest: Digest; size: number; chunks?: Digest },
    ask: AskPeers,
  ): Promise<Uint8Array | null> {
    if (entry.size === 0) return new Uint8Array(0);
    const here =
      (await this.#readHeld(entry.digest)) ??
      (this.#store.isKept(entry.digest) ? await this.#kept.read(entry.digest) : null);
    if (here !== null) return here;
    if (entry.chunks === undefined) {
      const [answer] = await ask([{ digest: entry.digest, kind: 'content', hint: id, base: null }]);
      return answer !== null && answer !== undefined && digestOf(answer.bytes) === entry.digest ? answer.bytes : null;
    }
    const want = {
      source: 0,
      id,
      digest: entry.digest,
      size: entry.size,
      chunks: entry.chunks,
      base: null,
      deleted: new Set<number>(),
    };
    const cut = await this.#chunks(want, ask);
    if (cut === null || cut === 'wrong') return null;
    const { chunks, list } = cut;
    const whole = new Uint8Array(entry.size);
    let offset = 0;
    for (const request of batches(chunks, (chunk) => chunk.length)) {
      const answers = await ask(
        request.map((chunk) => ({ digest: chunk.digest, kind: 'chunk', hint: id, base: null }) as const),
      );
      for (const [at, chunk] of request.entries()) {
        const bytes = answers[at]?.bytes;
        if (bytes?.length !== chunk.length || digestOf(bytes) !== chunk.digest) return null;
        whole.set(bytes, offset);
        offset += bytes.length;
      }
      giveSlabs(slabsOf(answers.flatMap((answer) => answer?.bytes ?? [])));
    }
    // Whoever keeps it can give it to others as well.
    if (list !== null) this.#store.putChunkList(entry.chunks, entry.digest, list);
    return collection === undefined ? null : whole;
  }

  /** Items of sources here that hold the content. */
  whoHolds(content: Digest): readonly Holder[] {
    return [...this.#holders(content)];
  }

  /** Is the content on this device, so that history can give it back? */
  isHere(content: Digest): boolean {
    return this.#store.isKept(content) || this.#holderOf(content) !== null;
  }

  /** Reads a content from a file of any source here; null where none holds it (any more). Verified. */
  async #readHeld(content: Digest): Promise<Uint8Array | null> {
    for (const holder of this.#holders(content)) {
      const adapter = this.#sources.get(holder.source)?.adapter;
      const [bytes] =
        (await adapter?.readContent?.([
          { ...wholeOf(holder.id, holder.revision, content), length: Number.MAX_SAFE_INTEGER },
        ])) ?? [];
      if (bytes === null || bytes === undefined) continue;
      // Whoever gets it may keep it: no memory that threads share.
      const own = bytes.slice();
      giveSlabs(slabsOf([bytes]));
      return own;
    }
    return null;
  }

  #holderOf(content: Digest): Holder | null {
    for (const holder of this.#holders(content)) return holder;
    return null;
  }

  *#holders(content: Digest): Generator<Holder, void> {
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
      const held = heldOf(collection.kind, record.state, stored.held, collection.log.order);
      const entry = fileEntry(held?.get(ENTRY)?.value);
      if (entry?.type === 'file' && entry.digest === content)
        return { row: record.row, source, id: record.id, revision: revisionIn(stored.revision) };
    }
    return null;
  }

  #openList(row: number): OpenList | null {
    const known = this.#lists.get(row);
    if (known !== undefined) return known;
    const stored = this.#store.listAt(row);
    if (stored === null) return null;
    const chunks = decodeChunkList(stored.bytes, sizeOf(stored.bytes));
    const offsets = new Float64Array(chunks.length);
    for (let at = 1; at < chunks.length; at++)
      offsets[at] = (offsets[at - 1] as number) + (chunks[at - 1] as Chunk).length;
    const opened = { content: stored.content, chunks, offsets };
    if (this.#lists.size >= LISTS_OPEN) this.#lists.delete(this.#lists.keys().next().value as number);
    this.#lists.set(row, opened);
    return opened;
  }
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
  length: 4 << 20,
  digest,
});

/** Bytes of the file an encoded chunk list cuts. */
function sizeOf(list: Uint8Array): number {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  let size = 0;
  for (let at = 32; at < list.length; at += 36) size += view.getUint32(at);
  return size;
}

function batches<T>(items: readonly T[], sizeOfItem: (item: T) => number): readonly (readonly T[])[] {
  const out: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    let last = out.at(-1);
    const size = sizeOfItem(item);
    if (last === undefined || last.length >= REQUEST_ITEMS || bytes + size > REQUEST_BYTES) {
      last = [];
      out.push(last);
      bytes = 0;
    }
    last.push(item);
    bytes += size;
  }
  return out;
}

/** Works on a few at a time, beginning in order. */
async function allAhead<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(REQUESTS_AHEAD, items.length) }, worker));
}
