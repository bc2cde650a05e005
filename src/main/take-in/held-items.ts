import type { Collection } from '../collection.ts';
import type { Held } from '../merge/record-state.ts';
import type { RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { nativeOf, type Projection, sameFields } from '../snapshot/lens.ts';
import type { Reading, SourceAdapter } from '../sources/source-adapter.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { SentItems } from './sent-items.ts';

/** What the snapshot says that one source holds, and how much of a record it can hold. */
export class HeldItems {
  readonly source: number;
  readonly project: Projection;
  /** What it was given, and is not known to have. */
  readonly sent: SentItems;
  readonly #collection: Collection;

  constructor(collection: Collection, source: number, adapter: Pick<SourceAdapter, 'project' | 'unedited'>) {
    this.#collection = collection;
    this.source = source;
    this.sent = new SentItems(collection, source, adapter);
    this.project = adapter.project === undefined ? null : (full, held) => adapter.project?.(full, held) ?? full;
  }

  /** What it held of a record when it was last in step; null: it never held it. */
  at(row: number): Held | null {
    const found = this.#collection.records.at(row);
    return found === null ? null : this.of(found);
  }
  /** The same of a record that is at hand. */
  of(record: StoredRecord): Held | null {
    return this.#collection.held(record, this.#collection.records.snapshot(this.source, record.row));
  }

  /** Was the item there when the source was last in step? */
  has(id: RecordId): boolean {
    const { records } = this.#collection;
    const found = records.find(id);
    return found !== null && records.snapshot(this.source, found.row)?.revision instanceof Uint8Array;
  }

  /** What is to be stored of a reading beside what the source stands for; null: it is just what the source can hold of that. */
  native(reading: Reading, held: Held): Fields | null {
    if (this.project === null) return null;
    const meant = nativeOf(held, null, this.project);
    return sameFields(this.#collection.kind, meant, reading.fields) ? null : reading.fields;
  }
}
