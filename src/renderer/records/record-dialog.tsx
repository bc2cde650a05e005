import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Kind, OccurrenceView, ShownRecordView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { goTo, useApp } from '../client/app-context.tsx';
import { useDeciders } from '../client/use-deciders.ts';
import { useRequest } from '../client/use-request.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Picture, RecordFacts, type RecordOf } from '../components/field-value.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';
import { roleOf } from '../components/record-facts.ts';
import { ExplainDialog } from '../problems/explain-dialog.tsx';
import { formatWords } from '../sources/format-words.ts';
import { initials } from './initials.ts';
import { occasionOf } from './occurrence-words.ts';

const HOLDS: { readonly [holds in ShownRecordView['sources'][number]['holds']]: string } = {
  all: 'holds all of it',
  part: 'holds a part of it',
  other: 'holds another version of it',
  none: 'does not hold it',
};

type Field = ShownRecordView['fields'][number];
const isPhoto = ({ path, value }: Field): boolean =>
  path.startsWith('media/') && value !== null && typeof value === 'object' && 'kind' in value && value.kind === 'photo';

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
  const revision = useApp((state) => state.revision);
  const shown = useRequest('records:show', [collection, record], revision);
  const view = shown.value;
  const title = recordName(record, view?.title ?? props.title, kind);
  const photo = view?.fields.find(isPhoto);
  const of = { collection, record };
  return (
    <>
      <DialogFrame
        title={title}
        subtitle={occurrence === null ? roleOf(view?.fields ?? []) : occasionOf(occurrence)}
        mark={kind === 'contacts' && <Face of={of} title={title} photo={photo} />}
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
            {view.conflicts !== undefined && <OpenConflicts collection={collection} count={view.conflicts} />}
            <RecordFacts
              of={of}
              fields={view.fields}
              called={title}
              isElsewhere={(field) => kind === 'contacts' && field === photo}
              wide
            />
            <section className="record-places">
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

/** What is shown is one of several versions, where it is in conflict: says so, and leads to where one is chosen. */
function OpenConflicts({ collection, count }: { collection: string; count: number }) {
  const deciders = useDeciders(collection);
  return (
    <Note tone="warn">
      <p>
        {counted(count, 'thing')} in it {count === 1 ? 'was' : 'were'} changed on several devices. You see one version
        of each here, until {deciders === null ? 'you choose' : `it is settled on ${deciders}`}.
      </p>
      <Button className="button button-small" onPress={() => goTo('conflicts')}>
        {deciders === null ? 'Choose under Conflicts' : 'See under Conflicts'}
      </Button>
    </Note>
  );
}

/** Who it is, at a glance. */
function Face({ of, title, photo }: { of: RecordOf; title: string; photo: Field | undefined }) {
  const data = photo?.value;
  if (data === null || typeof data !== 'object' || !('data' in data))
    return (
      <span aria-hidden className="avatar face">
        {initials(title)}
      </span>
    );
  return (
    <span className="face">
      <Picture of={of} data={data.data} name="Photo" />
    </span>
  );
}
