import { parentPort, workerData } from 'node:worker_threads';
import { compose } from './compose.ts';
import type { EngineOptions } from './engine-thread/engine-api.ts';
import { serveEngine } from './engine-thread/serve-engine.ts';
import { plainLines } from './platform/plain-text.ts';

// The one worker thread the engine lives in; `startEngine` in the main thread is its other end.
if (parentPort)
  await serveEngine(parentPort, compose, workerData as EngineOptions, (line) => console.error(plainLines(line)));
