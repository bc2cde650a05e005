import { LockstepError } from './trouble.ts';

/** What says nothing of the database itself: no room, no right, no memory, somebody else who holds it. */
const REFUSED =
  /^SQLITE_(?:FULL|CANTOPEN|READONLY|PERM|AUTH|NOMEM|BUSY|LOCKED|PROTOCOL|NOLFS|IOERR(?!_(?:SHORT_READ|CORRUPTFS)))/;

/**
 * Why a database could not be opened: `database-damaged` where it is broken, so that it may be set aside; `database-not-opened` where the
 * system refused it, and nothing of it is lost.
 */
export function databaseTrouble(file: string, cause: unknown): LockstepError {
  const { code, message } = cause as { readonly code?: unknown; readonly message: string };
  // What SQLite itself did not say came of the file or its folder.
  if (typeof code === 'string' && code.startsWith('SQLITE_') && !REFUSED.test(code))
    return new LockstepError('database-damaged', `${file} cannot be opened: ${message}`, file, cause);
  return new LockstepError(
    'database-not-opened',
    `${file} cannot be opened: ${message}. Nothing of it is lost. Its disk may be full, or its files another user's: mend that, and start again.`,
    file,
    cause,
  );
}
