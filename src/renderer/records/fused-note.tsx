import { CircleCheck, TriangleAlert, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ResultView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import { type Undone, undoAll } from '../client/undo-all.ts';
import { resultText, undoneText } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';

export const FUSED = 'Each very likely pair is one contact now';
export const FUSED_OPEN = 'came of it, because the two say different things';
const APART = 'Undone: they are two contacts each again';

/** What became of the pairs that were made one contact each, and its undo: in the dialog, which lies over all messages of the window. */
export function FusedNote(props: { fused: ResultView; onUndo: () => void; onUndone: () => void }) {
  const { fused } = props;
  const client = useClient();
  const toast = useToast();
  const isSeen = useRef(true);
  useEffect(() => {
    isSeen.current = true;
    return () => {
      isSeen.current = false;
    };
  }, []);
  const [done, setDone] = useState<number | null>(null);
  const [undone, setUndone] = useState<Undone | null>(null);
  const total = fused.changes.length;
  const undo = async () => {
    props.onUndo();
    const all = await undoAll(client, fused.changes, setDone);
    if (!isSeen.current) toast(all.error === null ? 'done' : 'failed', undoneText(APART, all, total));
    setUndone(all);
    setDone(null);
    props.onUndone();
  };
  const isWhole = undone === null ? fused.missing.length === 0 : undone.error === null;
  const Icon = isWhole ? CircleCheck : TriangleAlert;
  return (
    <div className={`notice notice-${isWhole ? 'done' : 'warn'}`}>
      <Icon aria-hidden size={16} />
      <div role="status">
        {undone === null ? resultText(FUSED, fused, FUSED_OPEN) : undoneText(APART, undone, total)}.
      </div>
      {undone === null && total > 0 && (
        <ActionButton className="button button-small" isBusy={done !== null} onPress={() => void undo()}>
          <Undo2 aria-hidden size={14} />
          {done === null ? 'Undo' : `Undoing ${numberText(done + 1)} of ${counted(total, 'change')}…`}
        </ActionButton>
      )}
    </div>
  );
}
