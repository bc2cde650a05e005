import type Database from 'better-sqlite3';
import type { LogId, MemberKey } from '../record/ids.ts';

export interface QuarantinedPackage {
  readonly log: LogId;
  readonly number: number;
  /** 64 hex digits. */
  readonly hash: string;
  readonly member: MemberKey;
  readonly bytes: Uint8Array;
}

/** Packages of one member that are set aside at most: who was removed must not fill this disk. */
const MOST_OF_A_MEMBER = 256;

/** Genuine packages whose authors might not write any more, kept until a person takes them or lets go of them (PROTOCOL 2.5). */
export class QuarantineStore {
  readonly #collection: number;
  readonly #sql;

  constructor(database: Database.Database, collection: number) {
    this.#collection = collection;
    this.#sql = {
      add: database.prepare<[number, string, number, string, string, Uint8Array]>(
        'INSERT OR IGNORE INTO quarantine(collection, log, number, hash, member, bytes) VALUES(?, ?, ?, ?, ?, ?)',
      ),
      count: database
        .prepare<[number, string], number>('SELECT count(*) FROM quarantine WHERE collection = ? AND member = ?')
        .pluck(),
      of: database
        .prepare<[number], [string, number, string, string, Uint8Array]>(
          `SELECT log, number, hash, member, bytes FROM quarantine
           WHERE collection = ? AND bytes IS NOT NULL ORDER BY log, number, hash`,
        )
        .raw(),
      drop: database.prepare<[number, string, number, string]>(
        'DELETE FROM quarantine WHERE collection = ? AND log = ? AND number = ? AND hash = ?',
      ),
      letGo: database.prepare<[number, string]>(
        'UPDATE quarantine SET bytes = NULL WHERE collection = ? AND member = ?',
      ),
    };
  }

  /** true where it was not known. One that was let go of stays away. */
  add({ log, number, hash, member, bytes }: QuarantinedPackage): boolean {
    if ((this.#sql.count.get(this.#collection, member) ?? 0) >= MOST_OF_A_MEMBER) return false;
    return this.#sql.add.run(this.#collection, log, number, hash, member, bytes).changes > 0;
  }

  /** In the order of each log. */
  all(): readonly QuarantinedPackage[] {
    return this.#sql.of.all(this.#collection).map(([log, number, hash, member, bytes]) => ({
      log: log as LogId,
      number,
      hash,
      member: member as MemberKey,
      bytes,
    }));
  }

  drop({ log, number, hash }: QuarantinedPackage): void {
    this.#sql.drop.run(this.#collection, log, number, hash);
  }

  /** A person does not want what this member wrote: it is not kept, nor set aside again. */
  letGo(member: MemberKey): void {
    this.#sql.letGo.run(this.#collection, member);
  }
}
