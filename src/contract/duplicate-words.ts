import type { DuplicateView } from './contract.ts';
import { listed } from './overall-state.ts';
import { recordName } from './record-name.ts';

const MARKS: readonly (readonly [mark: string, word: string])[] = [
  ['name', 'the same name'],
  ['email', 'the e-mail address'],
  ['phone', 'the phone number'],
];

/** What two contacts share, in words: `Both have the same name and the e-mail address ada@example.org`. */
export function sharedWords(by: readonly string[]): string {
  const words = MARKS.flatMap(([mark, word]) =>
    by
      .filter((each) => each.startsWith(`${mark} `))
      // A name stands above, and a number is only its end here.
      .map((each) => (mark === 'email' ? `${word} ${each.slice(mark.length + 1)}` : word)),
  );
  return `Both have ${listed([...new Set(words)])}`;
}

/** `Ada Lovelace`, or both names where they are written differently. */
export const pairTitle = ({ records }: DuplicateView): string =>
  [...new Set(records.map(({ record, title }) => recordName(record, title, 'contacts')))].join(' · ');
