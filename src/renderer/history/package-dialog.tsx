import { History, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { HistoryQuery, PackageView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { When } from '../components/when.tsx';
import { ChangeDetail } from './change-detail.tsx';
import { RestoreDialog } from './restore-dialog.tsx';

/** A package holds at most this many changes. */
const ALL = 256;
const SHOWN = 50;

/** One package: every change in it, each with its fields before and after; undo one or all, or restore what was then. */
export function PackageDialog(props: {
  view: PackageView;
  /** The next newer package of the same list; null: this is the newest. Asking from there on gives this one, whole. */
  before: string | null;
  filter: HistoryQuery;
  onClose: () => void;
}) {
  const { view, before } = props;
  const whole = useRequest('history:list', [
    { ...props.filter, limit: 2, changesLimit: ALL, ...(before === null ? {} : { before }) },
  ]);
  const undo = useAction('history:undo');
  const sayDone = useSayDone();
  const [restoring, setRestoring] = useState<{ readonly record: string | null } | null>(null);
  const [shown, setShown] = useState(SHOWN);
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === view.collection)?.name);
  const found = whole.value?.find((one) => one.id === view.id) ?? view;
  const nameOf = useDeviceNames();
  const takeBack = async (id: string, what: string) => {
    const reply = await undo.run(id);
    if (!reply.ok) return;
    sayDone(`Undone: ${what}`, reply.value);
    props.onClose();
  };
  return (
    <>
      <DialogFrame
        title={`${view.deviceName} changed ${collection ?? 'something'}`}
        wide
        onClose={props.onClose}
        footer={
          <>
            <Button className="button" onPress={() => setRestoring({ record: null })}>
              <History aria-hidden size={15} />
              Restore everything to then…
            </Button>
            <ActionButton
              className="button button-primary"
              isBusy={undo.busy}
              onPress={() => void takeBack(view.id, counted(view.changeCount, 'change'))}
            >
              <Undo2 aria-hidden size={15} />
              {view.changeCount === 1 ? 'Undo it' : `Undo all ${view.changeCount.toLocaleString('en')}`}
            </ActionButton>
          </>
        }
      >
        <p className="lead">
          {counted(view.changeCount, 'change')}, <When at={view.at} />
        </p>
        <p className="muted">
          Undoing is a change of its own: it goes to all your devices and can be undone too. What was changed again
          since stays beside it as a conflict.
        </p>
        <ErrorNotice error={undo.error ?? whole.error} />
        {whole.loading && found.changes.length < found.changeCount && <Loading what="all of them" />}
        <div className="changes">
          {found.changes.slice(0, shown).map((change, at) => (
            <ChangeDetail
              key={change.id}
              change={change}
              open={at === 0 && found.changeCount <= 3}
              busy={undo.busy}
              nameOf={nameOf}
              onUndo={() => void takeBack(change.id, change.title)}
              onRestore={() => setRestoring({ record: change.record })}
            />
          ))}
        </div>
        {found.changes.length > shown && (
          <Button className="button" onPress={() => setShown(ALL)}>
            Show all {found.changes.length}
          </Button>
        )}
      </DialogFrame>
      {restoring !== null && (
        <RestoreDialog
          collection={view.collection}
          collectionName={collection ?? ''}
          record={restoring.record}
          at={view.at}
          point={view.id}
          onDone={props.onClose}
          onClose={() => setRestoring(null)}
        />
      )}
    </>
  );
}
