import { ChevronRight, Pause, Play, RefreshCw } from 'lucide-react';
import type { Reply } from '../../contract/contract.ts';
import { type OverallState, overallState, overallStateWhole } from '../../contract/overall-state.ts';
import { useApp, useToast } from '../client/app-context.tsx';
import { OPEN_ANEW } from '../client/connection.ts';
import { useAction } from '../client/use-action.ts';
import { useSyncNow } from '../client/use-sync-now.ts';
import { ActionButton } from './action-button.tsx';
import { errorWords } from './error-words.ts';
import { ToneIcon } from './tone-icon.tsx';

/** The one sentence that says how everything stands. Heard when it changes; leads to where something can be done. */
export function StateBanner() {
  const connection = useApp((state) => state.connection);
  const status = useApp((state) => state.status);
  const requests = useApp((state) => state.requests);
  const page = useApp((state) => state.page);
  if (connection.is === 'lost') {
    return (
      <header className="banner tone-stopped">
        <ToneIcon tone="stopped" size={20} />
        <div role="alert">
          <strong>{connection.why}</strong>
          {/* Where nothing is known yet the page says it. */}
          {(connection.again || status !== null) && (
            <span className="banner-detail">
              {connection.again
                ? 'Trying again… This page goes on once it runs. If it does not, open the address Lockstep prints.'
                : OPEN_ANEW}
            </span>
          )}
        </div>
      </header>
    );
  }
  const state = status === null ? null : overallState(status, requests);
  const whole = status === null ? undefined : inOneText(overallStateWhole(status, requests));
  return (
    <header className={`banner tone-${state?.tone ?? 'neutral'}`}>
      <ToneIcon tone={state?.tone ?? 'neutral'} size={20} />
      {/* Cut short where there is no room only if all of it is on a page. */}
      <div role="status" className={state?.page == null ? undefined : 'banner-brief'} title={whole}>
        <strong>{state?.sentence ?? 'Connecting…'}</strong>
        {state?.detail != null && <span className="banner-detail">{state.detail}</span>}
      </div>
      {state !== null &&
        (state.tone === 'attention' || state.tone === 'stopped') &&
        state.page !== null &&
        state.page !== page && (
          <a className="button banner-show" href={`#${state.page}`} title={whole}>
            <span className="wide-only">Show</span>
            <span className="narrow-only">
              <ChevronRight aria-hidden size={18} />
              <span className="sr-only">Show</span>
            </span>
          </a>
        )}
      {/* While all stands still every request is refused. */}
      {status !== null && status.standstill === undefined && status.collections.length > 0 && (
        <BannerActions paused={status.collections.every((one) => one.state === 'paused')} />
      )}
    </header>
  );
}

const inOneText = ({ sentence, detail }: OverallState): string =>
  detail === null ? sentence : `${sentence}\n${detail}`;

function BannerActions({ paused }: { paused: boolean }) {
  const sync = useSyncNow(null);
  const pause = useAction('pause');
  const toast = useToast();
  const say = (reply: Reply<unknown>) => {
    if (!reply.ok) toast('failed', errorWords(reply.error));
  };
  return (
    <div className="banner-actions">
      <ActionButton
        className="button button-quiet"
        isBusy={sync.busy}
        isDisabled={paused}
        onPress={() => void sync.run()}
      >
        <RefreshCw aria-hidden size={15} />
        <span className="wide-only">Sync now</span>
        <span className="narrow-only sr-only">Sync now</span>
      </ActionButton>
      <ActionButton
        className="button button-quiet"
        isBusy={pause.busy}
        onPress={() => void pause.run(null, !paused).then(say)}
      >
        {paused ? <Play aria-hidden size={15} /> : <Pause aria-hidden size={15} />}
        <span className="wide-only">{paused ? 'Resume all' : 'Pause all'}</span>
        <span className="narrow-only sr-only">{paused ? 'Resume all' : 'Pause all'}</span>
      </ActionButton>
    </div>
  );
}
