import type { Collection } from '../collection.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { CollectionId, RecordId } from '../record/ids.ts';
import type { IdleJob, KeepCollection, KeepPort } from './keep-port.ts';

const STEP = 500;

/**
 * Notes anew who holds what, by the snapshots. Earlier versions forgot that of all folders of a collection when one of them let go of a content:
 * of what another still held nobody knew, so that it was copied and given to nobody.
 */
export class KeepHolders implements IdleJob {
  readonly #port: KeepPort;
  readonly #isDue: (id: CollectionId) => boolean;
  readonly #done: (id: CollectionId) => void;
  #at: { readonly collection: Collection; readonly after: RecordId } | null = null;

  /** `isDue`: an earlier version wrote the database. `done`: told once all of a collection is noted. */
  constructor(port: KeepPort, isDue: (id: CollectionId) => boolean, done: (id: CollectionId) => void) {
    this.#port = port;
    this.#isDue = isDue;
    this.#done = done;
  }

  async step(): Promise<boolean> {
    const due = this.#port.collections().find(({ collection }) => this.#isDue(collection.stored.id));
    if (due === undefined) return false;
    this.#note(due);
    return true;
  }

  #note(each: KeepCollection): void {
    const { collection } = each;
    const sources = each.sources();
    const page = collection.records.page(this.#at?.collection === collection ? this.#at.after : null, STEP);
    collection.transact(() => {
      for (const record of page)
        for (const { row: source } of sources) {
          const stored = collection.records.snapshot(source, record.row);
          const isThere = stored !== undefined && stored.revision !== null;
          const entry = isThere ? fileEntry(collection.held(record, stored)?.get(ENTRY)?.value) : null;
          if (entry?.type === 'file' && entry.size > 0) this.#port.kept.noteHolder(entry.digest, source, record.row);
        }
    });
    const last = page.at(-1);
    if (last !== undefined && page.length === STEP) this.#at = { collection, after: last.id };
    else this.#done(collection.stored.id);
  }
}
