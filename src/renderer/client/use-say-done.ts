import type { ResultView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { errorWords } from '../components/error-words.ts';
import { useClient, useToast } from './app-context.tsx';

/** What a settlement, undo or restore did and did not do, in one sentence. `open`: what is said of how many conflicts are open by it. */
export function resultText(
  done: string,
  result: ResultView,
  open = 'came of it, because it was changed again since',
): string {
  const isNothing = result.records === 0 && result.conflicts.length === 0 && result.missing.length === 0;
  const parts = [isNothing ? 'Nothing was to be done: it is so already' : done];
  if (result.conflicts.length > 0) parts.push(`${counted(result.conflicts.length, 'conflict')} ${open}`);
  const [missing] = result.missing;
  if (missing !== undefined) {
    const others = result.missing.length === 1 ? '' : ` and ${counted(result.missing.length - 1, 'other')}`;
    parts.push(`${missing.record}${others} could not be brought back: ${missing.why}`);
  }
  return parts.join('. ');
}

/** Says what was done, what of conflicts that are `open` by it, and offers to take it back: every result names the changes that an undo reverses. */
export function useSayDone(open?: string): (done: string, result: ResultView) => void {
  const client = useClient();
  const toast = useToast();
  return (done, result) => {
    const undo = async () => {
      for (const change of result.changes) {
        const reply = await client.request('history:undo', change);
        if (!reply.ok) {
          toast('failed', errorWords(reply.error));
          return;
        }
      }
      toast('done', 'Undone');
    };
    toast(
      result.missing.length > 0 ? 'failed' : 'done',
      resultText(done, result, open),
      result.changes.length === 0 ? null : { label: 'Undo', run: () => void undo() },
    );
  };
}
