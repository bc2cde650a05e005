import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import { counted } from '../../contract/overall-state.ts';
import type { Adding } from '../client/app-store.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { isAddress, isPublished } from './account-address.ts';
import { AccountFields, AccountKind } from './account-fields.tsx';
import { DroppedPlaces, UntoldNote } from './dropped-places.tsx';
import { accountAdvice, FORMAT_CHOICES, formatChoices, RECOGNIZED } from './format-words.ts';
import { examplePlace, PlaceField } from './place-field.tsx';
import { RecognitionLine, useRecognition } from './recognition.tsx';
import { useAccount } from './use-account.ts';
import { useAddPlaces } from './use-add-places.ts';

type Wish = 'any' | NonNullable<Adding['kind']>;
const TITLES: { readonly [wish in Wish]: string } = {
  any: 'Add a source',
  files: 'Add a folder',
  contacts: 'Add contacts',
  calendar: 'Add a calendar',
};
const HINTS: { readonly [wish in Wish]: string } = {
  any: 'A folder, a file of contacts or a calendar (.vcf, .csv, .ldif, .ics), an account by its e-mail address, or the address of a CardDAV or CalDAV server or of a published calendar.',
  files: 'Where the folder is on this device.',
  contacts:
    'A .vcf, .csv or .ldif file, a folder of .vcf files, Thunderbird’s abook.sqlite, an account by its e-mail address, or the address of a CardDAV server.',
  calendar:
    'An .ics file, a folder of them, an account by its e-mail address, or the address of a CalDAV server or of a published calendar.',
};

const SHELF = { contacts: 'address book', calendar: 'calendar' } as const;

/** Starts keeping places in step: one that is typed or picked, or several that were dropped. Nothing starts before the person says so. */
export function AddDialog({ adding, onClose }: { adding: Adding; onClose: () => void }) {
  const { locations, untold = [] } = adding;
  const several = locations.length > 1;
  const [place, setPlace] = useState(locations[0] ?? '');
  const [name, setName] = useState('');
  const [create, setCreate] = useState(false);
  const [kind, setKind] = useState<'contacts' | 'calendar'>(adding.kind === 'calendar' ? 'calendar' : 'contacts');
  const [format, setFormat] = useState(RECOGNIZED);
  const account = useAccount();
  const {
    left,
    busy,
    error,
    errors,
    found,
    add: addThese,
    leaveOut,
    forget,
  } = useAddPlaces(locations, setPlace, onClose);
  const isServer = !several && isAddress(place);
  const isFeed = isServer && adding.kind !== 'contacts' && isPublished(place);
  const recognition = useRecognition(several ? '' : place, format === RECOGNIZED ? null : format);
  const add = () =>
    addThese(place, {
      ...(name.trim() === '' || several ? {} : { name: name.trim() }),
      ...(create && !isServer ? { create } : {}),
      ...(isServer || several || format === RECOGNIZED ? {} : { format }),
      server: isServer ? { account, kind, isFeed } : null,
    });
  const isFilled = several || place.trim() !== '';
  return (
    <DialogFrame
      title={several ? `Add ${counted(left.length, 'place')}` : TITLES[adding.kind ?? 'any']}
      careful
      onClose={onClose}
      onEnter={isFilled && !busy ? () => void add() : null}
      footer={
        <DialogActions
          action={busy ? 'Adding…' : 'Add'}
          isPending={busy}
          isDisabled={!isFilled}
          onAction={() => void add()}
          onCancel={onClose}
        />
      }
    >
      {untold.length > 0 && <UntoldNote names={untold} />}
      {several ? (
        <DroppedPlaces places={left} errors={errors} isBusy={busy} onLeaveOut={leaveOut} />
      ) : (
        <>
          <PlaceField
            label="Place"
            value={place}
            onChange={(typed) => {
              setPlace(typed);
              forget();
            }}
            autoFocus
            placeholder={examplePlace(adding.kind)}
            hint={HINTS[adding.kind ?? 'any']}
          />
          {/* Once it failed that says why. */}
          {!isServer && error === null && (
            <RecognitionLine recognition={recognition} place={place} canCreate={create} />
          )}
          {isServer && (
            <>
              {!isFeed && (adding.kind === null || adding.kind === 'files') && (
                <AccountKind kind={kind} onChange={setKind} />
              )}
              <AccountFields of={account} place={place} />
              {found.length > 0 && (
                <ChoiceField
                  label={`There are ${counted(found.length, SHELF[kind])} in this account. Which one?`}
                  options={found.map((one) => ({ id: one.address, label: one.name }))}
                  value={place}
                  onChange={setPlace}
                />
              )}
            </>
          )}
          <Field
            label="Name"
            value={name}
            onChange={setName}
            hint="What your devices call it. Left empty: the name of the place."
          />
          {!isServer && (
            <ChoiceField
              label="What it is"
              options={adding.kind === null || adding.kind === 'files' ? FORMAT_CHOICES : formatChoices(adding.kind)}
              value={format === RECOGNIZED ? (recognition.value?.format ?? RECOGNIZED) : format}
              onChange={setFormat}
            />
          )}
          {!isServer && (
            <Checkbox className="checkbox" isSelected={create} onChange={setCreate}>
              <span className="box" aria-hidden />
              Create it if it is not there
            </Checkbox>
          )}
        </>
      )}
      <ErrorNotice error={error} />
      {isServer && error !== null && accountAdvice(error.code) !== null && (
        <p className="hint">{accountAdvice(error.code)}</p>
      )}
      <Note>
        <p>Adding changes nothing in it. Nothing leaves this device until you invite another one.</p>
      </Note>
    </DialogFrame>
  );
}
