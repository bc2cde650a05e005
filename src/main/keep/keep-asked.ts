import type { Collection } from '../collection.ts';
import type { NamedContent } from '../past/history-port.ts';
import { referencesOf } from '../record/content-reference.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { CollectionId, Digest, RecordId } from '../record/ids.ts';
import type { IdleJob, KeepPort } from './keep-port.ts';
import { LARGEST_FETCHED, roomFor } from './room-for.ts';

/** Who asks again after so long found it nowhere; who only asks one after the other has it by then. Whoever lacks something asks again after 2 s. */
const AGAIN_MS = 1500;
const MOST_NOTED = 10_000;

/** What a peer wanted. */
export interface WantedContent {
  readonly digest: Digest;
  readonly kind: 'content' | 'chunk' | 'chunk-list';
  /** The record it is wanted for. */
  readonly hint: RecordId | null;
}
interface Sought {
  readonly collection: CollectionId;
  readonly record: RecordId;
}

/**
 * Fetches into the version store what a peer asks for again and again in vain: of two devices that never meet the one in the middle may not hold
 * what the other wrote, because its folder leaves it out, is only read, or has a conflict there.
 */
export class KeepAsked implements IdleJob {
  readonly #port: KeepPort;
  /** When each was first asked for in vain; milliseconds since 1970. */
  readonly #asked = new Map<Digest, number>();
  readonly #sought = new Map<Digest, Sought>();
  /** What nobody linked had when it was sought last. */
  readonly #missed = new Map<Digest, Sought>();

  constructor(port: KeepPort) {
    this.#port = port;
  }

  /** A peer asked for these, and they are not here. */
  askedInVain(collection: CollectionId, missing: readonly WantedContent[]): void {
    const now = this.#port.clock.now();
    for (const { digest, hint } of missing.flatMap((each) => this.#wholes(collection, each))) {
      const first = this.#asked.get(digest);
      if (first !== undefined && now - first < AGAIN_MS && now >= first) continue;
      this.#asked.delete(digest);
      // Whoever finds no place among them asks again.
      if (first === undefined) this.#note(digest, now);
      else if (this.#sought.size < MOST_NOTED) this.#sought.set(digest, { collection, record: hint });
    }
    if (this.#sought.size > 0) this.#port.wake();
  }

  /** A peer has contents of the collection that it had not. */
  seekAgain(collection: CollectionId): void {
    const again = [...this.#missed].filter(([, sought]) => sought.collection === collection);
    for (const [digest, sought] of again) {
      this.#missed.delete(digest);
      this.#sought.set(digest, sought);
    }
    if (again.length > 0) this.#port.wake();
  }

  /** What is to be fetched for it: of a chunk, whose list the peer has, the files of the record it may be of. */
  #wholes(id: CollectionId, { digest, kind, hint }: WantedContent): readonly { digest: Digest; hint: RecordId }[] {
    if (hint === null) return [];
    if (kind !== 'chunk') return [{ digest, hint }];
    const each = this.#port.collections().find(({ collection }) => collection.stored.id === id);
    return (each?.collection.records.find(hint)?.state.fields.get(ENTRY) ?? []).flatMap(({ value }) => {
      const entry = fileEntry(value);
      return entry?.type === 'file' && entry.chunks !== undefined ? [{ digest: entry.digest, hint }] : [];
    });
  }

  #note(digest: Digest, now: number): void {
    if (this.#asked.size >= MOST_NOTED) this.#asked.delete(this.#asked.keys().next().value as Digest);
    this.#asked.set(digest, now);
  }

  async step(): Promise<boolean> {
    const [next] = this.#sought;
    if (next === undefined) return false;
    const [asked, sought] = next;
    const { collection, record } = sought;
    // In vain once more? It is asked for again as well.
    this.#sought.delete(asked);
    this.#missed.delete(asked);
    const each = this.#port.collections().find((one) => one.collection.stored.id === collection);
    const content = each === undefined ? null : contentIn(each.collection, record, asked);
    if (each !== undefined && content !== null && (await this.#mayTake(content)) && each.linked().length > 0) {
      const bytes = await each.read(record, content);
      if (bytes === null) this.#miss(asked, sought);
      else {
        await this.#port.store.keep([{ digest: content.digest, bytes }]);
        this.#port.contentsBack(collection);
      }
    }
    return this.#sought.size > 0;
  }

  #miss(asked: Digest, sought: Sought): void {
    if (this.#missed.size >= MOST_NOTED) this.#missed.delete(this.#missed.keys().next().value as Digest);
    this.#missed.set(asked, sought);
  }

  async #mayTake({ digest, size }: NamedContent): Promise<boolean> {
    if (size > LARGEST_FETCHED || this.#port.kept.isKept(digest) || this.#port.whoHolds(digest).length > 0)
      return false;
    return (await roomFor(this.#port, size)) === 'there';
  }
}

/** The content of a record that this digest names, itself or by its chunk list; null: the record has none such (any more). */
function contentIn({ records }: Collection, record: RecordId, digest: Digest): NamedContent | null {
  const values = [...(records.find(record)?.state.fields.values() ?? [])].flat().map(({ value }) => value);
  for (const value of values) {
    const entry = fileEntry(value);
    if (entry?.type === 'file' && (entry.digest === digest || entry.chunks === digest)) return entry;
    const part = referencesOf(value).find(({ content }) => content === digest);
    if (part !== undefined) return { digest, size: part.size };
  }
  return null;
}
