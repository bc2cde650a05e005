import { parentPort } from 'node:worker_threads';
import { nodeFileSystem } from '../../../platform/node-file-system.ts';
import { serveCalls } from '../../../platform/remote.ts';
import { TextsService } from './texts-service.ts';

// The worker thread that writes many new texts into a folder.
if (parentPort) serveCalls(parentPort, new TextsService(nodeFileSystem));
