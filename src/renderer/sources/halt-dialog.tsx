import { Button } from 'react-aria-components';
import type { CollectionView, PlannedView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';

const DONE: { readonly [action in PlannedView['action']]: string } = {
  add: 'added',
  modify: 'changed',
  delete: 'deleted',
  move: 'moved',
};
const SHOWN = 200;

/** `3 added, 412 deleted`, deletes last because they are what is asked about. */
export function planSummary(planned: readonly PlannedView[]): string {
  const parts = (['add', 'modify', 'move', 'delete'] as const).flatMap((action) => {
    const count = planned.filter((one) => one.action === action).length;
    return count === 0 ? [] : [`${count.toLocaleString('en')} ${DONE[action]}`];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function PlannedList({ title, planned }: { title: string; planned: readonly PlannedView[] }) {
  if (planned.length === 0) return null;
  // Deletes first: what is lost must be seen without scrolling.
  const order = [...planned].sort((a, b) => Number(b.action === 'delete') - Number(a.action === 'delete'));
  return (
    <section>
      <h3>
        {title}: {planSummary(planned)}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list must be scrollable by keyboard */}
      <ul className="plain-list scroll-box" tabIndex={0} aria-label={title}>
        {order.slice(0, SHOWN).map((one) => (
          <li key={`${one.action} ${one.record}`}>
            <span className={`tag action-${one.action}`}>{DONE[one.action]}</span>
            <span className="path">{one.record}</span>
          </li>
        ))}
        {order.length > SHOWN && <li className="muted">and {counted(order.length - SHOWN, 'more', 'more')}</li>}
      </ul>
    </section>
  );
}

/** A halted source: why, what would happen, and two honest answers. */
export function HaltDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const preview = useRequest('safety:preview', [collection.id]);
  const confirm = useAction('safety:confirm');
  const toast = useToast();
  const source = collection.sources.find((one) => one.state === 'halted');
  const plan = preview.value;
  const letGo = async () => {
    // The plan that stands on the screen, not whatever the source has become since: a newer one halts and asks again.
    const target = plan?.plan ?? source?.plan ?? source?.id;
    if (target === undefined) return;
    const reply = await confirm.run(target);
    if (!reply.ok) return;
    toast('done', `${collection.name} goes on`);
    onClose();
  };
  return (
    <DialogFrame
      title={`${collection.name} is halted`}
      onClose={onClose}
      footer={
        <>
          <Button className="button" autoFocus onPress={onClose}>
            Keep as it is
          </Button>
          <Button
            className="button button-danger"
            isDisabled={confirm.busy || plan === null}
            onPress={() => void letGo()}
          >
            Let it go on
          </Button>
        </>
      }
    >
      <p className="lead">{source?.reason ?? 'It stopped before doing something that may not be meant.'}</p>
      <p>
        Nothing has been sent to your other devices and nothing is written here. <strong>Let it go on</strong> does
        exactly what is listed below. <strong>Keep as it is</strong> changes nothing: it stays halted, and goes on by
        itself once what is missing is back.
      </p>
      <ErrorNotice error={preview.error ?? confirm.error} />
      {plan === null && preview.error === null && <Loading what="what would happen" />}
      {plan?.halts.map((halt) => (
        <Note key={`${halt.source} ${halt.reason}`} tone="warn">
          <p>{halt.detail}</p>
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
