import { existsSync, renameSync } from 'node:fs';
import { databaseTrouble } from '../platform/database-trouble.ts';

/**
 * Moves a damaged database out of the way, with what SQLite keeps beside it, and says what it is called now. Fails as opening one does where the system
 * refuses that.
 */
export function setAside(file: string, rename: (from: string, to: string) => void = renameSync): string {
  const aside = `${file}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  try {
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) rename(file + suffix, aside + suffix);
  } catch (cause) {
    throw databaseTrouble(file, cause);
  }
  return aside;
}
