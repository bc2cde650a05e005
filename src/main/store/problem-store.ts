import type Database from 'better-sqlite3';
import { type RecordId, recordId } from '../record/ids.ts';

export interface StoredProblem {
  /** Its row, or `changeLogSource`. */
  readonly source: number;
  readonly record: RecordId;
  readonly code: string;
  readonly detail: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** In the place of a source: what is wrong with the change log of a collection (by its row) itself. */
export const changeLogSource = (collection: number): number => -collection;

/** The code of what is no problem: a directory stays as long as something lives in it, and is tried again like a problem. */
export const STAYS = 'stays';

/** The code of an item that others deleted and of which an earlier version is here: whether it goes here too a person has to say. */
export const DELETED_ELSEWHERE = 'deleted-elsewhere';

/** The code of an item for which the whole place may only be read: of all of those in one source a person is told once. */
export const NOT_WRITABLE = 'not-writable';

/** The code of an item for which there was no room: nothing tells when there is. */
export const DISK_FULL = 'disk-full';

/** The code of an item whose content nobody had who could be asked: where somebody may have it again it is asked for. */
export const CONTENT_GONE = 'content-gone';

/** What could not be handled, item by item, until it can. */
export class ProblemStore {
  readonly #sql;
  /** Which records have one, by source, and of which code: asked on every hot path, and nearly always of nothing. */
  readonly #known = new Map<number, Map<string, string>>();

  constructor(database: Database.Database) {
    this.#sql = {
      put: database.prepare<[number, string, string, string, number]>(
        `INSERT INTO problem(source, record, code, detail, since) VALUES(?, ?, ?, ?, ?)
         ON CONFLICT(source, record) DO UPDATE SET since = iif(code = excluded.code, since, excluded.since), code = excluded.code, detail = excluded.detail`,
      ),
      drop: database.prepare<[number, string]>('DELETE FROM problem WHERE source = ? AND record = ?'),
      dropAll: database.prepare<[number]>('DELETE FROM problem WHERE source = ?'),
      find: database
        .prepare<[number, string], [string, string, number]>(
          'SELECT code, detail, since FROM problem WHERE source = ? AND record = ?',
        )
        .raw(),
      of: database
        .prepare<[number], [string, string, string, number]>(
          'SELECT record, code, detail, since FROM problem WHERE source = ? ORDER BY record',
        )
        .raw(),
    };
  }

  put(source: number, record: RecordId, code: string, detail: string, now: number): void {
    this.#recordsOf(source).set(record, code);
    this.#sql.put.run(source, record, code, detail, now);
  }
  drop(source: number, record: RecordId): void {
    if (this.#recordsOf(source).delete(record)) this.#sql.drop.run(source, record);
  }
  dropAll(source: number): void {
    this.#known.delete(source);
    this.#sql.dropAll.run(source);
  }
  find(source: number, record: RecordId): StoredProblem | null {
    if (!this.#recordsOf(source).has(record)) return null;
    const found = this.#sql.find.get(source, record);
    return found === undefined ? null : { source, record, code: found[0], detail: found[1], since: found[2] };
  }
  has(source: number, record: RecordId): boolean {
    return this.#recordsOf(source).has(record);
  }
  of(source: number): readonly StoredProblem[] {
    return this.#sql.of
      .all(source)
      .map(([record, code, detail, since]) => ({ source, record: recordId(record), code, detail, since }));
  }
  count(source: number): number {
    return this.#recordsOf(source).size;
  }
  /** Those a person should know of; all that wait for a place that may only be read are one. */
  countNamed(source: number): number {
    const readOnly = this.withCode(source, NOT_WRITABLE).length;
    return this.count(source) - this.staying(source).length - Math.max(0, readOnly - 1);
  }
  /** Records of directories that stay while something lives in them. */
  staying(source: number): readonly RecordId[] {
    return this.withCode(source, STAYS);
  }
  /** Records of which this is told. */
  withCode(source: number, wanted: string): readonly RecordId[] {
    const known = this.#recordsOf(source);
    return known.size === 0 ? [] : [...known].flatMap(([record, code]) => (code === wanted ? [recordId(record)] : []));
  }

  /** Is any record named for such a reason? */
  isAny(source: number, wanted: (code: string) => boolean): boolean {
    return [...this.#recordsOf(source).values()].some(wanted);
  }

  /** Undo of what a rolled back transaction told the cache. */
  forgetCaches(): void {
    this.#known.clear();
  }

  #recordsOf(source: number): Map<string, string> {
    let known = this.#known.get(source);
    if (known === undefined) {
      known = new Map(this.of(source).map((problem) => [problem.record, problem.code]));
      this.#known.set(source, known);
    }
    return known;
  }
}
