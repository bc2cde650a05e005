import type Database from 'better-sqlite3';
import type { Held } from '../merge/record-state.ts';
import type { Fields } from '../record/value.ts';
import { decodeHeld, decodeNative, encodeHeld, encodeNative } from './encode-state.ts';

/** What a source was given of a record. */
export interface Sent {
  /** What its snapshot is to say once it is known to be there. */
  readonly held: Held;
  /** The same in its own format. */
  readonly native: Fields;
}

/**
 * What sources were given before it was known what became of that: the answer may be lost, or the program end before it comes. Synchronous; callers put it
 * in a transaction.
 */
export class SentStore {
  readonly #sql;

  constructor(database: Database.Database) {
    this.#sql = {
      note: database.prepare<{ source: number; record: number; held: Uint8Array; native: Uint8Array }>(
        `INSERT INTO sent(source, record, held, native) SELECT @source, @record, @held, @native
         WHERE NOT EXISTS (SELECT 1 FROM sent WHERE source = @source AND record = @record AND held = @held AND native = @native)`,
      ),
      of: database
        .prepare<[number, number], [Uint8Array, Uint8Array]>(
          'SELECT held, native FROM sent WHERE source = ? AND record = ? ORDER BY id DESC',
        )
        .raw(),
      any: database.prepare<[number], number>('SELECT 1 FROM sent WHERE source = ? LIMIT 1').pluck(),
      drop: database.prepare<[number, number]>('DELETE FROM sent WHERE source = ? AND record = ?'),
      dropAll: database.prepare<[number]>('DELETE FROM sent WHERE source = ?'),
    };
  }

  note(source: number, record: number, { held, native }: Sent): void {
    this.#sql.note.run({ source, record, held: encodeHeld(held), native: encodeNative(native) });
  }
  /** What it was given last comes first. */
  of(source: number, record: number): readonly Sent[] {
    return this.#sql.of
      .all(source, record)
      .map(([held, native]) => ({ held: decodeHeld(held), native: decodeNative(native) }));
  }
  hasAny(source: number): boolean {
    return this.#sql.any.get(source) !== undefined;
  }
  drop(source: number, record: number): void {
    this.#sql.drop.run(source, record);
  }
  dropAll(source: number): void {
    this.#sql.dropAll.run(source);
  }
}
