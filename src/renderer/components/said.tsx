import { newWords } from './new-words.ts';

/** A text with the words marked that came in place of others; `before` '': none are. */
export function Said({ text, before }: { text: string; before: string }) {
  return newWords(before, text).map(({ text: part, isNew }, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no identity but their place
    isNew ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
  );
}
