import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseTrouble } from '../platform/database-trouble.ts';
import { LockstepError } from '../platform/trouble.ts';
import quarantine from './migrations/02-quarantine.sql?raw';
import logReference from './migrations/03-log-reference.sql?raw';
import native from './migrations/04-native.sql?raw';
import contentAtSource from './migrations/05-content-at-source.sql?raw';
import relay from './migrations/06-relay.sql?raw';
import relayNewest from './migrations/07-relay-newest.sql?raw';
import sent from './migrations/08-sent.sql?raw';
import schema from './schema/01-all.sql?raw';

/** The version the schema makes. A database of an older version is migrated, one of a newer version refused. */
export const SCHEMA_VERSION = 8;
/** What makes a database of version 1 one of version 2, and so on. */
const MIGRATIONS: readonly string[] = [quarantine, logReference, native, contentAtSource, relay, relayNewest, sent];

/**
 * Opens (or makes) the device's database: WAL, every commit durable (`synchronous=FULL`). Throws `database-newer` for one a later version wrote,
 * `database-damaged` where SQLite finds it broken: it may then be moved away, for nothing current is lost with it; and `disk-full` or
 * `database-not-opened` where the system refuses it.
 */
export function openDatabase(file: string): Database.Database {
  let database: Database.Database;
  try {
    database = new Database(file);
    if (file !== ':memory:') chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = OFF');
    database.pragma('temp_store = MEMORY');
    database.pragma('cache_size = -8192');
    database.pragma('wal_autocheckpoint = 4000');
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > SCHEMA_VERSION)
      throw new LockstepError(
        'database-newer',
        `${file} was written by a later version of Lockstep (${version}); update this one`,
        file,
      );
    if (version < SCHEMA_VERSION)
      database.transaction(() => {
        const steps = version === 0 ? [schema] : MIGRATIONS.slice(version - 1);
        for (const step of steps) database.exec(step);
        database.pragma(`user_version = ${SCHEMA_VERSION}`);
      })();
    return database;
  } catch (error) {
    if (error instanceof LockstepError) throw error;
    throw databaseTrouble(file, error);
  }
}
