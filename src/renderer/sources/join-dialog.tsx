import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { JoinedView } from '../../contract/contract.ts';
import { useApp, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { PairingCode } from '../components/pairing-code.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { isAddress, withUser } from './account-address.ts';
import { AccountFields } from './account-fields.tsx';
import { accountAdvice, FORMAT_CHOICES, RECOGNIZED } from './format-words.ts';
import { PlaceField } from './place-field.tsx';

const LINK = /^lockstep:\/\/join#\S+$/;

/** Joins a collection another device shares: its link, and the place here. */
export function JoinDialog({ link: given, onClose }: { link: string; onClose: () => void }) {
  useReturnFocus();
  const [link, setLink] = useState(given);
  const [place, setPlace] = useState('');
  const [joined, setJoined] = useState<JoinedView | null>(null);
  const [format, setFormat] = useState(RECOGNIZED);
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const isServer = isAddress(place);
  const remember = useAction('accounts:password');
  const join = useAction('collections:join');
  const toast = useToast();
  const failure = remember.error ?? join.error;
  const wrong = link.trim() !== '' && !LINK.test(link.trim()) ? 'An invitation begins with lockstep://join#' : null;
  const run = async () => {
    remember.reset();
    const location = isServer ? withUser(place, user) : place.trim();
    if (isServer && user.trim() !== '' && !(await remember.run(location, password)).ok) return;
    const chosen = isServer || format === RECOGNIZED ? null : format;
    const reply = await join.run(link.trim(), location, chosen, false);
    if (!reply.ok) return;
    if (reply.value.state === 'waiting-for-approval') setJoined(reply.value);
    else {
      toast('done', 'Joined. What the other device holds is on its way.');
      onClose();
    }
  };
  const isLetIn = useApp((state) => state.status?.collections.some((one) => one.id === joined?.collection) === true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: toast and onClose are made anew at each render; it is said once
  useEffect(() => {
    if (!isLetIn) return;
    toast('done', 'Joined. What the other device holds is on its way.');
    onClose();
  }, [isLetIn]);
  if (joined !== null) {
    return (
      <DialogFrame
        title="Waiting for approval"
        onClose={onClose}
        footer={
          <Button className="button button-primary" autoFocus onPress={onClose}>
            Done
          </Button>
        }
      >
        <p>On the device that invited you, approve the request that shows this code:</p>
        <PairingCode code={joined.code} />
        <p>If the codes differ, deny it there: somebody else has the link. You can close this; it goes on by itself.</p>
      </DialogFrame>
    );
  }
  const isFilled = link.trim() !== '' && wrong === null && place.trim() !== '';
  return (
    <DialogFrame
      title="Join with a link"
      careful
      onClose={onClose}
      onEnter={isFilled && !join.busy ? () => void run() : null}
      footer={
        <DialogActions
          action={join.busy ? 'Asking the other device…' : 'Join'}
          isPending={join.busy}
          isDisabled={!isFilled}
          onAction={() => void run()}
          onCancel={onClose}
        />
      }
    >
      <p>On the other device, open Devices, choose “Invite a device” and send yourself the link.</p>
      <Field
        label="Invitation link"
        value={link}
        onChange={setLink}
        rows={3}
        mono
        placeholder="lockstep://join#…"
        autoFocus={given === ''}
        invalid={wrong}
      />
      <PlaceField
        label="Place on this device"
        value={place}
        onChange={setPlace}
        autoFocus={given !== ''}
        hint="An empty or new place is filled. What is in it already is merged in; nothing is overwritten."
      />
      {isServer ? (
        <AccountFields user={user} password={password} onUser={setUser} onPassword={setPassword} />
      ) : (
        <ChoiceField label="What it is to be" options={FORMAT_CHOICES} value={format} onChange={setFormat} />
      )}
      <ErrorNotice error={failure} />
      {isServer && failure !== null && accountAdvice(failure.code) !== null && (
        <p className="hint">{accountAdvice(failure.code)}</p>
      )}
    </DialogFrame>
  );
}
