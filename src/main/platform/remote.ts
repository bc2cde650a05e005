import type { MessagePort, TransferListItem, Worker } from 'node:worker_threads';
import { releaseHeap } from './spare-memory.ts';

/** A service as seen from outside the thread it works in: the same calls, each a promise. */
export type Remote<Service> = {
  readonly [Name in keyof Service as Service[Name] extends (...args: never[]) => unknown
    ? Name
    : never]: Service[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}
interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly code: string; readonly subject: string };
}

/** What every thread that serves calls answers besides its service. */
export interface ServedThread {
  /** As `releaseHeap`, of that thread. */
  releaseHeap(): void;
}

/**
 * Answers calls that come through `port`, one after the other, with `service`, and those of `ServedThread`. What a call promises is waited for
 * before the next one begins. Runs in the worker.
 */
export function serveCalls(port: MessagePort, service: object): void {
  const served = { releaseHeap } satisfies ServedThread;
  const whose = (name: string): Record<string, (...args: unknown[]) => unknown> =>
    (name in served ? served : service) as Record<string, (...args: unknown[]) => unknown>;
  const give = (answer: Answer): void => port.postMessage(answer, buffersOf(answer.value));
  const fail = (id: number, error: unknown): void => {
    const { message, code, subject } = error as { message: string; code?: string; subject?: string };
    give({ id, error: { message, code: code ?? 'internal', subject: subject ?? '' } });
  };
  const queue: Call[] = [];
  let isWaiting = false;
  const answer = ({ id, name, args }: Call): void => {
    let value: unknown;
    try {
      value = whose(name)[name]?.(...args);
    } catch (error) {
      fail(id, error);
      return;
    }
    if (!(value instanceof Promise)) {
      give({ id, value });
      return;
    }
    isWaiting = true;
    void value
      .then(
        (kept: unknown) => give({ id, value: kept }),
        (error: unknown) => fail(id, error),
      )
      .finally(() => {
        isWaiting = false;
        goOn();
      });
  };
  const goOn = (): void => {
    while (!isWaiting) {
      const call = queue.shift();
      if (call === undefined) return;
      answer(call);
    }
  };
  port.on('message', (call: Call) => {
    queue.push(call);
    goOn();
  });
}

/** Calls a service in a worker. Rejects with what it threw, and with `thread-ended` once the worker is gone. */
export function remote<Service extends object>(
  worker: Worker,
  makeError: (code: string, message: string, subject: string) => Error,
): Remote<Service> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 1;
  let ended: Error | null = null;
  worker.on('message', ({ id, value, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(makeError(error.code, error.message, error.subject));
  });
  const end = (why: string): void => {
    ended ??= makeError('thread-ended', `a worker thread ended: ${why}`, '');
    for (const call of waiting.values()) call.reject(ended);
    waiting.clear();
  };
  worker.on('error', (error) => end((error as Error).message));
  worker.on('exit', (code) => end(`exit ${code}`));
  return new Proxy({} as Remote<Service>, {
    get:
      (_, name: string) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (ended !== null) {
            reject(ended);
            return;
          }
          const id = next++;
          waiting.set(id, { resolve, reject });
          worker.postMessage({ id, name, args } satisfies Call, args.flatMap(buffersOf));
        }),
  });
}

/** Large buffers made for an argument or an answer alone travel without a copy: those it names as `owned`. Shared ones need no more than that. */
function buffersOf(value: unknown): TransferListItem[] {
  const owned = (value as { owned?: readonly ArrayBufferLike[] } | null | undefined)?.owned;
  return owned?.filter((buffer) => buffer instanceof ArrayBuffer) ?? [];
}
