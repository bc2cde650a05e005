import type { Collection } from '../collection.ts';
import type { Held } from '../merge/record-state.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import type { Reading } from '../sources/source-adapter.ts';
import { deletedSince } from './deleted-since.ts';
import type { HeldItems } from './held-items.ts';

/** Of so many items that are gone what the source held is kept in memory while they are worked in. */
const GONE_AT_HAND = 20_000;

/** By where something was, where it is now. */
export type Moves = ReadonlyMap<RecordId, RecordId>;
/** Nothing moved, or nobody looked for moves. */
export const NO_MOVES: Moves = new Map();

/** Items that the snapshot knows and a look did not find. */
export class GoneItems {
  readonly #collection: Collection;
  readonly #held: HeldItems;
  readonly #rows = new Map<RecordId, number>();
  readonly #heldByRow = new Map<number, Held | null>();
  readonly #toGo = new Map<number, boolean>();

  constructor(collection: Collection, held: HeldItems) {
    this.#collection = collection;
    this.#held = held;
  }

  has(id: RecordId): boolean {
    return this.#rows.has(id);
  }
  get size(): number {
    return this.#rows.size;
  }
  ids(): Iterable<RecordId> {
    return this.#rows.keys();
  }
  /** Each with the row of its record. */
  all(): readonly (readonly [id: RecordId, row: number])[] {
    return [...this.#rows];
  }
  add(id: RecordId, row: number): void {
    this.#rows.set(id, row);
  }
  drop(id: RecordId): void {
    this.#rows.delete(id);
  }
  clear(): void {
    this.#rows.clear();
  }

  /** What the source held of one: asked for moves, for the safety halt and for the change itself, all in one go. */
  heldOf(row: number): Held | null {
    const known = this.#heldByRow.get(row);
    if (known !== undefined) return known;
    const hasRoom = this.#heldByRow.size < GONE_AT_HAND;
    const found = this.#collection.records.at(row);
    if (found !== null && hasRoom) this.#collection.records.keepAtHand(found);
    const held = found === null ? null : this.#held.of(found);
    if (hasRoom) this.#heldByRow.set(row, held);
    return held;
  }

  /**
   * Was it deleted elsewhere since the source showed it? Then it was to go, and may have gone by an interrupted write of ours: there is nothing to be
   * said of it. Files have a journal for that (`keep/keep-whole.ts`).
   */
  wasToGo(row: number): boolean {
    if (this.#held.project === null) return false;
    const known = this.#toGo.get(row);
    if (known !== undefined) return known;
    const found = this.#collection.records.at(row);
    const wasToGo = found !== null && deletedSince(this.#collection, found, this.heldOf(row));
    this.#toGo.set(row, wasToGo);
    return wasToGo;
  }

  /** Where what is gone went to: an added file of the same content. Prefers one of the same name; empty files are all alike and never a move. */
  movesTo(readings: readonly Reading[]): Moves {
    if (this.#rows.size === 0 || readings.length === 0) return NO_MOVES;
    const gone = new Map<Digest, RecordId[]>();
    for (const [id, row] of this.#rows) {
      const entry = fileEntry(this.heldOf(row)?.get(ENTRY)?.value);
      if (entry?.type !== 'file' || entry.size === 0) continue;
      const same = gone.get(entry.digest);
      if (same === undefined) gone.set(entry.digest, [id]);
      else same.push(id);
    }
    const moves = new Map<RecordId, RecordId>();
    for (const reading of readings) {
      const entry = fileEntry(reading.fields.get(ENTRY));
      const from = entry?.type === 'file' ? gone.get(entry.digest) : undefined;
      if (from === undefined || from.length === 0 || this.#held.has(reading.id)) continue;
      const own = nameOf(reading.id);
      const at = Math.max(
        0,
        from.findIndex((id) => nameOf(id) === own),
      );
      const [source] = from.splice(at, 1);
      if (source !== undefined) moves.set(source, reading.id);
    }
    return moves;
  }
}

const nameOf = (id: RecordId): string => id.slice(id.lastIndexOf('/') + 1);
