import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';

/** So long it is said that it was done; then it can be heard anew. */
const SAID_MS = 3_000;

/** Puts a text on the clipboard and says so. `small`: a sign beside the text, with its name for those who do not see it. */
export function CopyButton({ text, label, small = false }: { text: string; label: string; small?: boolean }) {
  const [copied, setCopied] = useState<{ readonly text: string; readonly done: boolean } | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied({ text, done: true });
    } catch {
      // A browser may refuse the clipboard; the text stands beside the button and can be selected.
      setCopied({ text, done: false });
    }
  };
  useEffect(() => {
    if (copied?.done !== true) return;
    const timer = setTimeout(() => setCopied(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  // What stands there now may be another one's.
  const is = copied?.text === text ? copied : null;
  const Icon = is?.done === true ? Check : Copy;
  return (
    <>
      {small ? (
        <Button
          className="button button-icon button-quiet button-small"
          aria-label={`${label} ${text}`}
          onPress={() => void copy()}
        >
          <Icon aria-hidden size={14} />
        </Button>
      ) : (
        <Button className="button" onPress={() => void copy()}>
          <Icon aria-hidden size={16} />
          {is?.done === true ? 'Copied' : label}
        </Button>
      )}
      <span role="status" className={small ? 'hint' : 'sr-only'}>
        {is?.done === true ? 'Copied' : ''}
      </span>
      {is?.done === false && <span className="hint">Select the text and copy it.</span>}
    </>
  );
}
