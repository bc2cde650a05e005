import type { FoundContent, WantedContent } from '../content-exchange/contents.ts';
import { type ContentReference, referencesIn } from '../record/content-reference.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { Attempt } from './commit-outcome.ts';
import type { ConstructionQueue, Job } from './construction-queue.ts';
import type { Ticket } from './pending.ts';
import type { PreparedItem, PrepareItem } from './prepare-item.ts';

/** The content of a batch lies in memory at once. */
const BATCH_BYTES = 8 << 20;
/** The same of contents that records of a text refer to, where each batch writes the whole text anew. */
const BATCH_BYTES_OF_TEXTS = 64 << 20;

export const NO_ATTACHMENTS: Attempt['attachments'] = new Map();
const MISSING: FoundContent = { from: 'missing' };

/** An item with what its content was found to be. */
export interface Prepared extends Attempt {
  /** The content that is put together for it; null: it is small, or there is none. */
  readonly stages: Digest | null;
  /** `peersEpoch` when its content was asked for. */
  readonly epoch: number;
}

/** An item whose content is still to be found; `want` null: it takes none. */
interface Planned extends PreparedItem {
  readonly job: Job;
  readonly want: Omit<WantedContent, 'deleted' | 'isStale'> | null;
  readonly stages: Digest | null;
}

/** What the next batch of a source needs from the rest. */
export interface BatchPort {
  /** So many files are a batch, which commits in one transaction. */
  readonly batchFiles: number;
  /** Finds what files need, here or at a peer; `missing` where nobody linked has it now. Same order. */
  findContents(wanted: readonly WantedContent[], signal: AbortSignal): Promise<readonly FoundContent[]>;
  /** A content a record refers to, from here or else from linked peers; null where nobody linked has it now. */
  readContent(id: RecordId, content: ContentReference): Promise<Uint8Array | null>;
  keepContents(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void>;
  /** Rises with every peer that begins to share the collection: what was missing before may be had now. */
  peersEpoch(): number;
  /** Nobody waits for what these packages asked for here any more: it is done. */
  done(tickets: readonly Ticket[]): void;
}

/** The next records a source is to be brought, as many as are written at once, with what their content was found to be. */
export class PrepareBatch {
  readonly #adapter: SourceAdapter;
  readonly #contents: ContentStore;
  readonly #queue: ConstructionQueue;
  readonly #items: PrepareItem;
  readonly #port: BatchPort;
  /** Large contents that are being put together, each in a place of its own; and in flight, jobs that want one of them too. */
  readonly #staged = new Set<Digest>();
  readonly #twins: Job[] = [];

  constructor(
    adapter: SourceAdapter,
    contents: ContentStore,
    queue: ConstructionQueue,
    items: PrepareItem,
    port: BatchPort,
  ) {
    this.#adapter = adapter;
    this.#contents = contents;
    this.#queue = queue;
    this.#items = items;
    this.#port = port;
  }

  /** Plans the next records and finds their content. */
  async next(signal: AbortSignal): Promise<readonly Prepared[]> {
    const { items, deleted } = this.#planNext();
    const wanted = items.flatMap(({ want, job }) =>
      want === null ? [] : { ...want, deleted, isStale: () => job.touched },
    );
    const epoch = this.#port.peersEpoch();
    const found = await this.#port.findContents(wanted, signal);
    const prepared: Prepared[] = [];
    let next = 0;
    for (const { want, ...item } of items) {
      const bytes = want === null ? null : (found[next++] as FoundContent);
      const attachments = await this.#attachments(item);
      const content = attachments === null ? MISSING : bytes;
      const chunkList = content?.from === 'staged' ? content.list : null;
      prepared.push({ ...item, attachments: attachments ?? NO_ATTACHMENTS, content, chunkList, epoch });
    }
    return prepared;
  }

  /** Takes as many records as make a batch; `deleted`: the rows of those that are to be deleted. */
  #planNext(): { readonly items: readonly Planned[]; readonly deleted: ReadonlySet<number> } {
    const items: Planned[] = [];
    const deleted = new Set<number>();
    const done: Ticket[] = [];
    const mostItems = this.#adapter.batch ?? this.#port.batchFiles;
    const mostBytes = this.#adapter.batch === undefined ? BATCH_BYTES : BATCH_BYTES_OF_TEXTS;
    let bytes = 0;
    for (const job of this.#queue.take()) {
      const item = this.#items.prepare(job);
      if (item === null) {
        done.push(...job.tickets);
        continue;
      }
      this.#queue.begin(job);
      if (item.planned.fields === null) deleted.add(job.row);
      const want = this.#items.wanted(item);
      const stages = want === null || want.chunks === null ? null : want.digest;
      if (stages !== null && this.#staged.has(stages)) {
        // Once the first one is in its place, this one is copied from it.
        this.#twins.push(job);
        continue;
      }
      if (stages !== null) this.#staged.add(stages);
      for (const { size } of item.target === null ? [] : referencesIn(item.target)) bytes += size;
      bytes += want?.size ?? 0;
      items.push({ ...item, job, want, stages });
      if (items.length >= mostItems || bytes >= mostBytes) break;
    }
    if (done.length > 0) this.#port.done(done);
    return { items, deleted };
  }

  /** What the fields refer to, kept here from now on; null: some of it nobody has now. */
  async #attachments({ id, target, planned }: PreparedItem): Promise<Attempt['attachments'] | null> {
    const wanted = target === null || !planned.write ? [] : referencesIn(target);
    if (wanted.length === 0) return NO_ATTACHMENTS;
    const attachments = new Map<Digest, Uint8Array>();
    for (const reference of wanted) {
      const bytes = await this.#port.readContent(id, reference);
      if (bytes === null) return null;
      attachments.set(reference.content, bytes);
    }
    const news = [...attachments].filter(([digest]) => !this.#contents.isKept(digest));
    if (news.length > 0) await this.#port.keepContents(news.map(([digest, bytes]) => ({ digest, bytes })));
    return attachments;
  }

  /** These were written, or are not to be: what wanted the same content as one of them has its turn. */
  written(batch: readonly Prepared[]): void {
    for (const { stages } of batch) if (stages !== null) this.#staged.delete(stages);
    for (const job of this.#twins.splice(0)) this.#queue.requeue(job);
  }

  /** Nothing is under way any more. */
  clear(): void {
    this.#staged.clear();
    this.#twins.length = 0;
  }
}
