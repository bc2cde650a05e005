import { Button } from 'react-aria-components';
import type { JoiningView } from '../../contract/contract.ts';
import { useAppContext } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PairingCode } from '../components/pairing-code.tsx';
import { ToneIcon } from '../components/tone-icon.tsx';

/** A collection that somebody else has yet to let this device into, or did not. */
export function JoiningCard({ joining }: { joining: JoiningView }) {
  const { collection, name, location, code, why } = joining;
  const { store } = useAppContext();
  const forget = useAction('collections:leave');
  const tone = why === null ? 'waiting' : 'stopped';
  return (
    <article
      className={why === null ? 'card request' : 'card request request-failed'}
      aria-labelledby={`joining-${collection}`}
    >
      <div className="request-text">
        <h2 id={`joining-${collection}`}>{name}</h2>
        <p className={`state-line tone-${tone}`}>
          <ToneIcon tone={tone} />
          <span>
            {why === null ? 'Waiting to be allowed on the device that invited this one' : `Not joined: ${why}`}
          </span>
        </p>
        <p className="path muted">{location}</p>
        <ErrorNotice error={forget.error} />
      </div>
      <div className="request-side">
        {why === null ? (
          <PairingCode code={code} />
        ) : (
          <div className="actions">
            <ActionButton className="button" isBusy={forget.busy} onPress={() => void forget.run(collection)}>
              Dismiss<span className="sr-only"> {name}</span>
            </ActionButton>
            <Button className="button button-primary" onPress={() => store.setState({ joining: '' })}>
              Join with another link…<span className="sr-only"> {name}</span>
            </Button>
          </div>
        )}
      </div>
    </article>
  );
}
