import { useState } from 'react';
import { Button, Checkbox } from 'react-aria-components';
import type { WireError } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { Note } from '../components/note.tsx';
import { PlaceField } from './place-field.tsx';

/** Starts keeping places in step: one that is typed or picked, or several that were dropped. Nothing starts before the person says so. */
export function AddDialog({ locations, onClose }: { locations: readonly string[]; onClose: () => void }) {
  const client = useClient();
  const toast = useToast();
  const several = locations.length > 1;
  const [left, setLeft] = useState(locations);
  const [place, setPlace] = useState(locations[0] ?? '');
  const [name, setName] = useState('');
  const [create, setCreate] = useState(false);
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [kind, setKind] = useState<'contacts' | 'calendar'>('contacts');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | null>(null);

  const isServer = !several && /^(?:https?|webcals?):/i.test(place.trim());
  const addOne = async (typed: string) => {
    const location = isServer ? withUser(typed, user.trim()) : typed;
    if (isServer && user.trim() !== '') {
      const known = await client.request('accounts:password', location, password);
      if (!known.ok) {
        setError(known.error);
        return false;
      }
    }
    const reply = await client.request('collections:add', {
      location,
      ...(name.trim() === '' || several ? {} : { name: name.trim() }),
      ...(create && !isServer ? { create } : {}),
      ...(isServer ? { kind } : {}),
    });
    if (reply.ok) {
      const { records, kind } = reply.value;
      toast('done', `${location}: ${counted(records, RECORD_WORD[kind])} from now on kept in step`);
    } else setError(reply.error);
    return reply.ok;
  };
  const add = async () => {
    setBusy(true);
    setError(null);
    // One by one, and what failed stays on the screen: a bad place must not hide that the others were added.
    let failed: readonly string[] = [];
    for (const location of several ? left : [place.trim()])
      if (!(await addOne(location))) failed = [...failed, location];
    setBusy(false);
    setLeft(failed);
    if (failed.length === 0) onClose();
  };
  return (
    <DialogFrame
      title={several ? `Add ${left.length} places` : 'Add a source'}
      careful
      onClose={onClose}
      footer={
        <>
          <Button className="button" onPress={onClose}>
            Cancel
          </Button>
          <Button
            className="button button-primary"
            isDisabled={busy || (!several && place.trim() === '')}
            onPress={() => void add()}
          >
            {busy ? 'Adding…' : 'Add'}
          </Button>
        </>
      }
    >
      {several ? (
        <ul className="plain-list">
          {left.map((location) => (
            <li key={location} className="path">
              {location}
            </li>
          ))}
        </ul>
      ) : (
        <>
          <PlaceField
            label="Place"
            value={place}
            onChange={setPlace}
            autoFocus
            hint="A folder, a file of contacts or a calendar (.vcf, .csv, .ldif, .ics), or the address of a CardDAV or CalDAV server."
          />
          {isServer && (
            <>
              <ChoiceField
                label="What to keep in step"
                options={[
                  { id: 'contacts', label: 'Contacts' },
                  { id: 'calendar', label: 'A calendar' },
                ]}
                value={kind}
                onChange={(value) => setKind(value === 'calendar' ? 'calendar' : 'contacts')}
              />
              <Field label="User" value={user} onChange={setUser} hint="Empty where nobody has to log in." />
              <Field label="Password" type="password" value={password} onChange={setPassword} />
            </>
          )}
          <Field
            label="Name"
            value={name}
            onChange={setName}
            hint="What your devices call it. Left empty: the name of the place."
          />
          {!isServer && (
            <Checkbox className="checkbox" isSelected={create} onChange={setCreate}>
              <span className="box" aria-hidden />
              Create it if it is not there
            </Checkbox>
          )}
        </>
      )}
      <ErrorNotice error={error} />
      <Note>
        <p>Adding changes nothing in it. Nothing leaves this device until you invite another one.</p>
      </Note>
    </DialogFrame>
  );
}

/** The address with who asks in it; the password never is. */
function withUser(address: string, user: string): string {
  if (user === '' || /^[a-z]+:\/\/[^/@]+@/i.test(address)) return address;
  return address.replace('://', `://${encodeURIComponent(user)}@`);
}
