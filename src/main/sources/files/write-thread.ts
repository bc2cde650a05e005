import { parentPort, workerData } from 'node:worker_threads';
import { startHashStream } from '../../content/start-hash-stream.ts';
import { freeBytes } from '../../platform/free-bytes.ts';
import { nodeFileSystem } from '../../platform/node-file-system.ts';
import { serveCalls } from '../../platform/remote.ts';
import { WriteService } from './write-service.ts';

// The worker thread that writes files and owns the version store.
const { versions, newFileMode } = workerData as { versions: string; newFileMode: number };
if (parentPort)
  serveCalls(parentPort, new WriteService(nodeFileSystem, versions, newFileMode, freeBytes, startHashStream));
