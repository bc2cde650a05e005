import type { Reply, WireError } from '../../contract/contract.ts';
import { LockstepError } from '../platform/trouble.ts';

/** Where lines for the person who runs the program go. */
export type Log = (line: string) => void;

/** What a failure becomes at a boundary: the code of a LockstepError; anything else is a fault, `internal`, and goes to the log whole. */
export function wireError(failure: unknown, during: string, log: Log): WireError {
  if (failure instanceof LockstepError) {
    return { code: failure.code, message: failure.message, subject: failure.subject };
  }
  log(`${during}: ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`);
  const message = failure instanceof Error ? failure.message : String(failure);
  return { code: 'internal', message: `An unexpected fault during ${during}: ${message}`, subject: during };
}

/** Runs `call` and answers with its value or its failure; never rejects. */
export async function replyOf<T>(during: string, log: Log, call: () => T | Promise<T>): Promise<Reply<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (failure) {
    return { ok: false, error: wireError(failure, during, log) };
  }
}
