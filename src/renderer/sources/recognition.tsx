import type { Kind, PlaceView, WireError } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { useRequest } from '../client/use-request.ts';
import { useSettled } from '../client/use-settled.ts';
import { errorWords } from '../components/error-words.ts';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { isAddress } from './account-address.ts';
import { formatWords } from './format-words.ts';

/** Nobody types on when it is asked what is there. */
const PAUSE_MS = 250;
const KINDS: { readonly [kind in Kind]: string } = { contacts: 'Contacts', calendar: 'A calendar', files: 'Files' };

export interface Recognition {
  readonly value: PlaceView | null;
  readonly error: WireError | null;
}

/** What is at a place on this device that is being typed; a server is asked only when it is added. */
export function useRecognition(place: string, format: string | null): Recognition {
  const asked = useSettled(place, PAUSE_MS);
  const location = asked.trim();
  const { value, error } = useRequest(
    'places:recognize',
    location === '' || isAddress(location) ? null : [location, format],
  );
  return asked === place ? { value, error } : { value: null, error: null };
}

/** A table: by its name alone nobody knows for which program. */
const TABLE = /\.csv$/i;

/** Nothing is there yet by which it could be told what it is to be: a person has to say. */
export const needsFormat = ({ error }: Recognition, place: string): boolean =>
  error?.code === 'no-such-path' && TABLE.test(place.trim());

/** Why nothing is recognized there, and what to do, as it is done in a window. */
function adviceOn(error: WireError, place: string, canCreate: boolean): string {
  const { code } = error;
  if (canCreate && needsFormat({ value: null, error }, place))
    return 'There is nothing there yet: it will be made. Choose below for which program, for each has its own columns.';
  if (code === 'no-such-path')
    return canCreate
      ? 'There is nothing there yet: it will be made.'
      : 'There is nothing there. Tick “Create it” to have it made.';
  if (code === 'unknown-format')
    return 'What is in it is not known here: no contacts, no calendar, no folder. If it is one of these, say which below.';
  return errorWords(error);
}

/** What was recognized, in words: `Contacts, Google CSV, 812 contacts`. */
export function RecognitionLine(props: { recognition: Recognition; place: string; canCreate: boolean }) {
  const { recognition, place, canCreate } = props;
  const { value, error } = recognition;
  return (
    <p role="status" className={error === null || canCreate ? 'recognized' : 'recognized bad'}>
      {error !== null && adviceOn(error, place, canCreate)}
      {value !== null && placeWords(value)}
    </p>
  );
}

/** What a typed place was found to be, before it is added. */
export function RecognizedPlace({ location }: { location: string }) {
  return <RecognitionLine recognition={useRecognition(location, null)} place={location} canCreate={false} />;
}

function placeWords({ kind, format, records, damaged }: PlaceView): string {
  if (kind === 'files') return 'A folder of any files';
  const much = records === null ? [] : [counted(records, RECORD_WORD[kind])];
  const bad = damaged === 0 ? [] : [`${numberText(damaged)} more cannot be read`];
  return [KINDS[kind], formatWords(format), ...much, ...bad].join(', ');
}
