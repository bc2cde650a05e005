import type { Clock } from '../../src/main/platform/clock.ts';
import type { Remote } from '../../src/main/platform/remote.ts';

/**
 * A service in a thread of its own, as the caller sees it: calls are answered one after the other, each some time after it was made.
 * A call in which the process dies is never answered, for nobody is left to hear it.
 */
export function slowService<Service extends object>(
  service: Service,
  clock: Clock,
  latency: () => number,
  isDead: () => boolean,
): Remote<Service> {
  let last: Promise<unknown> = Promise.resolve();
  const calls = service as Record<string, (...args: unknown[]) => unknown>;
  return new Proxy({} as Remote<Service>, {
    get:
      (_, name: string) =>
      (...args: unknown[]): Promise<unknown> => {
        const answer = last
          .then(() => after(clock, latency()))
          .then(() => calls[name]?.(...args))
          .finally(() => (isDead() ? new Promise(() => {}) : undefined));
        last = answer.catch(() => undefined);
        return answer;
      },
  });
}

function after(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
