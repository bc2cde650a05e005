import { isNoRoom } from '../platform/database-trouble.ts';

/**
 * Ends this thread, once what is under way has returned, where this came of there being no room for the state in `directory`: what is in memory
 * may be ahead of what is written (`lasting-engine.ts` begins anew). False: it came of something else.
 */
export function endWithoutRoom(failure: unknown, directory: string): boolean {
  if (!isNoRoom(failure, directory)) return false;
  setImmediate(() => {
    throw failure;
  });
  return true;
}
