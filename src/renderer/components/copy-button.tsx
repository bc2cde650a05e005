import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied('yes');
    } catch {
      // A browser may refuse the clipboard; the text stands beside the button and can be selected.
      setCopied('failed');
    }
  };
  return (
    <>
      <Button className="button" onPress={() => void copy()}>
        {copied === 'yes' ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
        {copied === 'yes' ? 'Copied' : label}
      </Button>
      <span role="status" className="sr-only">
        {copied === 'yes' ? 'Copied' : ''}
      </span>
      {copied === 'failed' && <span className="hint">Select the text and copy it.</span>}
    </>
  );
}
