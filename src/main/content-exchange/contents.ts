import { type Chunk, chunkListSize, decodeChunkList } from '../content/chunk-list.ts';
import { digestOf } from '../platform/hash.ts';
import { giveSlabs, slabsOf } from '../platform/slabs.ts';
import { troubleText } from '../platform/trouble-text.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { problemCode } from '../sources/files/path-guard.ts';
import {
  type ContentPlan,
  NO_ROOM,
  type ProblemCode,
  type Revision,
  type StagedFile,
  type StagedPiece,
  type StageRequest,
} from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { AskPeers } from './ask-peers.ts';
import { fetchChunks, listIn, stillMissing } from './chunk-requests.ts';
import type { ContentsHere } from './contents-here.ts';
import { allAhead, batches } from './request-batches.ts';

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
  /** The record moved on: the rest need not be fetched. */
  isStale(): boolean;
  /** What came for it before was something else. */
  readonly doubted?: boolean;
}
export type FoundContent =
  | Exclude<ContentPlan, { from: 'staged' }>
  /** `list`: its chunk list, to be stored with the file; null where it is. */
  | (Extract<ContentPlan, { from: 'staged' }> & { readonly list: Uint8Array | null })
  | { readonly from: 'missing' }
  /** It is to be had, and this place cannot take it (its disk is full). */
  | { readonly from: 'refused'; readonly code: ProblemCode; readonly detail: string };

/** Whose chunks are fetched. */
type Fetching = Pick<WantedContent, 'id' | 'isStale' | 'doubted'>;
/** The version store, as far as the engine asks it. */
export interface KeptContents {
  read(digest: Digest): Promise<Uint8Array | null>;
  keep(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void>;
  drop(digests: readonly Digest[]): Promise<void>;
}

/** No file of more than nothing has these bytes: its construction is refused as `content-wrong`, and a person is told. */
const CONTRADICTION: FoundContent = { from: 'bytes', bytes: new Uint8Array(0) };
/** Bytes that wait in memory until their file is begun. */
const FETCHED_FIRST = 8 << 20;
/** From here on what came of a content that did not come whole is worth being found by the chunks of the next one. */
const TAKEN_OVER = 4 << 20;

/**
 * Finds the bytes a digest names: in a file of any source here, in the version store, at a peer (DESIGN 6: what is here
 * already is never fetched).
 */
export class Contents {
  readonly here: ContentsHere;
  readonly #store: ContentStore;
  readonly #kept: KeptContents;
  readonly #room: (source: number) => Promise<number | null>;

  /** `room`: bytes that may be fetched to the disk of a source; null: as many as there are. */
  constructor(
    here: ContentsHere,
    store: ContentStore,
    kept: KeptContents,
    room: (source: number) => Promise<number | null> = async () => null,
  ) {
    this.here = here;
    this.#store = store;
    this.#kept = kept;
    this.#room = room;
  }

  /** Finds what files to be constructed need. Same order. */
  async find(wanted: readonly WantedContent[], ask: AskPeers, signal: AbortSignal): Promise<readonly FoundContent[]> {
    const held = this.#store.heldAmong(wanted.map(({ digest }) => digest));
    const found: (FoundContent | null)[] = wanted.map((want) => this.#here(want, held.has(want.digest)));
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
                    : { from: 'refused', code: problemCode(error), detail: troubleText(error) },
              );
      })(),
    ]);
    return found.map((each) => each ?? { from: 'missing' });
  }

  #here(want: WantedContent, isHeld: boolean): FoundContent | null {
    if (want.size === 0) return { from: 'bytes', bytes: new Uint8Array(0) };
    for (const holder of isHeld ? this.here.holders(want.digest) : []) {
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
      const bytes = this.here.sources > 1 ? await this.here.readHeld((wanted[at] as WantedContent).digest) : null;
      if (bytes === null) remote.push(at);
      else tell(at, { from: 'bytes', bytes });
    }
    const fitting = await this.#fitting(remote, wanted);
    for (const at of remote) if (!fitting.has(at)) tell(at, { from: 'refused', code: 'disk-full', detail: NO_ROOM });
    const requests = batches([...fitting], (at) => (wanted[at] as WantedContent).size);
    await allAhead(requests, async (request) => {
      const answers = await ask(
        request.map((at) => {
          const want = wanted[at] as WantedContent;
          const { id: hint, digest, size, doubted = false } = want;
          return { digest, kind: 'content', hint, base: null, size, doubted } as const;
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

  /** Those that may be fetched without filling the disk, in order. */
  async #fitting(places: readonly number[], wanted: readonly WantedContent[]): Promise<ReadonlySet<number>> {
    const [first] = places;
    const room = first === undefined ? null : await this.#room((wanted[first] as WantedContent).source);
    let left = room ?? Number.POSITIVE_INFINITY;
    const fitting = new Set<number>();
    for (const at of places) {
      const { size } = wanted[at] as WantedContent;
      if (size > left) continue;
      left -= size;
      fitting.add(at);
    }
    return fitting;
  }

  /** Peers are asked only for chunks that no other source here has. */
  async #askFrom(source: number, asked: Parameters<AskPeers>[0], ask: AskPeers): ReturnType<AskPeers> {
    const chunks = asked.every(({ kind }) => kind === 'chunk') ? asked.map(({ digest }) => digest) : [];
    const beside = await this.here.readChunksBeside(source, chunks);
    const rest = asked.filter((_, at) => (beside[at] ?? null) === null);
    const answers = rest.length === 0 ? [] : await ask(rest);
    let next = 0;
    return asked.map((_, at) => {
      const bytes = beside[at] ?? null;
      return bytes === null ? (answers[next++] ?? null) : { bytes, splice: false };
    });
  }

  /** Puts a large file together beside its place, from what is here and what peers have. */
  async #stage(want: WantedContent, peers: AskPeers, signal: AbortSignal): Promise<FoundContent> {
    const ask: AskPeers =
      this.here.sources > 1 ? (asked) => this.#askFrom(want.source, asked, peers) : (asked) => peers(asked);
    const adapter = this.here.adapter(want.source);
    const cut = await this.#chunks(want, ask);
    if (cut === 'wrong') return CONTRADICTION;
    const stage = adapter?.stage?.bind(adapter);
    const writeStaged = adapter?.writeStaged?.bind(adapter);
    const isStagedWhole = adapter?.isStagedWhole?.bind(adapter);
    if (cut === null || stage === undefined || writeStaged === undefined || isStagedWhole === undefined)
      return { from: 'missing' };
    const { chunks } = cut;
    const isLong = want.size >= TAKEN_OVER;
    // While it is under way already: of what came, only the list tells what it is.
    if (isLong && cut.list !== null) this.#store.putChunkList(want.chunks as Digest, want.digest, cut.list);
    const list = isLong ? null : cut.list;
    const unfinished = new Set(isLong ? await adapter?.stagedContents?.() : []);
    unfinished.delete(want.digest);
    const base = this.#baseChunks(want);
    const here: StageRequest['copies'][number][] = [];
    const parts: StageRequest['parts'][number][] = [];
    const needed = new Map<number, Chunk>();
    let offset = 0;
    for (const chunk of chunks) {
      const from = base.get(chunk.digest) ?? this.here.chunkIn(want.source, chunk.digest);
      if (from === null) {
        needed.set(offset, chunk);
        const part = this.here.placeIn(unfinished, chunk.digest);
        if (part !== null) parts.push({ offset, ...chunk, from: part });
      } else here.push({ offset, length: chunk.length, digest: chunk.digest, from });
      offset += chunk.length;
    }
    const request: StageRequest = {
      digest: want.digest,
      size: want.size,
      copies: here,
      wanted: [...needed].map(([at, chunk]) => ({ offset: at, ...chunk })),
      parts,
      room: await this.#room(want.source),
      pieces: [],
    };
    const pieces = await this.#fetchFirst(request, want, ask, signal);
    const lengths = new Map([...here.map((copy) => [copy.offset, copy] as const), ...needed]);
    const fill = async (pieces: readonly StagedPiece[], doubted: boolean): Promise<StagedFile | null> => {
      const staged = await stage({ ...request, pieces });
      const missing = staged.missing.flatMap((at) => [[at, lengths.get(at) as Chunk] as const]);
      const fetching = { ...want, doubted };
      return (await this.#fetchChunks(missing, fetching, ask, signal, (more) => writeStaged(staged.path, more)))
        ? staged
        : null;
    };
    let staged = await fill(pieces, want.doubted === true);
    // Then it is verified piece by piece, and what is wrong is fetched again.
    if (staged !== null && !(await isStagedWhole(staged.path))) staged = await fill([], true);
    return staged === null ? { from: 'missing' } : { from: 'staged', path: staged.path, list };
  }

  /** Little beside much that is here is fetched before anything is put together: then the file can be made in one go. */
  async #fetchFirst(
    { copies, wanted, parts, room }: StageRequest,
    want: Fetching,
    ask: AskPeers,
    signal: AbortSignal,
  ): Promise<readonly StagedPiece[]> {
    const bytes = wanted.reduce((sum, { length }) => sum + length, 0);
    if (copies.length === 0 || parts.length > 0 || bytes > Math.min(FETCHED_FIRST, room ?? FETCHED_FIRST)) return [];
    const fetched: StagedPiece[] = [];
    const missing = wanted.map((chunk) => [chunk.offset, chunk] as const);
    await this.#fetchChunks(missing, want, ask, signal, (pieces) => {
      fetched.push(...pieces);
      return Promise.resolve([]);
    });
    return fetched;
  }

  /**
   * Fetches chunks, each of them once however often the file repeats it, a few requests ahead of what is written; false: some of them nobody
   * has, or they came wrong.
   */
  async #fetchChunks(
    missing: readonly (readonly [offset: number, Chunk])[],
    { id: hint, isStale, doubted = false }: Fetching,
    ask: AskPeers,
    signal: AbortSignal,
    write: (pieces: readonly StagedPiece[]) => Promise<readonly number[]>,
  ): Promise<boolean> {
    const repeated = [...Map.groupBy(missing, ([, chunk]) => chunk.digest).values()];
    const requests = batches(repeated, ([first]) => first?.[1].length ?? 0);
    let failed = false;
    await allAhead(requests, async (request) => {
      if (signal.aborted || failed || isStale()) {
        failed = true;
        return;
      }
      const { missing, wrong } = await fetchChunks(request, { hint, doubted }, ask, write);
      // Whoever is asked first may have something else for it, where others have it.
      const again = doubted ? wrong : await stillMissing(wrong, hint, ask, write);
      if (missing.length + again.length > 0) failed = true;
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
      const asked = { digest: want.chunks, kind: 'chunk-list', hint: want.id } as const;
      const [answer] = await ask([{ ...asked, base: baseList === null ? null : base }]);
      if (answer === null || answer === undefined) return null;
      list = listIn(answer, baseList, want.chunks);
      // Somebody else may have it.
      if (list === null) {
        const [other] = await ask([{ ...asked, base: null, doubted: true }]);
        list = other === null || other === undefined ? null : listIn(other, null, want.chunks);
      }
      if (list === null) return null;
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
        ? null
        : this.here.holderOf(want.base.digest, (each) => each.source === want.source && each.id === want.id);
    if (list === null || holder === null) return places;
    let offset = 0;
    for (const chunk of decodeChunkList(list, chunkListSize(list))) {
      if (!places.has(chunk.digest)) places.set(chunk.digest, { id: holder.id, revision: holder.revision, offset });
      offset += chunk.length;
    }
    return places;
  }

  /** Keeps contents that records refer to, durably. */
  keep(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void> {
    return this.#kept.keep(contents);
  }

  /** The whole bytes of a content: from here, else from peers. null where nobody has it now. Verified. */
  async read(
    id: RecordId,
    entry: { digest: Digest; size: number; chunks?: Digest },
    ask: AskPeers,
  ): Promise<Uint8Array | null> {
    if (entry.size === 0) return new Uint8Array(0);
    const here =
      (await this.here.readHeld(entry.digest)) ??
      (this.#store.isKept(entry.digest) ? await this.#kept.read(entry.digest) : null);
    if (here !== null) return here;
    if (entry.chunks === undefined) {
      const [answer] = await ask([
        { digest: entry.digest, kind: 'content', hint: id, base: null, size: entry.size, doubted: true },
      ]);
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
      isStale: () => false,
    };
    const cut = await this.#chunks(want, ask);
    if (cut === null || cut === 'wrong') return null;
    const { chunks, list } = cut;
    const whole = new Uint8Array(entry.size);
    let offset = 0;
    for (const request of batches(chunks, (chunk) => chunk.length)) {
      const answers = await ask(
        request.map((chunk) => ({ digest: chunk.digest, kind: 'chunk', hint: id, base: null, doubted: true }) as const),
      );
      for (const [at, chunk] of request.entries()) {
        const bytes = answers[at]?.bytes;
        if (bytes?.length !== chunk.length || digestOf(bytes) !== chunk.digest) return null;
        whole.set(bytes, offset);
        offset += bytes.length;
      }
      giveSlabs(slabsOf(answers.flatMap((answer) => answer?.bytes ?? [])));
    }
    // A record may name one content and the chunks of another.
    if (digestOf(whole) !== entry.digest) return null;
    // Whoever keeps it can give it to others as well.
    if (list !== null) this.#store.putChunkList(entry.chunks, entry.digest, list);
    return whole;
  }
}
