import type { RecordId } from '../record/ids.ts';

/** A batch commits in one transaction, and is at most this big (DESIGN 9). */
const BATCH_BYTES = 64 << 20;

/** An item that has to be read: its revision is not the one the snapshot vouches for. */
export interface DirtyItem {
  readonly id: RecordId;
  readonly size: number;
}

/** What a look has still to read, in the order in which it was listed. */
export class DirtyItems {
  readonly #batch: number;
  readonly #items = new Map<RecordId, DirtyItem>();
  #bytes = 0;

  /** `batch`: this many items at a time. */
  constructor(batch: number) {
    this.#batch = batch;
  }

  add(item: DirtyItem): void {
    this.#items.set(item.id, item);
    this.#bytes += item.size;
  }
  /** It is not to be read; returns its size, null where it was not. */
  drop(id: RecordId): number | null {
    const size = this.#items.get(id)?.size ?? null;
    this.#items.delete(id);
    this.#bytes -= size ?? 0;
    return size;
  }
  all(): readonly DirtyItem[] {
    return [...this.#items.values()];
  }
  /** There is enough for a batch. */
  get hasBatch(): boolean {
    return this.#items.size >= this.#batch || this.#bytes >= BATCH_BYTES;
  }

  /** Takes all of them, batch by batch; nothing is dirty afterwards. */
  take(): readonly (readonly DirtyItem[])[] {
    const batches: DirtyItem[][] = [];
    let bytes = 0;
    for (const item of this.#items.values()) {
      let batch = batches.at(-1);
      if (batch === undefined || batch.length >= this.#batch || (bytes + item.size > BATCH_BYTES && batch.length > 0)) {
        batch = [];
        batches.push(batch);
        bytes = 0;
      }
      batch.push(item);
      bytes += item.size;
    }
    this.#items.clear();
    this.#bytes = 0;
    return batches;
  }
}
