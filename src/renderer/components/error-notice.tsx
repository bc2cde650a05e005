import { OctagonAlert, RefreshCw } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { WireError } from '../../contract/contract.ts';
import type { Requested } from '../client/use-request.ts';
import { ActionButton } from './action-button.tsx';
import { errorSubject, errorWords } from './error-words.ts';

/**
 * Why something failed, told at once to screen readers. In a dialog that is longer than the window it is brought into sight: the button that
 * was pressed would seem to do nothing. `asked`: what failed, where a person can only ask for it again. Shows nothing without an error.
 */
export function ErrorNotice({
  error,
  asked,
}: {
  error: WireError | null;
  asked?: Pick<Requested<unknown>, 'loading' | 'reload'>;
}) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== null && notice.current?.closest('.dialog-body') != null)
      notice.current.scrollIntoView({ block: 'nearest' });
  }, [error]);
  if (error === null) return null;
  const subject = errorSubject(error);
  return (
    <div ref={notice} className="notice notice-bad" role="alert">
      <OctagonAlert aria-hidden size={16} />
      <div>
        <p>{errorWords(error)}</p>
        {subject !== '' && <p className="subject">{subject}</p>}
      </div>
      {asked !== undefined && (
        <ActionButton className="button button-small" isBusy={asked.loading} onPress={asked.reload}>
          <RefreshCw aria-hidden size={14} />
          {asked.loading ? 'Trying…' : 'Try again'}
        </ActionButton>
      )}
    </div>
  );
}
