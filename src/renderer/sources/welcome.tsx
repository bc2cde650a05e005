import { CalendarDays, Cloud, Folder, Link2, type LucideIcon, UsersRound } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { Kind } from '../../contract/contract.ts';
import { goTo, useAppContext, useClient } from '../client/app-context.tsx';

interface Beginning {
  readonly kind: Kind;
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: string;
}

const CONTACTS: Beginning = {
  kind: 'contacts',
  icon: UsersRound,
  title: 'Contacts',
  text: 'A .vcf, .csv or .ldif file, Thunderbird, or an address book on a server',
};
const CALENDAR: Beginning = {
  kind: 'calendar',
  icon: CalendarDays,
  title: 'A calendar',
  text: 'An .ics file, or a calendar on a server',
};

const STEPS: readonly (readonly [title: string, text: string])[] = [
  ['Add it here', 'It stays where it is, and nothing in it changes.'],
  ['Invite your other device', 'By a link, or nearby by six digits that you compare.'],
  ['Work on either', 'What you change arrives on the other. Earlier versions stay in History.'],
];

/** The first start: what this is for, the ways to begin, and how it goes on. */
export function Welcome() {
  const { store } = useAppContext();
  const isWindow = useClient().host === 'electron';
  const folder: Beginning = {
    kind: 'files',
    icon: Folder,
    title: 'A folder',
    text: isWindow
      ? 'Documents, photos, anything. You can also drag it into this window'
      : 'Documents, photos, anything',
  };
  return (
    <section className="welcome" aria-labelledby="welcome">
      <h2 id="welcome">What should be the same on all your devices?</h2>
      <p className="welcome-lead">
        Lockstep keeps it in step directly between them, encrypted, without an account. Nothing leaves this device until
        you invite another one.
      </p>
      <div className="beginnings">
        {[folder, CONTACTS, CALENDAR].map(({ kind, icon: Icon, title, text }) => (
          <Button key={kind} className="beginning" onPress={() => store.setState({ adding: { locations: [], kind } })}>
            <span className="beginning-icon">
              <Icon aria-hidden size={24} strokeWidth={1.7} />
            </span>
            <span className="strong">
              <span className="sr-only">Add: </span>
              {title}
            </span>{' '}
            <span className="muted">{text}</span>
          </Button>
        ))}
      </div>
      <ol className="welcome-steps" aria-label="How it goes on">
        {STEPS.map(([title, text], at) => (
          <li key={title}>
            <span aria-hidden className="step-number">
              {at + 1}
            </span>
            <p>
              <strong>{title}</strong> <span className="muted">{text}</span>
            </p>
          </li>
        ))}
      </ol>
      <div className="welcome-join">
        <p>
          <strong>Is it on another device already?</strong>{' '}
          <span className="muted">
            Open Lockstep there, choose “Invite a device”, and bring the link here, or compare a code.
          </span>
        </p>
        <Button className="button" onPress={() => store.setState({ joining: '' })}>
          <Link2 aria-hidden size={16} />
          Join a device
        </Button>
      </div>
      <div className="welcome-join">
        <p>
          <strong>Are they never on at the same time?</strong>{' '}
          <span className="muted">A relay of your own keeps encrypted changes until they are.</span>
        </p>
        <Button className="button" onPress={() => goTo('settings')}>
          <Cloud aria-hidden size={16} />
          Set a relay
        </Button>
      </div>
    </section>
  );
}
