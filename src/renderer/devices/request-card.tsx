import { Laptop } from 'lucide-react';
import type { RequestView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { useApp, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { PairingCode } from '../components/pairing-code.tsx';
import { When } from '../components/when.tsx';
import { MAY } from './role-words.ts';

/** A device that asks to join: who, what it would be allowed, and the code that proves it is the right one. */
export function RequestCard({ request }: { request: RequestView }) {
  const answer = useAction('requests:answer');
  const toast = useToast();
  const kind = useApp((state) => state.status?.collections.find((one) => one.id === request.collection)?.kind ?? null);
  const word = kind === null ? 'record' : RECORD_WORD[kind];
  const give = async (approve: boolean) => {
    const reply = await answer.run(request.request, approve);
    if (reply.ok)
      toast('done', approve ? `${request.name} joins ${request.collectionName}` : `${request.name} was denied`);
  };
  return (
    <article className="card request" aria-labelledby={`request-${request.request}`}>
      <div className="request-text">
        <h2 id={`request-${request.request}`}>
          <Laptop aria-hidden size={18} className="request-icon" /> {request.name} asks to join {request.collectionName}
        </h2>
        <p>
          If you allow it, <strong>{request.name}</strong> will get all of <strong>{request.collectionName}</strong> (
          {numberText(request.records)} {request.records === 1 ? word : `${word}s`}) and may {MAY[request.role]}.
        </p>
        <p className="muted">
          Allow it only if {request.name} shows the same code. Asked <When at={request.at} />.
        </p>
        <ErrorNotice error={answer.error} />
      </div>
      <div className="request-side">
        <PairingCode code={request.code} />
        <div className="actions">
          <ActionButton className="button" isBusy={answer.busy} onPress={() => void give(false)}>
            Deny<span className="sr-only"> {request.name}</span>
          </ActionButton>
          <ActionButton className="button button-primary" isBusy={answer.busy} onPress={() => void give(true)}>
            Allow<span className="sr-only"> {request.name}</span>
          </ActionButton>
        </div>
      </div>
    </article>
  );
}
