import type { JoiningView } from '../../contract/contract.ts';
import { PairingCode } from '../components/pairing-code.tsx';
import { ToneIcon } from '../components/tone-icon.tsx';

/** A collection that somebody else has yet to let this device into, or did not. */
export function JoiningCard({ joining }: { joining: JoiningView }) {
  const { collection, name, location, code, why } = joining;
  const tone = why === null ? 'waiting' : 'stopped';
  return (
    <article className="card request" aria-labelledby={`joining-${collection}`}>
      <div className="request-text">
        <h2 id={`joining-${collection}`}>{name}</h2>
        <p className={`state-line tone-${tone}`}>
          <ToneIcon tone={tone} />
          <span>
            {why === null ? 'Waiting to be allowed on the device that invited this one' : `Not joined: ${why}`}
          </span>
        </p>
        <p className="path muted">{location}</p>
      </div>
      {why === null && (
        <div className="request-side">
          <PairingCode code={code} />
        </div>
      )}
    </article>
  );
}
