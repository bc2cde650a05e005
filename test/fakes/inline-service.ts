import type { Remote } from '../../src/main/platform/remote.ts';

/** The service's own calls as promises, in this thread: in place of a worker. */
export function inlineService<Service extends object>(service: Service): Remote<Service> {
  return new Proxy({} as Remote<Service>, {
    get:
      (_, name: string) =>
      async (...args: unknown[]) => {
        await Promise.resolve();
        return (service as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
      },
  });
}
