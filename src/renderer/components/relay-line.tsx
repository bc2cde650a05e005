import { Cloud } from 'lucide-react';
import type { RelayWords } from '../../contract/relay-words.ts';

/** What a relay is about here. null: nothing. */
export function RelayLine({ words }: { words: RelayWords | null }) {
  if (words === null) return null;
  return (
    <p className="relay-line">
      <Cloud aria-hidden size={15} className={`tone-${words.tone}`} />
      <span>{words.text}</span>
    </p>
  );
}
