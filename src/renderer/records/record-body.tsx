import { Button } from 'react-aria-components';
import type { Kind, ShownRecordView, WireError } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useGoToConflicts } from '../client/app-context.tsx';
import { useDeciders } from '../client/use-deciders.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RecordFacts, type RecordOf } from '../components/field-value.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';
import { formatWords } from '../sources/format-words.ts';
import { isPhoto } from './face.tsx';

const HOLDS: { readonly [holds in ShownRecordView['sources'][number]['holds']]: string } = {
  all: 'holds all of it',
  part: 'holds a part of it',
  other: 'holds another version of it',
  none: 'does not hold it',
};

/** All a contact or an event says, and which places here hold it. */
export function RecordBody(props: {
  of: RecordOf;
  title: string;
  kind: Kind;
  /** null: not here yet, or not to be had (`error`). */
  view: ShownRecordView | null;
  error: WireError | null;
  /** A contact's photo is not seen above it: below stands why. */
  isPhotoUnseen: boolean;
}) {
  const { of, title, kind, view, error, isPhotoUnseen } = props;
  const photo = kind === 'contacts' && !isPhotoUnseen ? view?.fields.find(isPhoto) : undefined;
  return (
    <>
      <ErrorNotice error={error} />
      {view === null && error === null && <Loading what={title} />}
      {view !== null && (
        <>
          {view.conflicts !== undefined && <OpenConflicts of={of} count={view.conflicts} />}
          <RecordFacts of={of} fields={view.fields} called={title} isElsewhere={(field) => field === photo} wide />
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
    </>
  );
}

/** What is shown is one of several versions, where it is in conflict: says so, and leads to where one is chosen. */
function OpenConflicts({ of, count }: { of: RecordOf; count: number }) {
  const deciders = useDeciders(of.collection);
  const goToConflicts = useGoToConflicts();
  return (
    <Note tone="warn">
      <p>
        {counted(count, 'thing')} in it {count === 1 ? 'was' : 'were'} changed on several devices. You see one version
        of each here, until {deciders === null ? 'you choose' : `it is settled on ${deciders}`}.
      </p>
      <Button className="button button-small" onPress={() => goToConflicts(of.collection, of.record)}>
        {deciders === null ? 'Choose…' : 'See the versions'}
      </Button>
    </Note>
  );
}
