import { parentPort } from 'node:worker_threads';
import { nodeFileSystem } from '../platform/node-file-system.ts';
import { serveCalls } from '../platform/remote.ts';
import { countItems } from './count-items.ts';

/** What the thread answers. */
export interface CountService {
  countItems(path: string, format: string): ReturnType<typeof countItems>;
}
const service: CountService = { countItems: (path, format) => countItems(nodeFileSystem, path, format) };

// The worker thread that counts what is at one place.
if (parentPort) serveCalls(parentPort, service);
