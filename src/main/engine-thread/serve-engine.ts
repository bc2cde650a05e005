import type { MessagePort } from 'node:worker_threads';
import { type Log, replyOf, wireError } from '../control/wire-error.ts';
import { endWithState } from './end-with-state.ts';
import type { EngineApi, EngineOptions } from './engine-api.ts';
import type { FromEngine, ToEngine } from './engine-protocol.ts';

/**
 * The engine's side of its thread: makes the engine, tells whether that worked, then answers requests until it is told to stop.
 * A request fails alone; a fault outside any request ends the thread, and with it the instance.
 */
export async function serveEngine(
  port: MessagePort,
  make: (options: EngineOptions) => Promise<EngineApi>,
  options: EngineOptions,
  log: Log,
): Promise<void> {
  const tell = (message: FromEngine) => port.postMessage(message);
  let engine: EngineApi;
  try {
    engine = await make(options);
  } catch (failure) {
    tell({ is: 'failed', error: wireError(failure, 'the start', log) });
    port.close();
    return;
  }
  const failed = (failure: unknown): never => {
    endWithState(failure, options.dataDirectory);
    throw failure;
  };
  engine.onEvent((name, value) => tell({ is: 'event', name, value }));
  port.on('message', async (message: ToEngine) => {
    if (message.is === 'stop') {
      await engine.stop();
      tell({ is: 'stopped' });
      port.close();
      return;
    }
    const { id, name, args } = message;
    const handler = engine.handlers[name] as (...args: readonly unknown[]) => unknown;
    const call = async () => handler.apply(engine.handlers, [...args]);
    tell({ is: 'reply', id, reply: await replyOf(name, log, () => call().catch(failed)) });
  });
  tell({ is: 'ready', deviceId: engine.deviceId, listenAddress: engine.listenAddress });
}
