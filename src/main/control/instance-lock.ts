import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { databaseTrouble } from '../platform/database-trouble.ts';
import { LockstepError } from '../platform/trouble.ts';

/** A connection that nobody refers to is closed when memory is collected, and its lock with it. */
const held = new Set<Database.Database>();

/** Held as long as the instance runs; the kernel frees it when the process ends, however it ends. */
export interface InstanceLock {
  release(): void;
}

/**
 * One instance a data directory: an EXCLUSIVE SQLite transaction on `lock.db` that is never committed. A lock file with a process id in
 * it would survive a crash and could name another process by then. Fails with `already-running`, and with
 * `disk-full` or `database-not-opened` where the system refuses it.
 */
export function takeInstanceLock(dataDirectory: string): InstanceLock {
  const path = join(dataDirectory, 'lock.db');
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { timeout: 0 });
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    // Nothing is ever written to it, so on a full disk it needs no room either.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if ((cause as { code?: string }).code?.startsWith('SQLITE_BUSY')) {
      throw new LockstepError(
        'already-running',
        `Another Lockstep already runs on ${dataDirectory}. Use that one, or stop it first.`,
        dataDirectory,
        cause,
      );
    }
    throw databaseTrouble(path, cause);
  }
  const lock = database;
  held.add(lock);
  return {
    release() {
      held.delete(lock);
      lock.close();
    },
  };
}
