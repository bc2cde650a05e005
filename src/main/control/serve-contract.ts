import { REQUESTS, type Reply, type RequestName } from '../../contract/contract.ts';
import { LockstepError } from '../platform/trouble.ts';
import { checkArguments } from './argument-checks.ts';
import { type Log, replyOf } from './wire-error.ts';

/** Answers what came in at any door: a name and arguments, both as untrusted as the door is. Never rejects. */
export type Answer = (name: unknown, args: unknown) => Promise<Reply<unknown>>;

const known: ReadonlySet<unknown> = new Set(REQUESTS);

/**
 * Checks name and arguments (`unknown-request`, `bad-argument`) before `carryOut` sees them, and turns what it throws into an error
 * with a code. A reply that comes back from `carryOut` as such (from the engine's thread) is passed on.
 */
export function serveContract(
  carryOut: (name: RequestName, args: readonly unknown[]) => Promise<Reply<unknown>>,
  log: Log,
): Answer {
  return async (name, args) => {
    const checked = await replyOf(String(name), log, () => {
      if (!isRequestName(name)) {
        throw new LockstepError('unknown-request', `There is no request "${String(name).slice(0, 100)}".`, 'request');
      }
      checkArguments(name, args);
      return carryOut(name, args);
    });
    return checked.ok ? checked.value : checked;
  };
}

const isRequestName = (name: unknown): name is RequestName => known.has(name);
