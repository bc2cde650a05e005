import type { Collection } from '../collection.ts';
import { type Held, isLive } from '../merge/record-state.ts';
import { fieldRule } from '../record/field-rules.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';
import { heldAsSent } from '../snapshot/as-sent.ts';
import { nativeOf } from '../snapshot/lens.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { StoredRecord, StoredSnapshot } from '../store/record-store.ts';
import { withPassed } from './passed-values.ts';

/**
 * What one source was given, and nobody knows whether it has it (`SourceAdapter.unedited`): where it shows that, it is no edit of anybody. A look that saw
 * what is there puts an end to it.
 */
export class SentItems {
  readonly #collection: Collection;
  readonly #source: number;
  readonly #adapter: Pick<SourceAdapter, 'project' | 'unedited'>;

  constructor(collection: Collection, source: number, adapter: Pick<SourceAdapter, 'project' | 'unedited'>) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
  }

  /** What the snapshot is to say of an item that shows this, for it is what the source was given; null: it is not. */
  shownBy(found: StoredRecord, stored: StoredSnapshot | undefined, now: Fields): StoredSnapshot | null {
    const { project, unedited } = this.#adapter;
    if (project === undefined || unedited === undefined) return null;
    const { sent, kind, packages } = this.#collection;
    const all = sent.of(this.#source, found.row);
    if (all.length === 0) return null;
    const wasThere = stored !== undefined && stored.revision !== null;
    const before = wasThere
      ? nativeOf(this.#collection.held(found, stored), stored.native, (...shown) =>
          project.call(this.#adapter, ...shown),
        )
      : null;
    const isUnedited = (meant: Fields, holds: Fields): Fields | null => unedited.call(this.#adapter, meant, holds);
    const isKnown = (field: FieldName, value: Value): boolean =>
      packages
        .earlierValues(found.row)
        .some((each) => each.field === field && fieldRule(kind, field).same(each.value, value));
    for (const { held, native } of all) {
      const asked = { before, sent: native, now, isWanted: isLive(found.state) };
      const holds = heldAsSent(kind, asked, { unedited: isUnedited, isKnown });
      if (holds !== null) return { revision: null, held, native: holds };
    }
    return null;
  }

  /** As `withPassed`, where others may have put something there. */
  passed(found: StoredRecord, held: Held, now: Fields): Held {
    return this.#adapter.unedited === undefined ? held : withPassed(this.#collection, found, held, now);
  }

  /** What is there of a record was read, and its snapshot says so. Inside a transaction. */
  seen(row: number): void {
    if (this.#adapter.unedited !== undefined) this.#collection.sent.drop(this.#source, row);
  }

  /** Everything that is there was looked at. */
  sawAll(): void {
    const { sent } = this.#collection;
    if (this.#adapter.unedited === undefined || !sent.hasAny(this.#source)) return;
    this.#collection.transact(() => sent.dropAll(this.#source));
  }
}
