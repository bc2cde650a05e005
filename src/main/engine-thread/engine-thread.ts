import { parentPort, workerData } from 'node:worker_threads';
import { compose } from '../compose.ts';
import { plainLines } from '../platform/plain-text.ts';
import type { EngineOptions } from './engine-api.ts';
import { serveEngine } from './serve-engine.ts';

// The one worker thread the engine lives in; `startEngine` in the main thread is its other end.
if (parentPort)
  await serveEngine(parentPort, compose, workerData as EngineOptions, (line) => console.error(plainLines(line)));
