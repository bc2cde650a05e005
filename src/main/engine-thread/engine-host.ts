import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { EventName, Reply, RequestName, WireError } from '../../contract/contract.ts';
import { LockstepError } from '../platform/trouble.ts';
import { workerScript } from '../platform/worker-script.ts';
import type { EngineOptions } from './engine-api.ts';
import type { FromEngine, ToEngine } from './engine-protocol.ts';

/** The engine as the main thread sees it. */
export interface EngineHost {
  readonly deviceId: string;
  /** HOST:PORT where peers reach this device. */
  readonly listenAddress: string;
  /** Never rejects: a fault of the thread is a reply with the code `engine-fault`, a stopped one `stopping`. */
  request(name: RequestName, args: readonly unknown[]): Promise<Reply<unknown>>;
  /** Returns how to stop listening. */
  onEvent(listener: (name: EventName, value: unknown) => void): () => void;
  /** Resolves true once the engine ended by itself, false where it had to be cut off after `withinMs`. Losing nothing either way. */
  stop(withinMs: number): Promise<boolean>;
}

/** What is answered to who waits as the engine dies of this; null: that it died. */
export type EndsWith = (fault: Error) => WireError | null;

interface HostOptions {
  /** Called once, if the thread dies unasked; nothing works after it. */
  readonly onFault: (fault: Error) => void;
  /** Absent: null. */
  readonly endsWith?: EndsWith;
  /** Another script in the engine's place (tests). */
  readonly script?: URL;
}

/** Room for what has just been made, a multiple of three. Left to itself it grows to 100 MB, and is no faster. */
const ENGINE_YOUNG_MB = 24;
/**
 * Percent of what is alive that the heap of a thread may grow by before it is collected: by itself it triples. With 40 a first sync takes a twentieth
 * more, with 80 its peak is some 20 MB higher.
 */
const HEAP_GROWS_BY = 60;

/**
 * How often a function has run before V8's best compiler takes it, some 17 times its own rule: half of a first sync of 10,000 files is code that has
 * just begun to run, and what that compiler costs pays only for what runs on.
 */
const TURBOFAN_AFTER = 50_000;
/** The V8 in which that was measured; others may not know the flag, and say so on the terminal. */
const TURBOFAN_OF = /^13\./;

/**
 * Threads that wait for a disk, where many new texts are to be on it at once (`make-files.ts`). What they ask for together a file system writes
 * together: of 3,000 texts 4 threads, which is libuv's own number, waited for 0.25 s, 16 for 0.1 s. They begin with the first such call.
 */
const DISK_THREADS = 16;

/** Starts the engine in its thread; fails with what kept it from starting (`keys-locked`, `port-in-use`, …). */
export async function startEngine(
  options: EngineOptions,
  { onFault, endsWith, script }: HostOptions,
): Promise<EngineHost> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWS_BY}`);
  if (TURBOFAN_OF.test(process.versions.v8)) setFlagsFromString(`--invocation-count-for-turbofan=${TURBOFAN_AFTER}`);
  // Read when the first of them is needed, which is not before there is an engine.
  process.env.UV_THREADPOOL_SIZE ??= String(DISK_THREADS);
  const worker = new Worker(script ?? workerScript(import.meta.url, '../engine-thread.ts'), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: ENGINE_YOUNG_MB },
  });
  const waiting = new Map<number, (reply: Reply<unknown>) => void>();
  const listeners = new Set<(name: EventName, value: unknown) => void>();
  let lastId = 0;
  let ended: { readonly code: string; readonly message: string } | null = null;
  let stopped = (_clean: boolean) => {};

  const end = (code: string, message: string) => {
    ended ??= { code, message };
    for (const answer of waiting.values()) answer({ ok: false, error: { ...ended, subject: '' } });
    waiting.clear();
  };
  const tell = (message: ToEngine) => worker.postMessage(message);

  const ready = await new Promise<FromEngine & { is: 'ready' }>((resolve, reject) => {
    let running = false;
    const fault = (error: Error) => {
      if (ended) return;
      const { code, message } = endsWith?.(error) ?? {
        code: 'engine-fault',
        message: `The synchronizer stopped unexpectedly: ${error.message}`,
      };
      end(code, message);
      if (running) onFault(error);
      else reject(error);
    };
    worker.on('error', (error) => fault(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => fault(new Error(`its thread ended with status ${code}`)));
    worker.on('message', (message: FromEngine) => {
      if (message.is === 'reply') {
        waiting.get(message.id)?.(message.reply);
        waiting.delete(message.id);
      } else if (message.is === 'event') {
        for (const listener of listeners) listener(message.name, message.value);
      } else if (message.is === 'ready') {
        running = true;
        resolve(message);
      } else if (message.is === 'failed') {
        end(message.error.code, message.error.message);
        // Whatever it had begun (threads of its own, timers) must not keep the process alive.
        void worker.terminate();
        reject(new LockstepError(message.error.code, message.error.message, message.error.subject));
      } else stopped(true);
    });
  });

  return {
    deviceId: ready.deviceId,
    listenAddress: ready.listenAddress,
    request(name, args) {
      if (ended) return Promise.resolve({ ok: false, error: { ...ended, subject: '' } });
      const id = ++lastId;
      return new Promise((answer) => {
        waiting.set(id, answer);
        tell({ is: 'request', id, name, args });
      });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop(withinMs) {
      if (ended) return true;
      end('stopping', 'Lockstep is stopping.');
      const clean = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), withinMs);
        stopped = (how) => {
          clearTimeout(timer);
          resolve(how);
        };
        worker.once('exit', () => stopped(false));
        tell({ is: 'stop' });
      });
      await worker.terminate();
      return clean;
    },
  };
}
