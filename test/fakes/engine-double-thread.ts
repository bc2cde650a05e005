import { parentPort, workerData } from 'node:worker_threads';
import type { EngineOptions } from '../../src/main/engine-thread/engine-api.ts';
import { serveEngine } from '../../src/main/engine-thread/serve-engine.ts';
import { engineDouble } from './engine-double.ts';

if (parentPort) await serveEngine(parentPort, engineDouble, workerData as EngineOptions, (line) => console.error(line));
