import { foundIn } from '../../contract/search-text.ts';

/** A text with what was searched marked in it. */
export function MarkedText({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0) return text;
  return foundIn(text, words).map(({ text: part, isFound }, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no identity but their place
    isFound ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
  );
}
