import { errorWords } from '../components/error-words.ts';
import { useToast } from './app-context.tsx';
import { useAction } from './use-action.ts';

/** Looks for changes now and exchanges them, in one collection or (null) in all, and says that it did: often there is nothing else to see. */
export function useSyncNow(collection: { readonly id: string; readonly name: string } | null): {
  readonly busy: boolean;
  run(): Promise<void>;
} {
  const sync = useAction('sync');
  const toast = useToast();
  const run = async () => {
    const which = collection === null ? {} : { collection: collection.id };
    const reply = await sync.run({ ...which, wait: false, timeoutSeconds: 60 });
    if (!reply.ok) toast('failed', errorWords(reply.error));
    else toast('done', `Looked for changes in ${collection?.name ?? 'everything that is kept in step'}`);
  };
  return { busy: sync.busy, run };
}
