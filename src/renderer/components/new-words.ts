import { diffWordsWithSpace } from 'diff';

/** A stretch of a text, and whether an older one does not have it. */
export interface Said {
  readonly text: string;
  readonly isNew: boolean;
}

/** Longer texts have a comparison of their own. */
const LONGEST = 600;

/** A text with the words that came in place of others; as one stretch where most of it is new, for then marks tell nothing. */
export function newWords(before: string, text: string): readonly Said[] {
  const whole = [{ text, isNew: false }];
  if (before === '' || before === text || text.length > LONGEST || before.length > LONGEST) return whole;
  const said = diffWordsWithSpace(before, text)
    .filter(({ removed }) => !removed)
    .map(({ value, added }) => ({ text: value, isNew: added }));
  const isNew = said.reduce((sum, one) => sum + (one.isNew ? one.text.length : 0), 0);
  return isNew * 2 > text.length ? whole : said;
}
