import { useMemo } from 'react';
import { Button } from 'react-aria-components';
import type { CollectionView, PlannedView, PlanView } from '../../contract/contract.ts';
import { numberText, withNumbersHere } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { ActionButton } from '../components/action-button.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';
import { VirtualRows } from '../components/virtual-rows.tsx';

const DONE: { readonly [action in PlannedView['action']]: string } = {
  add: 'added',
  modify: 'changed',
  delete: 'deleted',
  move: 'moved',
};
const ROW = 24;

/** `3 added, 412 deleted`, deletes last because they are what is asked about. */
export function planSummary(planned: readonly PlannedView[]): string {
  const parts = (['add', 'modify', 'move', 'delete'] as const).flatMap((action) => {
    const count = planned.filter((one) => one.action === action).length;
    return count === 0 ? [] : [`${numberText(count)} ${DONE[action]}`];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** What going on is called: by what it does, where that is to delete and nothing else. null: not known yet. */
export function goOnWords(plan: Pick<PlanView, 'local' | 'incoming'> | null): string {
  if (plan === null || plan.local.length === 0 || plan.incoming.length > 0) return 'Let it go on';
  if (plan.local.some(({ action }) => action !== 'delete')) return 'Let it go on';
  return `Delete ${counted(plan.local.length, 'item')} everywhere`;
}

function PlannedList({ title, planned }: { title: string; planned: readonly PlannedView[] }) {
  // Deletes first: what is lost must be seen without scrolling.
  const order = useMemo(
    () => [...planned].sort((a, b) => Number(b.action === 'delete') - Number(a.action === 'delete')),
    [planned],
  );
  if (planned.length === 0) return null;
  return (
    <section>
      <h3>
        {title}: {planSummary(planned)}
      </h3>
      <VirtualRows
        className="rows-box"
        label={title}
        count={order.length}
        of={order}
        estimate={() => ROW}
        keyOf={(at) => `${order[at]?.action} ${order[at]?.record}`}
        text={(at) => {
          const one = order[at];
          return (
            one !== undefined && (
              <div className="planned">
                <span className={`tag action-${one.action}`}>{DONE[one.action]}</span>
                <span className="path">{one.record}</span>
              </div>
            )
          );
        }}
      />
    </section>
  );
}

/** A halted source: why, what would happen, and the honest answers. */
export function HaltDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const preview = useRequest('safety:preview', [collection.id]);
  const confirm = useAction('safety:confirm');
  const putBack = useAction('safety:put-back');
  const toast = useToast();
  const source = collection.sources.find((one) => one.state === 'halted');
  const plan = preview.value;
  // The reason already leads; only what else halts is said besides.
  const others = plan?.halts.filter((halt) => withNumbersHere(halt.detail) !== source?.reason) ?? [];
  const isQuestion =
    plan !== null && plan.halts.length > 0 && plan.halts.every(({ reason }) => reason === 'deleted-elsewhere');
  const isGone = plan?.halts.some(({ reason }) => reason === 'mass-delete' || reason === 'emptied') === true;
  const goOn = isQuestion ? 'Delete them here' : goOnWords(plan);
  const answer = async (action: typeof confirm, done: string) => {
    // The plan that stands on the screen, not whatever the source has become since: a newer one halts and asks again.
    const target = plan?.plan ?? source?.plan ?? source?.id;
    if (target === undefined) return;
    const reply = await action.run(target);
    if (!reply.ok) return;
    toast('done', done);
    onClose();
  };
  return (
    <DialogFrame
      title={isQuestion ? `${collection.name} asks you` : `${collection.name} is halted`}
      width="wide"
      onClose={onClose}
      footer={
        <>
          <Button className="button" autoFocus onPress={onClose}>
            Keep as it is
          </Button>
          {isGone && (
            <ActionButton
              className="button button-primary"
              isBusy={putBack.busy}
              onPress={() => void answer(putBack, `What is gone from ${collection.name} is written again`)}
            >
              Put back what is gone
            </ActionButton>
          )}
          <ActionButton
            className="button button-danger"
            isBusy={confirm.busy}
            isDisabled={plan === null}
            onPress={() => void answer(confirm, `${collection.name} goes on`)}
          >
            {goOn}
          </ActionButton>
        </>
      }
    >
      <p className="lead">{source?.reason ?? 'It stopped before doing something that may not be meant.'}</p>
      {isQuestion ? (
        <p>
          What is deleted here goes to History and can be brought back. <strong>Keep as it is</strong> leaves them here
          only. To have them on every device again, undo their deletion in History.
        </p>
      ) : (
        <>
          <p>Nothing of this is sent to your other devices, and nothing is written here, before you answer:</p>
          <ul className="answers">
            <li>
              <strong>Keep as it is</strong> changes nothing: it stays halted, and goes on by itself once everything is
              as it was.
            </li>
            {isGone && (
              <li>
                <strong>Put back what is gone</strong> writes it here again, from your other devices.
              </li>
            )}
            <li>
              <strong>{goOn}</strong> does exactly what is listed below.
            </li>
          </ul>
        </>
      )}
      <ErrorNotice error={preview.error ?? confirm.error ?? putBack.error} />
      {plan === null && preview.error === null && <Loading what="what would happen" />}
      {others.map((halt) => (
        <Note key={`${halt.source} ${halt.reason}`} tone="warn">
          <p>{withNumbersHere(halt.detail)}</p>
        </Note>
      ))}
      {plan !== null && (
        <>
          <PlannedList title="On your other devices" planned={plan.local} />
          <PlannedList title="On this device" planned={plan.incoming} />
        </>
      )}
    </DialogFrame>
  );
}
