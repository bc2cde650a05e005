import type Database from 'better-sqlite3';
import type { Clock } from '../../src/main/platform/clock.ts';
import { isNoRoom } from '../../src/main/platform/database-trouble.ts';

/** What found no room for the state and came to where a program ends of that. */
const noticed = new WeakSet<object>();

/** To be asked where a program ends of what comes up there: did this find no room for its state? */
export function noticeNoRoom(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !isNoRoom(error, '/data')) return false;
  for (let each: unknown = error; each instanceof Error; each = each.cause) noticed.add(each);
  return true;
}
export const wasNoticed = (error: object): boolean => noticed.has(error);

/** A database has room for so many pages more. `onFull` is given what a transaction fails with that finds none. */
export function limitPages(database: Database.Database, pages: number, onFull: (error: object) => void): void {
  const used = database.pragma('page_count', { simple: true }) as number;
  database.pragma(`max_page_count = ${used + pages}`);
  const { transaction } = database;
  const guarded = (work: (...args: unknown[]) => unknown) =>
    transaction.call(database, (...args: unknown[]) => {
      try {
        return work(...args);
      } catch (error) {
        if (isNoRoom(error, '/data')) onFull(error as object);
        throw error;
      }
    });
  database.transaction = guarded as never;
}

/** A clock of what runs in no process of its own: what a process throws in its calls ends that where it found no room. */
export const passingNoRoom = (clock: Clock): Clock => ({
  now: () => clock.now(),
  after: (milliseconds, call) =>
    clock.after(milliseconds, () => {
      try {
        call();
      } catch (error) {
        if (!noticeNoRoom(error)) throw error;
      }
    }),
});
