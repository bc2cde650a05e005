import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Kind, OccurrenceView } from '../../contract/contract.ts';
import { recordName } from '../../contract/record-name.ts';
import { useApp } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { roleOf } from '../components/record-facts.ts';
import { ExplainDialog } from '../problems/explain-dialog.tsx';
import { Face, isPhoto } from './face.tsx';
import { occasionOf } from './occurrence-words.ts';
import { RecordBody } from './record-body.tsx';

/** A contact or an event to read: all it says, and which places here hold it. */
export function RecordDialog(props: {
  collection: string;
  record: string;
  title: string;
  kind: Kind;
  /** The one of an event's times it was opened at; null: none of them. */
  occurrence: OccurrenceView | null;
  onClose: () => void;
}) {
  const { collection, record, kind, occurrence } = props;
  const [why, setWhy] = useState(false);
  const [isPhotoUnseen, setPhotoUnseen] = useState(false);
  const revision = useApp((state) => state.revision);
  const { value: view, error } = useRequest('records:show', [collection, record], revision);
  const title = recordName(record, view?.title ?? props.title, kind);
  const of = { collection, record };
  return (
    <>
      <DialogFrame
        title={title}
        subtitle={occurrence === null ? roleOf(view?.fields ?? []) : occasionOf(occurrence)}
        mark={
          kind === 'contacts' && (
            <Face of={of} title={title} photo={view?.fields.find(isPhoto)} size="head" onUnseen={setPhotoUnseen} />
          )
        }
        width="wide"
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
        <RecordBody of={of} title={title} kind={kind} view={view} error={error} isPhotoUnseen={isPhotoUnseen} />
      </DialogFrame>
      {why && <ExplainDialog collection={collection} record={record} title={title} onClose={() => setWhy(false)} />}
    </>
  );
}
