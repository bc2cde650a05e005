import { Laptop, Monitor, Pencil, Trash2, UserCog } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { CollectionView, DeviceView, PeerView, Role } from '../../contract/contract.ts';
import { problemsThere, type Tone } from '../../contract/overall-state.ts';
import { relayFor } from '../../contract/relay-words.ts';
import { RelayLine } from '../components/relay-line.tsx';
import { ToneIcon } from '../components/tone-icon.tsx';
import { When } from '../components/when.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';

const ROLES: { readonly [role in Role]: string } = { admin: 'Admin', editor: 'Editor', reader: 'Reader' };

/** How another device stands, over everything shared with it. */
export function linkState(peers: readonly PeerView[]): { readonly tone: Tone; readonly text: string } {
  const linked = peers.find((peer) => peer.state === 'linked');
  const problems = peers.reduce((total, peer) => total + (peer.problems ?? 0), 0);
  const behind = peers.reduce((most, peer) => Math.max(most, peer.behind), 0);
  const lag = behind === 0 ? '' : ', has not got your latest changes yet';
  if (linked !== undefined) {
    const over = linked.link === null ? 'Connected' : `Connected over ${placeOf(linked.link)}`;
    const trouble = problems === 0 ? '' : `; ${problemsThere(problems)}, see Problems on that device`;
    if (behind > 0) return { tone: 'busy', text: `${over}, getting your latest changes${trouble}` };
    return { tone: problems === 0 ? 'good' : 'attention', text: `${over}${trouble}` };
  }
  const through = peers.find((peer) => peer.through !== undefined)?.through;
  if (through !== undefined) return { tone: behind === 0 ? 'good' : 'busy', text: `Reached through ${through}${lag}` };
  if (peers.some((peer) => peer.state === 'waiting')) return { tone: 'waiting', text: `Waiting for it${lag}` };
  return { tone: 'neutral', text: `Not reachable now${lag}` };
}

/** `lan 192.0.2.7:21027`, or `relay`, as people say it. */
const placeOf = (link: string): string =>
  link.startsWith('lan ') ? 'your network' : link === 'relay' ? 'the relay' : link;

/** One device: its name, what it shares with this one, and how it stands. */
export function DeviceCard(props: {
  device: DeviceView;
  /** What this device takes part in. */
  collections: readonly CollectionView[];
  /** What this device may do in each of them. */
  roles: DeviceView['roles'];
  onChanged: () => void;
}) {
  const { device, collections } = props;
  const [dialog, setDialog] = useState<'none' | 'rename' | 'remove' | 'role'>('none');
  const shared = collections.filter(
    (one) => device.collections.includes(one.id) || device.collections.includes(one.name),
  );
  // Elsewhere nobody here can say who takes part, and how.
  const managed = shared.filter(({ id }) => props.roles[id] === 'admin');
  const peers = collections.flatMap(({ peers, relay }) =>
    peers.filter((peer) => peer.device === device.device).map((peer) => ({ peer, relay })),
  );
  const state = linkState(peers.map(({ peer }) => peer));
  const Icon = device.self ? Monitor : Laptop;
  const close = () => setDialog('none');
  return (
    <li className="card device">
      <span className="kind-icon">
        <Icon aria-hidden size={20} strokeWidth={1.8} />
      </span>
      <div className="device-text">
        <h2>
          {device.name}
          {device.self && <span className="tag">This device</span>}
          <span className="tag">{ROLES[device.role]}</span>
        </h2>
        {!device.self && (
          <p className={`state-line tone-${state.tone}`}>
            <ToneIcon tone={state.tone} size={14} />
            <span>
              {state.text}
              {peers.every(({ peer }) => peer.state !== 'linked' && peer.through === undefined) &&
                device.lastSeen !== null && (
                  <>
                    , last seen <When at={device.lastSeen} />
                  </>
                )}
            </span>
          </p>
        )}
        {!device.self && <RelayLine words={relayFor(peers)} />}
        <p className="muted">
          {shared.length === 0
            ? device.self
              ? 'Shares nothing yet'
              : 'Shares nothing with this device'
            : `Shares ${shared.map((one) => one.name).join(', ')}`}
        </p>
      </div>
      {device.self ? (
        <Button className="button" onPress={() => setDialog('rename')}>
          <Pencil aria-hidden size={15} />
          Rename
        </Button>
      ) : (
        managed.length > 0 && (
          <>
            <Button className="button" onPress={() => setDialog('role')}>
              <UserCog aria-hidden size={15} />
              Role<span className="sr-only"> of {device.name}</span>
            </Button>
            <Button className="button" onPress={() => setDialog('remove')}>
              <Trash2 aria-hidden size={15} />
              Remove<span className="sr-only"> {device.name}</span>
            </Button>
          </>
        )
      )}
      {dialog === 'rename' && <RenameDialog name={device.name} onDone={props.onChanged} onClose={close} />}
      {dialog === 'role' && <RoleDialog device={device} shared={managed} onDone={props.onChanged} onClose={close} />}
      {dialog === 'remove' && (
        <RemoveDialog
          device={device}
          shared={managed}
          others={shared.filter((one) => !managed.includes(one)).map(({ name }) => name)}
          onDone={props.onChanged}
          onClose={close}
        />
      )}
    </li>
  );
}
