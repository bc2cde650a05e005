import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ShownRecordView } from '../../contract/contract.ts';
import { useRequest } from '../client/use-request.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RecordFacts } from '../components/field-value.tsx';
import { Loading } from '../components/loading.tsx';
import { ExplainDialog } from '../problems/explain-dialog.tsx';
import { formatWords } from '../sources/format-words.ts';

const HOLDS: { readonly [holds in ShownRecordView['sources'][number]['holds']]: string } = {
  all: 'holds all of it',
  part: 'holds a part of it',
  other: 'holds another version of it',
  none: 'does not hold it',
};

/** A contact or an event to read: all it says, and which places here hold it. */
export function RecordDialog(props: { collection: string; record: string; title: string; onClose: () => void }) {
  const { collection, record, title } = props;
  const [why, setWhy] = useState(false);
  const shown = useRequest('records:show', [collection, record]);
  const view = shown.value;
  return (
    <>
      <DialogFrame
        title={view?.title ?? title}
        wide
        onClose={props.onClose}
        footer={
          <>
            <Button className="button" onPress={() => setWhy(true)}>
              Where this comes from…
            </Button>
            <Button className="button button-primary" onPress={props.onClose}>
              Back to the list
            </Button>
          </>
        }
      >
        <ErrorNotice error={shown.error} />
        {view === null && shown.error === null && <Loading what={title} />}
        {view !== null && (
          <>
            <RecordFacts of={{ collection, record }} fields={view.fields} />
            <section>
              <h3>Where it is on this device</h3>
              <ul className="plain-list">
                {view.sources.map(({ location, format, holds }) => (
                  <li key={location}>
                    <span className="path">{location}</span> <span className="tag">{formatWords(format)}</span>{' '}
                    {HOLDS[holds]}
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
      </DialogFrame>
      {why && <ExplainDialog collection={collection} record={record} title={title} onClose={() => setWhy(false)} />}
    </>
  );
}
