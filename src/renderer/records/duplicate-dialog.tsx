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
import { RecordFacts, type RecordOf } from '../components/field-value.tsx';
import { Loading } from '../components/loading.tsx';
import { saysAlone } from './says-alone.ts';

/** Two contacts side by side: are they one person? Either answer can be undone. */
export function DuplicateDialog(props: { duplicate: DuplicateView; onClose: (isAnswered: boolean) => void }) {
  const { duplicate } = props;
  const onClose = () => props.onClose(false);
  const settle = useAction('duplicates:settle');
  const sayDone = useSayDone('came of it, because the two say different things');
  const { collection, records, by } = duplicate;
  const deciders = useDeciders(collection);
  const argumentsOf = (at: number): [string, string] | null => {
    const record = records[at]?.record;
    return record === undefined ? null : [collection, record];
  };
  const shown = [useRequest('records:show', argumentsOf(0)), useRequest('records:show', argumentsOf(1))];
  const fields = shown.map(({ value }) => value?.fields ?? null);
  const answer = async (isOne: boolean) => {
    const [one, other] = records;
    if (one === undefined || other === undefined) return;
    const reply = await settle.run(collection, one.record, other.record, isOne);
    if (!reply.ok) return;
    sayDone(`${pairTitle(duplicate)}: ${isOne ? 'made one contact' : 'kept apart'}`, reply.value);
    props.onClose(true);
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
        conflict. What only one of them says has a line beside it.
      </p>
      <ErrorNotice error={settle.error} />
      <div className="sides">
        {records.map(({ record, title }, at) => {
          const other = fields[at === 0 ? 1 : 0];
          return (
            <One
              key={record}
              of={{ collection, record }}
              title={recordName(record, title, 'contacts')}
              shown={shown[at]}
              alone={fields[at] != null && other != null ? saysAlone(fields[at], other) : NOTHING}
            />
          );
        })}
      </div>
    </DialogFrame>
  );
}

const NOTHING: ReadonlySet<string> = new Set();

function One(props: {
  of: RecordOf;
  title: string;
  shown: ReturnType<typeof useRequest<'records:show'>> | undefined;
  alone: ReadonlySet<string>;
}) {
  const { of, title, shown } = props;
  const view = shown?.value ?? null;
  const error = shown?.error ?? null;
  return (
    <article className="side" aria-label={`${title}, ${of.record.slice(0, 8)}`}>
      <h3>{title}</h3>
      <ErrorNotice error={error} />
      {view === null && error === null && <Loading what={title} />}
      {view !== null && <RecordFacts of={of} fields={view.fields} alone={props.alone} />}
    </article>
  );
}
