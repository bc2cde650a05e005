import { OctagonAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { WireError } from '../../contract/contract.ts';
import { errorSubject, errorWords } from './error-words.ts';

/**
 * Why something failed, told at once to screen readers. In a dialog that is longer than the window it is brought into sight: the button that
 * was pressed would seem to do nothing. Shows nothing without an error.
 */
export function ErrorNotice({ error }: { error: WireError | null }) {
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
    </div>
  );
}
