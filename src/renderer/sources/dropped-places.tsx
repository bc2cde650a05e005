import { X } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { WireError } from '../../contract/contract.ts';
import { listed } from '../../contract/overall-state.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Note } from '../components/note.tsx';
import { RecognizedPlace } from './recognition.tsx';

/** Several places that were dropped at once: what each is, or why it was not added, and each may be left out. */
export function DroppedPlaces(props: {
  places: readonly string[];
  errors: ReadonlyMap<string, WireError>;
  isBusy: boolean;
  onLeaveOut: (location: string) => void;
}) {
  const { places, errors, isBusy, onLeaveOut } = props;
  return (
    <ul className="plain-list places">
      {places.map((location) => (
        <li key={location}>
          <div>
            <span className="path">{location}</span>
            {errors.has(location) ? (
              <ErrorNotice error={errors.get(location) ?? null} />
            ) : (
              <RecognizedPlace location={location} />
            )}
          </div>
          <Button
            className="button button-icon button-quiet"
            aria-label={`Leave out ${location}`}
            isDisabled={isBusy}
            onPress={() => onLeaveOut(location)}
          >
            <X aria-hidden size={16} />
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** What was dropped and cannot be added by itself, by name. */
export function UntoldNote({ names }: { names: readonly string[] }) {
  return (
    <Note tone="warn">
      <p>
        This browser does not tell where {listed(names.map((name) => `“${name}”`))}{' '}
        {names.length === 1 ? 'lies' : 'lie'}. Type the whole path instead.
      </p>
    </Note>
  );
}
