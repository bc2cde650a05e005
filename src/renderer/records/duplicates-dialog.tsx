import { ChevronRight, Merge } from 'lucide-react';
import { useState } from 'react';
import { differenceWords } from '../../contract/alone-words.ts';
import type { CollectionView, DuplicateView, ResultView } from '../../contract/contract.ts';
import { pairTitle, sharedWords } from '../../contract/duplicate-words.ts';
import { counted } from '../../contract/overall-state.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { useLeadOn } from '../components/use-lead-on.ts';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { DuplicateDialog } from './duplicate-dialog.tsx';
import { FUSED, FUSED_OPEN, FusedNote } from './fused-note.tsx';

const ROW = 72;
const keyOf = ({ records }: DuplicateView): string => records.map(({ record }) => record).join('\0');

/** The contacts of a collection that may be one person, to be looked at pair by pair. */
export function DuplicatesDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const revision = useApp((state) => state.revision);
  const duplicates = useRequest('duplicates:list', [collection.id], revision);
  const fuse = useAction('duplicates:fuse-sure');
  const [fused, setFused] = useState<ResultView | null>(null);
  const [times, setTimes] = useState(0);
  const [isTakenBack, setTakenBack] = useState(false);
  const sayDone = useSayDone(FUSED_OPEN);
  const close = () => {
    // What could be undone here can be so for a while yet.
    if (fused !== null && !isTakenBack) sayDone(`${collection.name}: ${FUSED}`, fused);
    onClose();
  };
  const fuseSure = async () => {
    const reply = await fuse.run(collection.id);
    if (!reply.ok) return;
    setFused(reply.value);
    setTimes((before) => before + 1);
    setTakenBack(false);
    duplicates.reload();
  };
  const [open, setOpen] = useState<DuplicateView | null>(null);
  const list = duplicates.value ?? [];
  const leadOn = useLeadOn(list, keyOf, open !== null, '.dialog .rows-box');
  return (
    <>
      <DialogFrame
        title={`Possible duplicates in ${collection.name}`}
        width="wide"
        onClose={close}
        footer={
          list.filter(({ sure }) => sure).length < 2 || collection.decidedBy !== undefined ? undefined : (
            <>
              <p className="muted foot-note">Pairs that may each be one of several stay listed. It can be undone.</p>
              <ActionButton className="button" isBusy={fuse.busy} onPress={() => void fuseSure()}>
                <Merge aria-hidden size={15} />
                Make each very likely pair one
              </ActionButton>
            </>
          )
        }
      >
        <ErrorNotice error={fuse.error ?? duplicates.error} />
        {fused !== null && (
          <FusedNote key={times} fused={fused} onUndo={() => setTakenBack(true)} onUndone={duplicates.reload} />
        )}
        {duplicates.value === null && duplicates.error === null && <Loading what="possible duplicates" />}
        {duplicates.value !== null && (
          <p className="muted">
            {list.length === 0
              ? 'None: no two contacts share a name, an e-mail address or a phone number.'
              : `${counted(list.length, 'pair')} to look at. Nothing is made one unless ${collection.decidedBy === undefined ? 'you say so' : 'somebody says so who may edit'}.`}
          </p>
        )}
        {list.length > 0 && (
          <VirtualRows
            label="Possible duplicates"
            className="rows-box"
            count={list.length}
            of={list}
            estimate={() => ROW}
            keyOf={(at) => (list[at] === undefined ? String(at) : keyOf(list[at]))}
            row={(at, focus) => {
              const pair = list[at];
              if (pair === undefined) return null;
              return (
                <button type="button" className="row row-button row-tagged" {...focus} onClick={() => setOpen(pair)}>
                  <span className="row-text">
                    <span className="strong">{pairTitle(pair)}</span>
                    <span className="muted">{sharedWords(pair.by)}</span>
                    <span className="muted">{differenceWords(pair)}</span>
                  </span>
                  {pair.sure && <span className="tag">very likely one</span>}
                  <ChevronRight aria-hidden size={16} />
                </button>
              );
            }}
          />
        )}
      </DialogFrame>
      {open !== null && (
        <DuplicateDialog
          duplicate={open}
          onClose={(isAnswered) => {
            if (isAnswered) leadOn(keyOf(open));
            setOpen(null);
            duplicates.reload();
          }}
        />
      )}
    </>
  );
}
