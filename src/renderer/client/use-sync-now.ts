import { listed } from '../../contract/overall-state.ts';
import { errorWords } from '../components/error-words.ts';
import { useClient, useToast } from './app-context.tsx';
import { useAction } from './use-action.ts';

/**
 * Looks for changes now and exchanges them, in one collection or (null) in all, and says that it did, and where it could not:
 * often there is nothing else to see.
 */
export function useSyncNow(collection: { readonly id: string; readonly name: string } | null): {
  readonly busy: boolean;
  run(): Promise<void>;
} {
  const sync = useAction('sync');
  const toast = useToast();
  const client = useClient();
  const run = async () => {
    const which = collection === null ? {} : { collection: collection.id };
    const reply = await sync.run({ ...which, wait: false, timeoutSeconds: 60 });
    if (!reply.ok) {
      toast('failed', errorWords(reply.error));
      return;
    }
    const status = await client.request('status');
    const away = (status.ok ? status.value.collections : []).filter(
      ({ id, sources }) =>
        (collection === null || id === collection.id) && sources.some(({ state }) => state === 'unavailable'),
    );
    const where = collection?.name ?? 'everything that is kept in step';
    if (away.length === 0) toast('done', `Looked for changes in ${where}`);
    else toast('notice', `Looked for changes, but not in all of it: ${notAvailable(away.map(({ name }) => name))}`);
  };
  return { busy: sync.busy, run };
}

const notAvailable = (names: readonly string[]): string =>
  `${listed(names)} ${names.length === 1 ? 'is' : 'are'} not available`;
