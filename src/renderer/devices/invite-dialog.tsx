import { useEffect, useState } from 'react';
import { Button, Checkbox } from 'react-aria-components';
import type { NearbyWindowView, Role } from '../../contract/contract.ts';
import { linkReach } from '../../contract/relay-words.ts';
import { useApp, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Note } from '../components/note.tsx';
import { QrCode } from '../components/qr-code.tsx';
import { Segments } from '../components/segments.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { invitedElsewhere } from './invited-elsewhere.ts';
import { NearbyInvitation } from './nearby-invitation.tsx';
import { RequestCard } from './request-card.tsx';
import { RoleField } from './role-field.tsx';

const WAYS = [
  { id: 'link', label: 'With a link' },
  { id: 'nearby', label: 'Nearby, with a code' },
] as const;

/** Makes a one-time invitation to a collection, as a link and as a QR code. */
export function InviteDialog({ collection: given, onClose }: { collection: string | null; onClose: () => void }) {
  useReturnFocus();
  const all = useApp((state) => state.status?.collections ?? []);
  const collections = all.filter((one) => one.removed !== true && one.invitedBy === undefined);
  const elsewhere = all.filter((one) => one.invitedBy !== undefined);
  const [collection, setCollection] = useState(given ?? collections[0]?.id ?? '');
  const [role, setRole] = useState<Role>('admin');
  const [approveFirst, setApproveFirst] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const [way, setWay] = useState<string>('link');
  const [nearby, setNearby] = useState<NearbyWindowView | null>(null);
  const invite = useAction('collections:invite');
  const wait = useAction('nearby:wait');
  const name = collections.find((one) => one.id === collection)?.name ?? '';
  const run = async () => {
    if (way === 'nearby') {
      const opened = await wait.run(collection, role);
      if (opened.ok) setNearby(opened.value);
      return;
    }
    const reply = await invite.run(collection, role, approveFirst);
    if (reply.ok) setLink(reply.value.link);
  };
  if (link !== null)
    return <Invitation collection={collection} name={name} link={link} approveFirst={approveFirst} onClose={onClose} />;
  if (nearby !== null) return <NearbyInvitation opened={nearby} onClose={onClose} />;
  return (
    <DialogFrame
      title={given === null ? 'Invite a device' : `Invite a device to ${name}`}
      onClose={onClose}
      footer={
        <DialogActions
          action={way === 'nearby' ? 'Wait for a device' : 'Make invitation'}
          isPending={invite.busy || wait.busy}
          isDisabled={collection === ''}
          onAction={() => void run()}
          onCancel={onClose}
        />
      }
    >
      {given === null && (
        <ChoiceField
          label="To"
          options={collections.map((one) => ({ id: one.id, label: one.name }))}
          value={collection}
          onChange={setCollection}
        />
      )}
      {given === null && elsewhere.length > 0 && <p className="muted">{invitedElsewhere(elsewhere)}</p>}
      <Segments label="How it is invited" options={WAYS} value={way} onChange={setWay} />
      <p className="muted">
        {way === 'nearby'
          ? 'For a device in this network: both screens show the same six digits, and you compare them.'
          : 'You send the link to the other device, or it scans it as a QR code.'}
      </p>
      <RoleField role={role} onChange={setRole} />
      {way === 'link' && (
        <Checkbox className="checkbox" isSelected={approveFirst} onChange={setApproveFirst}>
          <span className="box" aria-hidden />
          <span>
            Admit the first device that brings it, without asking here
            <small>Only for a link nobody else can see.</small>
          </span>
        </Checkbox>
      )}
      <ErrorNotice error={way === 'nearby' ? wait.error : invite.error} />
    </DialogFrame>
  );
}

/** The link, for as long as nobody brings it; then whoever does. */
function Invitation(props: {
  collection: string;
  name: string;
  link: string;
  approveFirst: boolean;
  onClose: () => void;
}) {
  const { collection, onClose } = props;
  const requests = useApp((state) => state.requests);
  const peers = useApp((state) => state.status?.collections.find(({ id }) => id === collection)?.peers) ?? [];
  const [before] = useState(() => ({
    devices: new Set(
      [...peers, ...requests.filter((one) => one.collection === collection)].map(({ device }) => device),
    ),
    // Whoever asks for another collection may bring this link as well.
    requests: new Set(requests.map(({ request }) => request)),
  }));
  const asking = requests.filter((one) => one.collection === collection && !before.requests.has(one.request));
  const joined = peers.find(({ device }) => !before.devices.has(device));
  // What is asked here is over once it is answered, and whoever came without being asked about has the link.
  const [hasAsked, setHasAsked] = useState(false);
  if (asking.length > 0 && !hasAsked) setHasAsked(true);
  const isOver = (hasAsked && asking.length === 0) || joined !== undefined;
  const toast = useToast();
  // biome-ignore lint/correctness/useExhaustiveDependencies: toast and onClose are made anew at each render; it is said once
  useEffect(() => {
    if (!isOver) return;
    if (joined !== undefined && !hasAsked) toast('done', `${joined.name} joins ${props.name}`);
    onClose();
  }, [isOver]);
  return (
    <DialogFrame
      title={`Invitation to ${props.name}`}
      onClose={onClose}
      careful
      footer={
        <>
          {asking.length === 0 && <CopyButton text={props.link} label="Copy link" />}
          <Button className={asking.length > 0 ? 'button' : 'button button-primary'} autoFocus onPress={onClose}>
            {asking.length > 0 ? 'Decide later' : 'Done'}
          </Button>
        </>
      }
    >
      <div role="status">
        {asking.map((request) => (
          <RequestCard key={request.request} request={request} />
        ))}
      </div>
      {asking.length === 0 && <Link {...props} />}
    </DialogFrame>
  );
}

function Link(props: { name: string; link: string; approveFirst: boolean }) {
  return (
    <>
      <div className="invitation">
        <QrCode text={props.link} label={`QR code of the invitation to ${props.name}`} />
        <div>
          <p>On the other device choose “Join a device” and paste this, or scan the code.</p>
          <p className="link-text path">{props.link}</p>
          <p className="muted">{linkReach(props.link)}</p>
        </div>
      </div>
      <Note tone={props.approveFirst ? 'warn' : 'info'}>
        <p>
          {props.approveFirst
            ? 'Whoever brings this link first is admitted. It is for one device and ends after 15 minutes.'
            : 'It is for one device and ends after 15 minutes. You will be asked here before anything is shared.'}{' '}
          For more devices make more invitations: each stays good beside the others.
        </p>
      </Note>
    </>
  );
}
