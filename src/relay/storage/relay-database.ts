import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Clock } from '../../main/platform/clock.ts';
import { databaseTrouble } from '../../main/platform/database-trouble.ts';
import { LockstepError } from '../../main/platform/trouble.ts';
import { GroupCommit } from './group-commit.ts';
import schema from './schema/01-all.sql?raw';
import words from './schema/02-words.sql?raw';

/** What makes a database of each version one of the next, from nothing on. */
const STEPS: readonly string[] = [schema, words];
const SCHEMA_VERSION = STEPS.length;

/** One SQLite file: WAL, every commit durable, writes of many callers in one commit. Each statement is prepared once. */
export class RelayDatabase {
  readonly #database: Database.Database;
  readonly #commit: GroupCommit;
  readonly #statements = new Map<string, Database.Statement>();

  /** Fails with `database-newer`, `database-damaged`, `database-not-opened` and `disk-full`. `committed`: told how many writes shared each commit. */
  constructor(file: string, clock: Clock, committed: (writes: number) => void) {
    this.#database = openRelayDatabase(file);
    this.#commit = new GroupCommit(this.#database, clock, committed);
  }

  /** As `GroupCommit` says; `work` is one transaction, or a part of one. */
  write<T>(work: () => T): Promise<T> {
    return this.#commit.write(work);
  }

  /** The first row; null: there is none. */
  get<Row>(sql: string, ...values: readonly unknown[]): Row | null {
    return (this.#prepared(sql).get(...values) as Row | undefined) ?? null;
  }
  all<Row>(sql: string, ...values: readonly unknown[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }
  /** One row after the other, as they are asked for. */
  each<Row>(sql: string, ...values: readonly unknown[]): Iterable<Row> {
    return this.#prepared(sql).iterate(...values) as Iterable<Row>;
  }
  /** Returns how many rows it changed. */
  run(sql: string, ...values: readonly unknown[]): number {
    return this.#prepared(sql).run(...values).changes;
  }

  /** What waits to be written is written first. */
  close(): void {
    this.#commit.flush();
    this.#database.close();
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function openRelayDatabase(file: string): Database.Database {
  try {
    const database = new Database(file);
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > SCHEMA_VERSION)
      throw new LockstepError(
        'database-newer',
        `${file} was written by a later version of Lockstep (${version}): update this one`,
        file,
      );
    if (version < SCHEMA_VERSION)
      database.transaction(() => {
        for (const step of STEPS.slice(version)) database.exec(step);
        database.pragma(`user_version = ${SCHEMA_VERSION}`);
      })();
    return database;
  } catch (cause) {
    if (cause instanceof LockstepError) throw cause;
    throw databaseTrouble(file, cause);
  }
}
