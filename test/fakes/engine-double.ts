import type { EVENTS, Handlers, StatusView } from '../../src/contract/contract.ts';
import type { EngineApi, EngineOptions } from '../../src/main/engine-thread/engine-api.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';

export const EMPTY_STATUS: StatusView = {
  device: { id: 'd0', name: 'Laptop' },
  links: { bytesIn: 0, bytesOut: 0 },
  collections: [],
};

/** Handlers for tests of the doors: those given, and a failure with the code `not-in-this-test` for every other request. */
export function handlersDouble(given: Partial<Handlers>): Handlers {
  return new Proxy(given, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      (() => {
        throw new LockstepError('not-in-this-test', `${String(name)} is not in this test.`, String(name));
      }),
  }) as Handlers;
}

/** An engine without sources or peers, whose `config` requests do what a test needs: fail, fault, tell an event, never answer. */
export function engineDouble(options: EngineOptions): Promise<EngineApi> {
  if (options.relay === 'refuse') {
    // As a real one would: something begun already that keeps its thread alive.
    setInterval(() => {}, 1_000_000);
    throw new LockstepError('keys-locked', 'The keys are locked.', 'identity');
  }
  let tell = (_name: (typeof EVENTS)[number], _value: unknown) => {};
  const handlers = handlersDouble({
    status: () => EMPTY_STATUS,
    'records:cat': (_collection, record) => new Uint8Array(Number(record)).map((_, at) => at % 251),
    config: (key): { [key: string]: string } | Promise<never> => {
      if (key === 'fail') throw new LockstepError('no-such-setting', 'There is no such setting.', key);
      if (key === 'bug') throw new TypeError('a bug');
      if (key === 'fault')
        setImmediate(() => {
          throw new Error('the thread is gone');
        });
      if (key === 'full') throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      if (key === 'event') tell('status', EMPTY_STATUS);
      return key === 'never' || key === 'fault' ? new Promise(() => {}) : { dataDirectory: options.dataDirectory };
    },
  });
  return Promise.resolve({
    handlers,
    onEvent: (listener) => {
      tell = listener;
    },
    listenAddress: '127.0.0.1:21027',
    deviceId: 'd0',
    stop: () => {
      if (options.relay !== 'hang') return Promise.resolve();
      console.error('It hangs.');
      return new Promise(() => {});
    },
  });
}
