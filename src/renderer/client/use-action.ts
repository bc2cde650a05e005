import { useCallback, useState } from 'react';
import type { Reply, RequestName, Requests, WireError } from '../../contract/contract.ts';
import { useClient } from './app-context.tsx';

export interface Action<K extends RequestName> {
  readonly busy: boolean;
  /** Why the last run failed; null: it did not, or none ran. */
  readonly error: WireError | null;
  run(...args: Parameters<Requests[K]>): Promise<Reply<ReturnType<Requests[K]>>>;
  reset(): void;
}

/** A request a person starts: says while it runs, and why it failed. */
export function useAction<K extends RequestName>(name: K): Action<K> {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const run = useCallback(
    async (...args: Parameters<Requests[K]>) => {
      setBusy(true);
      setError(null);
      const reply = await client.request(name, ...args);
      setBusy(false);
      if (!reply.ok) setError(reply.error);
      return reply;
    },
    [client, name],
  );
  const reset = useCallback(() => setError(null), []);
  return { busy, error, run, reset };
}
