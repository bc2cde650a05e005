import { type MessagePort, workerData } from 'node:worker_threads';
import { nodeFileSystem } from '../platform/node-file-system.ts';
import { helpChunking } from './chunk-file.ts';

// The worker thread that helps to look at one large file, and ends.
const { fd, size, cuts, done, port } = workerData as {
  fd: number;
  size: number;
  cuts: boolean;
  done: Int32Array;
  port: MessagePort;
};
try {
  port.postMessage(helpChunking(nodeFileSystem, fd, size, cuts));
} finally {
  // Whoever waits is woken in any case, and finds a message or none.
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}
