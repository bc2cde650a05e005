import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { workerScript } from '../platform/worker-script.ts';
import type { HashHelper, HelperShare } from './chunk-file.ts';

/** A thread that ran out of memory wakes nobody. It has about as much to do as its caller had, so it may take this many times as long. */
const PATIENCE = 20;
const LEAST_WAIT_MS = 10_000;

/** Starts a thread for one file: it costs some 20 ms and, unlike one that is kept, no memory afterwards. */
export const threadedHash: HashHelper = (fd, size, cuts) => {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(workerScript(import.meta.url, './hash-thread.ts'), {
    workerData: { fd, size, cuts, done, port: port2 },
    transferList: [port2],
  });
  // It is missed where it is waited for.
  worker.on('error', () => undefined);
  const begun = performance.now();
  return () => {
    Atomics.wait(done, 0, 0, LEAST_WAIT_MS + PATIENCE * (performance.now() - begun));
    const found = receiveMessageOnPort(port1) as { readonly message: HelperShare } | undefined;
    port1.close();
    return found?.message ?? null;
  };
};
