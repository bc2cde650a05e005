import { useEffect, useRef, useState } from 'react';
import { Checkbox } from 'react-aria-components';
import type { FoundCollectionView, WireError } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import type { Adding } from '../client/app-store.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { Note } from '../components/note.tsx';
import { addressToConfirm, isAddress, isPublished } from './account-address.ts';
import { AccountFields, AccountKind } from './account-fields.tsx';
import { DroppedPlaces, UntoldNote } from './dropped-places.tsx';
import { accountAdvice, FORMAT_CHOICES, formatChoices, RECOGNIZED } from './format-words.ts';
import { examplePlace, PlaceField } from './place-field.tsx';
import { RecognitionLine, useRecognition } from './recognition.tsx';
import { useAccount } from './use-account.ts';

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
  const client = useClient();
  const toast = useToast();
  const several = locations.length > 1;
  const [left, setLeft] = useState(locations);
  const [place, setPlace] = useState(locations[0] ?? '');
  const [name, setName] = useState('');
  const [create, setCreate] = useState(false);
  const account = useAccount();
  const [kind, setKind] = useState<'contacts' | 'calendar'>(adding.kind === 'calendar' ? 'calendar' : 'contacts');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  /** Why those of several failed, each by its place. */
  const [errors, setErrors] = useState<ReadonlyMap<string, WireError>>(new Map());
  const isOpen = useIsOpen();

  const [format, setFormat] = useState(RECOGNIZED);
  // An account with several collections of the kind: which of them is meant, a person says.
  const [found, setFound] = useState<readonly FoundCollectionView[]>([]);

  const isServer = !several && isAddress(place);
  const isFeed = isServer && adding.kind !== 'contacts' && isPublished(place);
  const recognition = useRecognition(several ? '' : place, format === RECOGNIZED ? null : format);
  const fail = (location: string, failure: WireError) =>
    several ? setErrors((before) => new Map(before).set(location, failure)) : setError(failure);
  const addOne = async (typed: string) => {
    const located = isServer ? await account.locate(typed, kind) : { ok: true as const, location: typed };
    if (!located.ok) {
      fail(typed, located.error);
      setPlace(addressToConfirm(located.error) ?? typed);
      return false;
    }
    const { location } = located;
    const reply = await client.request('collections:add', {
      location,
      ...(name.trim() === '' || several ? {} : { name: name.trim() }),
      ...(create && !isServer ? { create } : {}),
      ...(isServer ? { kind: isFeed ? 'calendar' : kind } : {}),
      ...(isServer || several || format === RECOGNIZED ? {} : { format }),
    });
    if (reply.ok) {
      const { collection, records, kind } = reply.value;
      const status = await client.request('status');
      const added = status.ok ? status.value.collections.find(({ id }) => id === collection) : undefined;
      const called = added?.name ?? location;
      toast('done', `${called}: ${counted(records, RECORD_WORD[kind])}, kept in step from now on`);
    } else await whyNot(location, reply.error);
    return reply.ok;
  };
  const whyNot = async (location: string, failure: WireError) => {
    const isOneOfSome = failure.code === 'several-collections';
    const listed = isOneOfSome ? await client.request('accounts:collections', location, kind) : null;
    const [first] = listed?.ok === true ? listed.value : [];
    if (listed?.ok !== true || first === undefined) {
      fail(location, listed?.ok === false ? listed.error : failure);
      return;
    }
    setFound(listed.value);
    setPlace(first.address);
  };
  const add = async () => {
    setBusy(true);
    setError(null);
    setErrors(new Map());
    // One by one, and what failed stays on the screen: a bad place must not hide that the others were added.
    let failed: readonly string[] = [];
    for (const location of several ? left : [place.trim()]) {
      // Who closes it meanwhile wants no more of them.
      if (!isOpen.current) return;
      if (!(await addOne(location))) failed = [...failed, location];
    }
    setBusy(false);
    setLeft(failed);
    if (failed.length === 0) onClose();
  };
  const leaveOut = (location: string) => {
    const others = left.filter((one) => one !== location);
    setLeft(others);
    if (others.length === 0) onClose();
  };
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
              setFound([]);
              setError(null);
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

/** false once it is closed, for what is still under way then. */
function useIsOpen(): { readonly current: boolean } {
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  return isOpen;
}
