import { dirname, isAbsolute, relative } from 'node:path';
import { LockstepError } from './trouble.ts';
import { type WhyNotWritten, whyNotWritten } from './why-not-written.ts';

const DAMAGED = 'database-damaged';

/** What says nothing of the database itself: no room, no right, no memory, somebody else who holds it. */
const REFUSED =
  /^SQLITE_(?:FULL|CANTOPEN|READONLY|PERM|AUTH|NOMEM|BUSY|LOCKED|PROTOCOL|NOLFS|IOERR(?!_(?:SHORT_READ|CORRUPTFS)))/;

/**
 * Why a database could not be opened: `database-damaged` where it is broken, so that it may be set aside; where the system refused it, and nothing of
 * it is lost, `disk-full` or `database-not-opened`. SQLite says the same of most of that, so what it was is found out by `probe`.
 */
export function databaseTrouble(file: string, cause: unknown, probe = whyNotWritten): LockstepError {
  const { code, message } = cause as { readonly code?: unknown; readonly message: string };
  // What SQLite itself did not say came of the file or its folder.
  if (typeof code === 'string' && code.startsWith('SQLITE_') && !REFUSED.test(code))
    return new LockstepError(DAMAGED, `${file} cannot be opened: ${message}`, file, cause);
  const why = code === 'SQLITE_FULL' ? 'full' : probe(file);
  if (why === 'full')
    return new LockstepError(
      'disk-full',
      `The disk of ${dirname(file)} is full: ${file} cannot be opened. Nothing of it is lost. Free some space there first.`,
      file,
      cause,
    );
  const what = why === null ? `${message}. Another program may hold it, or its disk fail` : REFUSALS[why];
  return new LockstepError(
    'database-not-opened',
    `${file} cannot be opened: ${what}. Nothing of it is lost: mend that first.`,
    file,
    cause,
  );
}
const REFUSALS: { readonly [why in Exclude<WhyNotWritten, 'full'>]: string } = {
  'no-right': 'your user may not write there, as where its files or their folder are another user’s',
  'read-only': 'its disk can only be read, as one is where it was mounted so or found errors',
};

/**
 * Why the synchronizer ended, for people, where its databases in `directory` could not be read or written any more: what of the system stood in
 * the way, and what helps. Null: it ended of something else, which is a fault of the program.
 */
export function databaseFaultText(directory: string, fault: unknown): string | null {
  const { code, message } = fault as { readonly code?: unknown; readonly message: string };
  if (typeof code !== 'string' || !REFUSED.test(code)) return null;
  return `${directory} cannot be read or written any more (${message}), so Lockstep ends. Nothing written is lost: look at its disk and at the rights of your user there, then start Lockstep again.`;
}

/**
 * Did the database fail? Whoever goes on after faults of something else (a relay, a server) says so where faults are told: of a full disk the engine
 * ends, wherever it was found.
 */
export function isOfDatabase(fault: unknown): boolean {
  const { code, cause } = fault as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return true;
  return cause instanceof Error && isOfDatabase(cause);
}

/** Was a database that is open found broken? What is broken further inside is met only when it is read. */
export function isDamage(fault: unknown): boolean {
  const { code, cause } = fault as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && /^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return true;
  return code === DAMAGED || (cause instanceof Error && isDamage(cause));
}

/** Could a database that is open not be read or written, for its disk failed, or may only be read? Nothing says that it is broken. */
export function isRefused(fault: unknown): boolean {
  const { code, cause } = fault as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && /^SQLITE_(?:IOERR|READONLY|CANTOPEN)/.test(code)) return true;
  return cause instanceof Error && isRefused(cause);
}

/** Did this come of there being no room for the state in `directory`? The database tells it without a path, everything else with one. */
export function isNoRoom(fault: unknown, directory: string): boolean {
  const { code, path, cause } = fault as { readonly code?: unknown; readonly path?: unknown; readonly cause?: unknown };
  if (code === 'SQLITE_FULL') return true;
  if (code === 'ENOSPC' || code === 'EDQUOT') return typeof path === 'string' && isBelow(path, directory);
  return cause instanceof Error && isNoRoom(cause, directory);
}

const isBelow = (path: string, directory: string): boolean => {
  const way = relative(directory, path);
  return !way.startsWith('..') && !isAbsolute(way);
};

/** That the state in `directory` cannot be used, with why as `databaseTrouble` says it, for people. */
export const notOpenedWords = (
  directory: string,
  why: string,
): { readonly sentence: string; readonly advice: string } => ({
  sentence: `${directory} cannot be used, so Lockstep stands still`,
  advice: `${why} It then goes on by itself, and takes in what was changed meanwhile.`,
});

/** That there is no room for the state in `directory`, and what ends that, for people. */
export const noRoomWords = (directory: string): { readonly sentence: string; readonly advice: string } => ({
  sentence: `The disk of ${directory} is full, so Lockstep stands still`,
  advice: 'Nothing is lost. Free some space there: it then goes on by itself, and takes in what was changed meanwhile.',
});

/** That the database in `directory` is broken, and what becomes of it, for people. `why`: as SQLite says it. */
export const damageWords = (
  directory: string,
  why: string,
): { readonly sentence: string; readonly advice: string } => ({
  sentence: `The database in ${directory} is damaged, so Lockstep makes a new one`,
  advice:
    `SQLite says: ${why}. The folders, contacts and calendars are as they were; what is in step is found out anew from them and from the other devices. ` +
    'History gives back what other devices know of it, and settings are at their defaults again. The damaged database lies beside the new one.',
});
