import type Database from 'better-sqlite3';

/** Items written to sources so lately that a power loss could still undo or tear them: record rows, by source. */
export class UnsyncedStore {
  readonly #sql;

  constructor(database: Database.Database) {
    this.#sql = {
      note: database.prepare<[number, number, string]>(
        'REPLACE INTO unsynced(source, record, at) SELECT ?, value, ? FROM json_each(?)',
      ),
      // Not what was written once more since.
      forget: database.prepare<[number, number, string]>(
        'DELETE FROM unsynced WHERE source = ? AND at <= ? AND record IN (SELECT value FROM json_each(?))',
      ),
      dropAll: database.prepare<[number]>('DELETE FROM unsynced WHERE source = ?'),
      of: database.prepare<[number], number>('SELECT record FROM unsynced WHERE source = ? ORDER BY record').pluck(),
      due: database
        .prepare<[number, number, number], number>(
          'SELECT record FROM unsynced WHERE source = ? AND at <= ? ORDER BY record LIMIT ?',
        )
        .pluck(),
      rewind: database.prepare<[number, number, number]>('UPDATE unsynced SET at = ? WHERE source = ? AND at > ?'),
      oldest: database.prepare<[number], number | null>('SELECT min(at) FROM unsynced WHERE source = ?').pluck(),
    };
  }

  /** `at`: milliseconds since 1970. */
  note(source: number, records: readonly number[], at: number): void {
    if (records.length > 0) this.#sql.note.run(source, at, JSON.stringify(records));
  }
  /** These are durable, as they were noted until `at`. */
  forget(source: number, records: readonly number[], at: number): void {
    if (records.length > 0) this.#sql.forget.run(source, at, JSON.stringify(records));
  }
  dropAll(source: number): void {
    this.#sql.dropAll.run(source);
  }
  of(source: number): readonly number[] {
    return this.#sql.of.all(source);
  }
  /** Some of those noted until `at`. */
  due(source: number, at: number, limit: number): readonly number[] {
    return this.#sql.due.all(source, at, limit);
  }
  /** Nothing was noted later than now: the clock was set back since. */
  rewind(source: number, now: number): void {
    this.#sql.rewind.run(now, source, now);
  }
  /** When the oldest was noted; null: there is none. */
  oldest(source: number): number | null {
    return this.#sql.oldest.get(source) ?? null;
  }
}
