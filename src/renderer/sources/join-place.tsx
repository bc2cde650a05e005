import { useState } from 'react';
import type { WireError } from '../../contract/contract.ts';
import { useAction } from '../client/use-action.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { isAddress, withUser } from './account-address.ts';
import { AccountFields } from './account-fields.tsx';
import { accountAdvice, FORMAT_CHOICES, RECOGNIZED } from './format-words.ts';
import { PlaceField } from './place-field.tsx';
import { needsFormat, RecognitionLine, useRecognition } from './recognition.tsx';

/** Where a joined collection is to be on this device, as it is typed. */
export function useJoinPlace() {
  const [place, setPlace] = useState('');
  const [format, setFormat] = useState(RECOGNIZED);
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const remember = useAction('accounts:password');
  const recognition = useRecognition(place, format === RECOGNIZED ? null : format);
  const isServer = isAddress(place);
  const location = isServer ? withUser(place, user) : place.trim();
  return {
    place,
    setPlace,
    format,
    setFormat,
    user,
    setUser,
    password,
    setPassword,
    isServer,
    recognition,
    isFilled: place.trim() !== '' && (isServer || format !== RECOGNIZED || !needsFormat(recognition, place)),
    location,
    /** null: whatever the place looks like. */
    chosenFormat: isServer || format === RECOGNIZED ? null : format,
    error: remember.error,
    /** Keeps the password of a server, before it is needed; false: that failed. */
    keep: async (): Promise<boolean> => {
      remember.reset();
      return !isServer || user.trim() === '' || (await remember.run(location, password)).ok;
    },
  };
}

/** The fields for it, and why joining failed (`error`). */
export function JoinPlace(props: { of: ReturnType<typeof useJoinPlace>; autoFocus: boolean; error: WireError | null }) {
  const { place, setPlace, format, setFormat, user, setUser, password, setPassword, isServer, error } = props.of;
  const failure = error ?? props.error;
  return (
    <>
      <PlaceField
        label="Place on this device"
        value={place}
        onChange={setPlace}
        autoFocus={props.autoFocus}
        hint="An empty or new place is filled. What is in it already is merged in; nothing is overwritten."
      />
      {!isServer && failure === null && <RecognitionLine recognition={props.of.recognition} place={place} canCreate />}
      {isServer ? (
        <AccountFields user={user} password={password} onUser={setUser} onPassword={setPassword} />
      ) : (
        <ChoiceField label="What it is to be" options={FORMAT_CHOICES} value={format} onChange={setFormat} />
      )}
      <ErrorNotice error={failure} />
      {isServer && failure !== null && accountAdvice(failure.code) !== null && (
        <p className="hint">{accountAdvice(failure.code)}</p>
      )}
    </>
  );
}
