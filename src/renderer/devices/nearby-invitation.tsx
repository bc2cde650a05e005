import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import type { NearbyWindowView, RequestView, Role } from '../../contract/contract.ts';
import { nearbyEndWords, timeLeft } from '../../contract/nearby-words.ts';
import { counted } from '../../contract/overall-state.ts';
import { dropToasts, useApp, useAppContext, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { useTick } from '../client/use-tick.ts';
import { CompareActions, CompareCode } from '../components/compare-code.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { Note } from '../components/note.tsx';
import { MAY } from './role-words.ts';

/** Waits for a device nearby, compares codes with it, lets it in. Closed it waits for none. */
export function NearbyInvitation(props: { opened: NearbyWindowView; onClose: () => void }) {
  const { opened, onClose } = props;
  const window = useNearbyWindow(opened);
  const stop = useAction('nearby:stop');
  const again = useAction('nearby:wait');
  const answer = useAction('requests:answer');
  const toast = useToast();
  const { request, state, collectionName: name } = window;
  const { store } = useAppContext();
  useEffect(() => {
    // It is asked here: said beside it too, it would look like another one.
    if (request !== null) dropToasts(store, (about) => about === 'request');
  });
  const seen = useRef<RequestView | null>(null);
  if (request !== null) seen.current = request;
  const who = seen.current?.name ?? 'The device';
  const close = () => {
    if (state === 'waiting' || state === 'comparing') void stop.run();
    onClose();
  };
  const isJoined = state === 'joined';
  // biome-ignore lint/correctness/useExhaustiveDependencies: toast and onClose are made anew at each render; it is said once
  useEffect(() => {
    if (!isJoined) return;
    toast('done', `${who} joins ${name}`);
    onClose();
  }, [isJoined]);
  return (
    <DialogFrame
      title={request === null ? `Invite a device nearby to ${name}` : `${request.name} asks to join ${name}`}
      careful
      onClose={close}
      footer={
        request !== null ? (
          <CompareActions
            isBusy={answer.busy}
            onDiffer={() => void answer.run(request.request, false)}
            onSame={() => void answer.run(request.request, true)}
          />
        ) : state === 'over' ? (
          <>
            <Button className="button" onPress={close}>
              Close
            </Button>
            <Button className="button button-primary" onPress={() => void again.run(window.collection, window.role)}>
              Wait again
            </Button>
          </>
        ) : (
          <Button className="button" onPress={close}>
            Cancel
          </Button>
        )
      }
    >
      {window.why !== null && state !== 'comparing' && !isJoined && (
        <Note tone="warn">
          <p>
            {nearbyEndWords(window.why, window.from)}
            {state === 'waiting' && ' This device goes on waiting.'}
          </p>
        </Note>
      )}
      {request !== null ? (
        <Asked request={request} role={window.role} />
      ) : state === 'waiting' ? (
        <Waiting window={window} />
      ) : (
        state === 'comparing' && (
          <p role="status">
            Now the other person has to say so too, on <strong>{who}</strong>.
          </p>
        )
      )}
      <ErrorNotice error={answer.error ?? again.error} />
    </DialogFrame>
  );
}

/** The window as it is, asked for each second: it changes by what others do. */
function useNearbyWindow(opened: NearbyWindowView): NearbyWindowView {
  const asked = useRequest('nearby:window', [], useTick(true));
  if (asked.value !== null) return asked.value;
  // Where it was stopped by somebody else, nothing is told of it.
  return Date.now() > Date.parse(opened.until) ? { ...opened, state: 'over', why: 'time' } : opened;
}

function Asked({ request, role }: { request: RequestView; role: Role }) {
  const kind = useApp((state) => state.status?.collections.find((one) => one.id === request.collection)?.kind);
  const word = kind === undefined ? 'item' : RECORD_WORD[kind];
  return (
    <>
      <CompareCode code={request.code} name={request.name} />
      <p>
        If you say so on both, <strong>{request.name}</strong> will get all of <strong>{request.collectionName}</strong>{' '}
        ({counted(request.records, word)}) and may {MAY[role]}.
      </p>
      <p className="muted">If they differ, somebody else may stand between the two devices: nothing is shared then.</p>
    </>
  );
}

function Waiting({ window }: { window: NearbyWindowView }) {
  const self = useApp((state) => state.status?.device.name ?? '');
  return (
    <>
      <p>
        On the other device, in this network, choose “Join a device”, then “A device nearby”, and pick{' '}
        <strong>{self}</strong>.
      </p>
      <p>
        Waiting for a device, <strong>{timeLeft(window.until, Date.now())}</strong> left
      </p>
      {window.addresses.length > 0 && (
        <p className="muted">
          If it is not listed there, give it one of these addresses:{' '}
          {window.addresses.map((address) => (
            <span key={address} className="path address">
              {address}{' '}
            </span>
          ))}
        </p>
      )}
      <p className="muted">The name of this device is told to everybody in this network meanwhile. Nothing else is.</p>
      <p className="muted">One device at a time: for the next one, invite again once this one has joined.</p>
    </>
  );
}
