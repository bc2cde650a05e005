import type { Worker } from 'node:worker_threads';
import { type Remote, remote, type ServedThread } from './remote.ts';
import { LockstepError } from './trouble.ts';

/** A service in a thread that begins with the first call: it takes 8 to 10 MB, and many a device never calls. */
export interface ThreadedService<Service extends object> {
  /** Its calls, in the order they are made. They reject as those of `remote`. */
  readonly service: Remote<Service>;
  /** As the function of that name, of the thread, where it has begun. */
  releaseHeap(): Promise<void>;
  /** Ends the thread; calls that come later begin no other. */
  end(): Promise<void>;
}

/** `begin` makes the worker, once at most. `broke`: told once where it ended, and nobody had ended it. */
export function threadedService<Service extends object>(
  begin: () => Worker,
  broke: (error: Error) => void,
): ThreadedService<Service> {
  const makeError = (code: string, message: string, subject: string) => new LockstepError(code, message, subject);
  let thread: { readonly worker: Worker; readonly served: Remote<ServedThread> } | null = null;
  let isEnded = false;
  let isBroken = false;
  const breaks = (error: Error): void => {
    if (!isEnded && !isBroken) broke(error);
    isBroken = true;
  };
  const begun = () => {
    if (thread !== null) return thread;
    if (isEnded) throw makeError('thread-ended', 'a worker thread was not begun: the program ends', '');
    const worker = begin();
    worker.once('error', breaks);
    worker.once('exit', (code) => breaks(makeError('thread-ended', `exit ${code}`, '')));
    thread = { worker, served: remote<ServedThread>(worker, makeError) };
    return thread;
  };
  return {
    service: new Proxy({} as Remote<Service>, {
      get:
        (_, name: string) =>
        (...args: unknown[]) =>
          new Promise((resolve) => {
            const calls = begun().served as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
            resolve(calls[name]?.(...args));
          }),
    }),
    async releaseHeap() {
      await thread?.served.releaseHeap();
    },
    async end() {
      isEnded = true;
      await thread?.worker.terminate();
    },
  };
}
