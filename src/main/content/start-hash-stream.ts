import { Worker } from 'node:worker_threads';
import { workerScript } from '../platform/worker-script.ts';
import { makeHashRing, RingFiller } from './hash-ring.ts';
import type { HashStream } from './hash-stream.ts';

/** A thread that ran out of memory wakes nobody; one that waits for a slow disk is not woken for long. */
const PATIENCE_MS = 10_000;
const THREAD_PATIENCE_MS = 600_000;

/** A stream that is hashed in a thread of its own: it costs some 20 ms and, unlike one that is kept, no memory afterwards. */
export function startHashStream(): HashStream {
  const ring = makeHashRing();
  const worker = new Worker(workerScript(import.meta.url, './hash-stream-thread.ts'), {
    workerData: { ring, patience: THREAD_PATIENCE_MS },
  });
  // It is missed where it is waited for.
  worker.on('error', () => undefined);
  return new RingFiller(ring, PATIENCE_MS);
}
