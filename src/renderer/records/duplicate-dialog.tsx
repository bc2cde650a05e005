import { Merge, Split } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { DuplicateView } from '../../contract/contract.ts';
import { pairTitle, sharedWords } from '../../contract/duplicate-words.ts';
import { recordName } from '../../contract/record-name.ts';
import { useAction } from '../client/use-action.ts';
import { useDeciders } from '../client/use-deciders.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RecordFacts } from '../components/field-value.tsx';
import { Loading } from '../components/loading.tsx';

/** Two contacts side by side: are they one person? Either answer can be undone. */
export function DuplicateDialog({ duplicate, onClose }: { duplicate: DuplicateView; onClose: () => void }) {
  const settle = useAction('duplicates:settle');
  const sayDone = useSayDone('came of it, because the two say different things');
  const { collection, records, by } = duplicate;
  const deciders = useDeciders(collection);
  const answer = async (isOne: boolean) => {
    const [one, other] = records;
    if (one === undefined || other === undefined) return;
    const reply = await settle.run(collection, one.record, other.record, isOne);
    if (!reply.ok) return;
    sayDone(`${pairTitle(duplicate)}: ${isOne ? 'made one contact' : 'kept apart'}`, reply.value);
    onClose();
  };
  return (
    <DialogFrame
      title={pairTitle(duplicate)}
      width="wide"
      onClose={onClose}
      footer={
        <>
          <p className="muted foot-note">
            {deciders === null
              ? 'Either can be undone, here and in History.'
              : `This device may only read them: it is said on ${deciders}.`}
          </p>
          <Button className="button" onPress={onClose}>
            {deciders === null ? 'Decide later' : 'Close'}
          </Button>
          {deciders === null && (
            <>
              <ActionButton className="button" isBusy={settle.busy} onPress={() => void answer(false)}>
                <Split aria-hidden size={15} />
                Two people
              </ActionButton>
              <ActionButton className="button button-primary" isBusy={settle.busy} onPress={() => void answer(true)}>
                <Merge aria-hidden size={15} />
                One person
              </ActionButton>
            </>
          )}
        </>
      }
    >
      <p className="lead">{sharedWords(by)}.</p>
      <p className="muted">
        As one person they become one contact with all that both say. Where they differ you are asked, as about any
        conflict.
      </p>
      <ErrorNotice error={settle.error} />
      <div className="sides">
        {records.map(({ record, title }) => (
          <One key={record} collection={collection} record={record} title={recordName(record, title, 'contacts')} />
        ))}
      </div>
    </DialogFrame>
  );
}

function One({ collection, record, title }: { collection: string; record: string; title: string }) {
  const shown = useRequest('records:show', [collection, record]);
  return (
    <article className="side" aria-label={`${title}, ${record.slice(0, 8)}`}>
      <h3>{title}</h3>
      <ErrorNotice error={shown.error} />
      {shown.value === null && shown.error === null && <Loading what={title} />}
      {shown.value !== null && <RecordFacts of={{ collection, record }} fields={shown.value.fields} />}
    </article>
  );
}
