import { History, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { causeText } from '../../contract/cause-words.ts';
import type { ActView, HistoryChangeView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useDeciders } from '../client/use-deciders.ts';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { When, whenText } from '../components/when.tsx';
import { ChangeDetail } from './change-detail.tsx';
import { RestoreDialog } from './restore-dialog.tsx';

/** So many changes are shown, and as many more each time a person asks. */
const PAGE = 50;
/** Of so many items that would go nobody is sure by one press. */
const MANY = 10;

/** One act: its changes page by page, each with its fields before and after; undo one or all, or restore what was then. */
export function ActDialog(props: {
  act: ActView;
  /** Only changes of records with this in their name; null: all. */
  text: string | null;
  onClose: () => void;
}) {
  const { act } = props;
  const [from, setFrom] = useState(0);
  const page = useRequest('history:changes', [act.id, from, PAGE, props.text]);
  const [changes, setChanges] = useState<readonly HistoryChangeView[]>([]);
  const { value } = page;
  useEffect(() => {
    if (value !== null) setChanges((known) => [...known.slice(0, from), ...value.changes]);
  }, [value, from]);
  const undo = useAction('history:undo');
  const sayDone = useSayDone(act.cause === 'settle' ? 'open again, which this had settled' : undefined);
  const cause = causeText(act, (at) => whenText(at, Date.now()));
  const [confirming, setConfirming] = useState(false);
  const [restoring, setRestoring] = useState<{ readonly record: string; readonly title: string } | 'all' | null>(null);
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === act.collection));
  const deciders = useDeciders(act.collection);
  const nameOf = useDeviceNames();
  const takeBack = async (id: string, what: string) => {
    const reply = await undo.run(id);
    if (!reply.ok) return;
    sayDone(`Undone: ${what}`, reply.value);
    props.onClose();
  };
  // A search lets only some of its changes be seen; what is undone is all of it.
  const total = page.value?.total ?? act.changeCount;
  const matching = page.value?.matching ?? act.changeCount;
  const left = matching - changes.length;
  // To undo that something was added is to delete it, everywhere.
  const deletes = act.counts.add >= MANY;
  const undoAll = total === 1 ? 'Undo it' : `Undo all ${numberText(total)}${deletes ? '…' : ''}`;
  const takeAllBack = () => takeBack(act.id, counted(total, 'change'));
  return (
    <>
      <DialogFrame
        title={`${act.deviceName} changed ${collection?.name ?? 'something'}`}
        width="wide"
        onClose={props.onClose}
        footer={
          deciders !== null ? (
            <p className="muted foot-note">This device may only read it: it is undone on {deciders}.</p>
          ) : (
            <>
              <Button className="button" onPress={() => setRestoring('all')}>
                <History aria-hidden size={15} />
                Restore everything to then…
              </Button>
              <ActionButton
                className="button button-primary"
                isBusy={undo.busy}
                onPress={() => (deletes ? setConfirming(true) : void takeAllBack())}
              >
                <Undo2 aria-hidden size={15} />
                {undoAll}
              </ActionButton>
            </>
          )
        }
      >
        <p className="lead">
          {matching < total ? `${numberText(matching)} of ${counted(total, 'change')}` : counted(total, 'change')},{' '}
          <When at={act.at} />
        </p>
        {cause !== null && <p>{cause}</p>}
        <p className="muted">
          Undoing is a change of its own: it goes to all your devices and can be undone too. What was changed again
          since stays beside it as a conflict.
        </p>
        <ErrorNotice error={undo.error ?? page.error} />
        {page.loading && changes.length === 0 && <Loading what="the changes" />}
        <div className="changes">
          {changes.map((change, at) => (
            <ChangeDetail
              key={change.id}
              collection={act.collection}
              change={change}
              name={recordName(change.record, change.title, collection?.kind ?? null)}
              isFile={collection?.kind === 'files'}
              open={at === 0 && matching <= 3}
              busy={undo.busy}
              isReader={deciders !== null}
              nameOf={nameOf}
              onUndo={() => void takeBack(change.id, change.title)}
              onRestore={() => setRestoring({ record: change.record, title: change.title })}
            />
          ))}
        </div>
        {changes.length > 0 && left > 0 && (
          <ActionButton className="button" isBusy={page.loading} onPress={() => setFrom(changes.length)}>
            Show {Math.min(PAGE, left)} more of {numberText(left)}
          </ActionButton>
        )}
      </DialogFrame>
      {confirming && (
        <ConfirmDialog
          title={`Delete ${counted(act.counts.add, 'item')} everywhere?`}
          confirm={`Delete ${counted(act.counts.add, 'item')}`}
          danger
          busy={undo.busy}
          error={undo.error}
          onConfirm={() => void takeAllBack()}
          onClose={() => setConfirming(false)}
        >
          <p>
            They were added by this. Undoing it deletes them on all your devices, but for what was changed since. It can
            be undone too, as long as History keeps what was in them.
          </p>
        </ConfirmDialog>
      )}
      {restoring !== null && collection !== undefined && (
        <RestoreDialog
          collection={collection}
          one={restoring === 'all' ? null : restoring}
          at={act.at}
          point={act.newest}
          onDone={props.onClose}
          onClose={() => setRestoring(null)}
        />
      )}
    </>
  );
}
