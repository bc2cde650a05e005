import { OctagonAlert } from 'lucide-react';
import type { WireError } from '../../contract/contract.ts';
import { errorSubject, errorWords } from './error-words.ts';

/** Why something failed, told at once to screen readers. Shows nothing without an error. */
export function ErrorNotice({ error }: { error: WireError | null }) {
  if (error === null) return null;
  const subject = errorSubject(error);
  return (
    <div className="notice notice-bad" role="alert">
      <OctagonAlert aria-hidden size={16} />
      <div>
        <p>{errorWords(error)}</p>
        {subject !== '' && <p className="subject">{subject}</p>}
      </div>
    </div>
  );
}
