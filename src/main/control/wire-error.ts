import type { Reply, WireError } from '../../contract/contract.ts';
import { isDamage, isRefused } from '../platform/database-trouble.ts';
import { LockstepError } from '../platform/trouble.ts';

/** Where lines for the person who runs the program go. */
export type Log = (line: string) => void;

/** What a failure becomes at a boundary: the code of a LockstepError; anything else is a fault, `internal`, and goes to the log whole. */
export function wireError(failure: unknown, during: string, log: Log): WireError {
  const refused = refusedBySystem(failure);
  if (refused !== null) return refused;
  if (failure instanceof LockstepError) {
    return { code: failure.code, message: failure.message, subject: failure.subject };
  }
  log(`${during}: ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`);
  const message = failure instanceof Error ? failure.message : String(failure);
  return { code: 'internal', message: `An unexpected fault during ${during}: ${message}`, subject: during };
}

/** What the system does not let us do is no fault of the program: a person has to know which place, and why. */
const SYSTEM: { readonly [code: string]: readonly [code: string, why: string] } = {
  EACCES: ['no-permission', 'Your user may not do that there'],
  EPERM: ['no-permission', 'Your user may not do that there'],
  EROFS: ['no-permission', 'That disk can only be read'],
  ENOSPC: ['disk-full', 'That disk is full'],
  EDQUOT: ['disk-full', 'Your share of that disk is full'],
  ENOENT: ['no-such-path', 'There is no such place'],
  ENOTDIR: ['no-such-path', 'There is a file where a folder should be'],
  ENAMETOOLONG: ['path-too-long', 'The path is too long for this system'],
};

function refusedBySystem(failure: unknown): WireError | null {
  if (!(failure instanceof Error)) return null;
  const { code, path, message } = failure as NodeJS.ErrnoException;
  // Of our own database, which is the only one that says so.
  if (code === 'SQLITE_FULL')
    return { code: 'disk-full', message: `The disk of the data directory is full: ${message}`, subject: '' };
  if (isRefused(failure) && !(failure instanceof LockstepError))
    return {
      code: 'database-not-opened',
      message: `The database of the data directory cannot be read or written (${message}): look at its disk and at the rights of your user there. Nothing written is lost.`,
      subject: '',
    };
  if (isDamage(failure) && !(failure instanceof LockstepError))
    return {
      code: 'database-damaged',
      message: `The database of the data directory is damaged (${message}), so a new one is made: ask again in a moment.`,
      subject: '',
    };
  const known = code === undefined || !Object.hasOwn(SYSTEM, code) ? undefined : SYSTEM[code];
  // What comes from a worker thread has lost its path on the way, but for what the system itself said.
  const [, place] = /, \w+ '(.+?)'(?: -> '.+')?$/s.exec(message) ?? [];
  const isOfThread = failure instanceof LockstepError;
  const subject = isOfThread ? failure.subject || (place ?? '') : path;
  if (known === undefined || subject === undefined) return null;
  return { code: known[0], message: `${known[1]}: ${isOfThread ? (place ?? message) : subject}`, subject };
}

/** Runs `call` and answers with its value or its failure; never rejects. */
export async function replyOf<T>(during: string, log: Log, call: () => T | Promise<T>): Promise<Reply<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (failure) {
    return { ok: false, error: wireError(failure, during, log) };
  }
}
