import { isDamage, isNoRoom, isRefused } from '../platform/database-trouble.ts';

/**
 * Ends this thread, once what is under way has returned, where this came of the state in `directory`: there is no room for it, or its disk fails or may
 * only be read, so what is in memory may be ahead of what is written; or its database is damaged, so what is read of it may be wrong
 * (`lasting-engine.ts` begins anew). False: it came of something else.
 */
export function endWithState(failure: unknown, directory: string): boolean {
  if (!isNoRoom(failure, directory) && !isRefused(failure) && !isDamage(failure)) return false;
  setImmediate(() => {
    throw failure;
  });
  return true;
}
