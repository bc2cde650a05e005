import { useState } from 'react';
import { accountNamed } from '../../contract/account-name.ts';
import type { WireError } from '../../contract/contract.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { addressToConfirm, isAddress } from './account-address.ts';
import { AccountFields, AccountKind } from './account-fields.tsx';
import { accountAdvice, FORMAT_CHOICES, RECOGNIZED } from './format-words.ts';
import { PlaceField } from './place-field.tsx';
import { needsFormat, RecognitionLine, useRecognition } from './recognition.tsx';
import { useAccount } from './use-account.ts';

const DAV_FORMAT = { contacts: 'carddav', calendar: 'caldav' } as const;

/** Where a joined collection is to be on this device, as it is typed. */
export function useJoinPlace() {
  const [place, setPlace] = useState('');
  const [format, setFormat] = useState(RECOGNIZED);
  const account = useAccount();
  const [kind, setKind] = useState<'contacts' | 'calendar'>('contacts');
  const [error, setError] = useState<WireError | null>(null);
  const recognition = useRecognition(place, format === RECOGNIZED ? null : format);
  const isServer = isAddress(place);
  const isNamed = accountNamed(place) !== null;
  return {
    place,
    setPlace,
    format,
    setFormat,
    account,
    /** Only the name of an account is typed: of which kind, that of the invitation is not known yet. */
    isNamed,
    kind,
    setKind,
    isServer,
    recognition,
    isFilled: place.trim() !== '' && (isServer || format !== RECOGNIZED || !needsFormat(recognition, place)),
    /** null: whatever the place looks like. */
    chosenFormat: isNamed ? DAV_FORMAT[kind] : isServer || format === RECOGNIZED ? null : format,
    error,
    /** Where it is to be; the server there knows the password by then. null: that failed. */
    locate: async (): Promise<string | null> => {
      setError(null);
      if (!isServer) return place.trim();
      const located = await account.locate(place, kind);
      if (located.ok) return located.location;
      setError(located.error);
      setPlace(addressToConfirm(located.error) ?? place);
      return null;
    },
  };
}

/** The fields for it, and why joining failed (`error`). */
export function JoinPlace(props: { of: ReturnType<typeof useJoinPlace>; autoFocus: boolean; error: WireError | null }) {
  const { place, setPlace, format, setFormat, account, isNamed, kind, setKind, isServer, error } = props.of;
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
      {isNamed && <AccountKind kind={kind} onChange={setKind} />}
      {isServer ? (
        <AccountFields of={account} place={place} />
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
