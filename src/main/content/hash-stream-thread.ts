import { workerData } from 'node:worker_threads';
import { type HashRing, hashRing } from './hash-ring.ts';

// The worker thread that hashes what another moves, and ends with it.
const { ring, patience } = workerData as { ring: HashRing; patience: number };
hashRing(ring, patience);
