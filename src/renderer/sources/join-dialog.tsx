import { type ReactNode, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { JoinedView } from '../../contract/contract.ts';
import { useApp, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { Field } from '../components/field.tsx';
import { PairingCode } from '../components/pairing-code.tsx';
import { Segments } from '../components/segments.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { JoinPlace, useJoinPlace } from './join-place.tsx';
import { NearbyJoin } from './nearby-join.tsx';

const LINK = /^lockstep:\/\/join#\S+$/;
const WAYS = [
  { id: 'link', label: 'With a link' },
  { id: 'nearby', label: 'A device nearby' },
] as const;

/** Joins a collection another device shares: by its link, or because it is near; and the place here. */
export function JoinDialog({ link, onClose }: { link: string; onClose: () => void }) {
  useReturnFocus();
  const [way, setWay] = useState<string>('link');
  const [hasChosen, setHasChosen] = useState(false);
  const choose = (id: string) => {
    setHasChosen(true);
    setWay(id);
  };
  const ways = (
    <Segments label="How this device joins" options={WAYS} value={way} onChange={choose} autoFocus={hasChosen} />
  );
  return way === 'link' ? (
    <LinkJoin link={link} ways={ways} isFirst={!hasChosen} onClose={onClose} />
  ) : (
    <NearbyJoin ways={ways} onClose={onClose} />
  );
}

function LinkJoin(props: { link: string; ways: ReactNode; isFirst: boolean; onClose: () => void }) {
  const { link: given, ways, isFirst, onClose } = props;
  const [link, setLink] = useState(given);
  const [joined, setJoined] = useState<JoinedView | null>(null);
  const place = useJoinPlace();
  const join = useAction('collections:join');
  const toast = useToast();
  const wrong = link.trim() !== '' && !LINK.test(link.trim()) ? 'An invitation begins with lockstep://join#' : null;
  const run = async () => {
    const location = await place.locate();
    if (location === null) return;
    const reply = await join.run(link.trim(), location, place.chosenFormat, false);
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
  const isBusy = join.busy || place.account.isLocating;
  const isFilled = link.trim() !== '' && wrong === null && place.isFilled;
  return (
    <DialogFrame
      title="Join with a link"
      careful
      onClose={onClose}
      onEnter={isFilled && !isBusy ? () => void run() : null}
      footer={
        <DialogActions
          action={join.busy ? 'Asking the other device…' : 'Join'}
          isPending={isBusy}
          isDisabled={!isFilled}
          onAction={() => void run()}
          onCancel={onClose}
        />
      }
    >
      {ways}
      <p>On the other device, open Devices, choose “Invite a device” and send yourself the link.</p>
      <Field
        label="Invitation link"
        value={link}
        onChange={setLink}
        rows={3}
        mono
        placeholder="lockstep://join#…"
        autoFocus={isFirst && given === ''}
        invalid={wrong}
      />
      <JoinPlace of={place} autoFocus={isFirst && given !== ''} error={join.error} />
    </DialogFrame>
  );
}
