import { CircleCheck, TriangleAlert, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ResultView } from '../../contract/contract.ts';
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
  const [isBusy, setBusy] = useState(false);
  const [undone, setUndone] = useState<Undone | null>(null);
  const total = fused.changes.length;
  const undo = async () => {
    props.onUndo();
    setBusy(true);
    const all = await undoAll(client, fused.changes);
    if (!isSeen.current) toast(all.error === null ? 'done' : 'failed', undoneText(APART, all, total));
    setUndone(all);
    setBusy(false);
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
        <ActionButton className="button button-small" isBusy={isBusy} onPress={() => void undo()}>
          <Undo2 aria-hidden size={14} />
          {isBusy ? 'Undoing…' : 'Undo'}
        </ActionButton>
      )}
    </div>
  );
}
