import type { ResultView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { errorWords } from '../components/error-words.ts';
import { useClient, useRunningToast, useToast } from './app-context.tsx';
import type { Toast } from './app-store.ts';
import { type Undone, undoAll } from './undo-all.ts';

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

const UNDO = { label: 'Undo', doing: 'Undoing…', done: 'Undone' } as const;
const REDO = { label: 'Redo', doing: 'Doing it again…', done: 'Done again' } as const;

/** What is said of changes that were taken back, all or only some of them. */
export function undoneText(done: string, { result, count, error }: Undone, total: number): string {
  if (error === null) return resultText(done, result);
  const some = count === 0 ? '' : `${numberText(count)} of ${counted(total, 'change')} taken back. `;
  return `${some}${errorWords(error)}`;
}

/** Says what was done, what of conflicts that are `open` by it, and offers to take it back: every result names the changes that an undo reverses. */
export function useSayDone(open?: string): (done: string, result: ResultView) => void {
  const client = useClient();
  const toast = useToast();
  const running = useRunningToast();
  /** The other of the two is offered once it is done: an undo can be undone too. */
  const offer = ({ changes }: ResultView, words: typeof UNDO | typeof REDO): Toast['action'] =>
    changes.length === 0 ? null : { label: words.label, run: () => void takeBack(changes, words) };
  const takeBack = async (changes: readonly string[], words: typeof UNDO | typeof REDO) => {
    const say = running();
    say({ tone: 'busy', text: words.doing, action: null });
    const undone = await undoAll(client, changes);
    const isWhole = undone.error === null && undone.result.missing.length === 0;
    const action = offer(undone.result, words === UNDO ? REDO : UNDO);
    say({ tone: isWhole ? 'done' : 'failed', text: undoneText(words.done, undone, changes.length), action });
  };
  return (done, result) =>
    toast(result.missing.length > 0 ? 'failed' : 'done', resultText(done, result, open), offer(result, UNDO));
}
