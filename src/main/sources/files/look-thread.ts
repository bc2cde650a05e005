import { parentPort } from 'node:worker_threads';
import { threadedHash } from '../../content/threaded-hash.ts';
import { nodeFileSystem } from '../../platform/node-file-system.ts';
import { serveCalls } from '../../platform/remote.ts';
import { LookService } from './look-service.ts';

// The worker thread that looks at files: lists, reads, hashes.
if (parentPort) serveCalls(parentPort, new LookService(nodeFileSystem, () => Date.now(), threadedHash));
