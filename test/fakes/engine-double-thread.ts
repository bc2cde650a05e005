import { parentPort, workerData } from 'node:worker_threads';
import type { EngineOptions } from '../../src/main/engine-api.ts';
import { serveEngine } from '../../src/main/serve-engine.ts';
import { engineDouble } from './engine-double.ts';

if (parentPort) await serveEngine(parentPort, engineDouble, workerData as EngineOptions, () => {});
