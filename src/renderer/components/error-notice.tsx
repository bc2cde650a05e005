import { OctagonAlert } from 'lucide-react';
import type { WireError } from '../../contract/contract.ts';
import { errorWords } from './error-words.ts';

/** Why something failed, told at once to screen readers. Shows nothing without an error. */
export function ErrorNotice({ error }: { error: WireError | null }) {
  if (error === null) return null;
  const words = errorWords(error);
  return (
    <div className="notice notice-bad" role="alert">
      <OctagonAlert aria-hidden size={16} />
      <div>
        <p>{words}</p>
        {error.subject !== '' && !words.includes(error.subject) && <p className="subject">{error.subject}</p>}
      </div>
    </div>
  );
}
